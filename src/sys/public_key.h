// sys/public_key.h: public keys of others, and whether they signed something (RFC 7518, RFC 8037).
//
// A key is made from the octets that a JWK holds, never changes, and is shared by counting. What a
// key signs with is a property of the key: who checks a signature cannot choose another algorithm.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_PUBLIC_KEY_H
#define SYS_PUBLIC_KEY_H

#include "base/check.h"
#include "base/str.h"

enum key_alg {
    KEY_RS256,  // RSASSA-PKCS1-v1_5 with SHA-256
    KEY_PS256,  // RSASSA-PSS with SHA-256, salt of 32 octets
    KEY_ES256,  // ECDSA over P-256 with SHA-256; the signature is r and s, 32 octets each
    KEY_EDDSA,  // Ed25519
};

struct public_key;

// Modulus and exponent, big-endian. NULL: no such key, fewer than 2048 bits (RFC 7518 section 3.3),
// or more than RSA_BITS_MAX. `alg` is RS256 or PS256.
MUST_CHECK struct public_key *public_key_rsa(enum key_alg alg, str n, str e);
// Coordinates, 32 octets each. NULL: that is no point of the curve.
MUST_CHECK struct public_key *public_key_p256(str x, str y);
// 32 octets. NULL: it is no key.
MUST_CHECK struct public_key *public_key_ed25519(str x);

enum key_alg public_key_alg(const struct public_key *key);
bool public_key_equal(const struct public_key *a, const struct public_key *b);
struct public_key *public_key_take(struct public_key *key);
void public_key_give(struct public_key *key);  // NULL is accepted

// Whether the key's owner signed just this message.
MUST_CHECK bool public_key_check(const struct public_key *key, str message, str signature);

#endif
