// auth/access.h: the access tokens that OAuth clients are given: sealed, stored nowhere.
//
//   "rat_" base64url(version ‖ key id ‖ secret's number ‖ sealed(end ‖ scopes))
//
// The digest of the client's secret is sealed beside it: who has the keys and not the store can
// make none, and a token dies with the secret that it was given for. See decision 0019.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_ACCESS_H
#define AUTH_ACCESS_H

#include "store/tenant.h"
#include "sys/keyring.h"

struct access {
    int64_t secret;      // number of the client's secret
    int64_t expires_ms;  // point in time
    str scopes;          // narrower than the client's; empty: all that it has
};

// False: the arena is full.
MUST_CHECK bool access_print(struct keyring *keys, const struct env *env,
                             const struct access *access, const unsigned char digest[DIGEST_LEN],
                             struct roster_arena *arena, str *out);

bool access_is_wellformed(str text);
// The number of the secret that a token says it was given for; 0: it is none. Nothing is proven.
int64_t access_secret(str text, struct roster_arena *arena);
// False: not a token that was given for the secret with this digest.
MUST_CHECK bool access_open(struct keyring *keys, str text, const unsigned char digest[DIGEST_LEN],
                            struct roster_arena *arena, struct access *out);

#endif
