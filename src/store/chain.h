// store/chain.h: the digests of the audit chain, computed the same way by who writes and verifies.
//
// Every column is hashed with its length (8 bytes, high one first) before it; numbers are 8 bytes,
// high one first. See audit.h for what goes in.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "store/audit.h"
#include "store/sql.h"

// Text and deltas that belong to a detail, in pieces: the deltas may be many.
void chain_detail_begin(struct digest *digest, str salt, str before, str after);
void chain_detail_member(struct digest *digest, int64_t member, str id, bool added);
void chain_detail_end(struct digest *digest, unsigned char out[DIGEST_LEN]);

void chain_row(struct digest *digest, const unsigned char previous[DIGEST_LEN],
               const struct audit_row *row, unsigned char out[DIGEST_LEN]);

// A row of STATEMENT_AUDIT_LIST; its texts live until the next step, but for the id, which is in
// the arena. False: the arena is full.
MUST_CHECK bool audit_read_row(struct sql *q, struct roster_arena *arena, struct audit_row *row);
// A copy of it in the arena. NULL: a failure, which is noted in `q`.
struct audit_row *audit_keep_row(struct sql *q, int64_t tenant, struct roster_arena *arena);
// The id as it is stored.
str audit_read_id(struct sql *q);

// Columns of STATEMENT_CHANGE_MEMBER_LIST.
enum {
    COLUMN_CHANGE_MEMBER_ROW,
    COLUMN_CHANGE_MEMBER_ID,
    COLUMN_CHANGE_MEMBER_ADDED,
    COLUMN_CHANGE_MEMBER_PLACE,
};
// Columns of STATEMENT_DETAIL_FIND.
enum { COLUMN_DETAIL_SEQUENCE, COLUMN_DETAIL_SALT, COLUMN_DETAIL_BEFORE, COLUMN_DETAIL_AFTER };

#endif
