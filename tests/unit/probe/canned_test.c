// canned_test.c: checks of what a server may lack, each on a good and on a bad canned answer.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "probe/check.h"
#include "unit/probe/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

#define CONFIG                                                                                     \
    "{\"patch\":{\"supported\":true},\"filter\":{\"supported\":true},"                             \
    "\"bulk\":{\"supported\":true,\"maxOperations\":3},"                                           \
    "\"pagination\":{\"cursor\":true,\"index\":true}}"
#define RESULTS(list) "{\"schemas\":[\"" URN_BULK_REPLY "\"],\"Operations\":[" list "]}"
#define DONE(id, place)                                                                            \
    "{\"method\":\"POST\",\"bulkId\":\"" id "\",\"status\":\"201\",\"location\":\"http://h" place  \
    "\"}"
#define NOT_FOUND                                                                                  \
    "{\"method\":\"DELETE\",\"status\":\"404\",\"location\":\"http://h/Users/x\",\"response\":"    \
    "{\"schemas\":[\"" URN_ERROR "\"],\"status\":\"404\"}}"
#define CHANGED "{\"method\":\"PUT\",\"status\":\"200\",\"location\":\"http://h/Users/u1\"}"
#define REMOVED "{\"method\":\"DELETE\",\"status\":\"204\",\"location\":\"http://h/Users/gone\"}"
#define PERSON(name) "\"Resources\":[{\"userName\":\"x-" name "\"}]"
// Without a location.
#define HALF(status_) "{\"method\":\"POST\",\"bulkId\":\"b\",\"status\":" status_ "}"
#define NEXT(name, cursor) "{" PERSON(name) ",\"nextCursor\":\"" cursor "\"}"
#define PAGES(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define LIST "\"schemas\":[\"" URN_LIST "\"],"

enum { PAGES_MAX = 4 };

static const struct canned {
    const char *name;
    const char *check;
    int status;  // of all its answers
    enum verdict verdict;
    const char *pages[PAGES_MAX];  // answers to POST /Bulk, or to one query after the other
} rows[] = {
    // One row an answer.
    // clang-format off
    {"two users are made", "bulk.create", 200, VERDICT_PASS,
     PAGES(RESULTS(DONE("a", "/Users/u1") "," DONE("b", "/Users/u2")))},
    {"a status is a number", "bulk.create", 200, VERDICT_UNMET,
     PAGES(RESULTS(DONE("a", "/Users/u1") "," HALF("201")))},
    {"a location is missing", "bulk.create", 200, VERDICT_UNMET,
     PAGES(RESULTS(DONE("a", "/Users/u1") "," HALF("\"201\"")))},
    {"one bulkId comes twice", "bulk.create", 200, VERDICT_UNMET,
     PAGES(RESULTS(DONE("a", "/Users/u1") "," DONE("a", "/Users/u2")))},
    {"a job answers 201", "bulk.create", 201, VERDICT_UNMET,
     PAGES(RESULTS(DONE("a", "/Users/u1") "," DONE("b", "/Users/u2")))},
    {"a job answers with a list", "bulk.create", 200, VERDICT_UNMET,
     PAGES("[]")},
    {"one fails and one is done", "bulk.failure", 200, VERDICT_PASS,
     PAGES(RESULTS(NOT_FOUND "," DONE("a", "/Users/u1")))},
    {"a failure has no response", "bulk.failure", 200, VERDICT_UNMET,
     PAGES(RESULTS("{\"method\":\"DELETE\",\"status\":\"404\"}," DONE("a", "/Users/u1")))},
    {"after a failure nothing is done", "bulk.failure", 200, VERDICT_UNMET,
     PAGES(RESULTS(NOT_FOUND))},
    {"the first failure ends the job", "bulk.fail-on-errors", 200, VERDICT_PASS,
     PAGES(RESULTS(NOT_FOUND))},
    {"the job goes on behind the first failure", "bulk.fail-on-errors", 200, VERDICT_UNMET,
     PAGES(RESULTS(NOT_FOUND "," DONE("a", "/Users/u1")))},
    {"PUT and DELETE are done", "bulk.mixed", 200, VERDICT_PASS,
     PAGES(RESULTS(CHANGED "," REMOVED))},
    {"DELETE is not done", "bulk.mixed", 200, VERDICT_UNMET,
     PAGES(RESULTS(CHANGED))},
    {"a reference is resolved", "bulk.reference", 200, VERDICT_PASS,
     PAGES(RESULTS(DONE("a", "/Users/u1") "," DONE("b", "/Groups/g1")))},
    {"a reference is to nothing", "bulk.reference", 200, VERDICT_UNMET,
     PAGES(RESULTS(HALF("\"409\"") "," DONE("a", "/Users/u1")))},
    {"a forward reference is resolved", "bulk.forward-reference", 200, VERDICT_PASS,
     PAGES(RESULTS(DONE("b", "/Groups/g1") "," DONE("a", "/Users/u1")))},
    {"a forward reference fails", "bulk.forward-reference", 200, VERDICT_UNMET,
     PAGES(RESULTS(HALF("\"409\"") "," DONE("a", "/Users/u1")))},
    {"a circle is resolved", "bulk.circle", 200, VERDICT_PASS,
     PAGES(RESULTS(DONE("a", "/Groups/g1") "," DONE("b", "/Groups/g2")))},
    {"a circle is refused as a whole", "bulk.circle", 409, VERDICT_PASS,
     PAGES("{}")},
    {"a circle breaks the server", "bulk.circle", 500, VERDICT_UNMET,
     PAGES("{}")},
    {"a circle fails for another reason", "bulk.circle", 200, VERDICT_UNMET,
     PAGES(RESULTS("{\"bulkId\":\"a\",\"status\":\"400\"}"))},
    {"too many operations are refused", "bulk.too-many", 413, VERDICT_PASS,
     PAGES("{}")},
    {"too many operations are done", "bulk.too-many", 200, VERDICT_UNMET,
     PAGES(RESULTS(NOT_FOUND))},
    {"no JSON is refused", "bulk.syntax", 400, VERDICT_PASS,
     PAGES("{}")},
    {"no JSON breaks the server", "bulk.syntax", 500, VERDICT_UNMET,
     PAGES("{}")},
    {"three pages end", "cursor.walk", 200, VERDICT_PASS,
     PAGES(NEXT("pada", "a"), NEXT("pbob", "b"), "{" PERSON("pcyd") "}")},
    {"the walk leaves somebody out", "cursor.walk", 200, VERDICT_UNMET,
     PAGES(NEXT("pada", "a"), "{" PERSON("pbob") "}")},
    {"the walk brings somebody twice", "cursor.walk", 200, VERDICT_UNMET,
     PAGES(NEXT("pada", "a"), NEXT("pada", "b"), "{" PERSON("pcyd") "}")},
    {"the walk never ends", "cursor.walk", 200, VERDICT_UNMET,
     PAGES(NEXT("pada", "a"), NEXT("pbob", "b"), NEXT("pcyd", "c"),
           "{\"Resources\":[],\"nextCursor\":\"d\"}")},
    {"a cursor has other characters", "cursor.walk", 200, VERDICT_UNMET,
     PAGES("{" PERSON("pada") ",\"nextCursor\":\"a/b=\"}")},
    {"the first page has no way back", "cursor.first", 200, VERDICT_PASS,
     PAGES(NEXT("pada", "a"))},
    {"the first page has a way back", "cursor.first", 200, VERDICT_UNMET,
     PAGES("{" PERSON("pada") ",\"nextCursor\":\"a\",\"previousCursor\":\"b\"}")},
    {"a page of one has one", "cursor.count", 200, VERDICT_PASS,
     PAGES(NEXT("pada", "a"))},
    {"a page of one has two", "cursor.count", 200, VERDICT_UNMET,
     PAGES("{\"Resources\":[{},{}],\"nextCursor\":\"a\"}")},
    {"a page of one has no next one", "cursor.count", 200, VERDICT_UNMET,
     PAGES("{" PERSON("pada") "}")},
    {"a search has a cursor", "cursor.search", 200, VERDICT_PASS,
     PAGES("{" LIST PERSON("pada") ",\"nextCursor\":\"a\"}")},
    {"a search has no cursor", "cursor.search", 200, VERDICT_UNMET,
     PAGES("{" LIST PERSON("pada") "}")},
    {"a wrong cursor is refused", "cursor.invalid", 400, VERDICT_PASS,
     PAGES("{\"scimType\":\"invalidCursor\"}")},
    {"a wrong cursor is believed", "cursor.invalid", 200, VERDICT_UNMET,
     PAGES("{" PERSON("pada") "}")},
    {"a wrong cursor is a wrong value", "cursor.invalid", 400, VERDICT_UNMET,
     PAGES("{\"scimType\":\"invalidValue\"}")},
    // clang-format on
};

// What every such server has besides: the users of people.c can be made, and what Bulk makes read.
static const struct can common[] = {
    {"GET /ServiceProviderConfig", HTTP_SENT, 200, CONFIG, NULL, 0},
    {"GET /Users?count=1", HTTP_SENT, 200, "{}", NULL, 0},
    {"GET /Users/gone", HTTP_SENT, 404, "{}", NULL, 0},
    {"GET /Users/", HTTP_SENT, 200, "{\"userName\":\"x\",\"title\":\"U\"}", NULL, 0},
    {"GET /Groups?filter", HTTP_SENT, 200, "{\"Resources\":[{\"members\":[{\"value\":\"u1\"}]}]}",
     NULL, 0},
    {"POST /Users|", HTTP_SENT, 201, "{\"id\":\"u1\"}", NULL, 1},
    {"POST /Users|", HTTP_SENT, 201, "{\"id\":\"gone\"}", NULL, 0},
};

static void fill(struct shelf *shelf, const struct canned *row)
{
    bool bulk = strncmp(row->check, "bulk", 4) == 0;
    bool search = strcmp(row->check, "cursor.search") == 0;
    const char *request = bulk     ? "POST /Bulk"
                          : search ? "POST /Users/.search"
                                   : "GET /Users?filter=userName%20sw";
    size_t at = 0;
    for (size_t i = 0; i < COUNT_OF(common); i++) {
        shelf->cans[at++] = common[i];
    }
    for (size_t i = 0; i < PAGES_MAX && row->pages[i] != NULL; i++) {
        bool last = i + 1 == PAGES_MAX || row->pages[i + 1] == NULL;
        shelf->cans[at++] =
            (struct can){request, HTTP_SENT, row->status, row->pages[i], NULL, last ? 0 : 1};
    }
}

static void good_answers_pass_and_bad_ones_do_not(void **state)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct shelf shelf = {0};
        print_message("  %s\n", rows[i].name);
        fill(&shelf, &rows[i]);
        struct probe_report report = shelf_run(&shelf, rows[i].check, *state);
        assert_int_equal(report.count, 1);
        print_message("    %.*s\n", STR_ARGS(report.results[0].detail));
        assert_int_equal(report.results[0].verdict, rows[i].verdict);
    }
}

static bool has_row(const char *id, enum verdict verdict)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (strcmp(rows[i].check, id) == 0 && rows[i].verdict == verdict) {
            return true;
        }
    }
    return false;
}

static void each_such_check_has_both(void **state)
{
    const struct check *const areas[] = {bulk_checks, cursor_checks};
    for (size_t area = 0; area < COUNT_OF(areas); area++) {
        for (const struct check *check = areas[area]; check->about.id != NULL; check++) {
            print_message("  %s\n", check->about.id);
            assert_true(has_row(check->about.id, VERDICT_PASS));
            assert_true(has_row(check->about.id, VERDICT_UNMET));
        }
    }
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
        cmocka_unit_test(good_answers_pass_and_bad_ones_do_not),
        cmocka_unit_test(each_such_check_has_both),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
