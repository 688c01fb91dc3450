// memory_test.c: what large requests may take of memory together, and that it is given back.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static struct rig rig;
static struct secret token;
static char authorization[80];

struct flight {
    struct roster_arena *arena;
    struct pending *pending;
    enum step step;
};

static void take_off(struct flight *flight, const char *path, str body)
{
    static struct http_header headers[1];
    headers[0] = (struct http_header){STR("Authorization"), str_of(authorization)};
    flight->arena = roster_arena_open(ARENA_REQUEST_MAX);
    struct http_exchange *exchange = arena_alloc(flight->arena, sizeof(*exchange));
    assert_non_null(exchange);
    *exchange = (struct http_exchange){.method = HTTP_POST,
                                       .method_text = STR("POST"),
                                       .arena = flight->arena,
                                       .path = str_of(path),
                                       .body = body,
                                       .remote = STR("127.0.0.1"),
                                       .headers = headers,
                                       .header_count = 1};
    flight->pending = app_admit(&rig.lane, exchange);
    assert_non_null(flight->pending);
    flight->step = app_begin(&rig.lane, flight->pending);
}

static void land(struct flight *flight)
{
    app_release(flight->pending);
    roster_arena_close(flight->arena);
}

// A job whose one operation is as long as a body may be.
static str make_large(char *out)
{
    static const char end[] = {'"', '}', '}', ']', '}'};
    size_t len = (size_t)snprintf(
        out, HTTP_BODY_MAX,
        "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],"
        "\"Operations\":[{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\","
        "\"data\":{\"userName\":\"large\",\"title\":\"");
    memset(out + len, 'x', HTTP_BODY_MAX - len);
    memcpy(out + HTTP_BODY_MAX - sizeof(end), end, sizeof(end));
    return (str){out, HTTP_BODY_MAX};
}

static void be(const char *tenant, struct secret *secret)
{
    rig_tenant(&rig, tenant, "interop");
    rig_token(&rig, tenant, "", secret);
    snprintf(authorization, sizeof(authorization), "Bearer %s", secret->text);
}

// Each may come to take 66 MiB of 512: a tenant leaves as much to others as it has.
static const struct {
    const char *tenant;
    size_t jobs;
    int refused;  // status of the one job more
} shares[] = {{"one", 4, 429}, {"two", 2, 429}, {"three", 1, 503}, {"four", 0, 503}};

static void large_jobs_share_the_memory_that_there_is_for_jobs(void **state)
{
    static struct flight jobs[BULK_JOBS_MAX];
    char *memory = malloc(HTTP_BODY_MAX);
    size_t count = 0;
    assert_non_null(memory);
    str body = make_large(memory);
    for (size_t row = 0; row < COUNT_OF(shares); row++) {
        be(shares[row].tenant, &token);
        for (size_t at = 0; at <= shares[row].jobs; at++) {
            take_off(&jobs[count], "/scim/v2/Bulk", body);
            assert_int_equal(jobs[count].step, at < shares[row].jobs ? STEP_WORK : STEP_DONE);
            count++;
        }
        assert_int_equal(jobs[count - 1].pending->exchange->reply.status, shares[row].refused);
        assert_in_range(atomic_load(&rig.app.bulk_bytes), 1, BULK_BYTES_MAX);
    }
    while (count > 0) {
        land(&jobs[--count]);
    }
    assert_int_equal(atomic_load(&rig.app.bulk_bytes), 0);
    assert_int_equal(atomic_load(&rig.app.bulk_jobs), 0);
    free(memory);
}

// How long its longest operation is, is known once a worker has read it.
static void a_job_of_many_small_operations_leaves_what_it_does_not_take(void **state)
{
    enum { MANY = 800, LEN = 1500 };
    struct flight job = {0};
    struct roster_arena *arena = roster_arena_open(MIB(4));
    struct text body;
    be("small", &token);
    text_init(&body, arena, MIB(4));
    text_lit(&body, "{\"Operations\":[");
    for (int at = 0; at < MANY; at++) {
        text_format(&body,
                    "%s{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"b%d\",\"data\":{"
                    "\"userName\":\"u%d\",\"title\":\"%0*d\"}}",
                    at == 0 ? "" : ",", at, at, LEN, at);
    }
    text_lit(&body, "]}");
    assert_false(body.full);
    take_off(&job, "/scim/v2/Bulk", text_str(&body));
    assert_true(atomic_load(&rig.app.bulk_bytes) > (int64_t)MIB(12));
    app_work(&rig.lane, job.pending);
    assert_in_range(atomic_load(&rig.app.bulk_bytes), BULK_SLICE_BYTES, MIB(4));
    land(&job);
    assert_int_equal(atomic_load(&rig.app.bulk_bytes), 0);
    roster_arena_close(arena);
}

static void memory_is_given_back_behind_what_took_much_and_only_then(void **state)
{
    struct flight light = {0};
    struct flight job = {0};
    be("back", &token);
    while (app_heap_is_loose(&rig.app)) {
    }
    take_off(&light, "/scim/v2/Users/.search", STR("{}"));
    land(&light);
    assert_false(app_heap_is_loose(&rig.app));
    take_off(&job, "/scim/v2/Bulk", STR("{\"Operations\":[]}"));
    assert_false(app_heap_is_loose(&rig.app));
    land(&job);
    // The second look is for what the request freed behind the first.
    assert_true(app_heap_is_loose(&rig.app));
    assert_true(app_heap_is_loose(&rig.app));
    assert_false(app_heap_is_loose(&rig.app));
}

static int setup(void **state)
{
    rig_open(&rig);
    return 0;
}

static int teardown(void **state)
{
    rig_close(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_jobs_share_the_memory_that_there_is_for_jobs),
        cmocka_unit_test(a_job_of_many_small_operations_leaves_what_it_does_not_take),
        cmocka_unit_test(memory_is_given_back_behind_what_took_much_and_only_then),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
