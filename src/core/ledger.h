// core/ledger.h: what one source has taken away within a window of time. Pure: numbers in, numbers
// out.
//
// The window slides: what was spent counts until a whole window has passed since. Times are kept in
// buckets of a part of the window, and a bucket counts as long as its youngest part does, so that
// no window ever sees more than its budget.
//
// What is fresh (a person who came within the window, a membership) is given back by what comes:
// who moves a team from one group to another, or makes a person for a test and deletes it, takes
// nothing away. What was there before is never given back.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include "base/check.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/str.h"

struct ledger_bucket {
    int64_t from_ms;
    int64_t to_ms;  // of the youngest part
    int64_t lasting;
    int64_t fresh;
};

struct ledger {
    struct ledger_bucket buckets[GUARD_BUCKETS_MAX];  // oldest first
    size_t count;
};

// Takes JSON of ledger_print; an empty text is an empty ledger. False when it is damaged, or the
// arena is full.
MUST_CHECK bool ledger_parse(str json, struct roster_arena *arena, struct ledger *out);
MUST_CHECK bool ledger_print(const struct ledger *ledger, struct roster_arena *arena, str *out);
// Drops what the window has left behind, and what a clock that was wrong put into the future.
void ledger_age(struct ledger *ledger, int64_t now_ms, int64_t window_ms);
int64_t ledger_spent(const struct ledger *ledger);
void ledger_spend(struct ledger *ledger, int64_t now_ms, int64_t window_ms, int64_t amount,
                  bool fresh);
// So many came in the meantime: as much that is fresh is given back, the youngest first.
void ledger_give_back(struct ledger *ledger, int64_t came);
// When so much of what was spent will have left the window; 0: now. What was never spent is never
// there: `window_ms` then.
int64_t ledger_wait_ms(const struct ledger *ledger, int64_t now_ms, int64_t window_ms,
                       int64_t amount);

#endif
