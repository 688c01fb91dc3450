// match_test.c: patterns, and what is shown of untrusted text.
// SPDX-License-Identifier: Apache-2.0
#include "probe/match.h"

#include "probe/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

// clang-format off
static const struct {
    const char *name;
    const char *pattern;
    const char *actual;
    const char *why;  // NULL: it matches
} matches[] = {
    {"an equal text matches", "{\"a\":\"x\"}", "{\"a\":\"x\",\"b\":1}", NULL},
    {"another text does not", "{\"a\":\"x\"}", "{\"a\":\"y\"}", "a is \"y\", wanted \"x\""},
    {"text has a case", "{\"a\":\"x\"}", "{\"a\":\"X\"}", "a is \"X\", wanted \"x\""},
    {"URNs have none", "{\"a\":\"urn:a\"}", "{\"a\":\"URN:A\"}", NULL},
    {"names have no case", "{\"a\":1}", "{\"A\":1}", NULL},
    {"a number is no text", "{\"a\":1}", "{\"a\":\"1\"}", "a is \"1\", wanted 1"},
    {"true is not false", "{\"a\":true}", "{\"a\":false}", "a is false, wanted true"},
    {"missing is not equal", "{\"a\":1}", "{}", "a is nothing, wanted 1"},
    {"nothing is missing", "{\"a\":null}", "{}", NULL},
    {"nothing is null", "{\"a\":null}", "{\"a\":null}", NULL},
    {"nothing is an empty array", "{\"a\":null}", "{\"a\":[]}", NULL},
    {"nothing is no value", "{\"a\":null}", "{\"a\":0}", "a is 0, wanted nothing"},
    {"a value is wanted", "{\"a\":\"*\"}", "{\"a\":null}", "a is null, wanted a value"},
    {"any value will do", "{\"a\":\"*\"}", "{\"a\":false}", NULL},
    {"a text is wanted", "{\"a\":\"*string\"}", "{\"a\":1}", "a is 1, wanted string"},
    {"any text will do", "{\"a\":\"*string\"}", "{\"a\":\"\"}", NULL},
    {"any boolean will do", "{\"a\":\"*boolean\"}", "{\"a\":false}", NULL},
    {"a boolean is no text", "{\"a\":\"*boolean\"}", "{\"a\":\"true\"}",
     "a is \"true\", wanted boolean"},
    {"any array will do", "{\"a\":\"*array\"}", "{\"a\":[]}", NULL},
    {"places are named", "{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2}}", "a.b is 2, wanted 1"},
    {"an object is wanted", "{\"a\":{\"b\":1}}", "{\"a\":5}", "a is 5, wanted {\"b\":1}"},
    {"the body itself is named", "{\"a\":1}", "[]", "the body is [], wanted {\"a\":1}"},
    {"elements have no order", "{\"a\":[1,2]}", "{\"a\":[2,1]}", NULL},
    {"one too many is too many", "{\"a\":[1,2]}", "{\"a\":[2,1,1]}", "a is [2,1,1], wanted [1,2]"},
    {"one too few is too few", "{\"a\":[1,2]}", "{\"a\":[1]}", "a is [1], wanted [1,2]"},
    {"equal elements are counted", "{\"a\":[1,1]}", "{\"a\":[1,2]}",
     "a is [1,2], wanted in it 1"},
    {"no elements are an empty array", "{\"a\":[]}", "{}", NULL},
    {"an array is wanted", "{\"a\":[1]}", "{\"a\":1}", "a is 1, wanted an array"},
    {"some are among others", "{\"a+\":[1]}", "{\"a\":[2,1]}", NULL},
    {"some are not there", "{\"a+\":[3]}", "{\"a\":[2,1]}", "a is [2,1], wanted in it 3"},
    {"none is there", "{\"a-\":[3]}", "{\"a\":[2,1]}", NULL},
    {"one is there that should not", "{\"a-\":[1]}", "{\"a\":[2,1]}",
     "a is [2,1], wanted without 1"},
    {"another value is wanted", "{\"a-\":1}", "{\"a\":1}", "a is 1, wanted not 1"},
    {"another value is there", "{\"a-\":1}", "{\"a\":2}", NULL},
    {"no value is another value", "{\"a-\":1}", "{}", NULL},
    {"the order is right", "{\"a<\":[1,2]}", "{\"a\":[1,2]}", NULL},
    {"the order is wrong", "{\"a<\":[1,2]}", "{\"a\":[2,1]}",
     "a is [2,1], wanted in this order [1,2]"},
    {"the order goes on too long", "{\"a<\":[1]}", "{\"a\":[1,2]}", "a is [1,2], wanted only [1]"},
    {"the order ends too early", "{\"a<\":[1,2]}", "{\"a\":[1]}",
     "a is [1], wanted in this order [1,2]"},
};

static const struct {
    const char *name;
    const char *text;
    const char *shown;
} shows[] = {
    {"plain text stays", "a b", "a b"},
    {"text beyond ASCII stays", "Zo\u00eb \u6771", "Zo\u00eb \u6771"},
    {"an escape sequence is broken", "\x1b[31mred", ".[31mred"},
    {"C1 controls are broken", "\xc2\x9b" "31m", ".31m"},
    {"line ends become blanks", "a\r\nb\n", "a b"},
    {"what is no UTF-8 is a dot", "a\xff" "b\xc3", "a.b."},
    {"text that turns around is broken", "a\u202e" "b", "a.b"},
    {"DEL and BEL are dots", "\x7f\x07", ".."},
};
// clang-format on

static struct roster_json *read(const char *text, struct roster_arena *arena)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_true(roster_json_read(str_of(text), arena, &json, &err));
    return json;
}

static void patterns_mean_what_they_say(void **state)
{
    for (size_t i = 0; i < COUNT_OF(matches); i++) {
        struct text why;
        print_message("  %s\n", matches[i].name);
        text_init(&why, *state, 1024);
        bool same =
            match_json(read(matches[i].pattern, *state), read(matches[i].actual, *state), &why);
        assert_int_equal(same, matches[i].why == NULL);
        if (!same) {
            text_char(&why, '\0');
            assert_string_equal(why.ptr, matches[i].why);
        }
    }
}

static void what_is_shown_is_harmless(void **state)
{
    for (size_t i = 0; i < COUNT_OF(shows); i++) {
        str shown = probe_show(str_of(shows[i].text), *state);
        print_message("  %s\n", shows[i].name);
        assert_true(str_equal(shown, str_of(shows[i].shown)));
    }
}

static void long_text_is_cut_between_characters(void **state)
{
    char text[2001];
    for (size_t i = 0; i < 2000; i += 2) {
        memcpy(text + i, "\u00eb", 2);
    }
    text[2000] = '\0';
    str shown = probe_show(str_of(text), *state);
    assert_in_range(shown.len, 100, 160);
    assert_memory_equal(shown.ptr + shown.len - 5, "\u00eb...", 5);
}

static int open_arena(void **state)
{
    *state = roster_arena_open(1 << 20);
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
        cmocka_unit_test(patterns_mean_what_they_say),
        cmocka_unit_test(what_is_shown_is_harmless),
        cmocka_unit_test(long_text_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
