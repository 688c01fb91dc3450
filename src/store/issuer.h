// store/issuer.h: issuers whose tokens open a tenant.
//
// Trust in an issuer is a row of `token`, which says tenant, source, scopes and end, and a row of
// `issuer` beside it, which says what a token must have.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_ISSUER_H
#define STORE_ISSUER_H

#include "store/tenant.h"

struct issuer_trust {
    str source;  // of its keys: an https URL, or the path of a file
    str audience;
    str subject;         // empty: any
    str claims;          // JSON object: {"tid":"…"}; empty: none
    str client;          // id by which an assertion may name it at the token endpoint
    bool plain;          // access tokens may be of type JWT
    int64_t fetched_ms;  // when its keys were had last; 0: never
    int64_t key_count;
    str error;  // of the last attempt; empty: it succeeded
};

// The row beside row->token, which is there already.
MUST_CHECK enum store_outcome issuer_insert(struct conn *writer, const struct token_row *row);
// Rows with their trust, of all tenants that trust `url` and did not revoke that, the oldest first,
// `limit` at most.
MUST_CHECK enum store_outcome issuer_find(struct conn *conn, str url, int limit,
                                          struct roster_arena *arena, struct token_row **first);
// Of a tenant, or of all when `tenant` is 0; revoked ones too.
MUST_CHECK enum store_outcome issuer_list(struct conn *conn, int64_t tenant,
                                          struct roster_arena *arena, struct token_row **first);
MUST_CHECK enum store_outcome issuer_load(struct conn *conn, int64_t token,
                                          struct roster_arena *arena, struct token_row *row);
// What became of a source of keys, in all rows that name it.
MUST_CHECK enum store_outcome issuer_note(struct conn *writer, str source, int64_t fetched_ms,
                                          int64_t key_count, str error);

#endif
