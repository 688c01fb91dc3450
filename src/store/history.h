// store/history.h: what the rows of changes tell about one resource, read from a point of the
// tenant's series of changes.
//
// A "cut" is a sequence: the state at a cut is the one behind that change. Details may be gone
// (erased); audit rows and member deltas never are.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "store/audit.h"

// The last change of the tenant at `time_ms` or before; 0: there is none. Where the clock was set
// back, the order of changes decides, and one such point is found.
MUST_CHECK enum store_outcome history_cut(struct conn *conn, int64_t tenant, int64_t time_ms,
                                          int64_t *cut);
// The last change of the resource up to `cut`; *row is NULL when there is none. With its detail.
MUST_CHECK enum store_outcome history_last(struct conn *conn, int64_t tenant, str id, int64_t cut,
                                           struct roster_arena *arena, struct audit_row **row);
// The change that made what is known by this id at `cut`.
MUST_CHECK enum store_outcome history_creation(struct conn *conn, int64_t tenant, str id,
                                               int64_t cut, struct roster_arena *arena,
                                               struct audit_row **row);
// At most `limit` changes of the resource behind `after`, in order, with their details; NULL: no
// more.
MUST_CHECK enum store_outcome history_behind(struct conn *conn, int64_t tenant, str id,
                                             int64_t after, size_t limit,
                                             struct roster_arena *arena, struct audit_row **first);
// At most `limit` before `before`, the newest first.
MUST_CHECK enum store_outcome history_before(struct conn *conn, int64_t tenant, str id,
                                             int64_t before, size_t limit,
                                             struct roster_arena *arena, struct audit_row **first);
// Deletions of resources of a type before the change `before`, the newest first, with their
// details.
MUST_CHECK enum store_outcome history_deletions(struct conn *conn, int64_t tenant, int type,
                                                int64_t before, size_t limit,
                                                struct roster_arena *arena,
                                                struct audit_row **first);

struct history_group {
    int64_t row;
    str id;
    struct history_group *next;
};
// The groups that the row `member` was a direct member of at the cut, at most `limit`.
MUST_CHECK enum store_outcome history_groups(struct conn *conn, int64_t tenant, int64_t member,
                                             int64_t cut, size_t limit, struct roster_arena *arena,
                                             struct history_group **first);

// One change of somebody's membership: `change` is that of the group.
struct history_delta {
    struct change change;
    bool added;
    int64_t place;  // in the change, counted from its end
    struct history_delta *next;
};
// At most `limit` of the row `member` before the change `before`, the newest first.
MUST_CHECK enum store_outcome history_deltas(struct conn *conn, int64_t tenant, int64_t member,
                                             int64_t before, size_t limit,
                                             struct roster_arena *arena,
                                             struct history_delta **first);
// At most `limit` of the row `member` in the group of this id behind `after`, in the order in which
// they were made.
MUST_CHECK enum store_outcome history_edge(struct conn *conn, int64_t tenant, int64_t member,
                                           str group, int64_t after, size_t limit,
                                           struct roster_arena *arena,
                                           struct history_delta **first);
// At most `limit` changes of resources between both, without them, the newest first; details are
// not loaded.
MUST_CHECK enum store_outcome history_window(struct conn *conn, int64_t tenant, int64_t after,
                                             int64_t before, size_t limit,
                                             struct roster_arena *arena, struct audit_row **first);

#endif
