// store/source.h: the sources of a tenant: who sends people. Each has a policy, and what it made or
// has authority over belongs to it.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_SOURCE_H
#define STORE_SOURCE_H

#include "json/value.h"
#include "store/store.h"

// The source that every tenant has from the beginning.
#define SOURCE_DEFAULT STR("default")

struct source_row {
    int64_t source;  // number, never reused
    str name;
    str policy;  // JSON, as in core/policy.h; empty: none
    struct source_row *next;
};

// The number under which resources belong to a source: 0 for the default one, so that a tenant with
// one source has no index rows for that.
static inline int64_t source_owner(const struct source_row *row)
{
    return str_equal(row->name, SOURCE_DEFAULT) ? 0 : row->source;
}

// Finds or makes the source of that name.
MUST_CHECK enum store_outcome source_ensure(struct conn *writer, int64_t tenant, str name,
                                            int64_t *source);
// By name.
MUST_CHECK enum store_outcome source_list(struct conn *conn, int64_t tenant,
                                          struct roster_arena *arena, struct source_row **first);
// Writes the policy.
MUST_CHECK enum store_outcome source_save(struct conn *writer, int64_t tenant,
                                          const struct source_row *row);
// With its credentials and what guard and silence alarm know of it. externalIds that it gave stay
// in the rows of resources, where nobody asks for them any more: the number is not used again.
MUST_CHECK enum store_outcome source_delete(struct conn *writer, int64_t tenant, int64_t source);

struct source_counts {
    int64_t resources;    // that belong to it; 0 for the default source, which owns the rest
    int64_t people;       // among them
    int64_t credentials;  // that may be used
};
MUST_CHECK enum store_outcome source_count(struct conn *conn, int64_t tenant,
                                           const struct source_row *row, int64_t now_ms,
                                           struct source_counts *out);
// Everything that belongs to `from` (not the default source) belongs to `to`.
MUST_CHECK enum store_outcome source_hand_over(struct conn *writer, int64_t tenant, int64_t from,
                                               int64_t to, int64_t *count);

// Calls `each` with the row number of every user who may have an address in the domain, by userName
// or e-mail: of those whose address is too long for an index it cannot tell. It may write, but not
// what is indexed. Stops when `each` returns false.
MUST_CHECK enum store_outcome source_claimed(struct conn *writer, int64_t tenant, str domain,
                                             bool (*each)(void *ctx, int64_t row), void *ctx);

#endif
