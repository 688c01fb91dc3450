// auth/auth.h: from what a request brings along to whose credential it is.
//
// The methods stand in one ordered table; the first that recognises the credential decides. All of
// them end at a row of the store, which says tenant, source, scopes and end, so that revoking it
// ends whatever was given for it.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "auth/access.h"
#include "auth/token.h"

enum auth_scheme { AUTH_BEARER, AUTH_BASIC, AUTH_CERTIFICATE };

// What an Authorization header says, or a handshake proved. Slices of it.
struct credentials {
    enum auth_scheme scheme;
    str text;   // behind the scheme; of a certificate its thumbprint, DIGEST_LEN bytes
    str chain;  // of a certificate: it and those sent with it, in DER, one behind the other
};

// The scheme is taken in any case. AUTH_MISSING: another scheme, or nothing.
enum auth_outcome auth_header_read(str value, struct credentials *out);

struct issuer_keys;

// What is to be said of a credential that was not accepted.
struct auth_notes {
    str wanted;          // source of keys, with AUTH_WAITING
    const char *reason;  // a short sentence that the sender may read; NULL: no more than that
    bool dead;           // of a certificate: it is bound itself, and that is revoked or over
};

// What is needed to look a credential up.
struct auth_call {
    struct conn *conn;
    struct keyring *keys;  // that access tokens are sealed with
    int64_t now_ms;
    struct roster_arena *arena;
    struct issuer_keys *issuers;  // of trusted issuers
    struct auth_notes *notes;     // filled in, all zero before
};

// AUTH_OK: `row` is the secret's, with the scopes and the end of what was shown. AUTH_INVALID for
// everything that opens nothing, whatever the reason; what cannot be one is told without the store.
// AUTH_WAITING: ask again when the keys of call->notes->wanted were fetched.
enum auth_outcome auth_find(const struct auth_call *call, const struct credentials *credentials,
                            struct token_row *row);

// An OAuth client by its id and secret.
enum auth_outcome auth_client_find(const struct auth_call *call, str id, str secret,
                                   struct token_row *row);
// The id and secret in the text of a Basic credential (RFC 7617 section 2). False: it is malformed.
MUST_CHECK bool auth_basic_read(str text, struct roster_arena *arena, str *id, str *secret);

#endif
