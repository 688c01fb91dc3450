// store/assertion.h: assertions that were taken already, so that a restart does not forget them.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_ASSERTION_H
#define STORE_ASSERTION_H

#include "store/store.h"

struct assertion {
    int64_t tenant;
    unsigned char digest[32];
    int64_t expires_ms;
};

// STORE_TAKEN: it is there already.
MUST_CHECK enum store_outcome assertion_insert(struct conn *writer,
                                               const struct assertion *assertion);
// Calls `each` with those that end after `now_ms`, `limit` at most.
MUST_CHECK enum store_outcome
assertion_list(struct conn *conn, int64_t now_ms, int limit,
               void (*each)(void *ctx, const struct assertion *assertion), void *ctx);
// Deletes those that have ended, `limit` at most.
MUST_CHECK enum store_outcome assertion_trim(struct conn *writer, int64_t now_ms, int limit);

#endif
