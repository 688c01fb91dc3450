// core/guard.h: the guard against a source that takes too much away at once.
//
// A provider that is set up wrongly deactivates everybody, and does so with a valid token. So each
// source of a tenant has budgets (core/budget.h) of deactivations, deletions and removed
// memberships. A write that would exceed one is held: refused with TOO_MANY_REQUESTS before any of
// it is written, until time has passed or an administrator lets it through. Administration itself
// is never held.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "core/edges.h"
#include "core/write.h"

// What a write takes away.
struct guard_cost {
    enum guard_kind kind;
    int64_t amount;  // 0: nothing
    bool fresh;      // see core/ledger.h
};

// Of a user that becomes `after`; the user was `before`.
struct guard_cost guard_cost_update(const struct context *ctx, const struct write *write,
                                    const struct resource_row *row,
                                    const struct roster_json *before,
                                    const struct roster_json *after, const struct edge_plan *edges);
MUST_CHECK enum outcome guard_cost_delete(const struct context *ctx, const struct write *write,
                                          const struct resource_row *row, struct guard_cost *out,
                                          struct roster_error *err);
// The last question before a write begins: notes what it costs, or that it is held. Refused:
// TOO_MANY_REQUESTS, with write->held and write->retry_after_s; what was noted then is all that the
// transaction gets of this write. Nothing else may refuse the write afterwards.
MUST_CHECK enum outcome guard_ask(const struct context *ctx, struct write *write,
                                  const struct guard_cost *cost, struct roster_error *err);

#endif
