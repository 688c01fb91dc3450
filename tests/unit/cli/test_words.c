// test_words.c: words that people type: durations, expiries, and names that they meant.
// SPDX-License-Identifier: Apache-2.0
#include "cli/duration.h"
#include "cli/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
// After what it needs.
#include <cmocka.h>

#define NOW INT64_C(1800000000000)
#define DAY INT64_C(86400000)

static const struct duration_case {
    const char *name;
    const char *text;
    int64_t ms;  // 0: refused
} durations[] = {
    {"seconds have one letter", "45s", 45000},
    {"minutes have one letter", "30m", 1800000},
    {"hours have one letter", "12h", 43200000},
    {"days have one letter", "90d", 90 * DAY},
    {"weeks have one letter", "2w", 14 * DAY},
    {"a hundred years are allowed", "36525d", 36525 * DAY},
    {"more than a hundred years are not", "36526d", 0},
    {"a number that overflows is refused", "9223372036854775807w", 0},
    {"zero is no duration", "0d", 0},
    {"a sign is refused", "+5d", 0},
    {"a negative one is refused", "-5d", 0},
    {"a number needs its unit", "90", 0},
    {"a unit needs its number", "d", 0},
    {"an unknown unit is refused", "5y", 0},
    {"a fraction is refused", "1.5h", 0},
    {"blanks are refused", "5 d", 0},
    {"nothing is no duration", "", 0},
};

static void durations_are_a_number_and_a_unit(void **state)
{
    for (size_t i = 0; i < COUNT_OF(durations); i++) {
        int64_t ms = 0;
        print_message("  %s\n", durations[i].name);
        assert_int_equal(duration_parse(str_of(durations[i].text), &ms), durations[i].ms != 0);
        assert_int_equal(ms, durations[i].ms);
    }
}

static const struct expiry_case {
    const char *name;
    const char *text;
    int64_t ms;
    enum roster_code code;
} expiries[] = {
    {"never is no time", "never", 0, ROSTER_OK},
    {"a duration counts from now", "90d", NOW + 90 * DAY, ROSTER_OK},
    {"a time stands for itself", "2030-01-31T00:00:00Z", INT64_C(1896048000000), ROSTER_OK},
    {"a time may have an offset", "2030-01-31T01:00:00+01:00", INT64_C(1896048000000), ROSTER_OK},
    {"a time that has passed is refused", "2020-01-01T00:00:00Z", 0, ROSTER_ERR_INVALID_VALUE},
    {"this very moment has passed", "2027-01-15T08:00:00Z", 0, ROSTER_ERR_INVALID_VALUE},
    {"any other word is refused", "tomorrow", 0, ROSTER_ERR_BAD_REQUEST},
    {"an empty text is refused", "", 0, ROSTER_ERR_BAD_REQUEST},
};

static void expiries_are_durations_times_or_never(void **state)
{
    for (size_t i = 0; i < COUNT_OF(expiries); i++) {
        int64_t ms = -1;
        struct roster_error err = {0};
        print_message("  %s\n", expiries[i].name);
        bool ok = expiry_parse(str_of(expiries[i].text), NOW, &ms, &err);
        assert_int_equal(err.code, expiries[i].code);
        assert_int_equal(ok, expiries[i].code == ROSTER_OK);
        if (ok) {
            assert_int_equal(ms, expiries[i].ms);
        }
    }
}

static const struct nearest_case {
    const char *name;
    const char *word;
    const char *found;  // "": none is near enough
} words[] = {
    {"the word itself is nearest", "list", "list"},
    {"swapped letters are one mistake", "lsit", "list"},
    {"a missing letter is one mistake", "rotat", "rotate"},
    {"a letter too many is one mistake", "reevoke", "revoke"},
    {"several mistakes in a long name are near", "tenat lits", "tenant list"},
    {"another word is not near", "foo", ""},
    {"the empty word is near nothing", "", ""},
};

static void the_nearest_name_is_found_or_none(void **state)
{
    static const char *const names[] = {"list", "rotate", "revoke", "tenant list", "tenant set"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        struct nearest nearest = {.word = str_of(words[i].word)};
        print_message("  %s\n", words[i].name);
        for (size_t n = 0; n < COUNT_OF(names); n++) {
            nearest_try(&nearest, str_of(names[n]));
        }
        assert_true(str_equal(nearest_name(&nearest), str_of(words[i].found)));
    }
}

static void a_word_of_any_length_is_harmless(void **state)
{
    char word[4096];
    memset(word, 'x', sizeof(word));
    struct nearest nearest = {.word = {word, sizeof(word)}};
    nearest_try(&nearest, STR("list"));
    nearest_try(&nearest, (str){word, sizeof(word)});
    assert_int_equal(nearest_name(&nearest).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_a_number_and_a_unit),
        cmocka_unit_test(expiries_are_durations_times_or_never),
        cmocka_unit_test(the_nearest_name_is_found_or_none),
        cmocka_unit_test(a_word_of_any_length_is_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
