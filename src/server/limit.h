// server/limit.h: who has had too much answers 429 and when to come back.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_LIMIT_H
#define SERVER_LIMIT_H

#include "server/app.h"

// Counts the request. False: TOO_MANY_REQUESTS, and retry_after_s.
MUST_CHECK bool limit_rate(struct pending *pending);
// Counts the operations of a bulk job, of which the request itself was the first.
MUST_CHECK bool limit_operations(struct pending *pending, size_t operations);
// Counts a request that is answered without a credential, by its address. Those of probes of load
// balancers are not counted: they are cheap, and refusing one takes the server out of service.
MUST_CHECK bool limit_strangers(struct pending *pending);
// Behind a refusal of the head: counts a credential that failed. Always false; too many of one
// address are TOO_MANY_REQUESTS in place of what `err` said.
bool limit_failures(struct pending *pending);

#endif
