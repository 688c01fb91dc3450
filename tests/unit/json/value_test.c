// value_test.c: finding, editing, copying and comparing trees.
// SPDX-License-Identifier: Apache-2.0
#include "unit/json/unit.h"

static void members_are_found_ignoring_case(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    const struct roster_json *json = read_json(arena, "{\"UserName\":\"ana\",\"n\":5,\"b\":false}");
    assert_non_null(json_find(json, STR("username")));
    assert_null(json_find(json, STR("user")));
    assert_null(json_find(NULL, STR("username")));
    assert_null(json_find(json->first, STR("username")));
    assert_true(str_equal(json_find_text(json, STR("USERNAME")), STR("ana")));
    assert_int_equal(json_find_text(json, STR("n")).len, 0);
    assert_true(json_is_bool(json_find(json, STR("B"))));
    assert_false(json_is_bool(NULL));
    assert_false(json_is(NULL, JSON_NULL));
    roster_arena_close(arena);
}

static void missing_null_and_empty_lists_are_unassigned(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    const struct roster_json *json =
        read_json(arena, "{\"a\":null,\"b\":[],\"c\":\"\",\"d\":{},\"e\":false,\"f\":[null]}");
    assert_true(json_is_unassigned(NULL));
    assert_true(json_is_unassigned(json_find(json, STR("a"))));
    assert_true(json_is_unassigned(json_find(json, STR("b"))));
    for (const char *name = "cdef"; *name != '\0'; name++) {
        assert_false(json_is_unassigned(json_find(json, (str){name, 1})));
    }
    roster_arena_close(arena);
}

static const struct {
    const char *name;
    const char *key;
    bool remove;  // else replace by 9
    const char *want;
} edit_cases[] = {
    {"the first is replaced in place", "A", false, "{\"A\":9,\"b\":2,\"c\":3,\"z\":0}"},
    {"the one in the middle is replaced in place", "b", false, "{\"a\":1,\"b\":9,\"c\":3,\"z\":0}"},
    {"the last is replaced in place", "c", false, "{\"a\":1,\"b\":2,\"c\":9,\"z\":0}"},
    {"a new one is appended", "d", false, "{\"a\":1,\"b\":2,\"c\":3,\"d\":9,\"z\":0}"},
    {"the first is removed", "a", true, "{\"b\":2,\"c\":3,\"z\":0}"},
    {"the one in the middle is removed", "b", true, "{\"a\":1,\"c\":3,\"z\":0}"},
    {"the last is removed", "c", true, "{\"a\":1,\"b\":2,\"z\":0}"},
};

static void members_are_replaced_removed_and_appended(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    for (size_t at = 0; at < COUNT_OF(edit_cases); at++) {
        struct roster_json *json = read_json(arena, "{\"a\":1,\"b\":2,\"c\":3}");
        str key = str_of(edit_cases[at].key);
        if (edit_cases[at].remove) {
            json_remove(json, json_find(json, key));
        } else {
            json_replace(json, key, json_i64(arena, 9));
        }
        // The end of the list is right, and so is the count.
        assert_true(json_put_i64(json, arena, STR("z"), 0));
        expect_json(edit_cases[at].name, arena, json, edit_cases[at].want);
        uint32_t count = 0;
        for (const struct roster_json *child = json->first; child != NULL; child = child->next) {
            count++;
        }
        assert_int_equal(json->count, count);
    }
    roster_arena_close(arena);
}

static void the_only_element_is_removed(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct roster_json *json = read_json(arena, "[1]");
    json_remove(json, json->first);
    expect_json("empty", arena, json, "[]");
    json_push(json, json_bool(arena, true));
    expect_json("filled again", arena, json, "[true]");
    roster_arena_close(arena);
}

static void a_copy_is_deep(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct roster_json *json = read_json(arena, "{\"a\":[1,{\"b\":\"x\"}]}");
    struct roster_json *copy = json_copy(arena, json);
    assert_true(json_equal(json, copy));
    json_push(copy->first, json_i64(arena, 2));
    expect_json("the original", arena, json, "{\"a\":[1,{\"b\":\"x\"}]}");
    expect_json("the copy", arena, copy, "{\"a\":[1,{\"b\":\"x\"},2]}");
    for (long at = 0; at < 4; at++) {
        arena_fail_at(arena, at);
        assert_null(json_copy(arena, json));
    }
    roster_arena_close(arena);
}

static const struct {
    const char *name;
    const char *a;
    const char *b;
    bool equal;
} equal_cases[] = {
    {"members in another order", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", true},
    {"names in another case", "{\"a\":1}", "{\"A\":1}", true},
    {"texts in another case", "\"a\"", "\"A\"", false},
    {"elements in another order", "[1,2]", "[2,1]", false},
    {"a list that goes on", "[1]", "[1,1]", false},
    {"an object that goes on", "{\"a\":1}", "{\"a\":1,\"b\":2}", false},
    {"another member", "{\"a\":1}", "{\"b\":1}", false},
    {"a number and a text", "1", "\"1\"", false},
    {"a number in another form", "1", "1.0", false},
    {"true and false", "true", "false", false},
    {"empty list and object", "[]", "{}", false},
};

static void trees_are_compared_by_content(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    for (size_t at = 0; at < COUNT_OF(equal_cases); at++) {
        const struct roster_json *a = read_json(arena, equal_cases[at].a);
        const struct roster_json *b = read_json(arena, equal_cases[at].b);
        if (json_equal(a, b) != equal_cases[at].equal ||
            json_equal(b, a) != equal_cases[at].equal) {
            fail_msg("%s", equal_cases[at].name);
        }
    }
    assert_true(json_equal(NULL, NULL));
    assert_false(json_equal(NULL, read_json(arena, "1")));
    roster_arena_close(arena);
}

static void values_are_built(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct roster_json *json = json_new(arena, JSON_OBJECT);
    assert_true(json_put_string(json, arena, STR("s"), STR("x")));
    assert_true(json_put_bool(json, arena, STR("t"), true));
    assert_true(json_put_bool(json, arena, STR("f"), false));
    assert_true(json_put_i64(json, arena, STR("i"), INT64_MIN));
    expect_json("built", arena, json,
                "{\"s\":\"x\",\"t\":true,\"f\":false,\"i\":-9223372036854775808}");
    arena_fail_at(arena, 1);
    assert_false(json_put_i64(json, arena, STR("j"), 1));
    arena_fail_at(arena, 0);
    assert_null(json_string(arena, STR("x")));
    roster_arena_close(arena);
}

// Wherever a byte stands in a text, what is read again is what was written.
static void every_byte_is_escaped_where_it_must_be(void **state)
{
    enum { LEN = 19 };
    struct roster_arena *arena = roster_arena_open(MIB(1));
    for (int byte = 1; byte < 0x80; byte++) {
        for (size_t at = 0; at < LEN; at++) {
            char bytes[LEN] = "\xc3\xa9lan vital, \x7f!!!!!";
            bytes[at] = at < 2 ? bytes[at] : (char)byte;
            struct arena_mark mark = arena_mark(arena);
            struct text text;
            text_init(&text, arena, KIB(1));
            json_write_string(&text, (str){bytes, LEN});
            str printed = text_str(&text);
            for (size_t i = 1; i + 1 < printed.len; i++) {
                assert_true((unsigned char)printed.ptr[i] >= 0x20);
            }
            assert_int_equal(printed.len == LEN + 2,
                             at < 2 || (byte >= 0x20 && byte != '"' && byte != '\\'));
            struct roster_error err = {0};
            struct roster_json *json = NULL;
            assert_true(roster_json_read(printed, arena, &json, &err));
            assert_true(str_equal(json->text, (str){bytes, LEN}));
            arena_rewind(arena, mark);
        }
    }
    roster_arena_close(arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_byte_is_escaped_where_it_must_be),
    cmocka_unit_test(members_are_found_ignoring_case),
    cmocka_unit_test(missing_null_and_empty_lists_are_unassigned),
    cmocka_unit_test(members_are_replaced_removed_and_appended),
    cmocka_unit_test(the_only_element_is_removed),
    cmocka_unit_test(a_copy_is_deep),
    cmocka_unit_test(trees_are_compared_by_content),
    cmocka_unit_test(values_are_built),
};

RUN(tests)
