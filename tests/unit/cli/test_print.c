// test_print.c: tables, times, exit codes, and which store is meant.
// SPDX-License-Identifier: Apache-2.0
#include "cli/print.h"
#include "cli/store_url.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
// After what it needs.
#include <cmocka.h>

static int open_arena(void **state)
{
    *state = roster_arena_open(MIB(4));
    return *state == NULL;
}

static int close_arena(void **state)
{
    roster_arena_close(*state);
    return 0;
}

static void columns_are_as_wide_as_their_widest_text(void **state)
{
    static const char *const headings[] = {"NAME", "N", "LABEL"};
    const str cells[] = {STR("acme"), STR("1"), STR("x"), STR("d\xc3\xa9j\xc3\xa0 vu"),
                         STR("22"),   STR("")};
    struct table table = {headings, 3, cells, 2};
    struct text out;
    text_init(&out, *state, 1000);
    table_print(&out, &table);
    assert_true(str_equal(text_str(&out), STR("NAME     N   LABEL\n"
                                              "acme     1   x\n"
                                              "d\xc3\xa9j\xc3\xa0 vu  22  \n")));
}

static void times_are_short_in_tables_and_whole_in_json(void **state)
{
    int64_t ms = INT64_C(1896048000123);
    struct text out;
    assert_true(str_equal(print_minute(ms, STR("-"), *state), STR("2030-01-31T00:00Z")));
    assert_true(str_equal(print_minute(0, STR("never"), *state), STR("never")));
    text_init(&out, *state, 1000);
    json_write(&out, json_time(*state, ms));
    json_write(&out, json_time(*state, 0));
    json_write(&out, json_text(*state, STR("a")));
    json_write(&out, json_text(*state, (str){0}));
    assert_true(str_equal(text_str(&out), STR("\"2030-01-31T00:00:00.123Z\"null\"a\"null")));
}

static void refusals_have_the_exit_codes_of_sysexits(void **state)
{
    struct roster_error err = {.code = ROSTER_ERR_UNIQUENESS, .detail = "taken"};
    struct io io;
    io_init(&io, *state);
    assert_int_equal(io_refuse(&io, &err), 65);
    assert_true(str_equal(text_str(&io.err), STR("roster: taken\n")));
    assert_int_equal(io.out.len, 0);
    assert_int_equal(exit_of(ROSTER_OK), 0);
    assert_int_equal(exit_of(ROSTER_ERR_BAD_REQUEST), 64);
    assert_int_equal(exit_of(ROSTER_ERR_INVALID_VALUE), 65);
    assert_int_equal(exit_of(ROSTER_ERR_NOT_FOUND), 66);
    assert_int_equal(exit_of(ROSTER_ERR_UNAVAILABLE), 69);
    assert_int_equal(exit_of(ROSTER_ERR_INTERNAL), 74);
    assert_int_equal(exit_of(ROSTER_ERR_NO_MEMORY), 75);
    assert_int_equal(exit_of(ROSTER_ERR_FORBIDDEN), 77);
    assert_int_equal(exit_of(ROSTER_ERR_NOT_IMPLEMENTED), 78);
}

// What is chosen with these words around, as text; the exit code in *code.
static const char *choose(const char *given, const struct surroundings *around,
                          struct roster_arena *arena, int *code)
{
    struct io io;
    const char *url = NULL;
    io_init(&io, arena);
    *code = store_url_choose(str_of(given), around, arena, &io, &url);
    assert_int_equal(*code == EX_OK, io.err.len == 0);
    assert_int_equal(*code == EX_OK, url != NULL);
    return url;
}

static void the_option_wins_over_the_environment(void **state)
{
    struct surroundings around = {.roster_store = "sqlite:/tmp/b.db", .state_directory = "/tmp"};
    int code = 0;
    assert_string_equal(choose("sqlite:/tmp/a.db", &around, *state, &code), "sqlite:/tmp/a.db");
    assert_string_equal(choose("", &around, *state, &code), "sqlite:/tmp/b.db");
    around.roster_store = "";
    assert_string_equal(choose("", &around, *state, &code), "sqlite:/tmp/roster.db");
}

static void the_default_folder_is_made_for_one_user(void **state)
{
    char home[] = "/tmp/roster-home-XXXXXX";
    char path[64];
    struct stat info;
    int code = 0;
    assert_non_null(mkdtemp(home));
    struct surroundings around = {.home = home, .xdg_state_home = "relative"};
    snprintf(path, sizeof(path), "sqlite:%s/.local/state/roster/roster.db", home);
    assert_string_equal(choose("", &around, *state, &code), path);
    snprintf(path, sizeof(path), "%s/.local/state/roster", home);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0700);
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof(path), "%s/.local/state", home);
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof(path), "%s/.local", home);
    assert_int_equal(rmdir(path), 0);
    around = (struct surroundings){.xdg_state_home = home};
    snprintf(path, sizeof(path), "sqlite:%s/roster/roster.db", home);
    assert_string_equal(choose("", &around, *state, &code), path);
    snprintf(path, sizeof(path), "%s/roster", home);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(home), 0);
}

static void the_first_state_directory_counts(void **state)
{
    struct surroundings around = {.state_directory = "/tmp:/var"};
    int code = 0;
    assert_string_equal(choose("", &around, *state, &code), "sqlite:/tmp/roster.db");
}

static void other_stores_are_refused_with_a_code(void **state)
{
    struct surroundings around = {0};
    int code = 0;
    choose("postgresql://db/roster", &around, *state, &code);
    assert_int_equal(code, 78);
    choose("/tmp/a.db", &around, *state, &code);
    assert_int_equal(code, 78);
    choose("sqlite:", &around, *state, &code);
    assert_int_equal(code, 78);
    choose("", &around, *state, &code);
    assert_int_equal(code, 78);
    choose("sqlite:/nowhere/at/all/a.db", &around, *state, &code);
    assert_int_equal(code, 73);
    around.state_directory = "/dev/null/x";
    choose("", &around, *state, &code);
    assert_int_equal(code, 73);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(columns_are_as_wide_as_their_widest_text, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(times_are_short_in_tables_and_whole_in_json, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(refusals_have_the_exit_codes_of_sysexits, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(the_option_wins_over_the_environment, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(the_default_folder_is_made_for_one_user, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(the_first_state_directory_counts, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(other_stores_are_refused_with_a_code, open_arena,
                                        close_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
