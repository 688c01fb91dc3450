// arena_test.c: memory that is handed out, capped, taken back to a mark and failed on purpose.
// SPDX-License-Identifier: Apache-2.0
#include "unit/base/unit.h"

#include "base/arena.h"
#include "base/limits.h"

#include <stdalign.h>

static bool is_zero(const unsigned char *memory, size_t size)
{
    for (size_t at = 0; at < size; at++) {
        if (memory[at] != 0) {
            return false;
        }
    }
    return true;
}

static void memory_comes_zeroed_and_aligned(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    for (int round = 0; round < 2; round++) {
        for (size_t size = 1; size < 300; size += 7) {
            unsigned char *memory = arena_alloc(arena, size);
            assert_non_null(memory);
            assert_int_equal((uintptr_t)memory % alignof(max_align_t), 0);
            assert_true(is_zero(memory, size));
            memset(memory, 0xAA, size);
        }
        roster_arena_reset(arena);
        assert_int_equal(arena_used(arena), 0);
    }
    roster_arena_close(arena);
}

static void the_cap_holds_over_many_blocks(void **state)
{
    struct roster_arena *arena = roster_arena_open(KIB(200));
    size_t got = 0;
    while (arena_alloc(arena, KIB(3)) != NULL) {
        got += KIB(3);
    }
    assert_in_range(got, KIB(190), KIB(200));
    assert_true(arena_used(arena) <= arena_max(arena));
    assert_null(arena_alloc(arena, KIB(300)));
    assert_null(arena_alloc(arena, SIZE_MAX));
    assert_null(arena_alloc(arena, SIZE_MAX - 8));
    assert_null(arena_array(arena, SIZE_MAX / 2, 3));
    roster_arena_reset(arena);
    assert_non_null(arena_alloc(arena, KIB(150)));
    roster_arena_close(arena);
}

static void an_arena_of_nothing_gives_nothing(void **state)
{
    struct roster_arena *arena = roster_arena_open(0);
    assert_null(arena_alloc(arena, 1));
    roster_arena_close(arena);
    roster_arena_close(NULL);
}

static void a_rewind_frees_what_came_after_the_mark(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(4));
    struct arena_mark start = arena_mark(arena);
    char *kept = arena_alloc(arena, 100);
    memset(kept, 'k', 100);
    struct arena_mark mark = arena_mark(arena);
    size_t used = arena_used(arena);
    for (int round = 0; round < 3; round++) {
        for (int at = 0; at < 50; at++) {
            assert_non_null(arena_alloc(arena, KIB(20)));
        }
        arena_rewind(arena, mark);
        assert_int_equal(arena_used(arena), used);
        assert_int_equal(kept[99], 'k');
    }
    arena_rewind(arena, start);
    assert_int_equal(arena_used(arena), 0);
    assert_non_null(arena_alloc(arena, 10));
    roster_arena_close(arena);
}

static void a_rewind_to_an_empty_arena_keeps_one_usable_block(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(4));
    struct arena_mark mark = arena_mark(arena);
    assert_non_null(arena_alloc(arena, KIB(500)));
    assert_non_null(arena_alloc(arena, KIB(500)));
    arena_rewind(arena, mark);
    assert_int_equal(arena_used(arena), 0);
    unsigned char *memory = arena_alloc(arena, KIB(500));
    assert_non_null(memory);
    assert_true(is_zero(memory, KIB(500)));
    roster_arena_close(arena);
}

static void growing_keeps_the_contents_in_place_or_not(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    char *first = arena_grow(arena, NULL, 0, 10);
    memcpy(first, "0123456789", 10);
    char *same = arena_grow(arena, first, 10, 1000);
    assert_ptr_equal(same, first);
    assert_memory_equal(same, "0123456789", 10);
    assert_true(is_zero((unsigned char *)same + 10, 990));
    assert_non_null(arena_alloc(arena, 1));
    char *moved = arena_grow(arena, same, 1000, 2000);
    assert_ptr_not_equal(moved, same);
    assert_memory_equal(moved, "0123456789", 10);
    assert_true(is_zero((unsigned char *)moved + 10, 1990));
    assert_null(arena_grow(arena, moved, 2000, MIB(2)));
    roster_arena_close(arena);
}

static void an_array_makes_room_for_one_more_and_keeps_its_items(void **state)
{
    enum { ITEMS = 1000 };
    struct roster_arena *arena = roster_arena_open(ITEMS * 4 * sizeof(int));
    int *items = NULL;
    size_t cap = 0;
    for (int at = 0; at < ITEMS; at++) {
        items = arena_room(arena, items, (size_t)at, &cap, sizeof(*items));
        assert_non_null(items);
        assert_int_equal(items[at], 0);
        items[at] = at + 1;
    }
    for (int at = 0; at < ITEMS; at++) {
        assert_int_equal(items[at], at + 1);
    }
    size_t full = cap;
    arena_fail_at(arena, 0);
    assert_null(arena_room(arena, items, full, &cap, sizeof(*items)));
    assert_int_equal(cap, full);
    roster_arena_close(arena);
}

static void a_chosen_allocation_fails_and_the_next_does_not(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    str copy = {0};
    arena_fail_at(arena, 2);
    assert_non_null(arena_alloc(arena, 1));
    assert_true(arena_copy(arena, STR("x"), &copy));
    assert_false(arena_copy(arena, STR("x"), &copy));
    assert_non_null(arena_alloc(arena, 1));
    char *grown = arena_alloc(arena, 8);
    arena_fail_at(arena, 0);
    assert_null(arena_grow(arena, grown, 8, 16));
    arena_fail_at(arena, 0);
    assert_false(arena_format(arena, &copy, "%d", 1));
    arena_fail_at(arena, -1);
    roster_arena_close(arena);
}

static void copies_end_with_nul(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    str copy = {0};
    assert_true(arena_copy(arena, (str){"abcdef", 3}, &copy));
    assert_string_equal(copy.ptr, "abc");
    assert_int_equal(copy.len, 3);
    assert_true(arena_copy(arena, (str){0}, &copy));
    assert_string_equal(copy.ptr, "");
    assert_true(arena_format(arena, &copy, "%s-%05d", "x", 42));
    assert_string_equal(copy.ptr, "x-00042");
    assert_int_equal(copy.len, 7);
    roster_arena_close(arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(memory_comes_zeroed_and_aligned),
    cmocka_unit_test(the_cap_holds_over_many_blocks),
    cmocka_unit_test(an_arena_of_nothing_gives_nothing),
    cmocka_unit_test(a_rewind_frees_what_came_after_the_mark),
    cmocka_unit_test(a_rewind_to_an_empty_arena_keeps_one_usable_block),
    cmocka_unit_test(growing_keeps_the_contents_in_place_or_not),
    cmocka_unit_test(an_array_makes_room_for_one_more_and_keeps_its_items),
    cmocka_unit_test(a_chosen_allocation_fails_and_the_next_does_not),
    cmocka_unit_test(copies_end_with_nul),
};

RUN(tests)
