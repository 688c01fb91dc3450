// store/authority.h: authorities whose client certificates open a tenant.
//
// Such a binding is a row of `token`, which says tenant, source, scopes and end, and a row of
// `authority` beside it, which says who signs, and which name a certificate must have.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_AUTHORITY_H
#define STORE_AUTHORITY_H

#include "store/tenant.h"

// The row beside row->token, which is there already.
MUST_CHECK enum store_outcome authority_insert(struct conn *writer, const struct token_row *row);
// Rows with their authorities, of all tenants that know certificates by that name and did not
// revoke that, the oldest first, `limit` at most.
MUST_CHECK enum store_outcome authority_find(struct conn *conn, str kind, str name, int limit,
                                             struct roster_arena *arena, struct token_row **first);

#endif
