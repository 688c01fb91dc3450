// auth/jwt.h: signed tokens of others (RFC 7519, JWS compact serialisation of RFC 7515), read and
// not yet believed.
//
// Nothing here says that a token is true: a signature is checked by a key of the issuer, and the
// key says by which algorithm. Refused is what has more than one reading (members that repeat,
// base64url in another spelling) and what asks for more than is understood here (`crit`, `b64`).
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include "json/value.h"
#include "sys/public_key.h"

#include <stdint.h>

// `typ` of the header, in any case, with or without "application/".
enum jwt_type {
    JWT_PLAIN,      // "JWT", or none
    JWT_ACCESS,     // "at+jwt": an access token of RFC 9068
    JWT_ASSERTION,  // "client-authentication+jwt"
};

// Slices live in the arena or in the text that was read.
struct jwt {
    enum key_alg alg;
    enum jwt_type type;
    str kid;  // empty: none
    const struct roster_json *claims;
    str issuer;
    str subject;         // empty: none
    str id;              // `jti`; empty: none
    str client;          // `client_id`; empty: none
    int64_t expires_ms;  // points in time
    int64_t begins_ms;   // 0: not said
    int64_t issued_ms;   // 0: not said
    str signed_text;
    str signature;  // octets
};

// Whether it has the shape of such a token: three parts of base64url. No other credential has.
bool jwt_is_wellformed(str text);
// False: it is none that could ever be accepted; *why is a short sentence.
MUST_CHECK bool jwt_read(str text, struct roster_arena *arena, struct jwt *out, const char **why);

// A member of that name in just that spelling; NULL when there is none.
const struct roster_json *jwt_member(const struct roster_json *object, str name);
// Whether a claim is `value`, or a list that has it. Numbers and booleans are compared as written.
bool jwt_claim_has(const struct jwt *jwt, str name, str value);
// Whether it is meant for `audience`; "/.default" behind either counts for nothing, because Entra
// ID shows both spellings for one application.
bool jwt_audience_has(const struct jwt *jwt, str audience);
// Without that ending.
str audience_bare(str audience);
// RS256, PS256, ES256, EdDSA (and Ed25519, its name in RFC 9864). False: another, or "none".
bool jwt_alg_of(str name, enum key_alg *out);
// Octets of base64url without padding, in its one spelling.
MUST_CHECK bool jwt_octets(str text, struct roster_arena *arena, str *out);

#endif
