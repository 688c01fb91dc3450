// http/tls.h: the certificate and key that listeners show, and how they are replaced under load.
//
// One `http_tls` is shared by all loops. A connection takes what is current when it begins and
// keeps it until it ends, so that a replacement drops nothing; the last one to let go frees it.
//
// TLS 1.3 and 1.2 only, with ephemeral ECDH and AEAD ciphers; no session tickets, no renegotiation,
// no early data. What is not TLS is closed without an answer.
// SPDX-License-Identifier: Apache-2.0
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include "base/check.h"
#include "base/str.h"

struct http_tls;

// Reads both files: a chain in PEM, the server's own certificate first, and its key in PEM, not
// encrypted. Refused with INVALID_VALUE and the remedy: what is no such file, a key that does not
// belong to the certificate or that others may read. The paths must outlive it.
MUST_CHECK struct http_tls *http_tls_open(const char *certificate_path, const char *key_path,
                                          struct roster_error *err);
// After all loops that use it. NULL is accepted.
void http_tls_close(struct http_tls *tls);

// Reads the files again, for connections from now on. Refused as above, or because the certificate
// has expired while the one in use has not at `now_ms`; then the old one stays. One thread at a
// time, while loops run.
MUST_CHECK bool http_tls_reload(struct http_tls *tls, int64_t now_ms, struct roster_error *err);
// Whether the files are others than those of the last attempt to read them.
bool http_tls_has_changed(const struct http_tls *tls);

// Whether connections from now on ask their clients for a certificate, which no client has to have.
// From any thread; at first they do not.
void http_tls_ask(struct http_tls *tls, bool ask);

struct http_tls_state {
    int64_t expires_ms;  // of the certificate in use: since 1970, UTC
    uint64_t reloads;    // successful ones
    uint64_t refusals;   // failed ones
};
// From any thread.
struct http_tls_state http_tls_state(const struct http_tls *tls);

#endif
