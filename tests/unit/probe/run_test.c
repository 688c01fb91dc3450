// run_test.c: how a run begins, ends and cleans up, on canned answers.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "unit/probe/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

#define RUN SHELF_RUN
#define CONFIG                                                                                     \
    "{\"patch\":{\"supported\":true},\"filter\":{\"supported\":true},\"bulk\":{\"supported\":"     \
    "false}}"

static const struct {
    const char *name;
    struct can cans[3];
    enum probe_end end;
    const char *detail;
} ends[] = {
    {"a host without an address ends the run",
     {{"GET /", HTTP_SENT_NO_HOST, 0, "", NULL, 0}},
     PROBE_NO_HOST,
     "canned"},
    {"a port without a server ends the run",
     {{"GET /", HTTP_SENT_NO_CONNECT, 0, "", NULL, 0}},
     PROBE_UNREACHABLE,
     "canned"},
    {"a server that hangs ends the run",
     {{"GET /", HTTP_SENT_LATE, 0, "", NULL, 0}},
     PROBE_UNREACHABLE,
     "canned"},
    {"a token that is refused ends the run",
     {{"GET /Users", HTTP_SENT, 401, "", NULL, 0}, {"GET /", HTTP_SENT, 200, CONFIG, NULL, 0}},
     PROBE_REFUSED,
     "401"},
    {"a token that may not read ends the run",
     {{"GET /", HTTP_SENT, 403, "{}", NULL, 0}},
     PROBE_REFUSED,
     "403"},
    {"a redirect is not followed, and named",
     {{"GET /", HTTP_SENT, 301, "", "https://elsewhere.example/\x1b[1m", 0}},
     PROBE_UNREACHABLE,
     "https://elsewhere.example/.[1m"},
    {"a web page is no SCIM server",
     {{"GET /", HTTP_SENT, 200, "<html>", NULL, 0}},
     PROBE_UNREACHABLE,
     "no SCIM server"},
    {"another service is no SCIM server",
     {{"GET /", HTTP_SENT, 404, "{\"error\":\"not found\"}", NULL, 0}},
     PROBE_UNREACHABLE,
     "no SCIM server"},
};

static void a_run_ends_at_once_where_it_makes_no_sense(void **state)
{
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        struct shelf shelf = {0};
        memcpy(shelf.cans, ends[i].cans, sizeof(ends[i].cans));
        print_message("  %s\n", ends[i].name);
        struct probe_report report = shelf_run(&shelf, "", *state);
        assert_int_equal(report.end, ends[i].end);
        assert_true(str_contains(report.detail, str_of(ends[i].detail)));
        assert_int_equal(report.count, 0);
        assert_true(shelf.requests <= 2);
    }
}

static void a_server_without_features_is_not_asked_for_them(void **state)
{
    struct shelf shelf = {.cans = {{"GET /ServiceProviderConfig", HTTP_SENT, 200,
                                    "{\"patch\":{\"supported\":false}}", NULL, 0},
                                   {"GET /Users", HTTP_SENT, 200, "{}", NULL, 0}}};
    struct probe_report report = shelf_run(&shelf, "patch,bulk,sort,etag,filter,cursor", *state);
    assert_true(report.count > 50);
    for (size_t i = 0; i < report.count; i++) {
        assert_int_equal(report.results[i].verdict, VERDICT_SKIP);
        assert_true(str_contains(report.results[i].detail, STR("support")));
    }
    assert_int_equal(shelf.requests, 4);
}

#define GOOD                                                                                       \
    {"GET /ServiceProviderConfig", HTTP_SENT, 200, CONFIG, NULL, 0},                               \
    {                                                                                              \
        "GET /Users?count=1", HTTP_SENT, 200, "{}", NULL, 0                                        \
    }

// The name of the only resource that create.status makes: it is the check of that number.
static const char *made_name(const struct shelf *shelf, char out[64])
{
    const char *at = strstr(shelf->log, RUN);
    snprintf(out, 64, "%.*s", at != NULL ? (int)strcspn(at, "%|") : 0, at != NULL ? at : "");
    return out;
}

static void what_was_made_is_deleted_once(void **state)
{
    struct shelf shelf = {
        .cans = {GOOD,
                 {"POST /Users", HTTP_SENT, 201, "{}", "http://h/Users/a%2Fb", 0},
                 {"GET /Users/a%2Fb", HTTP_SENT, 200, "{\"userName\":\"" RUN "-1\"}", NULL, 0},
                 {"DELETE /Users/a%2Fb", HTTP_SENT, 204, "", NULL, 1}}};
    struct probe_report report = shelf_run(&shelf, "create.status", *state);
    assert_int_equal(report.results[0].verdict, VERDICT_PASS);
    assert_int_equal(report.left_count, 0);
    assert_non_null(strstr(shelf.log, "POST /Users|GET /Users/a%2Fb|DELETE /Users/a%2Fb|"));
    assert_null(strstr(strstr(shelf.log, "DELETE") + 1, "DELETE"));
}

static void what_bears_another_name_is_never_deleted(void **state)
{
    struct shelf shelf = {
        .cans = {GOOD,
                 {"POST /Users", HTTP_SENT, 201, "{\"id\":\"7\",\"userName\":\"admin\"}",
                  "http://h/Users/7", 0},
                 {"GET /Users?filter", HTTP_SENT, 200,
                  "{\"totalResults\":1,\"Resources\":[{\"id\":\"7\","
                  "\"userName\":\"admin\"}]}",
                  NULL, 0},
                 {"GET /Users/7", HTTP_SENT, 200, "{\"userName\":\"admin\"}", NULL, 0}}};
    (void)shelf_run(&shelf, "create.status", *state);
    assert_null(strstr(shelf.log, "DELETE"));
}

static void an_answer_without_a_body_is_looked_at_before_it_is_believed(void **state)
{
    struct shelf shelf = {
        .cans = {GOOD,
                 {"POST /Users", HTTP_SENT, 201, "", "http://h/Users/7", 0},
                 {"GET /Users/7", HTTP_SENT, 200, "{\"userName\":\"admin\"}", NULL, 0}}};
    struct probe_report report = shelf_run(&shelf, "create.status", *state);
    assert_null(strstr(shelf.log, "DELETE"));
    assert_int_equal(report.left_count, 1);
}

// What the server answers when it is asked for the lost name has to hold that name.
static void a_create_without_an_answer_is_found_by_its_name(void **state)
{
    char name[64];
    char list[256];
    struct shelf first = {.cans = {GOOD, {"POST /Users", HTTP_SENT_LATE, 0, "", NULL, 0}}};
    struct probe_report report = shelf_run(&first, "create.status", *state);
    assert_int_equal(report.results[0].verdict, VERDICT_UNMET);
    assert_true(str_contains(report.results[0].detail, STR("no answer")));
    assert_int_equal(report.left_count, 1);
    snprintf(list, sizeof(list),
             "{\"Resources\":[{\"id\":\"8\",\"userName\":\"%s\"},{\"id\":\"9\",\"userName\":"
             "\"%sx\"}]}",
             made_name(&first, name), name);
    struct shelf second = {
        .cans = {GOOD,
                 {"POST /Users", HTTP_SENT_LATE, 0, "", NULL, 0},
                 {"GET /Users?filter=userName%20eq", HTTP_SENT, 200, list, NULL, 0},
                 {"DELETE /Users/8", HTTP_SENT, 204, "", NULL, 0}}};
    report = shelf_run(&second, "create.status", *state);
    assert_int_equal(report.left_count, 0);
    assert_non_null(strstr(second.log, "DELETE /Users/8|"));
    assert_null(strstr(second.log, "/Users/9"));
}

static void what_cannot_be_deleted_is_told(void **state)
{
    struct shelf shelf = {
        .cans = {GOOD,
                 {"POST /Users", HTTP_SENT, 201, "", "http://h/Users/\x1b[7m", 0},
                 {"GET /Users/%1B%5B7m", HTTP_SENT, 200, "{\"userName\":\"" RUN "-1\"}", NULL, 0},
                 {"DELETE /", HTTP_SENT, 500, "", NULL, 0}}};
    struct probe_report report = shelf_run(&shelf, "create.status", *state);
    assert_int_equal(report.left_count, 1);
    assert_true(str_equal(report.left[0], STR("/Users/.[7m")));
}

static void a_server_that_goes_away_ends_the_run(void **state)
{
    struct shelf shelf = {.cans = {GOOD,
                                   {"GET /ResourceTypes", HTTP_SENT, 404, "{}", NULL, 1},
                                   {"GET /Schemas", HTTP_SENT, 404, "{}", NULL, 1},
                                   {"", HTTP_SENT_LATE, 0, "", NULL, 0}}};
    struct probe_report report = shelf_run(&shelf, "create,read", *state);
    assert_int_equal(report.end, PROBE_UNREACHABLE);
    assert_in_range(report.count, 1, 3);
    assert_true(shelf.requests < 15);
}

static void a_stopped_run_cleans_up(void **state)
{
    struct shelf shelf = {
        .cans = {GOOD,
                 {"POST /Users", HTTP_SENT, 201, "", "http://h/Users/7", 0},
                 {"GET /Users/7", HTTP_SENT, 200, "{\"userName\":\"" RUN "-1\"}", NULL, 0},
                 {"DELETE /Users/7", HTTP_SENT, 204, "", NULL, 0}},
        .stop_at = 5};
    struct probe_report report = shelf_run(&shelf, "create", *state);
    assert_int_equal(report.end, PROBE_STOPPED);
    assert_int_equal(report.count, 1);
    assert_int_equal(report.left_count, 0);
    assert_non_null(strstr(shelf.log, "DELETE /Users/7|"));
}

static void a_stopped_clean_up_tells_what_is_left(void **state)
{
    struct shelf shelf = {
        .cans = {GOOD,
                 {"POST /Users", HTTP_SENT, 201, "{\"id\":\"7\",\"userName\":\"\"}", NULL, 0},
                 {"GET /Users/7", HTTP_SENT_CANCELLED, 0, "", NULL, 0}},
        .stop_at = 5};
    struct probe_report report = shelf_run(&shelf, "create.id", *state);
    assert_int_equal(report.end, PROBE_STOPPED);
    assert_true(report.left_count >= 1);
    assert_true(str_equal(report.left[0], STR("/Users/7")));
}

static void the_token_is_in_no_report(void **state)
{
    struct shelf shelf = {.cans = {GOOD}};
    struct probe_report report = shelf_run(&shelf, "", *state);
    for (size_t i = 0; i < report.count; i++) {
        assert_false(str_contains(report.results[i].detail, STR("secret-token")));
        assert_false(str_contains(report.results[i].sent, STR("secret-token")));
    }
    assert_null(strstr(shelf.log, "secret-token"));
}

// However little memory there is for the report, it is a whole one.
static void a_report_without_memory_is_short_but_whole(void **state)
{
    for (size_t max = KIB(1); max < KIB(512); max *= 2) {
        struct shelf shelf = {.cans = {GOOD}};
        struct roster_arena *arena = roster_arena_open(max);
        assert_non_null(arena);
        struct probe_report report = shelf_run(&shelf, "create,read", arena);
        assert_true(report.end == PROBE_DONE || report.end == PROBE_NO_MEMORY);
        for (size_t i = 0; i < report.count; i++) {
            assert_int_not_equal(report.results[i].verdict, VERDICT_NONE);
            assert_true(str_is_ascii(report.results[i].detail));
        }
        roster_arena_close(arena);
    }
}

static void areas_and_checks_are_known_by_name(void **state)
{
    assert_true(probe_knows(STR("patch")));
    assert_true(probe_knows(STR("patch.add")));
    assert_true(probe_knows(STR("patch.add.simple")));
    assert_false(probe_knows(STR("patch.ad")));
    assert_false(probe_knows(STR("")));
    assert_false(probe_knows(STR("nothing")));
}

static int open_arena(void **state)
{
    *state = roster_arena_open(ARENA_REQUEST_MAX);
    return *state == NULL;
}

static int close_arena(void **state)
{
    roster_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_ends_at_once_where_it_makes_no_sense),
        cmocka_unit_test(a_server_without_features_is_not_asked_for_them),
        cmocka_unit_test(what_was_made_is_deleted_once),
        cmocka_unit_test(what_bears_another_name_is_never_deleted),
        cmocka_unit_test(an_answer_without_a_body_is_looked_at_before_it_is_believed),
        cmocka_unit_test(a_create_without_an_answer_is_found_by_its_name),
        cmocka_unit_test(what_cannot_be_deleted_is_told),
        cmocka_unit_test(a_server_that_goes_away_ends_the_run),
        cmocka_unit_test(a_stopped_run_cleans_up),
        cmocka_unit_test(a_stopped_clean_up_tells_what_is_left),
        cmocka_unit_test(the_token_is_in_no_report),
        cmocka_unit_test(a_report_without_memory_is_short_but_whole),
        cmocka_unit_test(areas_and_checks_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
