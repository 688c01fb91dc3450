// walks_test.c: where walks by index go on, and whose place is whose.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "core/walks.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { THREADS = 4, ROUNDS = 20000 };

static struct walks *walks;
static struct roster_arena *arena;

static int open_all(void **state)
{
    walks = walks_open();
    arena = roster_arena_open(MIB(1));
    return walks == NULL || arena == NULL;
}

static int close_all(void **state)
{
    walks_close(walks);
    roster_arena_close(arena);
    return 0;
}

static struct walk_key key_of(int query, int64_t index, uint64_t connection)
{
    struct walk_key key = {.index = index, .connection = connection, .now_ms = 1000};
    memcpy(key.binding.bytes, &query, sizeof(query));
    return key;
}

static void note(struct walk_key key, int64_t row)
{
    walks_note(walks, &key, &(struct walk){.place = {.row = row}});
}

// The row that the walk goes on behind; 0: it is not remembered.
static int64_t find(struct walk_key key)
{
    struct walk walk = {0};
    return walks_find(walks, &key, arena, &walk) ? walk.place.row : 0;
}

static void a_place_is_found_as_it_was_noted(void **state)
{
    char longest[SORT_KEY_MAX];
    memset(longest, 'z', sizeof(longest));
    const struct walk walk = {
        .place = {.type = 2, .absent = true, .key = {longest, sizeof(longest)}, .row = 5},
        .sequence = 6,
        .passed = 7,
    };
    struct walk_key key = key_of(1, 101, 9);
    struct walk found = {0};
    walks_note(walks, &key, &walk);
    assert_true(walks_find(walks, &key, arena, &found));
    assert_int_equal(place_compare(&found.place, &walk.place), 0);
    assert_int_equal(found.sequence, 6);
    assert_int_equal(found.passed, 7);
}

static void another_query_or_index_finds_nothing(void **state)
{
    note(key_of(1, 101, 9), 5);
    assert_int_equal(find(key_of(2, 101, 9)), 0);
    assert_int_equal(find(key_of(1, 102, 9)), 0);
    assert_int_equal(find(key_of(1, 101, 9)), 5);
}

static void a_place_is_forgotten_after_its_time(void **state)
{
    struct walk_key key = key_of(1, 101, 9);
    note(key, 5);
    key.now_ms += WALK_MS - 1;
    assert_int_equal(find(key), 5);
    key.now_ms++;
    assert_int_equal(find(key), 0);
}

static void walks_on_their_own_connections_go_on_from_their_own_places(void **state)
{
    note(key_of(1, 101, 1), 100);
    note(key_of(1, 101, 2), 120);
    for (int again = 0; again < 3; again++) {
        assert_int_equal(find(key_of(1, 101, 2)), 120);
        assert_int_equal(find(key_of(1, 101, 1)), 100);
    }
}

static void walks_that_are_at_one_place_do_not_take_it_from_each_other(void **state)
{
    note(key_of(1, 101, 1), 100);
    note(key_of(1, 101, 2), 100);
    assert_int_equal(find(key_of(1, 101, 2)), 100);
    note(key_of(1, 101, 2), 90);
    assert_int_equal(find(key_of(1, 101, 1)), 100);
}

static void a_walk_that_begins_anew_goes_on_from_its_new_place(void **state)
{
    note(key_of(1, 101, 1), 100);
    assert_int_equal(find(key_of(1, 101, 1)), 100);
    note(key_of(1, 101, 1), 120);
    assert_int_equal(find(key_of(1, 101, 1)), 120);
}

static void
a_walk_over_ever_new_connections_that_begins_anew_goes_on_from_its_new_place(void **state)
{
    note(key_of(1, 101, 1), 100);
    assert_int_equal(find(key_of(1, 101, 2)), 100);
    note(key_of(1, 101, 3), 120);
    assert_int_equal(find(key_of(1, 101, 4)), 120);
}

static void two_walks_that_cannot_be_told_apart_repeat_and_never_skip(void **state)
{
    note(key_of(1, 101, 0), 120);
    note(key_of(1, 101, 0), 100);
    for (int again = 0; again < 3; again++) {
        assert_int_equal(find(key_of(1, 101, 0)), 100);
    }
}

static void the_earliest_place_is_the_one_that_comes_first_in_the_order(void **state)
{
    struct walk_key key = key_of(1, 101, 0);
    key.descending = true;
    note(key, 120);
    note(key, 100);
    assert_int_equal(find(key), 120);
}

static void a_page_that_is_read_again_is_where_its_connection_goes_on(void **state)
{
    note(key_of(1, 101, 1), 100);
    note(key_of(1, 101, 1), 120);
    assert_int_equal(find(key_of(1, 101, 1)), 120);
    note(key_of(1, 101, 1), 90);
    assert_int_equal(find(key_of(1, 101, 1)), 90);
}

static void memory_is_bounded_and_what_is_used_stays(void **state)
{
    struct walk_key used = key_of(0, 101, 1);
    note(used, 77);
    for (int query = 1; query < 4 * WALKS_SETS * WALKS_WAYS; query++) {
        note(key_of(query, 101, 1), query);
        assert_int_equal(find(used), 77);
    }
    size_t kept = 0;
    for (int query = 1; query < 4 * WALKS_SETS * WALKS_WAYS; query++) {
        int64_t row = find(key_of(query, 101, 1));
        assert_true(row == 0 || row == query);
        kept += row != 0;
    }
    assert_in_range(kept, WALKS_SETS * WALKS_WAYS / 2, WALKS_SETS * WALKS_WAYS - 1);
}

static void *walk_about(void *ctx)
{
    int number = *(int *)ctx;
    struct roster_arena *own = roster_arena_open(MIB(1));
    for (int round = 0; round < ROUNDS; round++) {
        char text[16];
        struct walk_key key = key_of(number, round % 50, (uint64_t)number);
        int len = snprintf(text, sizeof(text), "%d-%d", number, round);
        struct walk walk = {.place = {.key = {text, (size_t)len}, .row = round}};
        struct walk found = {0};
        walks_note(walks, &key, &walk);
        if (walks_find(walks, &key, own, &found)) {
            assert_true(str_contains(found.place.key, STR("-")));
        }
        roster_arena_reset(own);
    }
    roster_arena_close(own);
    return NULL;
}

static void threads_share_the_table(void **state)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int at = 0; at < THREADS; at++) {
        numbers[at] = at;
        assert_int_equal(pthread_create(&threads[at], NULL, walk_about, &numbers[at]), 0);
    }
    for (int at = 0; at < THREADS; at++) {
        pthread_join(threads[at], NULL);
    }
}

#define WITH_WALKS(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, open_all, close_all)

static const struct CMUnitTest tests[] = {
    WITH_WALKS(a_place_is_found_as_it_was_noted),
    WITH_WALKS(another_query_or_index_finds_nothing),
    WITH_WALKS(a_place_is_forgotten_after_its_time),
    WITH_WALKS(walks_on_their_own_connections_go_on_from_their_own_places),
    WITH_WALKS(walks_that_are_at_one_place_do_not_take_it_from_each_other),
    WITH_WALKS(a_walk_that_begins_anew_goes_on_from_its_new_place),
    WITH_WALKS(a_walk_over_ever_new_connections_that_begins_anew_goes_on_from_its_new_place),
    WITH_WALKS(two_walks_that_cannot_be_told_apart_repeat_and_never_skip),
    WITH_WALKS(the_earliest_place_is_the_one_that_comes_first_in_the_order),
    WITH_WALKS(a_page_that_is_read_again_is_where_its_connection_goes_on),
    WITH_WALKS(memory_is_bounded_and_what_is_used_stays),
    WITH_WALKS(threads_share_the_table),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
