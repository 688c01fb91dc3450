// auth/token.h: secrets: four characters that say what it is, 32 base62 characters, and 6
// characters of checksum.
//
//   rst_…  a bearer token            rsc_…  a secret of an OAuth client
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

enum secret_kind { SECRET_TOKEN, SECRET_CLIENT };

void secret_make(const struct env *env, enum secret_kind kind, struct secret *out);
// Whether it has the shape of such a secret and its checksum is right.
bool secret_is_wellformed(enum secret_kind kind, str text);

// The id of an OAuth client, "rci_" and 20 base62 characters: no secret, but nobody's name either.
enum { CLIENT_ID_LEN = 24 };
void client_id_make(const struct env *env, char out[CLIENT_ID_LEN + 1]);

enum auth_outcome {
    AUTH_OK,
    AUTH_MISSING,    // no credentials, or those of another scheme
    AUTH_MALFORMED,  // no token behind "Bearer", or not one
    AUTH_INVALID,    // unknown, revoked or expired
    AUTH_SUSPENDED,  // it would be good, and its tenant is suspended
    AUTH_FAILED,     // the store could not be asked
    AUTH_WAITING,    // the keys of its issuer have to be fetched first
};

// Whether a token may be used now: AUTH_OK, AUTH_INVALID or AUTH_SUSPENDED.
enum auth_outcome auth_token_state(const struct token_row *row, int64_t now_ms);
// The digest by which a client certificate is looked up: no token has it.
void auth_certificate_digest(const unsigned char thumbprint[DIGEST_LEN],
                             unsigned char digest[DIGEST_LEN]);
// Looks a secret up by its digest; AUTH_OK when it may be used now. `row` lives in the arena.
enum auth_outcome auth_token_find(struct conn *conn, const unsigned char digest[DIGEST_LEN],
                                  int64_t now_ms, struct roster_arena *arena,
                                  struct token_row *row);

#endif
