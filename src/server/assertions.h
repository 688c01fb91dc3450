// server/assertions.h: each assertion of a client is good once (RFC 7523 section 3, jti), also over
// a restart.
//
// What was taken stands in a table in memory, which bounds it, and in the store: an access token is
// given for an assertion only when the commit that notes it is durable.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_ASSERTIONS_H
#define SERVER_ASSERTIONS_H

#include "auth/replays.h"
#include "server/app.h"
#include "store/assertion.h"

// Remembers those of the store that have not ended.
MUST_CHECK bool assertions_open(struct app *app, struct roster_error *err);
// In a transaction of the writer. OUTCOME_REFUSED: it was taken before, or there is no room (err is
// UNAVAILABLE); *noted is where a second run of the same request finds that memory has it already.
MUST_CHECK enum outcome assertion_take(struct app *app, struct conn *writer,
                                       const struct assertion *assertion, bool *noted,
                                       struct roster_error *err);
// Forgets what has ended. Outside of a transaction.
void assertions_tend(struct app *app, struct conn *writer, int64_t now_ms);

#endif
