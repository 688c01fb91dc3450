// store/chain.h: the digests of the audit chain, computed the same way by who writes and verifies.
//
// Every column is hashed with its length (8 bytes, high one first) before it; numbers are 8 bytes,
// high one first. See audit.h for what goes in.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "store/audit.h"
#include "sys/sys.h"

// One audit row as it is stored.
struct audit_row {
    int64_t tenant;
    struct change change;
    int64_t detail;     // number of its detail; 0: it has none
    str detail_digest;  // DIGEST_LEN bytes; empty without a detail
};

// Text and deltas that belong to a detail, in pieces: the deltas may be many.
void chain_detail_begin(struct digest *digest, str salt, str before, str after);
void chain_detail_member(struct digest *digest, int64_t member, str id, bool added);
void chain_detail_end(struct digest *digest, unsigned char out[DIGEST_LEN]);

void chain_row(struct digest *digest, const unsigned char previous[DIGEST_LEN],
               const struct audit_row *row, unsigned char out[DIGEST_LEN]);

#endif
