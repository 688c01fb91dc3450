// fetcher.c: waiting for keys, where no request of others has to.
// SPDX-License-Identifier: Apache-2.0
#include "server/fetcher.h"

#include "auth/keys.h"
#include "store/issuer.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct fetcher {
    struct app *app;
    void (*complete)(struct pending *pending);
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex;
    pthread_cond_t work;
    // Under the mutex:
    struct pending *first;
    struct pending *last;
    size_t count;
    bool stopping;
};

static bool may_ask(void *ctx, const char *address)
{
    const struct app *app = ctx;
    struct ip ip;
    bool allowed = false;
    if (!ip_parse(str_of(address), &ip)) {
        return false;
    }
    for (int at = 0; !allowed && at < app->options.jwks_network_count; at++) {
        allowed = network_has(&app->options.jwks_networks[at], &ip);
    }
    return allowed;
}

bool fetch_open(struct app *app, struct roster_error *err)
{
    const struct issuer_keys_options options = {
        .env = app->options.env,
        .may_ask = may_ask,
        .ctx = app,
        .ca_path = app->options.jwks_ca,
    };
    app->issuers = issuer_keys_open(&options, err);
    return app->issuers != NULL;
}

// A thread remembers tokens that it has checked: with other keys they are checked anew.
static void forget_checked(struct app *app, bool changed)
{
    if (changed) {
        app_forget_actors(app);
    }
}

void app_fetch(struct app *app, const struct pending *pending)
{
    forget_checked(app, issuer_keys_fetch(app->issuers, pending->keys_wanted));
}

void app_fetch_old(struct app *app)
{
    forget_checked(app, issuer_keys_tend(app->issuers));
}

void fetch_note(struct app *app, struct conn *writer)
{
    struct keys_note note;
    while (issuer_keys_take_note(app->issuers, &note)) {
        bool ok = conn_begin(writer) == STORE_OK &&
                  issuer_note(writer, str_of(note.source), note.fetched_ms, note.key_count,
                              str_of(note.error)) == STORE_OK &&
                  conn_commit(writer) == STORE_OK;
        if (!ok) {
            issuer_keys_keep_note(app->issuers, &note);
            if (conn_in_transaction(writer)) {
                conn_rollback(writer);
            }
            return;  // until the next look
        }
    }
}

static struct pending *take_first(struct fetcher *fetcher)
{
    struct pending *pending = fetcher->first;
    if (pending != NULL) {
        fetcher->first = pending->next;
        fetcher->last = fetcher->first == NULL ? NULL : fetcher->last;
        fetcher->count--;
        pending->next = NULL;
    }
    return pending;
}

// NULL: time to look what is old, or to stop.
static struct pending *wait_for_work(struct fetcher *fetcher)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += KEYS_WATCH_MS / 1000;
    int timed_out = 0;
    while (fetcher->first == NULL && !fetcher->stopping && timed_out == 0) {
        timed_out = pthread_cond_timedwait(&fetcher->work, &fetcher->mutex, &until);
    }
    return take_first(fetcher);
}

static void *run(void *ctx)
{
    struct fetcher *fetcher = ctx;
    int64_t looked_us = sys_monotonic_us();
    pthread_mutex_lock(&fetcher->mutex);
    for (bool over = false; !over;) {
        struct pending *pending = wait_for_work(fetcher);
        over = pending == NULL && fetcher->stopping;
        pthread_mutex_unlock(&fetcher->mutex);
        if (pending != NULL) {
            app_fetch(fetcher->app, pending);
            fetcher->complete(pending);
        }
        // However many wait: what is old may be a key that was taken back.
        if (!over && sys_monotonic_us() - looked_us >= KEYS_WATCH_MS * INT64_C(1000)) {
            app_fetch_old(fetcher->app);
            looked_us = sys_monotonic_us();
        }
        pthread_mutex_lock(&fetcher->mutex);
    }
    pthread_mutex_unlock(&fetcher->mutex);
    return NULL;
}

bool fetcher_submit(struct fetcher *fetcher, struct pending *pending)
{
    pthread_mutex_lock(&fetcher->mutex);
    bool taken = !fetcher->stopping && fetcher->count < KEY_WAITERS_MAX;
    if (taken) {
        pending->next = NULL;
        if (fetcher->last == NULL) {
            fetcher->first = pending;
        } else {
            fetcher->last->next = pending;
        }
        fetcher->last = pending;
        fetcher->count++;
        pthread_cond_signal(&fetcher->work);
    }
    pthread_mutex_unlock(&fetcher->mutex);
    return taken;
}

struct fetcher *fetcher_open(struct app *app, void (*complete)(struct pending *pending),
                             struct roster_error *err)
{
    struct fetcher *fetcher = calloc(1, sizeof(*fetcher));
    pthread_condattr_t clock;
    if (fetcher == NULL) {
        fail_memory(err);
        return NULL;
    }
    fetcher->app = app;
    fetcher->complete = complete;
    pthread_mutex_init(&fetcher->mutex, NULL);
    pthread_condattr_init(&clock);
    pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
    pthread_cond_init(&fetcher->work, &clock);
    pthread_condattr_destroy(&clock);
    fetcher->started = pthread_create(&fetcher->thread, NULL, run, fetcher) == 0;
    if (!fetcher->started) {
        fetcher_close(fetcher);
        fail(err, ROSTER_ERR_INTERNAL, 0, "the thread for issuers' keys cannot be started");
        return NULL;
    }
    return fetcher;
}

void fetcher_stop(struct fetcher *fetcher)
{
    if (fetcher == NULL || !fetcher->started) {
        return;
    }
    pthread_mutex_lock(&fetcher->mutex);
    fetcher->stopping = true;
    pthread_cond_broadcast(&fetcher->work);
    pthread_mutex_unlock(&fetcher->mutex);
    issuer_keys_stop(fetcher->app->issuers);
    pthread_join(fetcher->thread, NULL);
    fetcher->started = false;
}

void fetcher_close(struct fetcher *fetcher)
{
    if (fetcher != NULL) {
        fetcher_stop(fetcher);
        pthread_cond_destroy(&fetcher->work);
        pthread_mutex_destroy(&fetcher->mutex);
        free(fetcher);
    }
}
