// bulk_test.c: bulk jobs turn by turn: fairness, failures of the store in the middle, a server that
// stops, a credential that is revoked.
// SPDX-License-Identifier: Apache-2.0
#include "kit/chain.h"
#include "kit/rig.h"
#include "store/schemas.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { FAULTS_MAX = 5000, TEXT_MAX = 4096, OPERATIONS_MAX = 1000, RESULTS_MAX = 16 };

static struct rig rig;
static struct secret token;
static char authorization[80];

static struct rig_reply send_text(const char *method, const char *path, str body)
{
    const struct http_header own[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, str_of(method), str_of(path), own, COUNT_OF(own), body);
}

static bool body_has(struct rig_reply reply, const char *part)
{
    return str_contains(reply.body, str_of(part));
}

static bool finds(const char *type, const char *attribute, const char *value)
{
    char path[TEXT_MAX];
    snprintf(path, sizeof(path), "/scim/v2/%s?filter=%s+eq+%%22%s%%22&count=1", type, attribute,
             value);
    struct rig_reply reply = send_text("GET", path, (str){0});
    assert_int_equal(reply.status, 200);
    return !body_has(reply, "\"totalResults\":0");
}

static void assert_chain_holds(void)
{
    struct tenant_row row = {0};
    int64_t rows = 0;
    int64_t broken = 0;
    roster_arena_reset(rig.arena);
    assert_int_equal(tenant_find(rig.lane.conn, STR("acme"), rig.arena, &row), STORE_OK);
    assert_int_equal(verify_chain(rig.lane.conn, row.tenant, &rows, &broken), STORE_OK);
    assert_true(rows > 0);
    assert_int_equal(broken, 0);
}

// What the answer says of each operation.
struct results {
    int status[RESULTS_MAX];
    bool unknown[RESULTS_MAX];
    size_t count;
};

static void read_results(struct rig_reply reply, struct results *out)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    *out = (struct results){0};
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    const struct roster_json *operations = json_find(json, STR("Operations"));
    const struct roster_json *one = operations == NULL ? NULL : operations->first;
    for (; one != NULL; one = one->next) {
        int64_t status = 0;
        assert_true(out->count < RESULTS_MAX);
        assert_true(str_to_i64(json_find_text(one, STR("status")), &status));
        const struct roster_json *response = json_find(one, STR("response"));
        assert_int_equal(response == NULL, status < 300);
        out->unknown[out->count] =
            str_contains(json_find_text(response, STR("detail")), STR("unknown"));
        out->status[out->count++] = (int)status;
    }
}

// Failures

static const char *const whole_job =
    "{\"Operations\":["
    "{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"u\",\"data\":{\"userName\":\"fault%ld\","
    "\"externalId\":\"x%ld\",\"emails\":[{\"value\":\"f%ld@x\"}]}},"
    "{\"method\":\"POST\",\"path\":\"/Groups\",\"bulkId\":\"g\",\"data\":{\"displayName\":\"g%ld\","
    "\"members\":[{\"value\":\"bulkId:u\"},{\"value\":\"bulkId:h\"}]}},"
    "{\"method\":\"POST\",\"path\":\"/Groups\",\"bulkId\":\"h\",\"data\":{\"displayName\":\"h%ld\","
    "\"members\":[{\"value\":\"bulkId:g\"}]}},"
    "{\"method\":\"PATCH\",\"path\":\"/Users/bulkId:u\",\"data\":{\"Operations\":[{\"op\":\"add\","
    "\"path\":\"nickName\",\"value\":\"n%ld\"}]}},"
    "{\"method\":\"DELETE\",\"path\":\"/Users/%s\"},"
    "{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"v\",\"data\":{\"userName\":\"last%ld\"}}"
    "]}";

static bool is_there(const char *type, const char *attribute, const char *form, long number)
{
    char value[64];
    snprintf(value, sizeof(value), "%s%ld", form, number);
    return finds(type, attribute, value);
}

// A creation that was answered with 201 is there, and nothing else is, unless that is unknown.
static void check_creation(const struct results *got, size_t at, bool there)
{
    assert_true(got->status[at] != 201 || there);
    assert_true(got->status[at] == 201 || got->unknown[at] || !there);
}

static void check_whole(const struct results *got, long call)
{
    char value[64];
    char path[TEXT_MAX];
    bool user = is_there("Users", "userName", "fault", call);
    check_creation(got, 0, user);
    assert_int_equal(user, is_there("Users", "externalId", "x", call));
    snprintf(value, sizeof(value), "f%ld@x", call);
    assert_int_equal(user, finds("Users", "emails.value", value));
    bool first = is_there("Groups", "displayName", "g", call);
    bool second = is_there("Groups", "displayName", "h", call);
    if (got->status[1] == 201) {
        assert_true(first && second && got->status[2] == 201);
        snprintf(path, sizeof(path), "/scim/v2/Groups?filter=displayName+eq+%%22g%ld%%22", call);
        struct rig_reply group = send_text("GET", path, (str){0});
        assert_true(body_has(group, "\"type\":\"User\"") && body_has(group, "\"type\":\"Group\""));
    }
    check_creation(got, 5, is_there("Users", "userName", "last", call));
    assert_true(got->status[3] != 200 || is_there("Users", "nickName", "n", call));
}

static void create_user(const char *name, char id[UUID_TEXT_LEN + 1])
{
    char body[TEXT_MAX];
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    snprintf(body, sizeof(body), "{\"userName\":\"%s\"}", name);
    struct rig_reply reply = send_text("POST", "/scim/v2/Users", str_of(body));
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str found = json_find_text(json, STR("id"));
    memcpy(id, found.ptr, UUID_TEXT_LEN);
    id[UUID_TEXT_LEN] = '\0';
}

static void every_operation_is_whole_or_nothing_whatever_call_of_the_store_fails(void **state)
{
    bool met = true;
    size_t partial = 0;
    for (long call = 1; met && call < FAULTS_MAX; call++) {
        static char body[TEXT_MAX];
        char gone[UUID_TEXT_LEN + 1];
        char name[64];
        char path[TEXT_MAX];
        struct results got = {0};
        snprintf(name, sizeof(name), "gone%ld", call);
        create_user(name, gone);
        // NOLINTNEXTLINE(clang-diagnostic-format-nonliteral): the constant above
        snprintf(body, sizeof(body), whole_job, call, call, call, call, call, call, gone, call);
        store_fail_at(rig.store, call);
        struct rig_reply reply = send_text("POST", "/scim/v2/Bulk", str_of(body));
        met = store_fail_left(rig.store) <= 0;
        store_fail_at(rig.store, -1);
        if (reply.status == 503) {
            assert_true(body_has(reply, "\"status\":\"503\""));
            assert_false(is_there("Users", "userName", "fault", call));
            assert_false(is_there("Users", "userName", "last", call));
            continue;
        }
        assert_int_equal(reply.status, 200);
        read_results(reply, &got);
        assert_int_equal(got.count, 6);
        for (size_t at = 0; at < got.count; at++) {
            partial += got.status[at] == 503;
        }
        check_whole(&got, call);
        snprintf(path, sizeof(path), "/scim/v2/Users/%s", gone);
        int found = send_text("GET", path, (str){0}).status;
        assert_true(got.status[4] != 204 || found == 404);
        assert_true(got.status[4] == 204 || got.unknown[4] || found == 200);
        assert_chain_holds();
    }
    assert_false(met);
    assert_true(partial > 0);
}

// Turn by turn

struct flight {
    struct roster_arena *arena;
    struct pending *pending;
    enum step step;
};

static void take_off(struct flight *flight, const char *path, str body)
{
    flight->arena = roster_arena_open(ARENA_REQUEST_MAX);
    struct http_exchange *exchange = arena_alloc(flight->arena, sizeof(*exchange));
    struct http_header *own = arena_alloc(flight->arena, sizeof(*own));
    assert_non_null(exchange);
    assert_non_null(own);
    *own = (struct http_header){STR("Authorization"), str_of(authorization)};
    *exchange = (struct http_exchange){.method = HTTP_POST,
                                       .method_text = STR("POST"),
                                       .path = str_of(path),
                                       .body = body,
                                       .remote = STR("127.0.0.1"),
                                       .headers = own,
                                       .header_count = 1,
                                       .arena = flight->arena};
    flight->pending = app_admit(&rig.lane, exchange);
    assert_non_null(flight->pending);
    flight->step = app_begin(&rig.lane, flight->pending);
}

static void work(struct flight *flight)
{
    assert_int_equal(flight->step, STEP_WORK);
    app_work(&rig.lane, flight->pending);
    flight->step = flight->pending->step;
}

static void write_turn(struct flight *flight)
{
    size_t count = 1;
    assert_int_equal(flight->step, STEP_WRITE);
    assert_true(rig_write(&rig, &flight->pending, &count));
    flight->step = flight->pending->step;
}

// What the flight is answered; it stays until land.
static struct rig_reply finish(struct flight *flight)
{
    assert_int_equal(flight->step, STEP_DONE);
    app_finish(&rig.lane, flight->pending);
    conn_rest(rig.lane.conn);
    const struct http_reply *reply = &flight->pending->exchange->reply;
    return (struct rig_reply){.reply = reply, .status = reply->status, .body = reply->body};
}

static void land(struct flight *flight)
{
    app_release(flight->pending);
    roster_arena_close(flight->arena);
    assert_int_equal(atomic_load(&rig.app.bulk_jobs), 0);
}

static str make_creates(struct roster_arena *arena, const char *prefix, size_t count)
{
    struct text out;
    text_init(&out, arena, MIB(4));
    text_lit(&out, "{\"Operations\":[");
    for (size_t at = 0; at < count; at++) {
        text_format(&out,
                    "%s{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"%zu\",\"data\":{"
                    "\"userName\":\"%s%zu\"}}",
                    at > 0 ? "," : "", at, prefix, at);
    }
    text_lit(&out, "]}");
    assert_false(out.full);
    return text_str(&out);
}

static size_t count_text(str text, const char *part)
{
    size_t count = 0;
    size_t len = strlen(part);
    for (size_t at = 0; at + len <= text.len; at++) {
        count += memcmp(text.ptr + at, part, len) == 0;
    }
    return count;
}

static void a_single_create_beside_a_long_job_waits_for_one_turn_of_it(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    struct flight job = {0};
    struct flight single = {0};
    size_t turns = 1;
    take_off(&job, "/scim/v2/Bulk", make_creates(arena, "long", OPERATIONS_MAX));
    work(&job);
    take_off(&single, "/scim/v2/Users", STR("{\"userName\":\"short\"}"));
    assert_int_equal(single.step, STEP_WRITE);
    // One batch of the writer, in which the job came first.
    struct pending *batch[] = {job.pending, single.pending};
    size_t count = 2;
    size_t first = 0;
    while (first < 2) {
        count = 2 - first;
        assert_true(rig_write(&rig, batch + first, &count));
        first += count;
    }
    assert_true(job.pending->bulk->at > 0 && job.pending->bulk->at <= BULK_SLICE_OPERATIONS);
    assert_int_not_equal(job.pending->step, STEP_DONE);
    single.step = STEP_DONE;
    assert_int_equal(finish(&single).status, 201);
    roster_arena_close(single.arena);
    for (job.step = job.pending->step; job.step != STEP_DONE; turns++) {
        size_t at = job.pending->bulk->at;
        if (job.step == STEP_WORK) {
            work(&job);
        }
        write_turn(&job);
        assert_true(job.pending->bulk->at - at <= BULK_SLICE_OPERATIONS);
    }
    assert_true(turns >= OPERATIONS_MAX / BULK_SLICE_OPERATIONS);
    struct rig_reply reply = finish(&job);
    assert_int_equal(reply.status, 200);
    assert_int_equal(count_text(reply.body, "\"status\":\"201\""), OPERATIONS_MAX);
    land(&job);
    roster_arena_close(arena);
}

static void a_server_that_stops_answers_what_ran(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    struct flight job = {0};
    take_off(&job, "/scim/v2/Bulk", make_creates(arena, "stop", 200));
    work(&job);
    write_turn(&job);
    size_t ran = job.pending->bulk->at;
    assert_false(app_is_cut_off(job.pending, false));
    atomic_store(&rig.app.stop_us, 1);
    assert_true(app_is_cut_off(job.pending, false));
    atomic_store(&rig.app.stop_us, 0);
    job.step = job.pending->step;
    struct rig_reply reply = finish(&job);
    assert_int_equal(reply.status, 200);
    assert_int_equal(count_text(reply.body, "{\"status\":\"201\""), ran);
    assert_int_equal(count_text(reply.body, "{\"status\":\"503\""), 200 - ran);
    assert_true(body_has(reply, "did not run"));
    land(&job);
    take_off(&job, "/scim/v2/Bulk", make_creates(arena, "never", 2));
    work(&job);
    assert_true(app_is_cut_off(job.pending, true));
    job.step = job.pending->step;
    reply = finish(&job);
    assert_int_equal(reply.status, 503);
    assert_true(body_has(reply, "send it again"));
    land(&job);
    assert_false(finds("Users", "userName", "never0"));
    assert_true(finds("Users", "userName", "stop0"));
    roster_arena_close(arena);
}

static void a_store_that_is_gone_fails_what_did_not_run(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    struct flight job = {0};
    take_off(&job, "/scim/v2/Bulk", make_creates(arena, "lost", 200));
    work(&job);
    write_turn(&job);
    size_t ran = job.pending->bulk->at;
    if (job.step == STEP_WORK) {
        work(&job);
    }
    store_fail_at(rig.store, 1);  // the beginning of the next transaction
    write_turn(&job);
    store_fail_at(rig.store, -1);
    struct rig_reply reply = finish(&job);
    assert_int_equal(reply.status, 200);
    assert_int_equal(count_text(reply.body, "{\"status\":\"201\""), ran);
    assert_int_equal(count_text(reply.body, "{\"status\":\"503\""), 200 - ran);
    land(&job);
    roster_arena_close(arena);
    assert_chain_holds();
}

static void suspend(struct roster_arena *arena, bool suspended)
{
    struct roster_error err = {0};
    struct tenant_row row = {0};
    struct admin admin = {store_writer(rig.store), &env_system, arena, "test", "", NULL};
    assert_true(tenants_suspend(&admin, STR("acme"), suspended, &row, &err));
    app_forget_actors(&rig.app);
}

static void a_tenant_that_is_suspended_in_the_middle_ends_the_job(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    struct flight job = {0};
    take_off(&job, "/scim/v2/Bulk", make_creates(arena, "suspended", 200));
    work(&job);
    write_turn(&job);
    size_t ran = job.pending->bulk->at;
    suspend(arena, true);
    if (job.step == STEP_WORK) {
        work(&job);
    }
    write_turn(&job);
    struct rig_reply reply = finish(&job);
    assert_int_equal(count_text(reply.body, "{\"status\":\"201\""), ran);
    assert_int_equal(count_text(reply.body, "{\"status\":\"401\""), 200 - ran);
    assert_int_equal(count_text(reply.body, "roster tenant resume"), 200 - ran);
    land(&job);
    suspend(arena, false);
    assert_true(is_there("Users", "userName", "suspended", 0));
    assert_false(is_there("Users", "userName", "suspended", 199));
    roster_arena_close(arena);
}

static void a_token_that_is_revoked_in_the_middle_ends_the_job(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    static struct secret other;
    struct flight job = {0};
    struct roster_error err = {0};
    struct token_row row = {0};
    char kept[sizeof(authorization)];
    memcpy(kept, authorization, sizeof(kept));
    rig_token(&rig, "acme", "", &other);
    snprintf(authorization, sizeof(authorization), "Bearer %s", other.text);
    take_off(&job, "/scim/v2/Bulk", make_creates(arena, "revoked", 200));
    work(&job);
    write_turn(&job);
    size_t ran = job.pending->bulk->at;
    struct admin admin = {store_writer(rig.store), &env_system, arena, "test", "", NULL};
    assert_true(tokens_revoke(&admin, job.pending->actor.credential, &row, &err));
    app_forget_actors(&rig.app);
    memcpy(authorization, kept, sizeof(kept));
    if (job.step == STEP_WORK) {
        work(&job);
    }
    write_turn(&job);
    struct rig_reply reply = finish(&job);
    assert_int_equal(reply.status, 200);
    assert_int_equal(count_text(reply.body, "{\"status\":\"201\""), ran);
    assert_int_equal(count_text(reply.body, "{\"status\":\"401\""), 200 - ran);
    land(&job);
    roster_arena_close(arena);
}

// A body like that of make_creates, in which each person has a value of an extension.
static str make_extended(struct roster_arena *arena, size_t count)
{
    struct text out;
    text_init(&out, arena, MIB(4));
    text_lit(&out, "{\"Operations\":[");
    for (size_t at = 0; at < count; at++) {
        text_format(&out,
                    "%s{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"%zu\",\"data\":{"
                    "\"userName\":\"own%zu\",\"urn:x:Own\":{\"code\":\"c%zu\"}}}",
                    at > 0 ? "," : "", at, at, at);
    }
    text_lit(&out, "]}");
    assert_false(out.full);
    return text_str(&out);
}

static void declare_extension(struct roster_arena *arena)
{
    struct tenant_row tenant = {0};
    struct conn *writer = store_writer(rig.store);
    struct extension_row extension = {.type = TYPE_NUMBER_USER, .schema = STR("urn:x:Own")};
    str document = STR("{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Schema\"],"
                       "\"id\":\"urn:x:Own\",\"name\":\"Own\",\"attributes\":[{\"name\":\"code\","
                       "\"type\":\"string\",\"multiValued\":false}]}");
    assert_int_equal(tenant_find(writer, STR("acme"), arena, &tenant), STORE_OK);
    assert_int_equal(conn_begin(writer), STORE_OK);
    assert_int_equal(schema_put(writer, tenant.tenant, extension.schema, document), STORE_OK);
    assert_int_equal(extension_put(writer, tenant.tenant, &extension), STORE_OK);
    assert_int_equal(schemas_touch(writer, tenant.tenant), STORE_OK);
    assert_int_equal(conn_commit(writer), STORE_OK);
    app_forget_actors(&rig.app);
}

static bool has_code(size_t number)
{
    char path[TEXT_MAX];
    snprintf(path, sizeof(path), "/scim/v2/Users?filter=userName+eq+%%22own%zu%%22", number);
    struct rig_reply reply = send_text("GET", path, (str){0});
    assert_true(body_has(reply, "\"totalResults\":1"));
    return body_has(reply, "\"code\":");
}

static void other_schemas_in_the_middle_of_a_job_hold_for_what_follows(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    struct flight job = {0};
    take_off(&job, "/scim/v2/Bulk", make_extended(arena, 150));
    work(&job);
    write_turn(&job);
    size_t ran = job.pending->bulk->at;
    declare_extension(arena);
    while (job.step != STEP_DONE) {
        if (job.step == STEP_WORK) {
            work(&job);
        } else {
            write_turn(&job);
        }
    }
    struct rig_reply reply = finish(&job);
    assert_int_equal(reply.status, 200);
    assert_int_equal(count_text(reply.body, "\"status\":\"201\""), 150);
    land(&job);
    assert_false(has_code(0));
    assert_false(has_code(ran - 1));
    assert_true(has_code(ran));
    assert_true(has_code(149));
    roster_arena_close(arena);
}

static void a_job_that_runs_out_of_memory_says_so_or_ends_well(void **state)
{
    static const char body[] =
        "{\"Operations\":[{\"method\":\"POST\",\"path\":\"/Groups\",\"bulkId\":\"g%ld\",\"data\":{"
        "\"displayName\":\"full%ld\",\"members\":[{\"value\":\"bulkId:u\"}]}},"
        "{\"method\":\"DELETE\",\"path\":\"/Users/none\"},{\"method\":\"POST\",\"path\":\"/Users\","
        "\"bulkId\":\"u\",\"data\":{\"userName\":\"full%ld\"}}]}";
    size_t refused = 0;
    size_t done = 0;
    for (long at = 0; at < 120; at++) {
        struct flight job = {0};
        char text[TEXT_MAX];
        snprintf(text, sizeof(text), body, at, at, at);
        take_off(&job, "/scim/v2/Bulk", str_of(text));
        arena_fail_at(job.arena, at);
        while (job.step != STEP_DONE) {
            if (job.step == STEP_WORK) {
                work(&job);
            } else {
                write_turn(&job);
            }
        }
        struct rig_reply reply = finish(&job);
        assert_true(reply.status == 200 || reply.status == 413);
        refused += reply.status == 413;
        done += reply.status == 200;
        land(&job);
        assert_true(reply.status != 200 || is_there("Groups", "displayName", "full", at));
    }
    assert_true(refused > 10 && done > 10);
    assert_chain_holds();
}

static void a_tenant_has_half_of_the_jobs_and_another_one_still_gets_in(void **state)
{
    enum { OWN_MAX = BULK_JOBS_MAX / 2 };
    static struct flight jobs[OWN_MAX + 2];
    static struct secret other;
    struct roster_arena *arena = roster_arena_open(MIB(16));
    str body = make_creates(arena, "many", 1);
    for (size_t at = 0; at <= OWN_MAX; at++) {
        take_off(&jobs[at], "/scim/v2/Bulk", body);
        assert_int_equal(jobs[at].step, at < OWN_MAX ? STEP_WORK : STEP_DONE);
    }
    assert_int_equal(jobs[OWN_MAX].pending->exchange->reply.status, 429);
    rig_tenant(&rig, "quiet", "interop");
    rig_token(&rig, "quiet", "", &other);
    snprintf(authorization, sizeof(authorization), "Bearer %s", other.text);
    take_off(&jobs[OWN_MAX + 1], "/scim/v2/Bulk", body);
    assert_int_equal(jobs[OWN_MAX + 1].step, STEP_WORK);
    snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
    for (size_t at = 0; at < COUNT_OF(jobs); at++) {
        app_release(jobs[at].pending);
        roster_arena_close(jobs[at].arena);
    }
    assert_int_equal(atomic_load(&rig.app.bulk_jobs), 0);
    roster_arena_close(arena);
}

static int open_all(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_token(&rig, "acme", "", &token);
    snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
    return 0;
}

static int close_all(void **state)
{
    rig_close(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_operation_is_whole_or_nothing_whatever_call_of_the_store_fails),
        cmocka_unit_test(a_single_create_beside_a_long_job_waits_for_one_turn_of_it),
        cmocka_unit_test(a_server_that_stops_answers_what_ran),
        cmocka_unit_test(a_store_that_is_gone_fails_what_did_not_run),
        cmocka_unit_test(a_tenant_that_is_suspended_in_the_middle_ends_the_job),
        cmocka_unit_test(a_token_that_is_revoked_in_the_middle_ends_the_job),
        cmocka_unit_test(other_schemas_in_the_middle_of_a_job_hold_for_what_follows),
        cmocka_unit_test(a_job_that_runs_out_of_memory_says_so_or_ends_well),
        cmocka_unit_test(a_tenant_has_half_of_the_jobs_and_another_one_still_gets_in),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
