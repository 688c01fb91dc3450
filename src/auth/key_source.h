// auth/key_source.h: getting a JWKS, over HTTPS or from a file. It may wait, for KEYS_TIMEOUT_MS.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_KEY_SOURCE_H
#define AUTH_KEY_SOURCE_H

#include "auth/jwks.h"

#include <stdint.h>

struct key_source;

// `may_ask` and `ca_path` as in struct issuer_keys_options. One thread at a time gets.
MUST_CHECK struct key_source *key_source_open(bool (*may_ask)(void *ctx, const char *address),
                                              void *ctx, const char *ca_path,
                                              struct roster_error *err);
void key_source_close(struct key_source *source);  // NULL is accepted
void key_source_stop(struct key_source *source);   // from any thread

// By which another file of the same name is told.
struct file_mark {
    int64_t changed_ns;
    int64_t size;
    uint64_t inode;
};
// False when the file cannot be looked at, or is the same.
bool file_mark_is_other(const char *path, const struct file_mark *mark);

struct fetched {
    struct jwks *keys;  // the caller's, on the heap
    int64_t fresh_s;
    struct file_mark mark;
};

bool key_source_is_file(str source);
// False: `err` says in one sentence why there are no keys.
MUST_CHECK bool key_source_get(struct key_source *source, const char *from, struct fetched *out,
                               struct roster_error *err);

#endif
