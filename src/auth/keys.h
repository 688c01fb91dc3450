// auth/keys.h: the keys of issuers, fetched and remembered.
//
// A source is the https URL or the absolute path of a JWKS. Looking for a key is a look into
// memory; getting a document is for a thread that may wait. A document is as fresh as its
// max-age says, between KEYS_FLOOR_S and KEYS_CEILING_S; an old one is fetched anew beside the
// requests, and kept up to KEYS_KEEP_S while that fails. An unknown kid is a reason to fetch at
// once, once in KEYS_FLOOR_S. All calls are from any thread.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_KEYS_H
#define AUTH_KEYS_H

#include "auth/jwks.h"
#include "sys/sys.h"

#include <stdatomic.h>

struct issuer_keys_options {
    const struct env *env;
    // Whether an address that is not public may be asked all the same; NULL: none may.
    bool (*may_ask)(void *ctx, const char *address);
    void *ctx;
    const char *ca_path;  // of authorities whose servers are believed; NULL: the system's
};

struct issuer_keys;

MUST_CHECK struct issuer_keys *issuer_keys_open(const struct issuer_keys_options *options,
                                                struct roster_error *err);
void issuer_keys_close(struct issuer_keys *keys);  // NULL is accepted
// A fetch that is under way is given up, and none begins any more.
void issuer_keys_stop(struct issuer_keys *keys);

enum keys_outcome {
    KEYS_FOUND,
    KEYS_WANTED,  // not known, and the document may be fetched now: wait for issuer_keys_fetch
    KEYS_NONE,    // not known, and the document was looked at a moment ago
};

// *out is the caller's to give back.
enum keys_outcome issuer_keys_find(struct issuer_keys *keys, str source, str kid, enum key_alg alg,
                                   struct public_key **out);
// Gets the document if nobody has since it was wanted. True: the keys are others than before.
bool issuer_keys_fetch(struct issuer_keys *keys, str source);
// Gets what is old, and files that were replaced. True as above. Once in KEYS_WATCH_MS.
bool issuer_keys_tend(struct issuer_keys *keys);

// What became of a source, to be shown to people.
struct keys_note {
    char source[ISSUER_URL_MAX + 1];
    int64_t fetched_ms;  // point in time of the last success; 0: none
    int key_count;
    char error[256];  // of the last attempt; empty: it succeeded
};
// Takes a source whose note has changed since it was taken last. False: there is none.
bool issuer_keys_take_note(struct issuer_keys *keys, struct keys_note *out);
// Its note could not be written: it is taken again.
void issuer_keys_keep_note(struct issuer_keys *keys, const struct keys_note *note);

struct keys_counts {
    _Atomic uint64_t fetched;
    _Atomic uint64_t failed;
};
const struct keys_counts *issuer_keys_counts(const struct issuer_keys *keys);

// Reads a document from a file. INVALID_VALUE: there is none, or jwks_read refuses it.
MUST_CHECK bool keys_read_file(str path, struct jwks *out, struct roster_error *err);
// Whether a source is one: "https://…", "http://…" of this machine, or an absolute path.
MUST_CHECK bool keys_check_source(str source, struct roster_error *err);

#endif
