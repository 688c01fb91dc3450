// test_journal.c: every way to be refused has a remedy, and what records say is what people read.
// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"
#include "cli/journal_advice.h"
#include "cli/journal_filter.h"
#include "cli/journal_print.h"
#include "cli/mask.h"
#include "journal/segment.h"
#include "sys/sys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

static int open_arena(void **state)
{
    *state = roster_arena_open(MIB(16));
    return *state == NULL;
}

static int close_arena(void **state)
{
    roster_arena_close(*state);
    return 0;
}

static void every_refusal_has_a_remedy(void **state)
{
    for (int code = 1; code < JOURNAL_CODES; code++) {
        if (advice_of_code((enum roster_code)code) == NULL) {
            fail_msg("%s has none", error_name((enum roster_code)code));
        }
    }
    assert_null(advice_of_code(ROSTER_OK));
}

static struct record some_record(void)
{
    struct record record = {.facts = {.status = 200,
                                      .took_us = 1500,
                                      .time_us = INT64_C(1790000000000000),
                                      .flags = RECORD_KNOWN,
                                      .quirks_on = roster_quirks_of(ROSTER_PROFILE_INTEROP).on}};
    record.texts[RECORD_REQUEST] = STR("6f3a0c1200000007");
    record.texts[RECORD_TENANT] = STR("acme");
    record.texts[RECORD_ACTOR] = STR("token:7");
    record.texts[RECORD_ADDRESS] = STR("127.0.0.1");
    record.texts[RECORD_METHOD] = STR("GET");
    record.texts[RECORD_PATH] = STR("/scim/v2/Users");
    record.texts[RECORD_TYPE] = STR("User");
    return record;
}

static const char *explained(struct roster_arena *arena, const struct record *record)
{
    struct roster_error err = {0};
    struct text out;
    text_init(&out, arena, MIB(1));
    const struct roster_registry *registry = roster_registry_builtin(arena, &err);
    assert_non_null(registry);
    journal_explain(record, registry, arena, &out);
    text_char(&out, '\0');
    assert_false(out.full);
    return out.ptr;
}

static void expect_has(struct roster_arena *arena, const struct record *record, const char *part)
{
    const char *text = explained(arena, record);
    if (strstr(text, part) == NULL) {
        fail_msg("%s\nhas no: %s", text, part);
    }
}

static void a_filter_is_said_in_the_words_of_the_schema(void **state)
{
    struct record record = some_record();
    record.texts[RECORD_QUERY] =
        STR("count=1&filter=EMAILS%5Btype+EQ+%22work%22%5D+and+username+sw+O");
    expect_has(*state, &record,
               "understood  filter: emails[type eq \"work\"] and userName sw \"O\"\n");
    record.texts[RECORD_QUERY] = STR("filter=urn:example:Own:pin+eq+%22x%22");
    expect_has(*state, &record, "attributes that the tenant has declared itself\n");
    record.facts.quirks_used = UINT64_C(1) << ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE;
    expect_has(*state, &record, "understood  filter: urn:example:Own:pin pr\n");
    record.texts[RECORD_QUERY] = STR("filter=***");
    expect_has(*state, &record, "understood  filter: it names something secret\n");
    record.texts[RECORD_QUERY] = STR("filter=userName+is+1");
    expect_has(*state, &record, "understood  filter: not at all, see the answer\n");
}

static void a_patch_is_said_operation_by_operation(void **state)
{
    struct record record = some_record();
    record.texts[RECORD_METHOD] = STR("PATCH");
    record.facts.body = BODY_KEPT;
    record.texts[RECORD_BODY] =
        STR("{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":["
            "{\"op\":\"Replace\",\"value\":{\"active\":\"False\",\"nickname\":\"b\"}},"
            "{\"op\":\"replace\",\"path\":\"password\",\"value\":\"***\"},"
            "{\"op\":\"remove\",\"path\":\"emails[type eq \\\"work\\\"].value\"}]}");
    expect_has(*state, &record,
               "understood  1: replace active = false\n"
               "            1: replace nickName = \"b\"\n"
               "            3: remove emails[type eq \"work\"].value\n"
               "            the password is set or removed\n");
}

static void a_refusal_says_what_to_change(void **state)
{
    struct record record = some_record();
    record.facts.status = 409;
    record.facts.code = ROSTER_ERR_UNIQUENESS;
    record.texts[RECORD_DETAIL] = STR("userName is already in use by another User");
    expect_has(*state, &record,
               "answered    409 uniqueness: userName is already in use by another User in 1.5 ms "
               "on the loop\n");
    expect_has(*state, &record, "remedy      Somebody has this value already: ");
}

static void a_change_is_named(void **state)
{
    struct record record = some_record();
    record.facts.place = RECORD_ON_WRITER;
    record.facts.flags |= RECORD_CHANGED;
    record.facts.revision = 4;
    record.texts[RECORD_ID] = STR("0198");
    expect_has(*state, &record, "changed     User 0198, now at revision 4\n");
    record.facts.flags = RECORD_KNOWN;
    expect_has(*state, &record, "changed     User 0198: nothing, it was so already\n");
}

static void what_a_sender_wrote_does_not_drive_the_terminal(void **state)
{
    struct record record = some_record();
    struct text out;
    record.texts[RECORD_PATH] = STR("/scim/v2/\x1b[2J\n");
    text_init(&out, *state, KIB(4));
    journal_line(&record, &out);
    assert_false(str_contains(text_str(&out), STR("\x1b")));
    assert_true(memchr(out.ptr, '\n', out.len - 1) == NULL);
}

static void json_says_the_same(void **state)
{
    struct record record = some_record();
    struct roster_error err = {0};
    str text = {0};
    const struct roster_registry *registry = roster_registry_builtin(*state, &err);
    record.facts.quirks_used = UINT64_C(1) << ROSTER_QUIRK_COERCE_BOOLEAN;
    struct roster_json *json = journal_json(&record, false, registry, *state);
    assert_non_null(json);
    assert_true(roster_json_print(json, *state, &text));
    static const char want[] =
        "{\"time\":\"2026-09-21T14:13:20.000Z\",\"request\":\"6f3a0c1200000007\","
        "\"tenant\":\"acme\",\"actor\":\"token:7\",\"address\":\"127.0.0.1\",\"method\":\"GET\","
        "\"path\":\"/scim/v2/Users\",\"type\":\"User\",\"status\":200,\"took_us\":1500,"
        "\"ran_on\":\"loop\",\"bytes_in\":0,\"bytes_out\":0,\"source\":0,"
        "\"quirks\":[\"coerce-boolean\"]}";
    char got[1024];
    snprintf(got, sizeof(got), "%.*s", STR_ARGS(text));
    assert_string_equal(got, want);
}

static bool fits(struct roster_arena *arena, const struct journal_filter *filter)
{
    struct record record = some_record();
    record.facts.quirks_used = 1;
    record.facts.body = BODY_KEPT;
    record.texts[RECORD_QUERY] = STR("filter=userName+eq+%22Ann%40b.c%22");
    record.texts[RECORD_BODY] = STR("{\"userName\":\"quoted\\\"name\"}");
    record.texts[RECORD_ID] = STR("0198-AB");
    return journal_filter_match(filter, &record, arena);
}

static void records_are_found_by_each_filter(void **state)
{
    static const struct {
        const char *name;
        struct journal_filter filter;
        bool fits;
    } rows[] = {
        {"nothing asked", {.method = {0}}, true},
        {"tenant", {.tenant = STR_INIT("acme")}, true},
        {"another tenant", {.tenant = STR_INIT("acm")}, false},
        {"method", {.method = STR_INIT("get")}, true},
        {"another method", {.method = STR_INIT("PUT")}, false},
        {"path", {.path = STR_INIT("/users")}, true},
        {"query", {.path = STR_INIT("eq \"ann@")}, true},
        {"another path", {.path = STR_INIT("/Groups")}, false},
        {"id", {.user = STR_INIT("0198-ab")}, true},
        {"userName in the query", {.user = STR_INIT("ann@b.c")}, true},
        {"userName in the body", {.user = STR_INIT("quoted\"name")}, true},
        {"somebody else", {.user = STR_INIT("bob")}, false},
        {"actor", {.actor = STR_INIT("token:7")}, true},
        {"another actor", {.actor = STR_INIT("token:77")}, false},
        {"status", {.status_from = 200, .status_to = 299}, true},
        {"another status", {.status_from = 201, .status_to = 201}, false},
        {"since", {.since_us = INT64_C(1790000000000000)}, true},
        {"since later", {.since_us = INT64_C(1790000000000001)}, false},
        {"until", {.until_us = INT64_C(1790000000000001)}, true},
        {"until earlier", {.until_us = INT64_C(1790000000000000)}, false},
        {"refused", {.refused = true}, false},
        {"quirks", {.quirks = true}, true},
        {"request", {.request = STR_INIT("6f3a0c1200000007")}, true},
        {"another request", {.request = STR_INIT("6f3a0c1200000008")}, false},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (fits(*state, &rows[at].filter) != rows[at].fits) {
            fail_msg("%s", rows[at].name);
        }
    }
}

static void answers_of_two_servers_are_comparable(void **state)
{
    static const struct {
        const char *name;
        const char *body;
        const char *masked;
    } rows[] = {
        {"ids are numbered as they come",
         "{\"id\":\"0198c9a0-7a1e-7000-8000-000000000001\",\"manager\":"
         "\"0198c9a0-7a1e-7000-8000-000000000002\"}",
         "{\"id\":\"#1\",\"manager\":\"#2\"}"},
        {"an id keeps its number wherever it stands",
         "[\"/Users/0198c9a0-7a1e-7000-8000-000000000002?\"]", "[\"/Users/#2?\"]"},
        {"what is never twice the same is left out",
         "{\"meta\":{\"created\":\"x\",\"lastModified\":\"y\",\"version\":\"z\","
         "\"resourceType\":\"User\"},\"nextCursor\":\"c\"}",
         "{\"meta\":{\"resourceType\":\"User\"}}"},
        {"what is no JSON stays as it is", "gone {", "gone {"},
        {"there is no body", "", ""},
    };
    struct mask mask = {.arena = *state};
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        str out = {0};
        assert_true(mask_body(&mask, str_of(rows[at].body), *state, &out));
        if (!str_equal(out, str_of(rows[at].masked))) {
            fail_msg("%s: %.*s", rows[at].name, STR_ARGS(out));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_refusal_has_a_remedy),
        cmocka_unit_test_setup_teardown(a_filter_is_said_in_the_words_of_the_schema, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(a_patch_is_said_operation_by_operation, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(a_refusal_says_what_to_change, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_change_is_named, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(what_a_sender_wrote_does_not_drive_the_terminal, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(answers_of_two_servers_are_comparable, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(json_says_the_same, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(records_are_found_by_each_filter, open_arena, close_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
