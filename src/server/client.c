// client.c: from a client certificate to an actor.
// SPDX-License-Identifier: Apache-2.0
#include "server/client.h"

#include "server/origin.h"

enum auth_outcome client_find(struct lane *lane, const struct pending *pending,
                              struct auth_notes *notes, const struct actor_entry **out)
{
    const struct http_exchange *exchange = pending->exchange;
    const struct http_certificate *client = exchange->client;
    const int64_t now_ms = env_now_ms(lane->app->options.env);
    if (client == NULL || origin_is_proxy(lane->app, exchange->remote)) {
        return AUTH_MISSING;
    }
    if (now_ms < client->begins_ms || now_ms >= client->ends_ms) {
        return AUTH_INVALID;
    }
    const struct actor_request request = {
        .credentials = {.scheme = AUTH_CERTIFICATE,
                        .text = {(const char *)client->thumbprint, DIGEST_LEN},
                        .chain = client->chain},
        .address = pending->ctx.address,
        .keys = lane->app->keys,
        .issuers = lane->app->issuers,
        .notes = notes,
        .now_ms = now_ms,
        .generation = pending->generation,
    };
    return actors_find(lane->actors, lane->conn, &request, exchange->arena, out);
}

void client_ask(struct app *app, struct conn *conn)
{
    bool any = false;
    if (app->options.tls != NULL && certificate_any(conn, &any) == STORE_OK) {
        http_tls_ask(app->options.tls, any);
    }
}
