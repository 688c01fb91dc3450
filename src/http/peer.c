// peer.c: connections, and when patience with them ends.
//
// Each connection has one deadline, set by what it is doing. libmicrohttpd's own timeout counts
// from the last byte, so that one byte a minute holds a connection for ever; it is not used.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { SWEEP_MS = 500 };

static _Atomic uint64_t peers_numbered;  // over all loops

// IPv4 over an IPv6 socket is shown as IPv4.
static void print_remote(const struct sockaddr *address, char out[REMOTE_LEN_MAX])
{
    out[0] = '\0';
    if (address == NULL) {
        return;
    }
    if (address->sa_family == AF_INET) {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, out, REMOTE_LEN_MAX);
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *v6 = &((const struct sockaddr_in6 *)address)->sin6_addr;
        bool is_mapped = IN6_IS_ADDR_V4MAPPED(v6);
        inet_ntop(is_mapped ? AF_INET : AF_INET6, is_mapped ? &v6->s6_addr[12] : v6->s6_addr, out,
                  REMOTE_LEN_MAX);
    }
}

static struct peer *peer_open(struct http_loop *loop, struct MHD_Connection *connection)
{
    struct peer *peer = calloc(1, sizeof(*peer));
    if (peer == NULL) {
        return NULL;
    }
    peer->loop = loop;
    peer->number = atomic_fetch_add_explicit(&peers_numbered, 1, memory_order_relaxed) + 1;
    peer->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    print_remote(
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr,
        peer->remote);
    secure_begin(peer, connection);
    unsigned first_s = peer->identity != NULL && loop->options.idle_s > HTTP_HANDSHAKE_S
                           ? HTTP_HANDSHAKE_S
                           : loop->options.idle_s;
    peer->deadline_ms = loop->now_ms + (int64_t)first_s * 1000;
    peer->next = loop->peers;
    if (loop->peers != NULL) {
        loop->peers->prev = peer;
    }
    loop->peers = peer;
    return peer;
}

static void peer_close(struct peer *peer)
{
    if (peer->prev != NULL) {
        peer->prev->next = peer->next;
    } else {
        peer->loop->peers = peer->next;
    }
    if (peer->next != NULL) {
        peer->next->prev = peer->prev;
    }
    secure_end(peer);
    free(peer);
}

void peer_notify(void *ctx, struct MHD_Connection *connection, void **socket_ctx,
                 enum MHD_ConnectionNotificationCode code)
{
    struct http_loop *loop = ctx;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        atomic_fetch_add_explicit(&loop->peer_count, 1, memory_order_relaxed);
        *socket_ctx = peer_open(loop, connection);
        return;
    }
    atomic_fetch_sub_explicit(&loop->peer_count, 1, memory_order_relaxed);
    if (*socket_ctx != NULL) {
        peer_close(*socket_ctx);
    }
}

struct peer *peer_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

// libmicrohttpd sees the end of the connection in this pass or the next and cleans up.
static void cut_off(struct peer *peer)
{
    shutdown(peer->fd, SHUT_RDWR);
    peer->deadline_ms = INT64_MAX;
}

void peers_sweep(struct http_loop *loop)
{
    if (loop->now_ms < loop->sweep_ms) {
        return;
    }
    loop->sweep_ms = loop->now_ms + SWEEP_MS;
    for (struct peer *peer = loop->peers; peer != NULL; peer = peer->next) {
        if (loop->now_ms >= peer->deadline_ms) {
            cut_off(peer);
        }
    }
}

void peers_close_idle(struct http_loop *loop)
{
    for (struct peer *peer = loop->peers; peer != NULL; peer = peer->next) {
        if (peer->request == NULL && peer->deadline_ms != INT64_MAX) {
            cut_off(peer);
        }
    }
}
