// core/commit.h: the one place where resources are written: row, index rows, edges, externalId,
// change and audit, in the transaction that the caller holds.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_COMMIT_H
#define CORE_COMMIT_H

#include "core/edges.h"
#include "core/write.h"
#include "store/audit.h"

// The state of a resource before a write, as far as the write needs it.
struct current {
    struct resource_row row;
    struct roster_json *resource;  // parsed document
    struct index_entry *entries;
};

// Loads the target of a write and checks If-Match and If-None-Match. Refused: NOT_FOUND,
// PRECONDITION_FAILED.
MUST_CHECK enum outcome commit_load(const struct context *ctx, const struct write *write,
                                    struct current *current, struct roster_error *err);
// Uniqueness of every entry that `current` (NULL: a new resource) does not have already. Refused:
// UNIQUENESS.
MUST_CHECK enum outcome commit_check_unique(const struct context *ctx, const struct write *write,
                                            const struct index_entry *entries,
                                            const struct current *current,
                                            struct roster_error *err);
// Without the quirk manager-unchecked: a manager that `before` (NULL: a new resource) did not have
// must be a user. Refused: INVALID_VALUE.
MUST_CHECK enum outcome commit_check_manager(const struct context *ctx,
                                             const struct resource_row *before,
                                             const struct resource_row *row,
                                             struct roster_error *err);

// Writes a change with its audit row; who did it is filled in.
MUST_CHECK enum outcome commit_record(const struct context *ctx, struct change *change,
                                      struct roster_error *err);
MUST_CHECK enum outcome commit_create(const struct context *ctx, struct write *write,
                                      const struct edge_plan *edges, struct roster_error *err);
// `after` is the changed resource (normalized, without external parts); compares, and does nothing
// when neither it nor the externalId nor an edge changed.
MUST_CHECK enum outcome commit_update(const struct context *ctx, struct write *write,
                                      const struct current *current, struct roster_json *after,
                                      str external_id, const struct edge_plan *edges,
                                      struct roster_error *err);
MUST_CHECK enum outcome commit_delete(const struct context *ctx, struct write *write,
                                      const struct current *current, struct roster_error *err);

#endif
