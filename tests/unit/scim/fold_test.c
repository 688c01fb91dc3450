// fold_test.c: which texts are the same.
// SPDX-License-Identifier: Apache-2.0
#include "scim/fold.h"
#include "unit/scim/given.h"

static const struct {
    const char *name;
    const char *a;
    const char *b;
    bool same;   // caseExact false
    bool exact;  // caseExact true
} pairs[] = {
    {"the same text", "ana", "ana", true, true},
    {"ASCII capitals", "ANA@Example.COM", "ana@example.com", true, false},
    {"other signs of ASCII have no case", "[`{@", "[`{@", true, true},
    {"at sign and grave accent are apart", "@", "`", false, false},
    {"umlauts in capitals", "\xC3\x84\xC3\x96\xC3\x9C", "\xC3\xA4\xC3\xB6\xC3\xBC", true, false},
    {"a letter and a mark are the letter with the mark", "e\xCC\x81", "\xC3\xA9", true, true},
    {"a capital and a mark", "E\xCC\x81", "\xC3\xA9", true, false},
    {"marks in another order", "a\xCC\xA3\xCC\x82", "a\xCC\x82\xCC\xA3", true, true},
    {"sharp s is two letters",
     "Stra\xC3\x9F"
     "e",
     "STRASSE", true, false},
    {"capital sharp s", "\xE1\xBA\x9E", "ss", true, false},
    {"sigma and the last sigma", "\xCF\x83", "\xCF\x82", true, false},
    {"capital sigma", "\xCE\xA3", "\xCF\x82", true, false},
    {"a ligature is its letters",
     "o\xEF\xAC\x83"
     "ce",
     "OFFICE", true, false},
    {"Turkish dotless i stays apart", "\xC4\xB1", "i", false, false},
    {"Turkish dotted capital is i with a dot", "\xC4\xB0", "i\xCC\x87", true, false},
    {"Turkish dotted capital is no i", "\xC4\xB0", "i", false, false},
    {"the Kelvin sign is k", "\xE2\x84\xAA", "K", true, true},
    {"the Angstrom sign is a letter with a ring", "\xE2\x84\xAB", "\xC3\x85", true, true},
    {"wide letters are not narrow ones", "\xEF\xBC\xA1", "a", false, false},
    {"wide letters have case", "\xEF\xBC\xA1", "\xEF\xBD\x81", true, false},
    {"a superscript is no digit", "\xC2\xB2", "2", false, false},
    {"Greek with iota below", "\xE1\xBE\xB4", "\xCE\xAC\xCE\xB9", true, false},
    {"iota below as a mark, out of order", "\xCE\xB1\xCD\x85\xCC\x81", "\xE1\xBE\xB4", true, true},
    {"iota below as a mark folds like the letter", "\xCE\xB1\xCD\x85\xCC\x81",
     "\xCE\x91\xCC\x81\xCE\x99", true, false},
    {"Cyrillic capitals", "\xD0\x9F\xD0\xB5\xD1\x82\xD1\x80", "\xD0\xBF\xD0\x95\xD0\xA2\xD0\xA0",
     true, false},
    {"Cherokee folds to capitals", "\xEA\xAD\xB0", "\xE1\x8E\xA0", true, false},
    {"Deseret beyond the first plane", "\xF0\x90\x90\x80", "\xF0\x90\x90\xA8", true, false},
    {"Hangul from its letters", "\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C", true, true},
    {"the empty text", "", "", true, true},
    {"bytes that are no UTF-8 keep their order", "A\xFF", "a\xFF", true, false},
    {"other bytes that are no UTF-8", "\xFF", "\xFE", false, false},
};

static str key_of(struct given *g, const char *text, bool exact)
{
    str key = {0};
    assert_true(fold_key(str_of(text), exact, g->arena, &key));
    return key;
}

static void texts_are_the_same_by_full_folding_of_composed_text(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(pairs); at++) {
        if (str_equal(key_of(&g, pairs[at].a, false), key_of(&g, pairs[at].b, false)) !=
                pairs[at].same ||
            str_equal(key_of(&g, pairs[at].a, true), key_of(&g, pairs[at].b, true)) !=
                pairs[at].exact) {
            fail_msg("%s", pairs[at].name);
        }
    }
    given_close(&g);
}

static void a_text_that_stays_as_it_is_costs_no_memory(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    arena_fail_at(g.arena, 0);
    str key = {0};
    str text = STR("ana@example.com");
    assert_true(fold_key(text, false, g.arena, &key));
    assert_ptr_equal(key.ptr, text.ptr);
    assert_true(fold_key(STR("ANA"), true, g.arena, &key));
    assert_false(fold_key(STR("ANA"), false, g.arena, &key));
    given_close(&g);
}

static void every_failed_allocation_is_reported(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    str key = {0};
    long at = 0;
    for (arena_fail_at(g.arena, 0); !fold_key(STR("Stra\xC3\x9F"
                                                  "e"),
                                              false, g.arena, &key);
         at++) {
        arena_fail_at(g.arena, at + 1);
    }
    assert_int_equal(at, 2);
    given_close(&g);
}

// Sorting the marks below one letter is quadratic: without a bound this takes minutes.
static void piled_up_marks_are_compared_by_their_bytes(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    struct text text;
    text_init(&text, g.arena, MIB(1));
    text_lit(&text, "A");
    for (int at = 0; at < 100000; at++) {
        text_add(&text, at % 2 == 0 ? STR("\xCC\x81") : STR("\xCC\xA3"));
    }
    str key = {0};
    assert_true(fold_key(text_str(&text), false, g.arena, &key));
    assert_int_equal(key.len, text.len);
    assert_int_equal(key.ptr[0], 'a');
    given_close(&g);
}

static void marks_up_to_the_bound_are_sorted(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    str keys[2];
    for (int order = 0; order < 2; order++) {
        struct text text;
        text_init(&text, g.arena, KIB(1));
        text_lit(&text, "q");
        for (int at = 0; at < FOLD_MARKS_MAX; at++) {
            bool above = order == 0 ? at < FOLD_MARKS_MAX / 2 : at >= FOLD_MARKS_MAX / 2;
            text_add(&text, above ? STR("\xCC\x81") : STR("\xCC\xA3"));
        }
        assert_true(fold_key(text_str(&text), true, g.arena, &keys[order]));
    }
    assert_true(str_equal(keys[0], keys[1]));
    given_close(&g);
}

static const struct {
    const char *name;
    const char *text;
    bool valid;
} utf8_cases[] = {
    {"ASCII alone", "abc", true},
    {"two, three and four bytes", "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", true},
    {"a byte of its own", "\x80", false},
    {"a cut sequence", "\xE2\x82", false},
    {"an overlong slash", "\xC0\xAF", false},
    {"an overlong euro", "\xF0\x82\x82\xAC", false},
    {"a surrogate", "\xED\xA0\x80", false},
    {"beyond the last code point", "\xF4\x90\x80\x80", false},
};

static void utf8_is_told_from_other_bytes(void **state)
{
    for (size_t at = 0; at < COUNT_OF(utf8_cases); at++) {
        if (fold_is_utf8(str_of(utf8_cases[at].text)) != utf8_cases[at].valid) {
            fail_msg("%s", utf8_cases[at].name);
        }
    }
}

// A key is a value too: folding it again must not move it away from its own group.
static void folding_a_key_changes_nothing_for_all_code_points(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (unsigned point = 0x80; point < 0x20000; point++) {
        char bytes[4];
        size_t len = point < 0x800 ? 2 : (point < 0x10000 ? 3 : 4);
        static const unsigned char heads[] = {0, 0, 0xC0, 0xE0, 0xF0};
        if (point >= 0xD800 && point < 0xE000) {
            continue;
        }
        unsigned rest = point;
        for (size_t at = len - 1; at > 0; at--) {
            bytes[at] = (char)(0x80 | (rest & 0x3F));
            rest >>= 6;
        }
        bytes[0] = (char)(heads[len] | rest);
        str once = {0};
        str twice = {0};
        struct arena_mark mark = arena_mark(g.scratch);
        assert_true(fold_key((str){bytes, len}, false, g.scratch, &once));
        assert_true(fold_key(once, false, g.scratch, &twice));
        if (!str_equal(once, twice)) {
            fail_msg("U+%04X", point);
        }
        arena_rewind(g.scratch, mark);
    }
    given_close(&g);
}

static void the_unicode_version_is_known(void **state)
{
    assert_true(strchr(fold_unicode_version(), '.') != NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_the_same_by_full_folding_of_composed_text),
    cmocka_unit_test(a_text_that_stays_as_it_is_costs_no_memory),
    cmocka_unit_test(every_failed_allocation_is_reported),
    cmocka_unit_test(piled_up_marks_are_compared_by_their_bytes),
    cmocka_unit_test(marks_up_to_the_bound_are_sorted),
    cmocka_unit_test(utf8_is_told_from_other_bytes),
    cmocka_unit_test(folding_a_key_changes_nothing_for_all_code_points),
    cmocka_unit_test(the_unicode_version_is_known),
};

RUN(tests)
