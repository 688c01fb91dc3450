// secure.c: what a connection does with TLS.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include "http/tls_inner.h"
#include "sys/certificate.h"

#include <stdlib.h>
#include <string.h>

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

static gnutls_session_t session_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    return info == NULL ? NULL : info->tls_session;
}

void secure_begin(struct peer *peer, struct MHD_Connection *connection)
{
    gnutls_session_t session = session_of(connection);
    if (session == NULL) {
        return;
    }
    peer->identity = tls_identity_take(peer->loop->options.tls);
    gnutls_session_set_ptr(session, peer);
    if (tls_asks(peer->loop->options.tls)) {
        gnutls_certificate_server_set_request(session, GNUTLS_CERT_REQUEST);
    }
}

static size_t length_of(const gnutls_datum_t *chain, unsigned count)
{
    size_t len = 0;
    for (unsigned at = 0; at < count; at++) {
        len += chain[at].size;
    }
    return len;
}

// In one piece of memory. NULL: it is longer than anything that is looked at, or none is left.
static struct http_certificate *keep(const gnutls_datum_t *chain, unsigned count)
{
    if (count > CLIENT_CHAIN_MAX || length_of(chain, count) > CLIENT_CHAIN_BYTES) {
        count = 1;
    }
    size_t len = length_of(chain, count);
    struct http_certificate *client =
        len > CLIENT_CHAIN_BYTES ? NULL : calloc(1, sizeof(*client) + len);
    if (client == NULL) {
        return NULL;
    }
    char *at = (char *)(client + 1);
    client->chain = (str){at, len};
    for (unsigned one = 0; one < count; one++) {
        memcpy(at, chain[one].data, chain[one].size);
        at += chain[one].size;
    }
    return client;
}

// The handshake has proved that the client has the key. One that cannot be kept is as if none was
// shown.
static struct http_certificate *read_client(gnutls_session_t session)
{
    unsigned count = 0;
    struct certificate certificate;
    const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
    if (chain == NULL || count == 0 ||
        !certificate_read_der(chain[0].data, chain[0].size, &certificate)) {
        return NULL;
    }
    struct http_certificate *client = keep(chain, count);
    if (client != NULL) {
        memcpy(client->thumbprint, certificate.thumbprint, sizeof(client->thumbprint));
        client->begins_ms = certificate.begins_ms;
        client->ends_ms = certificate.ends_ms;
    }
    return client;
}

const struct http_certificate *secure_client(struct peer *peer, struct MHD_Connection *connection)
{
    if (peer->identity == NULL || peer->client_known) {
        return peer->client;
    }
    gnutls_session_t session = session_of(connection);
    if (session != NULL &&
        gnutls_certificate_type_get2(session, GNUTLS_CTYPE_PEERS) == GNUTLS_CRT_X509) {
        peer->client = read_client(session);
    }
    peer->client_known = true;
    return peer->client;
}

void secure_end(struct peer *peer)
{
    free(peer->client);
    tls_identity_give(peer->identity);
}
