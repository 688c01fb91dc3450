// sys/seal.h: small texts that go out and come back: encrypted, and refused when they were changed.
//
//   nonce (12) ‖ ciphertext ‖ tag (16), AES-256-GCM (NIST SP 800-38D)
//
// What is sealed beside a text ("beside") is not carried along: opening needs the same again. The
// nonce is random, so one key seals at most 2^32 texts; who keeps keys replaces them long before.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_SEAL_H
#define SYS_SEAL_H

#include "sys/sys.h"

enum { SEAL_KEY_LEN = 32, SEAL_NONCE_LEN = 12, SEAL_TAG_LEN = 16 };
enum { SEAL_MORE = SEAL_NONCE_LEN + SEAL_TAG_LEN };

struct seal_key {
    unsigned char bytes[SEAL_KEY_LEN];
};

// `out` has room for text.len + SEAL_MORE bytes.
void seal_make(const struct env *env, const struct seal_key *key, str beside, str text,
               unsigned char *out);
// `out` has room for sealed.len bytes; *len gets how many the text has. False: not sealed with this
// key, beside something else, or changed; `out` holds nothing of it.
MUST_CHECK bool seal_open(const struct seal_key *key, str beside, str sealed, unsigned char *out,
                          size_t *len);

#endif
