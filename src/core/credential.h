// core/credential.h: what adding, replacing and ending has in common for tokens, for the secrets
// of OAuth clients and for certificates.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_CREDENTIAL_H
#define CORE_CREDENTIAL_H

#include "core/admin.h"

// Begins a transaction and fills a row with what is asked for, checked. False: there is no
// transaction.
MUST_CHECK bool credential_begin(const struct admin *admin, const struct token_request *request,
                                 struct token_row *row, struct roster_error *err);
// In it: inserts a row and records it. The transaction stays open.
MUST_CHECK bool credential_record(const struct admin *admin, struct token_row *row,
                                  struct roster_error *err);
// Makes the secret of a row (a client's where row->client says whose), inserts it, records it and
// commits. False: the transaction is rolled back.
MUST_CHECK bool credential_insert(const struct admin *admin, struct token_row *row,
                                  struct secret *secret, struct roster_error *err);
// A row that takes the place of another: the same in everything but secret and times, with the same
// length of life.
struct token_row credential_successor(const struct token_row *old, int64_t now_ms);
// In a transaction: ends a row `overlap_ms` from now, at once for 0, and records it. *row gets what
// it becomes. The transaction stays open.
MUST_CHECK bool credential_end(const struct admin *admin, struct token_row *row, int64_t overlap_ms,
                               struct roster_error *err);

// Reads the credentials of one kind: of a tenant, or all for 0.
typedef enum store_outcome (*credential_reader)(struct conn *conn, int64_t tenant,
                                                struct roster_arena *arena,
                                                struct token_row **first);
// What `read` finds of the tenant of that name, or of all when it is empty. NOT_FOUND when there is
// no such tenant.
MUST_CHECK bool credential_list(const struct admin *admin, str tenant, credential_reader read,
                                struct token_row **first, struct roster_error *err);

#endif
