// store/erase.h: taking personal detail out of the trail, and who is held against that.
//
// Audit rows and member deltas stay: they hold ids, no values. A detail's digest stands in its
// audit row, so the chain stays whole.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_ERASE_H
#define STORE_ERASE_H

#include "store/store.h"

struct hold_row {
    str id;  // of the resource, there or gone
    str reason;
    str actor;
    int64_t since_ms;
    struct hold_row *next;
};

// STORE_TAKEN: it is held already.
MUST_CHECK enum store_outcome hold_insert(struct conn *writer, int64_t tenant,
                                          const struct hold_row *row);
// STORE_NONE: it was not held.
MUST_CHECK enum store_outcome hold_delete(struct conn *writer, int64_t tenant, str id);
MUST_CHECK enum store_outcome hold_find(struct conn *conn, int64_t tenant, str id,
                                        struct roster_arena *arena, struct hold_row *row);
// By time; NULL: there are none.
MUST_CHECK enum store_outcome hold_list(struct conn *conn, int64_t tenant,
                                        struct roster_arena *arena, struct hold_row **first);

// Details of all changes of one resource. *count: how many there were.
MUST_CHECK enum store_outcome erase_details(struct conn *writer, int64_t tenant, str id,
                                            int64_t *count);
// Details of all changes behind `after` up to `end`, but for those of resources that are held.
MUST_CHECK enum store_outcome erase_span(struct conn *writer, int64_t tenant, int64_t after,
                                         int64_t end, int64_t *count);
// What was deleted still stands in free pages of the file, and in the log: rewrites the one and
// empties the other. Takes as long as the store is large. Not in a transaction. STORE_TIMEOUT:
// readers were in the way of the log.
MUST_CHECK enum store_outcome conn_scrub(struct conn *writer);

#endif
