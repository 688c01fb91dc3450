// server/server.h: the running server: loops, the writer, the workers.
//
// server_open makes everything that can fail; server_run blocks until server_stop. The store stays
// the caller's.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_SERVER_H
#define SERVER_SERVER_H

#include "auth/rate.h"
#include "http/tls.h"
#include "journal/journal.h"
#include "server/network.h"
#include "store/store.h"
#include "sys/sys.h"

// Sockets that listen already: one that a service manager handed over, or those of server_listen.
struct server_sockets {
    int fds[LOOPS_MAX];
    int count;
};

struct server_options {
    struct store *store;
    const struct env *env;
    const char *address;                  // numeric
    uint16_t port;                        // 0: any
    struct server_sockets sockets;        // the caller's; none: the address is listened on
    struct http_tls *tls;                 // the caller's; NULL: plain HTTP
    const char *public_url;               // "https://id.example.com"; NULL: SCHEME://ADDRESS:PORT
    const char *domain;                   // tenants by host name TENANT.DOMAIN; NULL: none
    struct network proxies[PROXIES_MAX];  // whose X-Forwarded-For is believed
    int proxy_count;
    struct network jwks_networks[PROXIES_MAX];  // where issuers' keys may be, besides the internet
    int jwks_network_count;
    const char *jwks_ca;             // see struct app_options; NULL: the system's
    struct rate rate;                // of a tenant that has none of its own
    int loops;                       // 0: one for each processor
    int drain_ms;                    // how long a stop waits for what is under way
    struct journal_options journal;  // without a folder none is kept
};

struct server;

// One socket for each processor, each with a loop of its own later. False and `err` when the
// address cannot be had; server_sockets_close accepts what is left then.
MUST_CHECK bool server_listen(const char *address, uint16_t port, struct server_sockets *out,
                              struct roster_error *err);
void server_sockets_close(struct server_sockets *sockets);

MUST_CHECK struct server *server_open(const struct server_options *options,
                                      struct roster_error *err);
uint16_t server_port(const struct server *server);
// Serves until server_stop, then answers what was accepted and returns.
void server_run(struct server *server);
// From now on, for tenants that have no rate of their own.
void server_set_rate(struct server *server, struct rate rate);
// app_heap_is_loose.
bool server_heap_is_loose(struct server *server);
// Async-signal-safe.
void server_stop(struct server *server);
// Runs `fn` on the writer's thread between two batches and waits for it; afterwards every cached
// credential and tenant is looked up anew. False: the server is stopping, or its store is broken.
MUST_CHECK bool server_call(struct server *server, void (*fn)(void *ctx, struct conn *writer),
                            void *ctx);
void server_close(struct server *server);

#endif
