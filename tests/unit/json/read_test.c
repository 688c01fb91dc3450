// read_test.c: which JSON texts are taken, and what becomes of them.
// SPDX-License-Identifier: Apache-2.0
#include "unit/json/unit.h"

static const struct {
    const char *name;
    const char *text;
    size_t len;        // 0: up to the NUL
    const char *want;  // printed; NULL: refused
} cases[] = {
    {"an object", "{\"a\":1}", 0, "{\"a\":1}"},
    {"blanks go away", " { \"a\" : [ 1 , 2 ] }\r\n\t", 0, "{\"a\":[1,2]}"},
    {"a byte order mark is skipped", "\xEF\xBB\xBF{}", 0, "{}"},
    {"a text alone", "\"x\"", 0, "\"x\""},
    {"null alone", "null", 0, "null"},
    {"the spelling of names is kept", "{\"userNAME\":true}", 0, "{\"userNAME\":true}"},
    {"the order of members is kept", "{\"b\":1,\"a\":2}", 0, "{\"b\":1,\"a\":2}"},
    {"numbers stay as they were written", "[1.0,1e3,-0,12345678901234567890.123]", 0,
     "[1.0,1e3,-0,12345678901234567890.123]"},
    {"escapes become characters", "\"\\u00e9\\ud83d\\ude00\\/\"", 0,
     "\"\xC3\xA9\xF0\x9F\x98\x80/\""},
    {"what must be escaped is escaped again", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\"", 0,
     "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\""},
    {"DEL is not escaped", "\"\x7F\"", 0, "\"\x7F\""},
    {"an empty name", "{\"\":1}", 0, "{\"\":1}"},
    {"names that differ", "{\"a\":1,\"ab\":2,\"b\":3}", 0, "{\"a\":1,\"ab\":2,\"b\":3}"},
    {"names that differ in a sign that resembles case", "{\"a@\":1,\"a`\":2}", 0,
     "{\"a@\":1,\"a`\":2}"},
    {"one name in two objects", "[{\"a\":1},{\"a\":{\"a\":2}}]", 0,
     "[{\"a\":1},{\"a\":{\"a\":2}}]"},
    {"an empty text", "", 0, NULL},
    {"blanks alone", "  ", 0, NULL},
    {"a byte order mark alone", "\xEF\xBB\xBF", 0, NULL},
    {"two values", "{}{}", 0, NULL},
    {"a comma at the end", "[1,]", 0, NULL},
    {"single quotes", "{'a':1}", 0, NULL},
    {"a comment", "{}// x", 0, NULL},
    {"a name without quotes", "{a:1}", 0, NULL},
    {"an open object", "{\"a\":1", 0, NULL},
    {"an open text", "\"abc", 0, NULL},
    {"a text that ends in a backslash", "\"abc\\", 0, NULL},
    {"not a number", "NaN", 0, NULL},
    {"a leading zero", "01", 0, NULL},
    {"a raw line break in a text", "\"a\nb\"", 0, NULL},
    {"a name twice", "{\"a\":1,\"a\":2}", 0, NULL},
    {"a name twice in two cases", "{\"userName\":1,\"USERNAME\":2}", 0, NULL},
    {"a name twice by an escape", "{\"a\":1,\"\\u0041\":2}", 0, NULL},
    {"NUL in a text", "\"a\\u0000b\"", 0, NULL},
    {"NUL in a name", "{\"a\\u0000b\":1}", 0, NULL},
    {"a raw NUL", "[1,\0]", 5, NULL},
    {"text behind a raw NUL", "{}\0{}", 5, NULL},
    {"half a surrogate pair", "\"\\ud800\"", 0, NULL},
    {"the second half alone", "\"\\udc00\"", 0, NULL},
    {"a wrong byte", "\"\xFF\"", 0, NULL},
    {"an overlong slash", "\"\xC0\xAF\"", 0, NULL},
    {"a surrogate in UTF-8", "\"\xED\xA0\x80\"", 0, NULL},
    {"a cut sequence", "\"\xE2\x82\"", 0, NULL},
};

static str text_of(size_t at)
{
    return cases[at].len == 0 ? str_of(cases[at].text) : (str){cases[at].text, cases[at].len};
}

static void texts_are_taken_or_refused_by_rfc_8259_and_our_rules(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct roster_error err = {0};
        struct roster_json *json = NULL;
        bool taken = roster_json_read(text_of(at), arena, &json, &err);
        if (taken != (cases[at].want != NULL)) {
            fail_msg("%s: %s", cases[at].name, err.detail);
        }
        if (taken) {
            expect_json(cases[at].name, arena, json, cases[at].want);
        } else {
            assert_int_equal(err.code, ROSTER_ERR_INVALID_SYNTAX);
            assert_true(err.offset <= text_of(at).len);
            assert_true(err.detail[0] != '\0');
        }
    }
    roster_arena_close(arena);
}

static bool reads_nested(struct roster_arena *arena, size_t depth, const char *open,
                         const char *close)
{
    struct text text;
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    text_init(&text, arena, MIB(2));
    for (size_t at = 0; at < depth; at++) {
        text_add(&text, str_of(open));
    }
    text_char(&text, '1');
    for (size_t at = 0; at < depth; at++) {
        text_add(&text, str_of(close));
    }
    bool taken = roster_json_read(text_str(&text), arena, &json, &err);
    assert_true(taken || err.code == ROSTER_ERR_INVALID_SYNTAX);
    return taken;
}

static void nesting_is_bounded_before_anything_is_parsed(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(16));
    assert_true(reads_nested(arena, JSON_DEPTH_MAX, "[", "]"));
    assert_false(reads_nested(arena, JSON_DEPTH_MAX + 1, "[", "]"));
    assert_true(reads_nested(arena, JSON_DEPTH_MAX, "{\"a\":", "}"));
    assert_false(reads_nested(arena, JSON_DEPTH_MAX + 1, "{\"a\":", "}"));
    assert_false(reads_nested(arena, 100000, "[", ""));
    assert_true(reads_nested(arena, 1,
                             "[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
                             "[[[[[[[[[[[[[[[[[[\\\"[[[[[[\",",
                             "]"));
    roster_arena_close(arena);
}

static void members_of_one_object_are_bounded(void **state)
{
    for (int over = 0; over < 2; over++) {
        struct roster_arena *arena = roster_arena_open(MIB(16));
        struct text text;
        struct roster_error err = {0};
        struct roster_json *json = NULL;
        text_init(&text, arena, MIB(2));
        for (int at = 0; at < JSON_MEMBERS_MAX + over; at++) {
            text_format(&text, "%c\"a%d\":1", at == 0 ? '{' : ',', at);
        }
        text_char(&text, '}');
        assert_int_equal(roster_json_read(text_str(&text), arena, &json, &err), over == 0);
        roster_arena_close(arena);
    }
}

static void the_tree_does_not_point_into_the_text(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    char text[] = "{\"name\":\"value\",\"n\":12}";
    assert_true(roster_json_read((str){text, sizeof(text) - 1}, arena, &json, &err));
    memset(text, 'x', sizeof(text));
    expect_json("after the text is gone", arena, json, "{\"name\":\"value\",\"n\":12}");
    roster_arena_close(arena);
}

static void every_failed_allocation_is_refused_as_memory(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    str text = STR("{\"a\":[1,\"x\",{\"b\":null}],\"c\":{\"d\":true}}");
    long at = 0;
    for (;; at++) {
        struct roster_error err = {0};
        struct roster_json *json = NULL;
        roster_arena_reset(arena);
        arena_fail_at(arena, at);
        if (roster_json_read(text, arena, &json, &err)) {
            break;
        }
        assert_int_equal(err.code, ROSTER_ERR_NO_MEMORY);
        assert_true(at < 100);
    }
    assert_true(at > 8);
    roster_arena_close(arena);
}

static void a_tree_that_does_not_fit_is_not_printed(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    const struct roster_json *json = read_json(arena, "{\"a\":[1,2]}");
    str text = {0};
    arena_fail_at(arena, 0);
    assert_false(roster_json_print(json, arena, &text));
    roster_arena_close(arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_taken_or_refused_by_rfc_8259_and_our_rules),
    cmocka_unit_test(nesting_is_bounded_before_anything_is_parsed),
    cmocka_unit_test(members_of_one_object_are_bounded),
    cmocka_unit_test(the_tree_does_not_point_into_the_text),
    cmocka_unit_test(every_failed_allocation_is_refused_as_memory),
    cmocka_unit_test(a_tree_that_does_not_fit_is_not_printed),
};

RUN(tests)
