// kit/chain.h: whether the audit chain of a tenant holds.
// SPDX-License-Identifier: Apache-2.0
#ifndef KIT_CHAIN_H
#define KIT_CHAIN_H

#include "store/audit.h"

// Verifies one tenant's chain to its end. *broken gets the sequence of the first wrong entry, or 0.
static inline enum store_outcome verify_chain(struct conn *conn, int64_t tenant, int64_t *rows,
                                              int64_t *broken)
{
    const struct audit_scope scope = {.tenant = tenant, .budget_us = -1};
    struct audit_walk walk = {0};
    struct audit_finding found = {0};
    enum store_outcome got = audit_verify(conn, &scope, &walk, &found);
    *rows = walk.rows;
    *broken = found.sequence;
    return got;
}

#endif
