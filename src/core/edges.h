// core/edges.h: changes of a group's members, resolved first and applied afterwards.
//
// Resolving turns ids into rows and may refuse (an unknown member); applying only writes. Between
// the two nothing else happens, because one thread writes.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_EDGES_H
#define CORE_EDGES_H

#include "core/context.h"
#include "scim/patch.h"
#include "store/audit.h"

struct edge_step {
    enum edge_op op;
    struct member_row *members;
    size_t count;
    const struct roster_filter *filter;
    struct edge_step *next;
};

struct edge_plan {
    struct edge_step *first;
    size_t skipped;  // unknown members left out under skip-unknown-members
    size_t leaving;  // edges that edges_check found that operations may take away
    size_t lost;     // and those that really go and do not come back within the same request
    // Filled by edges_apply:
    struct change_member *changes;
    size_t change_count;
};

// From the list that patch_apply gave, or from a members array of a body with `op`. Refused:
// INVALID_VALUE naming an unknown member, TOO_LARGE above EDGES_REQUEST_MAX.
MUST_CHECK enum outcome edges_resolve(const struct context *ctx, const struct edge_change *changes,
                                      struct edge_plan *plan, struct roster_error *err);
MUST_CHECK enum outcome edges_resolve_values(const struct context *ctx, enum edge_op op,
                                             const struct roster_json *values,
                                             struct edge_plan *plan, struct roster_error *err);
// Looks at the group before anything is written: how many edges the plan takes away. Always between
// resolving and applying. Refused: TOO_LARGE above EDGES_REQUEST_MAX, TOO_MANY where operations
// that go over the whole group ask more than EDGES_STEPS_MAX of its members.
// Also counts what the plan loses the group in the end.
MUST_CHECK enum outcome edges_check(const struct context *ctx, int64_t group,
                                    struct edge_plan *plan, struct roster_error *err);
// Whether a step that goes over the whole group takes this member away, between edges_check and
// edges_apply. False: the arena is full, or the budget was not enough.
MUST_CHECK bool edge_step_takes(const struct context *ctx, const struct edge_step *step,
                                const struct member_row *member, struct filter_budget *budget,
                                bool *takes);
// Writes the edges of `group` and notes each that really changed.
MUST_CHECK enum outcome edges_apply(const struct context *ctx, int64_t group,
                                    struct edge_plan *plan, struct roster_error *err);

#endif
