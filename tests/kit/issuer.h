// kit/issuer.h: an issuer of tokens: Ed25519 keys, their JWKS in a file, and what they sign.
// SPDX-License-Identifier: Apache-2.0
#ifndef KIT_ISSUER_H
#define KIT_ISSUER_H

#include "base/arena.h"
#include "sys/sign.h"

// The key of a kid: always the same one. Only the first character counts.
struct sign_key issuer_key(const char *kid);
// A JWKS with a key for each kid of a text such as "a b". Lives in the arena.
str issuer_jwks(const char *kids, struct roster_arena *arena);
// The same into the file `path`, by another name first.
void issuer_write(const char *path, const char *kids);
// A token with this header and these claims (JSON), signed by the key of `kid`. Lives in the arena.
str issuer_sign(const char *kid, const char *header, const char *claims,
                struct roster_arena *arena);

#endif
