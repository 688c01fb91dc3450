// auth/jwks.h: the keys that an issuer publishes (RFC 7517 section 5).
//
// A key that cannot be used here is left out: another use, another algorithm, a secret one for
// HMAC. So a token can only be checked by a public key, and by that key's algorithm: a key
// of RSA without `alg` is one for RS256.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_JWKS_H
#define AUTH_JWKS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "sys/public_key.h"

struct jwk {
    char kid[KID_TEXT_MAX + 1];  // empty: none
    struct public_key *key;
};

struct jwks {
    int count;
    struct jwk keys[JWKS_KEYS_MAX];
};

// `arena` is for the reading alone. Refused with INVALID_VALUE: it is no such document, there is no
// usable key, there are more than JWKS_KEYS_MAX, or it has the private part of one.
MUST_CHECK bool jwks_read(str text, struct roster_arena *arena, struct jwks *out,
                          struct roster_error *err);
void jwks_release(struct jwks *jwks);
// The key for a token with that kid and algorithm; without kid the only one with that algorithm.
// NULL: there is none.
struct public_key *jwks_find(const struct jwks *jwks, str kid, enum key_alg alg);
// Whether both have the same keys by the same names, in the same order.
bool jwks_same_keys(const struct jwks *a, const struct jwks *b);

#endif
