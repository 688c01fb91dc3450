// store/guard.h: what each source has taken away lately, and what an administrator said about it.
// What it means is core/guard.h.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_GUARD_H
#define STORE_GUARD_H

#include "store/store.h"

// Of the numbers in the store: append only, never renumbered.
enum guard_kind { GUARD_DEACTIVATIONS, GUARD_DELETIONS, GUARD_REMOVALS, GUARD_KIND_COUNT };

// One row for each (tenant, source, kind) that has taken something away or was spoken about.
struct guard_row {
    int64_t source;
    enum guard_kind kind;
    str spent;                  // JSON: what was taken away, by time (core/ledger.h)
    int64_t seen;               // how many there were behind the last of it
    int64_t held_count;         // refusals of this hold; 0: nothing is held
    int64_t held_since_ms;      // the first of them …
    int64_t held_ms;            // … and the last
    int64_t told_ms;            // when the audit was last told of a hold; 0: never
    int64_t released_until_ms;  // until then what comes passes uncounted; 0: it does not
    int64_t released_left;      // how much of it; -1: all
    bool denied;
};

// STORE_NONE: there is no row yet; *row is an empty one then.
MUST_CHECK enum store_outcome guard_load(struct conn *conn, int64_t tenant, int64_t source,
                                         enum guard_kind kind, struct roster_arena *arena,
                                         struct guard_row *row);
MUST_CHECK enum store_outcome guard_save(struct conn *writer, int64_t tenant,
                                         const struct guard_row *row);
// How much there is in a tenant of what a kind takes away: active people; resources that are no
// groups; memberships.
MUST_CHECK enum store_outcome guard_population(struct conn *conn, int64_t tenant,
                                               enum guard_kind kind, int64_t *out);
// One more or fewer person is inactive.
MUST_CHECK enum store_outcome guard_count_inactive(struct conn *writer, int64_t tenant,
                                                   int64_t more);

#endif
