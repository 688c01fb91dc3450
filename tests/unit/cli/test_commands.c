// test_commands.c: the command table, its help, and how a command line finds its command.
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/help.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

enum { WORDS_MAX = 16, TERMINAL_COLUMNS = 100 };

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

// Reads a command line whose words have one blank between them.
static bool read_line(const char *text, struct roster_arena *arena, struct line *out,
                      struct roster_error *err)
{
    str copy = {0};
    int argc = 0;
    char **argv = arena_array(arena, WORDS_MAX + 1, sizeof(*argv));
    assert_non_null(argv);
    for (str rest = str_of(text); rest.len > 0 && argc < WORDS_MAX;) {
        str word = {0};
        str_cut(rest, ' ', &word, &rest);
        assert_true(arena_copy(arena, word, &copy));
        argv[argc++] = (char *)copy.ptr;
    }
    return line_read(argc, argv, arena, out, err);
}

static const struct line_case {
    const char *name;
    const char *text;
    const char *command;  // "": none
    bool help;
} lines[] = {
    {"a command may be one word", "roster serve", "serve", false},
    {"a command may be two words", "roster tenant list", "tenant list", false},
    {"options may come first", "roster --json tenant list", "tenant list", false},
    {"a store may come first", "roster --store sqlite:x tenant list", "tenant list", false},
    {"options may stand within the command", "roster tenant --json add acme", "tenant add", false},
    {"an argument may be a command's name", "roster tenant add list", "tenant add", false},
    {"no command is help", "roster", "help", false},
    {"help as an option is help", "roster --help", "help", false},
    {"version as an option is version", "roster --version", "version", false},
    {"help for a command", "roster tenant add --help", "tenant add", true},
    {"help for a command by a letter", "roster -h tenant add", "tenant add", true},
    {"help for a group", "roster token --help", "", true},
};

static void a_line_finds_its_command(void **state)
{
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        struct line line;
        struct roster_error err = {0};
        print_message("  %s\n", lines[i].name);
        assert_true(read_line(lines[i].text, *state, &line, &err));
        assert_string_equal(line.command != NULL ? line.command->name : "", lines[i].command);
        assert_int_equal(line.help, lines[i].help);
    }
}

static const struct wrong_case {
    const char *name;
    const char *text;
    const char *detail;
} wrong_lines[] = {
    {"a mistyped group is offered", "roster tenat list",
     "there is no command \"tenat list\"; did you mean \"tenant list\"?"},
    {"a mistyped group alone is offered", "roster tokn",
     "there is no command \"tokn\"; did you mean \"token\"?"},
    {"a mistyped second word is offered", "roster token revok 7",
     "there is no command \"token revok\"; did you mean \"token revoke\"?"},
    {"an unknown word gets no offer", "roster frobnicate",
     "there is no command \"frobnicate\": see roster help"},
    {"a group alone names what follows", "roster token",
     "\"roster token\" goes on with one of: add, list, rotate, revoke"},
    {"a missing argument shows the usage", "roster tenant add", "usage: roster tenant add NAME"},
    {"too many arguments show the usage", "roster tenant add a b", "usage: roster tenant add NAME"},
    {"an argument that is not wanted is shown", "roster token list x",
     "token list takes no arguments: \"x\""},
    {"a mistyped option is offered", "roster token add --tenat a",
     "there is no option --tenat here; did you mean --tenant?"},
    {"an option of another command is none", "roster tenant list --yes",
     "there is no option --yes here"},
    {"a needed option is named", "roster token add", "--tenant NAME is needed"},
    {"serve takes no argument", "roster serve now", "serve takes no arguments: \"now\""},
};

static void a_wrong_line_says_what_is_wrong(void **state)
{
    for (size_t i = 0; i < COUNT_OF(wrong_lines); i++) {
        struct line line;
        struct roster_error err = {0};
        print_message("  %s\n", wrong_lines[i].name);
        assert_false(read_line(wrong_lines[i].text, *state, &line, &err));
        assert_int_equal(err.code, ROSTER_ERR_BAD_REQUEST);
        assert_string_equal(err.detail, wrong_lines[i].detail);
    }
}

static bool has_help(const struct cli_option *row)
{
    return row->help[0] != '\0' && strlen(row->name) > 1;
}

static void check_row(void *ctx, const struct command *command)
{
    const struct cli_option *tables[OPTION_TABLES_MAX];
    print_message("  %s\n", command->name);
    assert_true(command->help[0] != '\0');
    assert_true(command->about[0] != '\0');
    assert_true(strncmp(command->examples, "roster ", 7) == 0);
    assert_non_null(command->run);
    assert_true(command->argument_min <= command->argument_max);
    assert_int_equal(command->arguments[0] != '\0', command->argument_max > 0);
    assert_true(command_find(str_of(command->name)) == command);
    assert_true(command->confirm == NULL || strstr(command->confirm, "%s") != NULL);
    command_options(command, tables);
    for (size_t i = 0; tables[i] != NULL; i++) {
        for (const struct cli_option *row = tables[i]; row->name != NULL; row++) {
            assert_true(has_help(row));
        }
    }
}

static void every_command_is_whole(void **state)
{
    commands_each(check_row, NULL);
}

static void check_help(void *ctx, const struct command *command)
{
    struct text out;
    text_init(&out, ctx, KIB(64));
    help_command(&out, command);
    assert_false(out.full);
    for (str rest = text_str(&out); rest.len > 0;) {
        str line = {0};
        str_cut(rest, '\n', &line, &rest);
        assert_true(line.len <= TERMINAL_COLUMNS);
        assert_true(line.len == 0 || line.ptr[line.len - 1] != ' ');
    }
    assert_true(str_contains(text_str(&out), STR("\nExamples:\n")));
    assert_true(str_contains(text_str(&out), STR("\nExit codes:\n")));
    assert_true(str_contains(text_str(&out), STR("--json")));
}

static void every_help_fits_a_terminal(void **state)
{
    commands_each(check_help, *state);
}

// Every example of help must be a command line that is understood.
static void check_examples(void *ctx, const struct command *command)
{
    for (str rest = str_of(command->examples); rest.len > 0;) {
        struct line line;
        struct roster_error err = {0};
        str text = {0};
        str copy = {0};
        str_cut(rest, '\n', &text, &rest);
        assert_true(arena_copy(ctx, text, &copy));
        print_message("  %s\n", copy.ptr);
        assert_true(read_line(copy.ptr, ctx, &line, &err));
        assert_true(line.command == command);
    }
}

static void every_example_is_a_good_line(void **state)
{
    commands_each(check_examples, *state);
}

static void help_in_json_has_every_command(void **state)
{
    struct roster_json *all = help_json(*state, (str){0});
    struct roster_json *tokens = help_json(*state, STR("token"));
    assert_non_null(all);
    assert_true(all->count > 10);
    assert_int_equal(tokens->count, 4);
    assert_true(str_equal(json_find_text(tokens->first, STR("name")), STR("token add")));
    const struct roster_json *options = json_find(tokens->first, STR("options"));
    assert_true(str_equal(json_find_text(options->first, STR("name")), STR("tenant")));
    assert_true(json_is(json_find(options->first, STR("required")), JSON_TRUE));
}

#define IN_ARENA(name_of_test)                                                                     \
    cmocka_unit_test_setup_teardown(name_of_test, open_arena, close_arena)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ARENA(a_line_finds_its_command),     IN_ARENA(a_wrong_line_says_what_is_wrong),
        IN_ARENA(every_command_is_whole),       IN_ARENA(every_help_fits_a_terminal),
        IN_ARENA(every_example_is_a_good_line), IN_ARENA(help_in_json_has_every_command),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
