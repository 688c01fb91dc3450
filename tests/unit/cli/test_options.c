// test_options.c: option tables, and what is said about words that they do not have.
// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

static const struct cli_option own[] = {
    {"label", "TEXT", "a text", false},
    {"tenant", "NAME", "a name", true},
    {"yes", NULL, "a flag", false},
    {0},
};
static const struct cli_option common[] = {
    {"json", NULL, "", false}, {"help", NULL, "", false}, {0}};
static const struct cli_option *const tables[] = {own, common, NULL};

enum { WORDS_MAX = 8 };

static const struct options_case {
    const char *name;
    const char *words[WORDS_MAX];  // behind argv[0]
    const char *values;            // label|tenant|yes|json|help, "-" where not given
    const char *arguments;         // with blanks between
} good[] = {
    {"options stand before arguments", {"--tenant", "a", "x", "y"}, "-|a|-|-|-", "x y"},
    {"options stand behind arguments", {"x", "y", "--tenant", "a"}, "-|a|-|-|-", "x y"},
    {"options stand between arguments", {"x", "--tenant=a", "--yes", "y"}, "-|a||-|-", "x y"},
    {"a value may be empty", {"--label=", "--tenant", "a"}, "|a|-|-|-", ""},
    {"a value may look like an option", {"--label", "--yes", "--tenant=a"}, "--yes|a|-|-|-", ""},
    {"two dashes end the options", {"--tenant=a", "--", "--yes"}, "-|a|-|-|-", "--yes"},
    {"the last value counts", {"--tenant=a", "--tenant=b"}, "-|b|-|-|-", ""},
    {"help needs nothing else", {"--help"}, "-|-|-|-|", ""},
    {"help may be one letter", {"-h"}, "-|-|-|-|", ""},
    {"one dash is an argument", {"--tenant=a", "-"}, "-|a|-|-|-", "-"},
};

static const struct refusal_case {
    const char *name;
    const char *words[WORDS_MAX];
    const char *detail;
} bad[] = {
    {"a missing value is shown", {"--tenant"}, "--tenant needs a value: --tenant NAME"},
    {"a flag takes no value", {"--json=1", "--tenant=a"}, "--json takes no value"},
    {"a needed option is named", {"x"}, "--tenant NAME is needed"},
    {"a near name is offered", {"--yess"}, "there is no option --yess here; did you mean --yes?"},
    {"a far name is not offered", {"--colour=red"}, "there is no option --colour here"},
    {"a letter is no option", {"-x"}, "there is no option -x here"},
};

static bool parse(const char *const *words, struct options *out, struct roster_error *err)
{
    static char bytes[WORDS_MAX][64];
    static char *argv[WORDS_MAX + 2] = {"roster"};
    int argc = 1;
    for (; argc <= WORDS_MAX && words[argc - 1] != NULL; argc++) {
        snprintf(bytes[argc - 1], sizeof(bytes[0]), "%s", words[argc - 1]);
        argv[argc] = bytes[argc - 1];
    }
    argv[argc] = NULL;
    return options_parse(tables, argc, argv, out, err);
}

static void show(const struct options *options, char *values, char *arguments, size_t size)
{
    size_t len = 0;
    for (size_t i = 0; i < options->count; i++) {
        const char *value = options->values[i];
        len += (size_t)snprintf(values + len, size - len, "%s%s", i > 0 ? "|" : "",
                                value != NULL ? value : "-");
    }
    len = 0;
    arguments[0] = '\0';
    for (size_t i = 0; i < options->argument_count; i++) {
        len += (size_t)snprintf(arguments + len, size - len, "%s%s", i > 0 ? " " : "",
                                options->arguments[i]);
    }
}

static void every_good_line_is_taken_apart(void **state)
{
    for (size_t i = 0; i < COUNT_OF(good); i++) {
        struct options options;
        struct roster_error err = {0};
        char values[128];
        char arguments[128];
        print_message("  %s\n", good[i].name);
        assert_true(parse(good[i].words, &options, &err));
        show(&options, values, arguments, sizeof(values));
        assert_string_equal(values, good[i].values);
        assert_string_equal(arguments, good[i].arguments);
    }
}

static void every_bad_line_is_refused_with_a_reason(void **state)
{
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct options options;
        struct roster_error err = {0};
        print_message("  %s\n", bad[i].name);
        assert_false(parse(bad[i].words, &options, &err));
        assert_int_equal(err.code, ROSTER_ERR_BAD_REQUEST);
        assert_string_equal(err.detail, bad[i].detail);
    }
}

static void an_option_that_was_not_given_is_empty(void **state)
{
    const char *const words[WORDS_MAX] = {"--tenant=a"};
    struct options options;
    struct roster_error err = {0};
    assert_true(parse(words, &options, &err));
    assert_false(options_has(&options, "label"));
    assert_int_equal(options_text(&options, "label").len, 0);
    assert_true(str_equal(options_text(&options, "tenant"), STR("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_good_line_is_taken_apart),
        cmocka_unit_test(every_bad_line_is_refused_with_a_reason),
        cmocka_unit_test(an_option_that_was_not_given_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
