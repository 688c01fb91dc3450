// split_test.c: one object taken apart at its long array.
// SPDX-License-Identifier: Apache-2.0
#include "json/split.h"
#include "unit/json/unit.h"

enum { KEPT_MAX = 3 };

// clang-format off
static const struct {
    const char *name, *text;
    const char *elements;  // joined by '|'; NULL: refused
    size_t count;
    const char *rest;
} rows[] = {
    {"an empty object", "{}", "", 0, "{}"},
    {"an empty list", "{\"L\":[]}", "", 0, "{}"},
    {"blanks everywhere", " { \"L\" : [ 1 , 2 ] , \"a\" : true } ", "1|2", 2, "{\"a\":true}"},
    {"a byte order mark", "\xEF\xBB\xBF{\"L\":[1]}", "1", 1, "{}"},
    {"any letter case", "{\"l\":[1]}", "1", 1, "{}"},
    {"an escaped name", "{\"\\u004c\":[1]}", "1", 1, "{}"},
    {"brackets in strings", "{\"L\":[\"]\",\"}\\\"]\",{\"a\":\"[\"}]}", 
     "\"]\"|\"}\\\"]\"|{\"a\":\"[\"}", 3, "{}"},
    {"nested values", "{\"L\":[[1,[2]],{\"b\":{\"c\":[3]}}]}", 
     "[1,[2]]|{\"b\":{\"c\":[3]}}", 2, "{}"},
    {"no list at all", "{\"L\":{\"x\":1}}", "", 0, "{\"L\":{\"x\":1}}"},
    {"more than are kept", "{\"L\":[1,2,3,4,5]}", "1|2|3", 5, "{}"},
    {"a list of the same name below", "{\"a\":{\"L\":[1]},\"L\":[2]}", "2", 1,
     "{\"a\":{\"L\":[1]}}"},
    {"an empty text", "", NULL, 0, NULL},
    {"a list", "[1]", NULL, 0, NULL},
    {"an open object", "{\"L\":[1]", NULL, 0, NULL},
    {"an open list", "{\"L\":[1", NULL, 0, NULL},
    {"an open string", "{\"L\":[\"1]}", NULL, 0, NULL},
    {"a comma too many", "{\"L\":[1,]}", NULL, 0, NULL},
    {"a comma behind the list", "{\"L\":[1],}", NULL, 0, NULL},
    {"a comma missing", "{\"L\":[1 2]}", NULL, 0, NULL},
    {"a colon missing", "{\"L\" [1]}", NULL, 0, NULL},
    {"a name that is none", "{1:[1]}", NULL, 0, NULL},
    {"a wrong value beside", "{\"a\":tru,\"L\":[1]}", NULL, 0, NULL},
    {"the list twice", "{\"L\":[1],\"l\":[2]}", NULL, 0, NULL},
    {"the list and another value", "{\"L\":[1],\"L\":2}", NULL, 0, NULL},
    {"another value and the list", "{\"L\":2,\"L\":[1]}", NULL, 0, NULL},
    {"text behind the end", "{\"L\":[1]}x", NULL, 0, NULL},
    {"a backslash at the end", "{\"L\":[\"\\", NULL, 0, NULL},
};
// clang-format on

static void check_row(size_t at, struct roster_arena *arena)
{
    struct json_split split = {0};
    struct roster_error err = {0};
    struct text joined;
    str rest = {0};
    text_init(&joined, arena, KIB(4));
    bool ok = json_split(str_of(rows[at].text), STR("L"), KEPT_MAX, arena, &split, &err);
    if (ok != (rows[at].elements != NULL)) {
        fail_msg("%s: %s", rows[at].name, ok ? "it was taken" : err.detail);
    }
    if (!ok) {
        assert_int_equal(err.code, ROSTER_ERR_INVALID_SYNTAX);
        return;
    }
    for (size_t n = 0; n < split.count && n < KEPT_MAX; n++) {
        text_add(&joined, n > 0 ? STR("|") : (str){0});
        text_add(&joined, split.elements[n]);
    }
    assert_true(roster_json_print(split.rest, arena, &rest));
    if (!str_equal(text_str(&joined), str_of(rows[at].elements)) || split.count != rows[at].count ||
        !str_equal(rest, str_of(rows[at].rest))) {
        fail_msg("%s: %.*s and %.*s", rows[at].name, STR_ARGS(text_str(&joined)), STR_ARGS(rest));
    }
}

static void the_elements_of_the_list_are_found_without_reading_them(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        check_row(at, arena);
    }
    roster_arena_close(arena);
}

static void a_full_arena_is_said(void **state)
{
    str text = STR("{\"a\":1,\"L\":[1,2]}");
    for (long at = 0; at < 3; at++) {
        struct roster_arena *arena = roster_arena_open(MIB(1));
        struct json_split split = {0};
        struct roster_error err = {0};
        arena_fail_at(arena, at);
        assert_false(json_split(text, STR("L"), KEPT_MAX, arena, &split, &err));
        assert_int_equal(err.code, ROSTER_ERR_NO_MEMORY);
        roster_arena_close(arena);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_elements_of_the_list_are_found_without_reading_them),
    cmocka_unit_test(a_full_arena_is_said),
};

RUN(tests)
