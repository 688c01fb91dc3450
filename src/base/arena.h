// base/arena.h: what the library does with an arena beyond roster/types.h.
//
// Memory comes zeroed and aligned for any type. NULL means that the cap of the arena is reached:
// the caller refuses with ROSTER_ERR_NO_MEMORY. Nothing is ever freed one by one.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/str.h"

#define ARENA_MUST_CHECK ROSTER_MUST_CHECK

ARENA_MUST_CHECK void *arena_alloc(struct roster_arena *arena, size_t size);
// `count` items of `size` bytes; NULL on overflow too.
ARENA_MUST_CHECK void *arena_array(struct roster_arena *arena, size_t count, size_t size);
// A larger copy of `old`; in place when it was the last allocation. `old` may be NULL.
ARENA_MUST_CHECK void *arena_grow(struct roster_arena *arena, void *old, size_t old_size,
                                  size_t new_size);
// As arena_grow for bytes that are written before they are read: what is new is not zeroed.
ARENA_MUST_CHECK char *arena_grow_bytes(struct roster_arena *arena, char *old, size_t old_size,
                                        size_t new_size);
// `array` with room for one item more than `count`: itself, or a copy with twice the room. Begins
// with NULL and a *cap of 0. NULL when the cap of the arena is reached.
ARENA_MUST_CHECK void *arena_room(struct roster_arena *arena, void *array, size_t count,
                                  size_t *cap, size_t size);
// A copy of the bytes with a NUL behind them. False when the cap is reached.
ARENA_MUST_CHECK bool arena_copy(struct roster_arena *arena, str from, str *out);
// printf into the arena. False when the cap is reached.
ARENA_MUST_CHECK bool arena_format(struct roster_arena *arena, str *out, const char *format, ...)
    ROSTER_PRINTF(3, 4);
// The parts one behind the other, with a NUL behind them. False when the cap is reached.
ARENA_MUST_CHECK bool arena_join(struct roster_arena *arena, str *out, const str *parts,
                                 size_t count);
// Bytes that are allocated now, and how many may be.
size_t arena_used(const struct roster_arena *arena);
size_t arena_max(const struct roster_arena *arena);
// Makes the n-th allocation from now on fail (0: the next one; negative: none). For tests.
void arena_fail_at(struct roster_arena *arena, long allocation);

// A place to come back to: arena_rewind frees all that was allocated after the mark.
struct arena_mark {
    void *block;
    size_t used;
    size_t total;
};
struct arena_mark arena_mark(const struct roster_arena *arena);
void arena_rewind(struct roster_arena *arena, struct arena_mark mark);

#endif
