// test_audit_read.c: roster audit export and tail: every field, both formats, hostile values.
// SPDX-License-Identifier: Apache-2.0
#include "unit/cli/place.h"

#include "cli/audit_entry.h"
#include "cli/checkpoints.h"
#include "cli/duration.h"
#include "sys/log.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

static int64_t find_tenant(struct place *place, const char *name)
{
    struct tenant_row row = {0};
    assert_int_equal(tenant_find(store_writer(place->store), str_of(name), place->arena, &row),
                     STORE_OK);
    return row.tenant;
}

static void add_change(struct place *place, const char *tenant, struct change *change)
{
    static unsigned char salt[16];
    struct conn *writer = store_writer(place->store);
    int64_t number = find_tenant(place, tenant);
    assert_int_equal(conn_begin(writer), STORE_OK);
    assert_int_equal(change_insert(writer, number, change, salt), STORE_OK);
    assert_int_equal(conn_commit(writer), STORE_OK);
}

static size_t count_lines(str text)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len; at++) {
        count += text.ptr[at] == '\n';
    }
    return count;
}

static void expect_has(const struct place *place, const char *part)
{
    if (!str_contains(out(place), str_of(part))) {
        fail_msg("not \"%s\" in \"%.*s\"", part, STR_ARGS(out(place)));
    }
}

static void text_that_a_spreadsheet_would_run_is_neutral_in_csv(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        const char *cell;
    } rows[] = {
        {"plain text is only put in quotes", "anna", "\"anna\""},
        {"nothing is an empty cell", "", "\"\""},
        {"an equals sign", "=1+1", "\"'=1+1\""},
        {"a plus", "+1", "\"'+1\""},
        {"a minus", "-1", "\"'-1\""},
        {"an at sign", "@SUM(A1)", "\"'@SUM(A1)\""},
        {"a tab", "\t=1", "\"'\t=1\""},
        {"a carriage return", "\r=1", "\"'\r=1\""},
        {"a line end", "\n=1", "\"'\n=1\""},
        {"blanks before a sign", "  =1", "\"'  =1\""},
        {"a sign in full width",
         "\xef\xbc\x9d"
         "1",
         "\"'\xef\xbc\x9d"
         "1\""},
        {"a sign further on is text", "a=1", "\"a=1\""},
        {"quotes are doubled", "a\"b", "\"a\"\"b\""},
        {"quotes in front of a sign", "\"=1", "\"\"\"=1\""},
        {"a comma and a line end stay in the cell", "a,\nb", "\"a,\nb\""},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct place *place = *state;
        struct text text;
        text_init(&text, place->arena, KIB(1));
        csv_print_text(&text, str_of(rows[at].text));
        if (!str_equal(text_str(&text), str_of(rows[at].cell))) {
            fail_msg("%s: %.*s", rows[at].name, STR_ARGS(text_str(&text)));
        }
    }
}

static void make_entries(struct place *place)
{
    struct change_member left = {12, STR("=2+2"), false, NULL};
    struct change_member joined = {11, STR("u-11"), true, &left};
    struct change changes[] = {
        {.time_ms = 1000,
         .kind = CHANGE_PATCH,
         .type = 2,
         .id = STR("@g\"1"),
         .revision = 3,
         .before = STR("{\"displayName\":\"=a\\n\\\"\"}"),
         .after = STR("{\"displayName\":\"b\",\"title\":null}"),
         .members = &joined,
         .actor = STR("token:7"),
         .credential = 7,
         .address = STR("192.0.2.1"),
         .request_id = STR("r-1")},
        {.time_ms = 2000, .kind = CHANGE_DELETE, .type = 1, .id = STR("u-11"), .actor = STR("x")},
    };
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_int_equal(do_line(place, "roster tenant add beta"), EX_OK);
    for (size_t at = 0; at < COUNT_OF(changes); at++) {
        add_change(place, "acme", &changes[at]);
    }
}

static void an_export_has_every_field_of_every_entry(void **state)
{
    struct place *place = *state;
    make_entries(place);
    assert_int_equal(do_line(place, "roster audit export --until 1970-01-02"), EX_OK);
    assert_int_equal(count_lines(out(place)), 2);
    expect_has(place, "{\"tenant\":\"acme\",\"tenantNumber\":1,\"sequence\":2,"
                      "\"time\":\"1970-01-01T00:00:01.000Z\",\"kind\":\"patch\","
                      "\"resourceType\":\"Group\",\"id\":\"@g\\\"1\",\"revision\":3,"
                      "\"actor\":\"token:7\",\"credential\":7,\"address\":\"192.0.2.1\","
                      "\"requestId\":\"r-1\",\"digest\":\"");
    expect_has(place, "\"before\":{\"displayName\":\"=a\\n\\\"\"},"
                      "\"after\":{\"displayName\":\"b\",\"title\":null},\"erased\":false,"
                      "\"members\":[{\"value\":\"u-11\",\"added\":true},"
                      "{\"value\":\"=2+2\",\"added\":false}]}\n");
    expect_has(place, "\"kind\":\"delete\",\"resourceType\":\"User\",\"id\":\"u-11\","
                      "\"revision\":0,\"actor\":\"x\",\"credential\":0,\"address\":null");
    assert_int_equal(do_line(place, "roster audit export --json"), EX_OK);
    assert_int_equal(count_lines(out(place)), 4);
    assert_int_equal(do_line(place, "roster audit export --tenant beta --json"), EX_OK);
    assert_int_equal(count_lines(out(place)), 1);
}

static void an_export_as_csv_is_neutral(void **state)
{
    struct place *place = *state;
    make_entries(place);
    assert_int_equal(do_line(place, "roster audit export --format csv --until 1970-01-02"), EX_OK);
    assert_true(
        str_equal(str_head(out(place), 40), STR("tenant,tenantNumber,sequence,time,kind,r")));
    expect_has(place,
               "\"acme\",1,2,\"1970-01-01T00:00:01.000Z\",\"patch\",\"Group\",\"'@g\"\"1\",3,"
               "\"token:7\",7,\"192.0.2.1\",\"r-1\",\"");
    expect_has(place, "\"{\"\"displayName\"\":\"\"=a\\n\\\"\"\"\"}\","
                      "\"{\"\"displayName\"\":\"\"b\"\",\"\"title\"\":null}\",false,"
                      "\"[{\"\"value\"\":\"\"u-11\"\",\"\"added\"\":true},"
                      "{\"\"value\"\":\"\"=2+2\"\",\"\"added\"\":false}]\"\r\n");
    assert_int_equal(do_line(place, "roster audit export --format csv --json"), EX_USAGE);
    assert_int_equal(do_line(place, "roster audit export --format xml"), EX_USAGE);
}

static void times_bound_an_export(void **state)
{
    static const struct {
        const char *line;
        size_t entries;
    } rows[] = {
        {"roster audit export --since 1970-01-01T00:00:02Z --until 1970-01-02", 1},
        {"roster audit export --since 1970-01-01T00:00:01Z --until 1970-01-01T00:00:02Z", 1},
        {"roster audit export --since 1970-01-01T02:00:01+02:00 --until 1970-01-02", 2},
        {"roster audit export --since 1d", 2},
        {"roster audit export --until 1d", 2},
        {"roster audit export --since 2200-01-01", 0},
    };
    struct place *place = *state;
    make_entries(place);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        assert_int_equal(do_line(place, rows[at].line), EX_OK);
        if (count_lines(out(place)) != rows[at].entries) {
            fail_msg("%s: %zu", rows[at].line, count_lines(out(place)));
        }
    }
    assert_int_equal(do_line(place, "roster audit export --since yesterday"), EX_USAGE);
    assert_int_equal(do_line(place, "roster audit export --tenant nobody"), EX_NOINPUT);
}

// More members than are printed in one piece, and exactly as many, which must not open a new piece.
static void members_without_number_come_in_pieces(void **state)
{
    static const int counts[] = {AUDIT_MEMBERS_PIECE, 2 * AUDIT_MEMBERS_PIECE + 7};
    struct place *place = *state;
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    for (size_t at = 0; at < COUNT_OF(counts); at++) {
        struct change_member *first = NULL;
        for (int member = counts[at]; member > 0; member--) {
            struct change_member *one = arena_alloc(place->arena, sizeof(*one));
            *one = (struct change_member){member, {0}, true, first};
            assert_true(arena_format(place->arena, &one->member_id, "u-%d", member));
            first = one;
        }
        struct change change = {.time_ms = 5, .kind = CHANGE_PATCH, .type = 2, .members = first};
        add_change(place, "acme", &change);
    }
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(do_line(place, "roster audit export --until 1970-01-02"), EX_OK);
    str rest = out(place);
    for (size_t at = 0; at < COUNT_OF(counts); at++) {
        str line = {0};
        str_cut(rest, '\n', &line, &rest);
        assert_true(roster_json_read(line, place->arena, &json, &err));
        const struct roster_json *members = json_find(json, STR("members"));
        assert_int_equal(members->count, counts[at]);
        assert_true(str_equal(json_find_text(members->first, STR("value")), STR("u-1")));
        assert_true(json_find_text(members->last, STR("value")).len > 0);
    }
    assert_int_equal(do_line(place, "roster audit tail -n 2"), EX_OK);
    expect_has(place, "; members +5000 -0 and more\n");
}

static void what_somebody_wrote_into_the_store_breaks_no_line(void **state)
{
    struct place *place = *state;
    struct change change = {.time_ms = 5,
                            .kind = (enum change_kind)99,
                            .type = 77,
                            .id = STR("a\nb"),
                            .before = STR("{not\njson"),
                            .actor = STR("\x1b[31m")};
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    add_change(place, "acme", &change);
    assert_int_equal(do_line(place, "roster audit export --until 1970-01-02"), EX_OK);
    assert_int_equal(count_lines(out(place)), 1);
    expect_has(place, "\"kind\":null,\"resourceType\":null,\"id\":\"a\\nb\"");
    expect_has(place, "\"before\":\"{not\\njson\"");
    assert_int_equal(do_line(place, "roster audit tail --tenant acme -n 1"), EX_OK);
    assert_int_equal(count_lines(out(place)), 1);
    expect_has(place, "  ? a.b  by .[31m from ");
}

static void a_tail_shows_the_newest_of_one_tenant_or_of_all_by_time(void **state)
{
    struct place *place = *state;
    struct change first = {.time_ms = 1, .kind = CHANGE_CREATE, .type = 1, .id = STR("early")};
    struct change last = {.time_ms = INT64_C(4102444800000),  // 2100
                          .kind = CHANGE_PATCH,
                          .type = 1,
                          .id = STR("late"),
                          .actor = STR("token:1"),
                          .address = STR("192.0.2.1"),
                          .before = STR("{\"active\":true}"),
                          .after =
                              STR("{\"active\":false,\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1}")};
    make_entries(place);
    add_change(place, "acme", &last);
    add_change(place, "beta", &first);
    assert_int_equal(do_line(place, "roster audit tail -n 1"), EX_OK);
    assert_true(
        str_equal(out(place), STR("2100-01-01T00:00:00.000Z  acme 4  patch User late"
                                  "  by token:1 from 192.0.2.1: active, a, b, c, d, ...\n")));
    assert_int_equal(do_line(place, "roster audit tail"), EX_OK);
    assert_int_equal(count_lines(out(place)), 6);
    assert_true(str_equal(str_head(out(place), 24), STR("1970-01-01T00:00:00.001Z")));
    assert_int_equal(do_line(place, "roster audit tail --tenant beta --lines 1"), EX_OK);
    expect_has(place, "1970-01-01T00:00:00.001Z  beta 2  create User early");
    assert_int_equal(do_line(place, "roster audit tail --json --lines 2 --tenant acme"), EX_OK);
    assert_int_equal(count_lines(out(place)), 2);
    assert_int_equal(do_line(place, "roster audit tail -n 0"), EX_USAGE);
    assert_int_equal(do_line(place, "roster audit tail -n 1001"), EX_USAGE);
    assert_int_equal(do_line(place, "roster audit tail --follow"), EX_USAGE);
}

static void an_erased_detail_is_called_so(void **state)
{
    struct place *place = *state;
    make_entries(place);
    struct conn *writer = store_writer(place->store);
    assert_int_equal(do_line(place, "roster tenant remove acme --yes"), EX_OK);
    assert_false(conn_in_transaction(writer));
    assert_int_equal(do_line(place, "roster audit export --until 1970-01-02"), EX_OK);
    expect_has(place, "{\"tenant\":null,\"tenantNumber\":1,\"sequence\":2,");
    expect_has(place, "\"before\":null,\"after\":null,\"erased\":true,\"members\":[]}");
    assert_int_equal(do_line(place, "roster audit tail -n 9"), EX_OK);
    expect_has(place,
               "(removed tenant 1) 2  patch Group @g\"1  by token:7 from 192.0.2.1: (erased)");
}

static int count_checkpoints(const char *folder)
{
    int count = 0;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    for (struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        count += strncmp(entry->d_name, "checkpoint-", strlen("checkpoint-")) == 0;
    }
    closedir(entries);
    return count;
}

static void a_server_writes_checkpoints_when_something_changed(void **state)
{
    struct place *place = *state;
    char folder[FOLDER_BYTES + 8];
    char missing[FOLDER_BYTES + 16];
    struct roster_error err = {0};
    snprintf(folder, sizeof(folder), "%s/keys", place->folder);
    snprintf(missing, sizeof(missing), "%s/missing", place->folder);
    struct checkpoints_options options = {
        .store = place->store, .env = &env_system, .folder = missing, .interval_ms = 3600000};
    assert_int_equal(do_line(place, "roster tenant add acme"), EX_OK);
    assert_null(checkpoints_open(&options, &err));
    assert_true(str_contains(str_of(err.detail), STR("there is no folder ")));
    // Emptied at the end of the test.
    options.folder = folder;
    struct checkpoints *checkpoints = checkpoints_open(&options, &err);
    assert_non_null(checkpoints);
    assert_int_equal(count_checkpoints(folder), 1);
    checkpoints_close(checkpoints);
    assert_int_equal(count_checkpoints(folder), 1);
    checkpoints = checkpoints_open(&options, &err);
    assert_non_null(checkpoints);
    assert_int_equal(do_line(place, "roster tenant suspend acme"), EX_OK);
    checkpoints_close(checkpoints);
    // The second server's first one, and its last one with the suspension.
    assert_int_equal(count_checkpoints(folder), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(text_that_a_spreadsheet_would_run_is_neutral_in_csv),
        IN_PLACE(an_export_has_every_field_of_every_entry),
        IN_PLACE(an_export_as_csv_is_neutral),
        IN_PLACE(times_bound_an_export),
        IN_PLACE(members_without_number_come_in_pieces),
        IN_PLACE(what_somebody_wrote_into_the_store_breaks_no_line),
        IN_PLACE(a_tail_shows_the_newest_of_one_tenant_or_of_all_by_time),
        IN_PLACE(an_erased_detail_is_called_so),
        IN_PLACE(a_server_writes_checkpoints_when_something_changed),
    };
    log_threshold(LOG_LEVEL_ERROR);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
