// text_test.c: the builder of text and its one sticky failure.
// SPDX-License-Identifier: Apache-2.0
#include "unit/base/unit.h"

#include "base/limits.h"
#include "base/text.h"

static void what_is_added_is_there_in_order(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct text text;
    text_init(&text, arena, KIB(1));
    text_lit(&text, "a");
    text_char(&text, '-');
    text_i64(&text, INT64_MIN);
    text_format(&text, "[%s]", "x");
    text_add(&text, (str){0});
    assert_false(text.full);
    str got = text_str(&text);
    assert_true(str_equal(got, STR("a--9223372036854775808[x]")));
    roster_arena_close(arena);
}

static void a_text_takes_exactly_its_maximum(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct text text;
    text_init(&text, arena, 4);
    text_lit(&text, "abcd");
    assert_false(text.full);
    text_add(&text, (str){0});
    assert_false(text.full);
    text_char(&text, 'e');
    assert_true(text.full);
    text_init(&text, arena, 4);
    text_lit(&text, "abc");
    text_lit(&text, "de");
    text_lit(&text, "f");  // would fit, but what is full stays full
    assert_true(text.full);
    assert_int_equal(text_str(&text).len, 3);
    roster_arena_close(arena);
}

static void a_formatted_text_takes_exactly_its_maximum_too(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct text text;
    text_init(&text, arena, 4);
    text_format(&text, "%s", "abcd");
    assert_false(text.full);
    text_format(&text, "%s", "");
    assert_false(text.full);
    text_format(&text, "%s", "e");
    assert_true(text.full);
    roster_arena_close(arena);
}

static void a_full_arena_makes_a_full_text(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct text text;
    text_init(&text, arena, MIB(2));
    arena_fail_at(arena, 0);
    text_lit(&text, "a");
    assert_true(text.full);
    arena_fail_at(arena, -1);
    text_init(&text, arena, MIB(2));
    while (!text.full) {
        text_lit(&text, "0123456789");
    }
    assert_in_range(text.len, KIB(200), MIB(1));
    roster_arena_close(arena);
}

static void a_reserve_is_a_hint(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct text text;
    text_init(&text, arena, KIB(8));
    text_reserve(&text, KIB(4));
    size_t used = arena_used(arena);
    for (int at = 0; at < 4096; at++) {
        text_char(&text, 'x');
    }
    assert_int_equal(arena_used(arena), used);
    assert_false(text.full);
    roster_arena_close(arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_added_is_there_in_order),
    cmocka_unit_test(a_text_takes_exactly_its_maximum),
    cmocka_unit_test(a_formatted_text_takes_exactly_its_maximum_too),
    cmocka_unit_test(a_full_arena_makes_a_full_text),
    cmocka_unit_test(a_reserve_is_a_hint),
};

RUN(tests)
