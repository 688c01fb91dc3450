// pages.c: /healthz, /readyz and /metrics: about the server, not about any tenant.
// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"
#include "server/endings.h"
#include "server/handlers.h"
#include "server/reply.h"
#include "server/silences.h"

static void answer_health(struct lane *lane, struct pending *pending)
{
    reply_text(pending, 200, STR("application/json"), STR("{\"status\":\"ok\"}"));
}

static void answer_ready(struct lane *lane, struct pending *pending)
{
    bool ready = !atomic_load(&lane->app->store_broken) && conn_ping(lane->conn) == STORE_OK;
    reply_text(pending, ready ? 200 : 503, STR("application/json"),
               ready ? STR("{\"status\":\"ready\"}") : STR("{\"status\":\"store unreachable\"}"));
}

// Names of tenants are for whoever is on this machine, not for whoever a proxy lets through.
static bool is_local(const struct pending *pending)
{
    str remote = pending->exchange->remote;
    return pending_connection(pending) != 0 &&
           (str_equal(remote, STR("127.0.0.1")) || str_equal(remote, STR("::1")));
}

static void answer_metrics(struct lane *lane, struct pending *pending)
{
    struct text out;
    text_init(&out, pending->exchange->arena, METRICS_BYTES_MAX);
    if (lane->app->journal != NULL) {
        atomic_store(&lane->app->metrics.journal_dropped, journal_dropped(lane->app->journal));
    }
    metrics_write(&lane->app->metrics, &out);
    metrics_write_keys(issuer_keys_counts(lane->app->issuers), &out);
    metrics_write_tls(lane->app->options.tls, env_now_ms(lane->app->options.env), &out);
    metrics_write_silent(silences_count(lane->app->silences), &out);
    endings_write(lane->app->endings, env_now_ms(lane->app->options.env), &out);
    if (is_local(pending)) {
        shares_write(lane->app->shares, &out);
    }
    reply_text(pending, 200, STR("text/plain; version=0.0.4"), text_str(&out));
}

static const struct {
    str name;
    void (*answer)(struct lane *lane, struct pending *pending);
} pages[] = {
    {STR("healthz"), answer_health},
    {STR("readyz"), answer_ready},
    {STR("metrics"), answer_metrics},
};

bool handle_server_page(struct lane *lane, struct pending *pending)
{
    for (size_t at = 0; at < COUNT_OF(pages); at++) {
        if (str_equal(pending->target.segments[0], pages[at].name)) {
            pages[at].answer(lane, pending);
            return true;
        }
    }
    return false;
}
