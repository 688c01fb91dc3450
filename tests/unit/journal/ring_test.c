// ring_test.c: strings come out in order, across the end of the ring, and between two threads.
// SPDX-License-Identifier: Apache-2.0
#include "journal/ring.h"
#include "unit/journal/unit.h"

#include <pthread.h>

enum { RING_BYTES = 1024, STRINGS = 5000 };

static bool push(struct ring *ring, const char *text)
{
    bool much = false;
    size_t len = strlen(text);
    char *room = ring_reserve(ring, len);
    if (room == NULL) {
        return false;
    }
    memcpy(room, text, len);
    ring_publish(ring, len, &much);
    return true;
}

static void expect(struct ring *ring, const char *text)
{
    char *bytes = NULL;
    size_t len = 0;
    assert_true(ring_peek(ring, ring_end(ring), &bytes, &len));
    assert_int_equal(len, strlen(text));
    assert_memory_equal(bytes, text, len);
    ring_take(ring, false);
}

static void a_full_ring_refuses_and_goes_on_when_there_is_room(void **state)
{
    struct ring *ring = ring_open(RING_BYTES);
    size_t count = 0;
    while (push(ring, "some words of a text")) {
        count++;
    }
    assert_int_equal(count, RING_BYTES / 32);
    expect(ring, "some words of a text");
    assert_true(push(ring, "another"));
    assert_false(push(ring, "some words of a text"));
    for (; count > 1; count--) {
        expect(ring, "some words of a text");
    }
    expect(ring, "another");
    char *bytes = NULL;
    size_t len = 0;
    assert_false(ring_peek(ring, ring_end(ring), &bytes, &len));
    ring_close(ring);
}

static void a_quarter_of_the_ring_is_told(void **state)
{
    struct ring *ring = ring_open(RING_BYTES);
    bool much = false;
    size_t count = 0;
    while (!much) {
        assert_non_null(ring_reserve(ring, 8));
        ring_publish(ring, 8, &much);
        count++;
    }
    assert_int_equal(count, RING_BYTES / 4 / 16);
    ring_close(ring);
}

static void what_was_secret_is_wiped(void **state)
{
    struct ring *ring = ring_open(RING_BYTES);
    char *bytes = NULL;
    size_t len = 0;
    assert_true(push(ring, "a password"));
    assert_true(ring_peek(ring, ring_end(ring), &bytes, &len));
    ring_take(ring, true);
    assert_memory_equal(bytes, "\0\0\0\0\0\0\0\0\0\0", len);
    ring_close(ring);
}

static void only_what_was_written_of_a_reservation_is_taken(void **state)
{
    struct ring *ring = ring_open(RING_BYTES);
    bool much = false;
    char *room = ring_reserve(ring, 200);
    memcpy(room, "short", 5);
    ring_publish(ring, 5, &much);
    assert_ptr_equal(ring_reserve(ring, 8), room + 16);
    expect(ring, "short");
    ring_close(ring);
}

static void an_empty_ring_begins_anew(void **state)
{
    struct ring *ring = ring_open(RING_BYTES);
    char *first = ring_reserve(ring, 8);
    for (int round = 0; round < 100; round++) {
        assert_ptr_equal(ring_reserve(ring, 8), first);
        assert_true(push(ring, "one"));
        assert_true(push(ring, "two"));
        expect(ring, "one");
        assert_ptr_not_equal(ring_reserve(ring, 8), first);
        expect(ring, "two");
    }
    ring_close(ring);
}

// All of the ring is free then, also what was used last.
static void a_ring_that_began_anew_holds_as_much_as_a_new_one(void **state)
{
    struct ring *ring = ring_open(RING_BYTES);
    for (int before = 1; before < 20; before++) {
        size_t count = 0;
        for (int at = 0; at < before; at++) {
            assert_true(push(ring, "some words of a text"));
        }
        for (int at = 0; at < before; at++) {
            expect(ring, "some words of a text");
        }
        for (; push(ring, "other words of texts"); count++) {
        }
        assert_int_equal(count, RING_BYTES / 32);
        for (; count > 0; count--) {
            expect(ring, "other words of texts");
        }
    }
    ring_close(ring);
}

static void *push_numbers(void *ctx)
{
    char text[128];
    for (int at = 0; at < STRINGS; at++) {
        snprintf(text, sizeof(text), "%d%.*s", at, at % 50,
                 "..................................."
                 "...............");
        while (!push(ctx, text)) {
        }
    }
    return NULL;
}

static void two_threads_share_a_ring(void **state)
{
    struct ring *ring = ring_open(RING_BYTES);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, push_numbers, ring), 0);
    for (int at = 0; at < STRINGS;) {
        char *bytes = NULL;
        size_t len = 0;
        char number[16] = "";
        if (ring_peek(ring, ring_end(ring), &bytes, &len)) {
            snprintf(number, sizeof(number), "%d", at);
            assert_true(len >= strlen(number));
            assert_memory_equal(bytes, number, strlen(number));
            ring_take(ring, false);
            at++;
        }
    }
    pthread_join(thread, NULL);
    ring_close(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_ring_refuses_and_goes_on_when_there_is_room),
        cmocka_unit_test(a_quarter_of_the_ring_is_told),
        cmocka_unit_test(what_was_secret_is_wiped),
        cmocka_unit_test(only_what_was_written_of_a_reservation_is_taken),
        cmocka_unit_test(an_empty_ring_begins_anew),
        cmocka_unit_test(a_ring_that_began_anew_holds_as_much_as_a_new_one),
        cmocka_unit_test(two_threads_share_a_ring),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
