// str_test.c: slices.
// SPDX-License-Identifier: Apache-2.0
#include "unit/base/unit.h"

static const struct {
    const char *name;
    const char *text;
    bool valid;
    int64_t value;
} number_cases[] = {
    {"a digit", "7", true, 7},
    {"a sign", "+7", true, 7},
    {"below zero", "-7", true, -7},
    {"leading zeros", "007", true, 7},
    {"the largest", "9223372036854775807", true, INT64_MAX},
    {"one more than the largest", "9223372036854775808", false, 0},
    {"the smallest", "-9223372036854775808", true, INT64_MIN},
    {"one less than the smallest", "-9223372036854775809", false, 0},
    {"far too large", "99999999999999999999999999", false, 0},
    {"an empty text", "", false, 0},
    {"a sign alone", "-", false, 0},
    {"two signs", "--7", false, 0},
    {"a blank", " 7", false, 0},
    {"a letter", "7a", false, 0},
    {"a fraction", "7.0", false, 0},
};

static void whole_texts_are_read_as_integers(void **state)
{
    for (size_t at = 0; at < COUNT_OF(number_cases); at++) {
        int64_t value = 0;
        bool valid = str_to_i64(str_of(number_cases[at].text), &value);
        if (valid != number_cases[at].valid || (valid && value != number_cases[at].value)) {
            fail_msg("%s", number_cases[at].name);
        }
    }
}

static const struct {
    const char *name;
    const char *a;
    const char *b;
    bool equal;
    bool equal_nocase;
    int order;
} pair_cases[] = {
    {"the same", "abc", "abc", true, true, 0},
    {"another case", "ABC", "abc", false, true, -1},
    {"a prefix", "ab", "abc", false, false, -1},
    {"empty texts", "", "", true, true, 0},
    {"empty and not", "", "a", false, false, -1},
    {"bytes above ASCII come last", "\xC3\xA9", "z", false, false, 1},
    {"case of ASCII only", "\xC3\x89", "\xC3\xA9", false, false, -1},
    {"signs beside the letters have no case", "[", "{", false, false, -1},
};

static void slices_are_compared_by_bytes(void **state)
{
    for (size_t at = 0; at < COUNT_OF(pair_cases); at++) {
        str a = str_of(pair_cases[at].a);
        str b = str_of(pair_cases[at].b);
        int order = str_compare(a, b);
        int back = str_compare(b, a);
        if (str_equal(a, b) != pair_cases[at].equal ||
            str_equal_nocase(a, b) != pair_cases[at].equal_nocase ||
            (order > 0) - (order < 0) != pair_cases[at].order ||
            (back > 0) - (back < 0) != -pair_cases[at].order) {
            fail_msg("%s", pair_cases[at].name);
        }
    }
}

static const struct {
    const char *name;
    const char *text;
    char sep;
    bool cut;
    const char *head;
    const char *rest;
} cut_cases[] = {
    {"in the middle", "a.b.c", '.', true, "a", "b.c"},
    {"at the start", ".a", '.', true, "", "a"},
    {"at the end", "a.", '.', true, "a", ""},
    {"not at all", "abc", '.', false, "abc", ""},
    {"in nothing", "", '.', false, "", ""},
};

static void texts_are_cut_at_the_first_separator(void **state)
{
    for (size_t at = 0; at < COUNT_OF(cut_cases); at++) {
        str head = {0};
        str rest = {0};
        bool cut = str_cut(str_of(cut_cases[at].text), cut_cases[at].sep, &head, &rest);
        if (cut != cut_cases[at].cut || !str_equal(head, str_of(cut_cases[at].head)) ||
            !str_equal(rest, str_of(cut_cases[at].rest))) {
            fail_msg("%s", cut_cases[at].name);
        }
    }
}

static void blanks_are_trimmed_at_both_ends(void **state)
{
    assert_true(str_equal(str_trim(STR(" \ta b\t ")), STR("a b")));
    assert_true(str_equal(str_trim(STR(" \t ")), STR("")));
    assert_true(str_equal(str_trim(STR("\na\n")), STR("\na\n")));
    assert_true(str_equal(str_trim((str){0}), STR("")));
}

static void parts_are_found(void **state)
{
    assert_true(str_contains(STR("abc"), STR("bc")));
    assert_true(str_contains(STR("abc"), STR("")));
    assert_true(str_contains((str){0}, (str){0}));
    assert_false(str_contains((str){0}, STR("a")));
    assert_false(str_contains(STR("abc"), STR("abcd")));
    assert_true(str_starts_nocase(STR("ABC"), STR("ab")));
    assert_false(str_starts_nocase(STR("a"), STR("ab")));
}

static void ascii_is_told_from_other_bytes(void **state)
{
    assert_true(str_is_ascii(STR("abc\x7F")));
    assert_true(str_is_ascii((str){0}));
    assert_false(str_is_ascii(STR("ab\x80")));
}

static void hashes_depend_on_every_byte_and_the_seed(void **state)
{
    assert_true(str_hash(STR("a"), 0) == str_hash(STR("a"), 0));
    assert_false(str_hash(STR("a"), 0) == str_hash(STR("b"), 0));
    assert_false(str_hash(STR("a"), 0) == str_hash(STR("a"), 1));
    assert_false(str_hash(STR(""), 0) == str_hash(STR("\0"), 0));
    assert_int_equal(str_of(NULL).len, 0);
    char bytes[20] = {0};
    for (size_t len = 1; len <= sizeof(bytes); len++) {
        uint64_t before = str_hash((str){bytes, len}, 0);
        for (size_t at = 0; at < len; at++) {
            bytes[at] ^= 1;
            assert_false(str_hash((str){bytes, len}, 0) == before);
            bytes[at] ^= 1;
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(whole_texts_are_read_as_integers),
    cmocka_unit_test(slices_are_compared_by_bytes),
    cmocka_unit_test(texts_are_cut_at_the_first_separator),
    cmocka_unit_test(blanks_are_trimmed_at_both_ends),
    cmocka_unit_test(parts_are_found),
    cmocka_unit_test(ascii_is_told_from_other_bytes),
    cmocka_unit_test(hashes_depend_on_every_byte_and_the_seed),
};

RUN(tests)
