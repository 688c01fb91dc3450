// journal/lane.h: records on their way from a loop to the thread of the journal.
//
// What a record has in common with others goes through the ring once: both ends remember it, in
// places of the same numbers. What has a token in it, or is too long, is remembered by nobody.
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
    char room[JOURNAL_COMMON_MAX];
};

// A record as it came out of the ring.
struct lane_record {
    struct journal_held held;
    int64_t done_us;  // of monotonic time
    str common;       // empty: as remembered
    str own;
    uint16_t place;  // JOURNAL_PLACES: in none
};

enum { LANE_APART = 64 };  // bytes between what two threads write: a line of the cache

struct journal_lane {
    struct journal *journal;
    struct ring *ring;
    struct sent *sent;  // JOURNAL_PLACES, of the loop
    char apart[LANE_APART];
    // Of the thread: JOURNAL_PLACES; what waits, when `waiting`; where a round ends.
    struct common *common;
    struct lane_record next;
    bool waiting;
    uint64_t end;
    char apart_too[LANE_APART];
};

MUST_CHECK bool lane_init(struct journal_lane *lane);
void lane_release(struct journal_lane *lane);

// The loop. False: there is no room. *much: the thread should come soon.
MUST_CHECK bool lane_put(struct journal_lane *lane, const struct record *record,
                         const struct journal_held *held, bool *much);

// The thread. A round ends with what was put before.
void lane_begin_round(struct journal_lane *lane);
// Gives the room of `next` back, which it wipes if told to, and sees what is next.
void lane_take(struct journal_lane *lane, bool wipe);
// What `next` has in common; `once` and `arena` serve if nobody remembers it. NULL without memory.
struct common *lane_common(struct journal_lane *lane, struct common *once,
                           struct roster_arena *arena);

#endif
