// sys/sign.h: signatures that others can check: Ed25519 (RFC 8032).
//
// Secret keys live in the folder of all keys, beside what they sign for, and are kept for good:
// what they signed is to be checked for years. The youngest one signs.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_SIGN_H
#define SYS_SIGN_H

#include "sys/sys.h"

enum { SIGN_KEY_LEN = 32, SIGNATURE_LEN = 64, SIGN_PEM_MAX = 160 };

struct sign_key {
    unsigned char bytes[SIGN_KEY_LEN];  // the secret one
};
struct sign_public {
    unsigned char bytes[SIGN_KEY_LEN];
};

// False: OpenSSL cannot; nothing was made.
MUST_CHECK bool sign_make(const struct sign_key *key, str message,
                          unsigned char signature[SIGNATURE_LEN]);
MUST_CHECK bool sign_public_of(const struct sign_key *key, struct sign_public *out);
// Whether `signature` is that of the key's owner under just this message.
MUST_CHECK bool sign_check(const struct sign_public *key, str message, str signature);
// SubjectPublicKeyInfo (RFC 8410) as PEM text, with NUL.
MUST_CHECK bool sign_print_pem(const struct sign_public *key, char out[SIGN_PEM_MAX]);

// One key of a folder, without what is secret.
struct sign_name {
    uint32_t id;
    int64_t created_ms;
    struct sign_public public;
};

// The keys of that name, youngest first, at most SIGN_KEYS_MAX. *count: how many. False: one of
// them cannot be used.
MUST_CHECK bool sign_keys_list(const char *folder, const char *name, struct sign_name *out,
                               size_t *count);
// Makes a key that signs from now on. False: it could not be made durable, and is not used.
MUST_CHECK bool sign_keys_make(const char *folder, const char *name, const struct env *env,
                               struct sign_name *out);
// Signs with the youngest key. False: there is none.
MUST_CHECK bool sign_keys_sign(const char *folder, const char *name, str message,
                               unsigned char signature[SIGNATURE_LEN]);

#endif
