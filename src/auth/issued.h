// auth/issued.h: tokens of trusted issuers: access tokens (RFC 9068) and the assertions by which
// clients authenticate (RFC 7523 section 2.2).
//
// Cheap questions come first: who issued it, for whom, with which claims and times; only a token
// that fits costs a signature. What it opens is the tenant that trusts the issuer for such tokens.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_ISSUED_H
#define AUTH_ISSUED_H

#include "auth/auth.h"
#include "auth/jwt.h"
#include "store/issuer.h"

enum issued_use { ISSUED_ACCESS, ISSUED_ASSERTION };

// AUTH_OK: `row` is the trust that it goes by, whose end is that of the access token if that is
// earlier; `jwt` is what it says. AUTH_WAITING, AUTH_INVALID: as auth_find, call->notes says more.
enum auth_outcome issued_find(const struct auth_call *call, enum issued_use use, str text,
                              struct token_row *row, struct jwt *jwt);
// Whether all claims of `claims` (a JSON object, or empty) are in the token.
bool issued_has_claims(const struct jwt *jwt, str claims, struct roster_arena *arena, int *count);
// What is wrong with its times, in a short sentence; NULL: nothing.
const char *issued_check_times(const struct jwt *jwt, int64_t now_ms);

#endif
