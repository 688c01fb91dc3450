// auth/token.h: bearer tokens: rst_ + 32 base62 characters + 6 characters of checksum.
//
// 190 bits of randomness; the checksum lets a mistyped or cut token be refused, and a leaked one be
// recognised by scanners, without a look into the store. Only SHA-256 digests are stored.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_TOKEN_H
#define AUTH_TOKEN_H

#include "auth/actor.h"
#include "sys/sys.h"

enum { TOKEN_TEXT_LEN = 42 };

// A text that must not be printed or logged: it has no str, on purpose.
struct secret {
    char text[TOKEN_TEXT_LEN + 1];
};

void token_make(const struct env *env, struct secret *out);
// Whether it has the shape of a token and its checksum is right.
bool token_is_wellformed(str text);

enum auth_outcome {
    AUTH_OK,
    AUTH_MISSING,    // no credentials, or those of another scheme
    AUTH_MALFORMED,  // no token behind "Bearer", or not one
    AUTH_INVALID,    // unknown, revoked, expired, or its tenant is suspended
    AUTH_FAILED,     // the store could not be asked
};

// The token of an Authorization header value. The scheme is taken in any case.
enum auth_outcome auth_header_token(str value, str *token);
// Whether a token may be used now: not revoked, not expired, its tenant not suspended.
bool auth_token_is_live(const struct token_row *row, int64_t now_ms);
// The digest by which a client certificate is looked up: no token has it.
void auth_certificate_digest(const unsigned char thumbprint[DIGEST_LEN],
                             unsigned char digest[DIGEST_LEN]);
// Looks the token up by its digest. `row` lives in the arena.
enum auth_outcome auth_token_find(struct conn *conn, const unsigned char digest[DIGEST_LEN],
                                  int64_t now_ms, struct roster_arena *arena,
                                  struct token_row *row);

#endif
