// http/tls_inner.h: what tls.c and the connections of this folder share; nobody else includes it.
// SPDX-License-Identifier: Apache-2.0
#ifndef HTTP_TLS_INNER_H
#define HTTP_TLS_INNER_H

#include "base/limits.h"
#include "http/tls.h"

#include <gnutls/abstract.h>
#include <stdatomic.h>

// A certificate with its chain and key. Immutable but for its holders.
struct tls_identity {
    _Atomic size_t holders;
    gnutls_pcert_st chain[TLS_CHAIN_MAX];
    unsigned chain_count;
    gnutls_privkey_t key;
    int64_t expires_ms;
};

// The current one, with one holder more. From any thread.
struct tls_identity *tls_identity_take(struct http_tls *tls);
bool tls_asks(const struct http_tls *tls);
void tls_identity_give(struct tls_identity *identity);  // NULL is accepted

#endif
