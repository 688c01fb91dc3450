// error_test.c: refusals: every row has its status, and a long detail is cut cleanly.
// SPDX-License-Identifier: Apache-2.0
#include "unit/base/unit.h"

static void every_code_has_a_status_a_name_and_a_sentence(void **state)
{
#define CHECK_ROW(name, status, type, words)                                                       \
    assert_int_equal(roster_error_status(ROSTER_ERR_##name), status);                              \
    assert_string_equal(error_name(ROSTER_ERR_##name), #name);                                     \
    assert_string_equal(error_default(ROSTER_ERR_##name), words);                                  \
    assert_true(strlen(words) < sizeof(((struct roster_error *)0)->detail));
    ROSTER_ERRORS(CHECK_ROW)
#undef CHECK_ROW
    assert_string_equal(roster_error_type(ROSTER_ERR_INVALID_FILTER), "invalidFilter");
    assert_null(roster_error_type(ROSTER_ERR_NOT_FOUND));
    assert_int_equal(roster_error_status(ROSTER_OK), 200);
}

// The parentheses keep away the macro fail() of cmocka.
static void a_refusal_fills_everything_and_is_false(void **state)
{
    struct roster_error err = {0};
    assert_false((fail)(&err, ROSTER_ERR_INVALID_PATH, 7, "\"%s\" is wrong", "x"));
    assert_int_equal(err.code, ROSTER_ERR_INVALID_PATH);
    assert_int_equal(err.offset, 7);
    assert_int_equal(err.operation, -1);
    assert_string_equal(err.detail, "\"x\" is wrong");
    assert_false((fail)(&err, ROSTER_ERR_NO_TARGET, 0, NULL));
    assert_string_equal(err.detail, error_default(ROSTER_ERR_NO_TARGET));
    assert_false(fail_memory(&err));
    assert_int_equal(err.code, ROSTER_ERR_NO_MEMORY);
}

static const struct {
    const char *name;
    const char *unit;  // repeated behind `lead` letters
    int lead;
} cut_cases[] = {
    {"ASCII is cut at the end", "a", 0},
    {"two bytes that fit stay", "\xC3\xA9", 1},
    {"one of two bytes is dropped", "\xC3\xA9", 0},
    {"one of three bytes is dropped", "\xE2\x82\xAC", 0},
    {"two of three bytes are dropped", "\xE2\x82\xAC", 1},
    {"three of four bytes are dropped", "\xF0\x9F\x98\x80", 0},
};

static void a_long_detail_does_not_end_inside_a_code_point(void **state)
{
    for (size_t at = 0; at < COUNT_OF(cut_cases); at++) {
        char text[1200] = {0};
        size_t lead = (size_t)cut_cases[at].lead;
        size_t unit = strlen(cut_cases[at].unit);
        memset(text, 'x', lead);
        for (size_t to = lead; to + unit < sizeof(text); to += unit) {
            memcpy(text + to, cut_cases[at].unit, unit);
        }
        struct roster_error err = {0};
        assert_false((fail)(&err, ROSTER_ERR_INVALID_VALUE, 0, "%s", text));
        size_t want = lead + (255 - lead) / unit * unit;
        if (strlen(err.detail) != want) {
            fail_msg("%s: %zu", cut_cases[at].name, strlen(err.detail));
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_code_has_a_status_a_name_and_a_sentence),
    cmocka_unit_test(a_refusal_fills_everything_and_is_false),
    cmocka_unit_test(a_long_detail_does_not_end_inside_a_code_point),
};

RUN(tests)
