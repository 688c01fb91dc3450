// answers_test.c: whole requests whose answers were once wrong, or easily could be.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { TEXT_MAX = 1024, REPORTS = 250, ONES = 700000, MESH = 240 };

static struct rig rig;
static struct secret token;
static char authorization[80];

static struct rig_reply send_with(const char *method, const char *path, const char *name,
                                  const char *value, str body)
{
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)},
                                          {str_of(name), str_of(value)}};
    return rig_send(&rig, str_of(method), str_of(path), headers, name == NULL ? 1 : 2, body);
}

static struct rig_reply send_text(const char *method, const char *path, const char *body)
{
    return send_with(method, path, NULL, NULL, str_of(body));
}

static bool body_has(struct rig_reply reply, const char *part)
{
    return str_contains(reply.body, str_of(part));
}

static void create(const char *path, const char *body, char id[UUID_TEXT_LEN + 1])
{
    struct rig_reply reply = send_text("POST", path, body);
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str found = json_find_text(json, STR("id"));
    assert_int_equal(found.len, UUID_TEXT_LEN);
    memcpy(id, found.ptr, found.len);
    id[found.len] = '\0';
}

static void set_profile(const char *profile)
{
    struct roster_error err = {0};
    struct tenant_row row = {0};
    struct tenant_setting setting = {STR("profile"), str_of(profile)};
    roster_arena_reset(rig.arena);
    struct admin admin = {store_writer(rig.store), &env_system, rig.arena, "test", "", NULL};
    assert_true(tenants_set(&admin, STR("acme"), &setting, 1, &row, &err));
    app_forget_actors(&rig.app);
}

static void revoke(int64_t number)
{
    struct roster_error err = {0};
    struct token_row row = {0};
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct admin admin = {store_writer(rig.store), &env_system, arena, "test", "", NULL};
    assert_true(tokens_revoke(&admin, number, &row, &err));
    app_forget_actors(&rig.app);
    roster_arena_close(arena);
}

static void an_imported_id_is_escaped_wherever_it_is_part_of_a_uri(void **state)
{
    static const char *const place = "/scim/v2/Users/a%20%22b%2Fc%3F%C3%A4";
    struct tenant_row tenant = {0};
    struct resource_row row = {.id = STR("a \"b/c?\xC3\xA4"),
                               .type = TYPE_NUMBER_USER,
                               .revision = 1,
                               .display = STR("x"),
                               .document = STR("{\"schemas\":[\"urn:ietf:params:scim:schemas:core:"
                                               "2.0:User\"],\"id\":\"a \\\"b/c?\xC3\xA4\","
                                               "\"userName\":\"imported\"}")};
    struct conn *writer = store_writer(rig.store);
    assert_int_equal(tenant_find(writer, STR("acme"), rig.arena, &tenant), STORE_OK);
    assert_int_equal(conn_begin(writer), STORE_OK);
    assert_int_equal(resource_insert(writer, tenant.tenant, &row, NULL), STORE_OK);
    assert_int_equal(conn_commit(writer), STORE_OK);
    struct rig_reply reply = send_text("GET", place, "");
    assert_int_equal(reply.status, 200);
    assert_true(body_has(reply, place));
    char group[UUID_TEXT_LEN + 1];
    char path[80];
    create("/scim/v2/Groups",
           "{\"displayName\":\"G\",\"members\":[{\"value\":\"a \\\"b/c?\xC3\xA4\"}]}", group);
    snprintf(path, sizeof(path), "/scim/v2/Groups/%s", group);
    reply = send_text("GET", path, "");
    assert_true(body_has(reply, place));
    assert_true(body_has(reply, "\"value\":\"a \\\"b/c?\xC3\xA4\""));
    char manager[UUID_TEXT_LEN + 1];
    create(
        "/scim/v2/Users",
        "{\"userName\":\"report\",\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\":"
        "{\"manager\":{\"value\":\"a \\\"b/c?\xC3\xA4\"}}}",
        manager);
    snprintf(path, sizeof(path), "/scim/v2/Users/%s", manager);
    assert_true(body_has(send_text("GET", path, ""), place));
}

static void a_token_that_is_revoked_between_head_and_commit_writes_nothing(void **state)
{
    struct secret other;
    char value[80];
    rig_token(&rig, "acme", "", &other);
    snprintf(value, sizeof(value), "Bearer %s", other.text);
    const struct http_header headers[] = {{STR("Authorization"), str_of(value)}};
    roster_arena_reset(rig.arena);
    struct http_exchange exchange = {
        .method = HTTP_POST,
        .method_text = STR("POST"),
        .path = STR("/scim/v2/Users"),
        .body = STR("{\"userName\":\"late\"}"),
        .headers = headers,
        .header_count = 1,
        .arena = rig.arena,
    };
    struct pending *pending = app_admit(&rig.lane, &exchange);
    assert_true(pending->admitted);
    assert_int_equal(app_begin(&rig.lane, pending), STEP_WRITE);
    revoke(pending->actor.credential);
    size_t count = 1;
    assert_true(rig_write(&rig, &pending, &count));
    app_finish(&rig.lane, pending);
    conn_rest(rig.lane.conn);
    assert_int_equal(exchange.reply.status, 401);
    assert_true(body_has(send_text("GET", "/scim/v2/Users?filter=userName+eq+%22late%22", ""),
                         "\"totalResults\":0"));
}

static void a_dangling_manager_does_not_stand_in_the_way_of_a_deactivation(void **state)
{
    char id[UUID_TEXT_LEN + 1];
    char path[TEXT_MAX];
    create("/scim/v2/Users",
           "{\"userName\":\"dangling\",\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:"
           "User\":{\"manager\":{\"value\":\"nobody\"}}}",
           id);
    snprintf(path, sizeof(path), "/scim/v2/Users/%s", id);
    set_profile("rfc");
    struct rig_reply reply =
        send_text("PATCH", path,
                  "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":"
                  "[{\"op\":\"replace\",\"path\":\"active\",\"value\":false}]}");
    assert_int_equal(reply.status, 200);
    assert_true(body_has(reply, "\"active\":false"));
    set_profile("interop");
}

static void the_reports_of_a_deleted_manager_lose_their_reference(void **state)
{
    char boss[UUID_TEXT_LEN + 1];
    char report[UUID_TEXT_LEN + 1];
    char text[TEXT_MAX];
    create("/scim/v2/Users", "{\"userName\":\"boss\",\"displayName\":\"The Boss\"}", boss);
    for (int at = 0; at < REPORTS; at++) {
        snprintf(text, sizeof(text),
                 "{\"userName\":\"report%d\",\"urn:ietf:params:scim:schemas:extension:enterprise:"
                 "2.0:User\":{\"manager\":{\"value\":\"%s\"}}}",
                 at, boss);
        create("/scim/v2/Users", text, report);
    }
    snprintf(text, sizeof(text), "/scim/v2/Users/%s", report);
    assert_true(body_has(send_text("GET", text, ""), "\"displayName\":\"The Boss\""));
    snprintf(text, sizeof(text), "/scim/v2/Users/%s", boss);
    assert_int_equal(send_text("DELETE", text, "").status, 204);
    snprintf(text, sizeof(text), "/scim/v2/Users/%s", report);
    struct rig_reply left = send_text("GET", text, "");
    assert_int_equal(left.status, 200);
    assert_false(body_has(left, "manager"));
    assert_false(body_has(left, "enterprise"));
}

static void a_body_that_needs_too_much_memory_is_413_in_scim_json(void **state)
{
    size_t len = 2 * (size_t)ONES + 32;
    char *body = malloc(len);
    size_t at = (size_t)snprintf(body, len, "{\"userName\":\"x\",\"zz\":[1");
    for (int n = 1; n < ONES; n++) {
        memcpy(body + at, ",1", 2);
        at += 2;
    }
    memcpy(body + at, "]}", 2);
    struct rig_reply reply = send_with("POST", "/scim/v2/Users", NULL, NULL, (str){body, at + 2});
    assert_int_equal(reply.status, 413);
    assert_true(body_has(reply, "urn:ietf:params:scim:api:messages:2.0:Error"));
    free(body);
}

static const struct {
    const char *name;
    const char *method;
    const char *path;
    const char *header;
    const char *value;
    int status;
} oddities[] = {
    {"an empty If-Match is malformed", "DELETE", "/scim/v2/Users/x", "If-Match", "", 400},
    {"an unquoted list with a gap is malformed", "DELETE", "/scim/v2/Users/x", "If-Match", "a b",
     400},
    {"a tenant of foreign bytes is malformed", "GET", "/t/%FF%22/scim/v2/Users", NULL, NULL, 400},
    {"an escaped parameter name counts", "GET", "/scim/v2/Users?%66ilter=FOO", NULL, NULL, 400},
    {"a filter on discovery is forbidden", "GET", "/scim/v2/Schemas?filter=id+pr", NULL, NULL, 403},
    {"a bulk job needs a body", "POST", "/scim/v2/Bulk", NULL, NULL, 400},
    {"an unknown version is refused", "GET", "/scim/v3/Users", NULL, NULL, 400},
};

static void odd_requests_get_the_status_of_their_rule(void **state)
{
    for (size_t at = 0; at < COUNT_OF(oddities); at++) {
        print_message("# %s\n", oddities[at].name);
        struct rig_reply reply = send_with(oddities[at].method, oddities[at].path,
                                           oddities[at].header, oddities[at].value, (str){0});
        assert_int_equal(reply.status, oddities[at].status);
        assert_true(body_has(reply, "urn:ietf:params:scim:api:messages:2.0:Error"));
    }
}

static struct roster_json *read_copy(struct roster_arena *arena, struct rig_reply reply)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 200);
    assert_true(roster_json_read(reply.body, arena, &json, &err));
    return json;
}

static void a_spliced_answer_and_a_projected_one_say_the_same(void **state)
{
    char id[UUID_TEXT_LEN + 1];
    char text[TEXT_MAX];
    struct roster_arena *arena = roster_arena_open(MIB(1));
    create(
        "/scim/v2/Users",
        "{\"userName\":\"both\",\"externalId\":\"e\",\"displayName\":\"B \\\"q\\\"\",\"emails\":["
        "{\"value\":\"a@b\",\"type\":\"work\",\"primary\":true}],\"urn:ietf:params:scim:schemas:"
        "extension:enterprise:2.0:User\":{\"department\":\"D\",\"manager\":{\"value\":\"m\"}}}",
        id);
    snprintf(text, sizeof(text), "{\"displayName\":\"both\",\"members\":[{\"value\":\"%s\"}]}", id);
    char group[UUID_TEXT_LEN + 1];
    create("/scim/v2/Groups", text, group);
    snprintf(text, sizeof(text), "/scim/v2/Users/%s", id);
    struct roster_json *spliced = read_copy(arena, send_text("GET", text, ""));
    snprintf(text, sizeof(text), "/scim/v2/Users/%s?excludedAttributes=nickName", id);
    struct roster_json *projected = read_copy(arena, send_text("GET", text, ""));
    assert_true(json_equal(spliced, projected));
    assert_non_null(json_find(spliced, STR("groups")));
    assert_non_null(json_find(spliced, STR("externalId")));
    roster_arena_close(arena);
}

static struct resource_row find_head(int type, const char *id)
{
    struct resource_row row = {0};
    assert_int_equal(resource_find_head(rig.lane.conn, 1, type, str_of(id), rig.arena, &row),
                     STORE_OK);
    return row;
}

// Groups that are all nested in each other, and a user in the first.
static void make_mesh(char user[UUID_TEXT_LEN + 1])
{
    struct conn *writer = store_writer(rig.store);
    int64_t rows[MESH];
    char id[UUID_TEXT_LEN + 1];
    create("/scim/v2/Users", "{\"userName\":\"meshed\"}", user);
    struct member_row member = {
        .row = find_head(TYPE_NUMBER_USER, user).row, .type = TYPE_NUMBER_USER, .id = str_of(user)};
    for (int at = 0; at < MESH; at++) {
        char text[64];
        snprintf(text, sizeof(text), "{\"displayName\":\"mesh %d\"}", at);
        create("/scim/v2/Groups", text, id);
        rows[at] = find_head(TYPE_NUMBER_GROUP, id).row;
    }
    assert_int_equal(conn_begin(writer), STORE_OK);
    assert_int_equal(member_insert(writer, 1, rows[0], &member), STORE_OK);
    for (int at = 0; at < MESH * MESH; at++) {
        member = (struct member_row){
            .row = rows[at % MESH], .type = TYPE_NUMBER_GROUP, .id = str_of(id)};
        assert_int_equal(member_insert(writer, 1, rows[at / MESH], &member), STORE_OK);
    }
    assert_int_equal(conn_commit(writer), STORE_OK);
}

static void nesting_that_a_loop_does_not_follow_is_followed_by_a_worker(void **state)
{
    char id[UUID_TEXT_LEN + 1];
    char path[TEXT_MAX];
    char last[64];
    make_mesh(id);
    snprintf(last, sizeof(last), "\"mesh %d\"", MESH - 1);
    snprintf(path, sizeof(path), "/scim/v2/Users/%s", id);
    struct rig_reply reply = send_text("GET", path, "");
    assert_int_equal(reply.status, 200);
    assert_true(reply.waited);
    assert_true(body_has(reply, last));
    reply = send_text("GET", "/scim/v2/Users?filter=userName+eq+%22meshed%22", "");
    assert_int_equal(reply.status, 200);
    assert_true(reply.waited);
    assert_true(body_has(reply, last));
    snprintf(path, sizeof(path), "/scim/v2/Users/%s?excludedAttributes=groups", id);
    assert_false(send_text("GET", path, "").waited);
}

static void a_change_whose_answer_takes_too_much_is_saved_and_answered_without_one(void **state)
{
    const char *filter = "/scim/v2/Users?filter=userName+eq+%22meshed%22&attributes=id";
    char path[TEXT_MAX];
    struct roster_json *list = NULL;
    struct roster_error err = {0};
    assert_true(roster_json_read(send_text("GET", filter, "").body, rig.arena, &list, &err));
    str id = json_find_text(json_find(list, STR("Resources"))->first, STR("id"));
    snprintf(path, sizeof(path), "/scim/v2/Users/%.*s", STR_ARGS(id));
    struct rig_reply reply =
        send_text("PATCH", path,
                  "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":"
                  "[{\"op\":\"replace\",\"path\":\"title\",\"value\":\"Saved\"}]}");
    assert_int_equal(reply.status, 204);
    assert_int_equal(reply.body.len, 0);
    assert_true(body_has(send_text("GET", path, ""), "\"title\":\"Saved\""));
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
        cmocka_unit_test(an_imported_id_is_escaped_wherever_it_is_part_of_a_uri),
        cmocka_unit_test(a_token_that_is_revoked_between_head_and_commit_writes_nothing),
        cmocka_unit_test(a_dangling_manager_does_not_stand_in_the_way_of_a_deactivation),
        cmocka_unit_test(the_reports_of_a_deleted_manager_lose_their_reference),
        cmocka_unit_test(a_body_that_needs_too_much_memory_is_413_in_scim_json),
        cmocka_unit_test(odd_requests_get_the_status_of_their_rule),
        cmocka_unit_test(a_spliced_answer_and_a_projected_one_say_the_same),
        cmocka_unit_test(nesting_that_a_loop_does_not_follow_is_followed_by_a_worker),
        cmocka_unit_test(a_change_whose_answer_takes_too_much_is_saved_and_answered_without_one),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
