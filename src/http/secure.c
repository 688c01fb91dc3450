// secure.c: what a connection does with TLS.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include "http/tls_inner.h"

// The suites that RFC 9325 section 4.2 recommends, in the order the client prefers.
static const char priorities[] =
    "NONE:+VERS-TLS1.3:+VERS-TLS1.2:+AES-128-GCM:+AES-256-GCM:+CHACHA20-POLY1305:+AEAD:"
    "+ECDHE-ECDSA:+ECDHE-RSA:+GROUP-X25519:+GROUP-SECP256R1:+GROUP-SECP384R1:+COMP-NULL:"
    "+CTYPE-X509:+SIGN-EDDSA-ED25519:+SIGN-ECDSA-SECP256R1-SHA256:+SIGN-ECDSA-SECP384R1-SHA384:"
    "+SIGN-ECDSA-SHA256:+SIGN-ECDSA-SHA384:+SIGN-ECDSA-SHA512:+SIGN-RSA-PSS-RSAE-SHA256:"
    "+SIGN-RSA-PSS-RSAE-SHA384:+SIGN-RSA-PSS-RSAE-SHA512:+SIGN-RSA-SHA256:+SIGN-RSA-SHA384:"
    "+SIGN-RSA-SHA512";

// Called in the handshake; what it gives away lives as long as the peer.
static int show_identity(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                         const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                         gnutls_pcert_st **chain, unsigned *chain_count, gnutls_privkey_t *key)
{
    struct peer *peer = gnutls_session_get_ptr(session);
    if (peer == NULL) {
        return GNUTLS_E_INTERNAL_ERROR;
    }
    *chain = peer->identity->chain;
    *chain_count = peer->identity->chain_count;
    *key = peer->identity->key;
    return 0;
}

unsigned secure_options(const struct http_loop *loop, struct MHD_OptionItem items[SECURE_OPTIONS])
{
    if (loop->options.tls == NULL) {
        items[0] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
        return 0;
    }
    items[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)show_identity};
    items[1] =
        (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)priorities};
    items[2] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return MHD_USE_TLS;
}

void secure_begin(struct peer *peer, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    gnutls_session_t session = info == NULL ? NULL : info->tls_session;
    if (session == NULL) {
        return;
    }
    peer->identity = tls_identity_take(peer->loop->options.tls);
    gnutls_session_set_ptr(session, peer);
}

void secure_end(struct peer *peer)
{
    tls_identity_give(peer->identity);
}
