// journal/lane.h: records on their way from a loop to the thread of the journal.
//
// What a record has in common with others goes through the ring once: both ends remember it, in
// slots of the same numbers. What has a token in it, or is too long, is remembered by nobody.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_LANE_H
#define JOURNAL_LANE_H

#include "journal/block.h"
#include "journal/journal.h"

// A common part, as it may be written.
struct common {
    str bytes;
    str method;
    uint64_t block;   // in which it has `number`; 0: in none
    uint16_t number;  // 0: it has none yet
    char room[JOURNAL_REMEMBERED_MAX];
};

// A record as it came out of the ring.
struct lane_record {
    int64_t done_us;  // of monotonic time
    bool holds;
    struct journal_held held;  // when it does
    str common;                // empty: as remembered
    str own;
    uint16_t slot;  // JOURNAL_SLOTS: in none
};

struct journal_lane {
    struct journal *journal;
    struct ring *ring;
    struct sent *sent;  // JOURNAL_SLOTS, of the loop
    char apart[CACHE_LINE_BYTES];
    // Of the thread.
    struct common *common;  // JOURNAL_SLOTS
    struct lane_record next;
    bool waiting;  // `next` is one
    uint64_t end;  // of the round
    char apart_too[CACHE_LINE_BYTES];
};

MUST_CHECK bool lane_init(struct journal_lane *lane);
void lane_release(struct journal_lane *lane);

// The loop. False: there is no room. *much: the thread should come soon. `held` may be NULL.
MUST_CHECK bool lane_put(struct journal_lane *lane, const struct record *record,
                         const struct journal_held *held, bool *much);

// The thread. A round ends with what was put before.
void lane_begin_round(struct journal_lane *lane);
// What came with `next`; NULL: nothing.
const struct journal_held *lane_held(const struct journal_lane *lane);
// Gives the room of `next` back, which it wipes if told to, and sees what is next.
void lane_take(struct journal_lane *lane, bool wipe);
// What `next` has in common, which is remembered from now on, or put into `once` and `arena`. Once
// for each record. NULL without memory.
struct common *lane_take_common(struct journal_lane *lane, struct common *once,
                                struct roster_arena *arena);

#endif
