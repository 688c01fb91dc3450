// precis_test.c: user names and passwords under PRECIS; the numbered rows are examples of RFC 8265.
// SPDX-License-Identifier: Apache-2.0
#include "scim/fold.h"
#include "scim/precis.h"
#include "unit/scim/given.h"

#define ALEF "\xD7\x90"
#define BEH "\xD8\xA8"
#define DAL "\xD8\xAF"
#define ZWNJ "\xE2\x80\x8C"
#define ZWJ "\xE2\x80\x8D"
#define KA "\xE0\xA4\x95"
#define VIRAMA "\xE0\xA5\x8D"

static const struct {
    const char *name;
    const char *text;
    bool valid;
} names[] = {
    {"1: an address", "juliet@example.com", true},
    {"2: a plain word", "fussball", true},
    {"3: sharp s is an exception that is allowed",
     "fu\xC3\x9F"
     "ball",
     true},
    {"4: a Greek letter", "\xCF\x80", true},
    {"5: a capital sigma", "\xCE\xA3", true},
    {"6: a small sigma", "\xCF\x83", true},
    {"7: the last sigma is an exception that is allowed", "\xCF\x82", true},
    {"8: a space", "foo bar", false},
    {"9: nothing", "", false},
    {"10: a Roman numeral has a compatibility form", "henry\xE2\x85\xA3", false},
    {"11: a symbol", "\xE2\x88\x9E", false},
    {"signs of ASCII", "!#$%&'*+-/=?^_`{|}~", true},
    {"a control character",
     "a\x07"
     "b",
     false},
    {"a delete character", "a\x7F", false},
    {"a tab", "a\tb", false},
    {"a space without break",
     "a\xC2\xA0"
     "b",
     false},
    {"an ideographic space, which is a wide one",
     "a\xE3\x80\x80"
     "b",
     false},
    {"wide letters, which are mapped first", "\xEF\xBC\xA1\xEF\xBC\xA2", true},
    {"narrow katakana, which are mapped first", "\xEF\xBD\xB6", true},
    {"a wide sign of ASCII",
     "a\xEF\xBC\xA0"
     "b",
     true},
    {"a wide macron, whose ordinary form is a symbol", "\xEF\xBF\xA3", false},
    {"a superscript", "m\xC2\xB2", false},
    {"a ligature", "\xEF\xAC\x81", false},
    {"a letter and a mark that compose", "e\xCC\x81", true},
    {"a sign whose composed form is a letter of another kind", "\xE2\x84\xAB", false},
    {"a titlecase letter", "\xC7\x85", false},
    {"a soft hyphen",
     "a\xC2\xAD"
     "b",
     false},
    {"a variation selector", "a\xEF\xB8\x8F", false},
    {"an emoji", "\xF0\x9F\x98\x80", false},
    {"an unassigned code point", "\xCD\xB8", false},
    {"a private one", "\xEE\x80\x80", false},
    {"no UTF-8", "a\xFF", false},
    {"Chinese letters", "\xE5\xBC\xA0\xE4\xBC\x9F", true},
    {"the ideographic number zero", "\xE3\x80\x87", true},
    {"a vertical kana mark", "\xE3\x80\xB1", false},
    {"Hangul syllables", "\xED\x95\x9C", true},
    {"conjoining letters of Hangul", "\xE1\x84\x92\xE1\x85\xA1", false},
    {"Arabic tatweel", BEH "\xD9\x80" BEH, false},
    {"middle dot between two l", "l\xC2\xB7l", true},
    {"middle dot elsewhere", "a\xC2\xB7l", false},
    {"middle dot at the end", "l\xC2\xB7", false},
    {"Greek numeral sign before Greek", "\xCD\xB5\xCE\xB1", true},
    {"Greek numeral sign before Latin",
     "\xCD\xB5"
     "a",
     false},
    {"geresh behind Hebrew", ALEF "\xD7\xB3", true},
    {"geresh at the start", "\xD7\xB3" ALEF, false},
    {"gershayim behind Latin", "a\xD7\xB4", false},
    {"katakana middle dot with katakana", "\xE3\x82\xAB\xE3\x83\xBB\xE3\x82\xAB", true},
    {"katakana middle dot alone",
     "a\xE3\x83\xBB"
     "b",
     false},
    {"Arabic digits of one row", BEH "\xD9\xA1\xD9\xA2", true},
    {"Arabic digits of both rows", BEH "\xD9\xA1\xDB\xB2", false},
    {"non-joiner behind a virama", KA VIRAMA ZWNJ KA, true},
    {"joiner behind a virama", KA VIRAMA ZWJ KA, true},
    {"joiner between letters", KA ZWJ KA, false},
    {"joiner in Latin", "a" ZWJ "b", false},
    {"non-joiner in Latin", "a" ZWNJ "b", false},
    {"non-joiner between letters that would join", BEH ZWNJ BEH, true},
    {"non-joiner past marks", BEH "\xD9\x8E" ZWNJ "\xD9\x8E" BEH, true},
    {"non-joiner behind a letter that joins to nothing behind it", DAL ZWNJ BEH, false},
    {"non-joiner at the end", BEH ZWNJ, false},
    {"Hebrew letters", ALEF ALEF, true},
    {"Hebrew with a number behind", ALEF "1", true},
    {"Hebrew with a sign at the end", ALEF "-", false},
    {"Hebrew with a mark at the end", ALEF "\xD6\xB0", true},
    {"Hebrew behind Latin", "a" ALEF, false},
    {"Latin behind Hebrew", ALEF "a", false},
    {"Hebrew behind a number", "1" ALEF, false},
    {"European and Arabic numbers in one name", BEH "1\xD9\xA1", false},
};

static void a_user_name_is_checked_as_the_rfc_says(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(names); at++) {
        const char *why = NULL;
        enum precis_outcome outcome = precis_check_username(str_of(names[at].text), g.arena, &why);
        if (outcome != (names[at].valid ? PRECIS_OK : PRECIS_REFUSED) ||
            (why == NULL) != names[at].valid) {
            fail_msg("%s: %d", names[at].name, outcome);
        }
    }
    given_close(&g);
}

static const struct {
    const char *name;
    const char *a;
    const char *b;
    bool same;
} pairs[] = {
    {"ASCII capitals", "Juliet@Example.COM", "juliet@example.com", true},
    {"2 and 3: sharp s is not two letters", "fussball",
     "fu\xC3\x9F"
     "ball",
     false},
    {"5 and 6: sigma in both cases", "\xCE\xA3", "\xCF\x83", true},
    {"5 and 7: the last sigma is a letter of its own", "\xCE\xA3", "\xCF\x82", false},
    {"6 and 7", "\xCF\x83", "\xCF\x82", false},
    {"a capital sigma at the end stays an ordinary one", "\xCE\x9F\xCE\xA3", "\xCE\xBF\xCF\x83",
     true},
    {"wide letters", "\xEF\xBC\xA1\xEF\xBC\xA2", "ab", true},
    {"a wide letter alone", "\xEF\xBC\xA1", "a", true},
    {"narrow katakana with a voiced mark", "\xEF\xBD\xB6\xEF\xBE\x9E", "\xE3\x82\xAC", true},
    {"a letter and a mark", "E\xCC\x81", "\xC3\xA9", true},
    {"marks in another order", "a\xCC\xA3\xCC\x82", "a\xCC\x82\xCC\xA3", true},
    {"a capital sharp s", "\xE1\xBA\x9E", "\xC3\x9F", true},
    {"a dotted capital i is i with a dot", "\xC4\xB0", "i\xCC\x87", true},
    {"and so is one that is taken apart", "\xC4\xB0", "I\xCC\x87", true},
    {"a dotless i stays apart", "\xC4\xB1", "i", false},
    {"Cyrillic capitals", "\xD0\x9F\xD0\xB5", "\xD0\xBF\xD0\x95", true},
    {"Deseret capitals", "\xF0\x90\x90\x80", "\xF0\x90\x90\xA8", true},
    {"no compatibility form", "\xC2\xB2", "2", false},
    {"bytes that are no UTF-8", "A\xFF", "a\xFF", true},
};

static void user_names_are_compared_as_the_rfc_says(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(pairs); at++) {
        str a = {0};
        str b = {0};
        str again = {0};
        assert_true(fold_username(str_of(pairs[at].a), g.arena, &a));
        assert_true(fold_username(str_of(pairs[at].b), g.arena, &b));
        assert_true(fold_username(a, g.arena, &again));
        if (str_equal(a, b) != pairs[at].same || !str_equal(a, again)) {
            fail_msg("%s: %.*s, %.*s", pairs[at].name, STR_ARGS(a), STR_ARGS(b));
        }
    }
    given_close(&g);
}

static const struct {
    const char *name;
    const char *text;
    const char *prepared;  // NULL: refused
} passwords[] = {
    {"12: words", "correct horse battery staple", "correct horse battery staple"},
    {"13: capitals stay", "Correct Horse Battery Staple", "Correct Horse Battery Staple"},
    {"14: letters of three scripts", "\xCF\x80\xC3\x9F\xC3\xA5", "\xCF\x80\xC3\x9F\xC3\xA5"},
    {"15: a symbol", "Jack of \xE2\x99\xA6s", "Jack of \xE2\x99\xA6s"},
    {"16: an ogham space becomes a space",
     "foo\xE1\x9A\x80"
     "bar",
     "foo bar"},
    {"17: nothing", "", NULL},
    {"18: a control character",
     "my cat is a \x09"
     "by",
     NULL},
    {"a mark composes", "e\xCC\x81", "\xC3\xA9"},
    {"wide letters stay wide", "\xEF\xBC\xA1", "\xEF\xBC\xA1"},
    {"compatibility forms stay", "\xE2\x85\xA3", "\xE2\x85\xA3"},
    {"an emoji", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
    {"spaces at the ends stay", " a ", " a "},
    {"a joiner without its context", "a" ZWJ "b", NULL},
    {"an unassigned code point", "\xCD\xB8", NULL},
    {"no UTF-8", "\xFF", NULL},
};

static void a_password_is_prepared_as_an_opaque_string(void **state)
{
    struct given g;
    given_open(&g, ROSTER_PROFILE_RFC);
    for (size_t at = 0; at < COUNT_OF(passwords); at++) {
        str out = {0};
        const char *why = NULL;
        enum precis_outcome outcome =
            precis_opaque(str_of(passwords[at].text), g.arena, &out, &why);
        const char *want = passwords[at].prepared;
        if (want == NULL ? outcome != PRECIS_REFUSED || why == NULL
                         : outcome != PRECIS_OK || !str_equal(out, str_of(want))) {
            fail_msg("%s", passwords[at].name);
        }
    }
    given_close(&g);
}

static void a_full_arena_is_reported_at_every_place(void **state)
{
    static const char *const text = "\xEF\xBC\xA1\xD0\x9F"
                                    "e\xCC\x81";
    for (int at = 0; at < 3; at++) {
        struct given g;
        const char *why = NULL;
        str out = {0};
        given_open(&g, ROSTER_PROFILE_RFC);
        arena_fail_at(g.arena, at);
        assert_int_equal(precis_check_username(str_of(text), g.arena, &why), PRECIS_FULL);
        given_close(&g);
        given_open(&g, ROSTER_PROFILE_RFC);
        arena_fail_at(g.arena, at);
        assert_int_equal(precis_opaque(str_of(text), g.arena, &out, &why), PRECIS_FULL);
        given_close(&g);
    }
}

static void an_ordinary_name_costs_no_memory(void **state)
{
    struct given g;
    const char *why = NULL;
    str key = {0};
    given_open(&g, ROSTER_PROFILE_RFC);
    arena_fail_at(g.arena, 0);
    assert_int_equal(precis_check_username(STR("ana@example.com"), g.arena, &why), PRECIS_OK);
    assert_true(fold_username(STR("ana@example.com"), g.arena, &key));
    given_close(&g);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_user_name_is_checked_as_the_rfc_says),
    cmocka_unit_test(user_names_are_compared_as_the_rfc_says),
    cmocka_unit_test(a_password_is_prepared_as_an_opaque_string),
    cmocka_unit_test(a_full_arena_is_reported_at_every_place),
    cmocka_unit_test(an_ordinary_name_costs_no_memory),
};

RUN(tests)
