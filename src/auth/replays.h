// auth/replays.h: assertions that were taken already, until they end (RFC 7523 section 3, jti).
//
// In memory, for what counts is how many there are; server/assertions.h keeps them in the store.
// From any thread.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_REPLAYS_H
#define AUTH_REPLAYS_H

#include "sys/sys.h"

struct replays;

enum replay_outcome {
    REPLAY_FIRST,
    REPLAY_AGAIN,
    REPLAY_FULL,  // the tenant has no room left to remember it, so it may not be taken
};

MUST_CHECK struct replays *replays_open(void);  // NULL: no memory
void replays_close(struct replays *replays);    // NULL is accepted
// Remembers what has that digest in that tenant until `expires_ms`. One tenant gets half of the
// room at most, so that it cannot take that of the others.
enum replay_outcome replays_take(struct replays *replays, int64_t tenant,
                                 const unsigned char digest[DIGEST_LEN], int64_t expires_ms,
                                 int64_t now_ms);

#endif
