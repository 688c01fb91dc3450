// core/walks.h: where walks by index go on.
//
// Clients walk a list by startIndex, and what is deleted meanwhile moves all that comes behind:
// whoever stood first on the next page stands on the last one, and is never seen. So after each
// page the server remembers behind which place the next index goes on, for WALK_MS, in bounded
// memory: what was unused for longest makes room. Forgetting costs nothing but that protection.
//
// Two walks of one query with one token may be at the same index and at different places. Each
// goes on from its own where connections tell them apart. Where not, from that which nobody has
// gone on from yet, and among several from the earliest: a walk may then repeat, never skip. A
// connection that reads a page again is taken for a walk that begins anew.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_WALKS_H
#define CORE_WALKS_H

#include "core/cursor.h"

struct walk {
    struct place place;  // of the last resource of the page before
    int64_t sequence;    // of the tenant's last change when `passed` was counted; 0: never
    int64_t passed;      // resources up to that place, of its type
};

// Which walk, and where it is.
struct walk_key {
    struct cursor_binding binding;  // the query and who asks
    int64_t index;                  // startIndex of the next page
    uint64_t connection;            // 0: it is not known
    int64_t now_ms;
    bool descending;
};

struct walks;

MUST_CHECK struct walks *walks_open(void);
void walks_close(struct walks *walks);  // NULL is accepted
// `walk` is copied.
void walks_note(struct walks *walks, const struct walk_key *key, const struct walk *walk);
// The key of the place lives in the arena. False: there is none, or the arena is full.
MUST_CHECK bool walks_find(struct walks *walks, const struct walk_key *key,
                           struct roster_arena *arena, struct walk *out);

#endif
