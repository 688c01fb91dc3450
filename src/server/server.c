// server.c: the running server: a loop for each processor, the writer, the workers.
//
//   loop thread:  admit, begin ── write ──► writer ──► complete ─┐
//                     ▲  ├───────── work ──► worker ──► complete ─┤
//                     │  └───────── keys ──► fetcher ─► complete ─┤
//                     └──────────── finish ◄── http_complete ─────┘
// SPDX-License-Identifier: Apache-2.0
#include "server/server.h"

#include "journal/journal.h"
#include "server/app.h"
#include "server/client.h"
#include "server/fetcher.h"
#include "server/journal.h"
#include "server/workers.h"
#include "server/writer.h"
#include "sys/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct loop {
    struct server *server;
    struct lane lane;
    struct http_loop *http;
    struct pending *first;  // writes of this pass of the loop, in order
    struct pending *last;
    pthread_t thread;
    bool started;
};

struct server {
    struct server_options options;
    struct app app;
    bool app_opened;
    struct writer *writer;
    struct workers *workers;
    struct fetcher *fetcher;  // of issuers' keys
    struct loop loops[LOOPS_MAX];
    int loop_count;
    char public_url[512];
};

// Behind the writer or a worker. A bulk job that is not done goes to the end of a queue again.
static bool pass_on(struct server *server, struct pending *pending)
{
    if (pending->step == STEP_DONE || app_is_cut_off(pending, false)) {
        return false;
    }
    pending->next = NULL;
    bool taken = pending->step == STEP_WRITE ? writer_submit(server->writer, pending) == NULL
                                             : workers_submit(server->workers, pending);
    return taken || !app_is_cut_off(pending, true);
}

// A write whose password was hashed.
static bool pass_to_writer(struct server *server, struct pending *pending)
{
    if (pending->step != STEP_WRITE) {
        return false;
    }
    pending->step = STEP_DONE;
    pending->next = NULL;
    if (writer_submit(server->writer, pending) == NULL) {
        return true;
    }
    pending->queue_full = true;
    return false;
}

static void complete(struct pending *pending)
{
    struct loop *loop = pending->exchange->loop_ctx;
    struct server *server = loop->server;
    if (!(pending->bulk != NULL ? pass_on(server, pending) : pass_to_writer(server, pending))) {
        http_complete(pending->exchange);
    }
}

// The head is here, the body is not. Large bodies of requests that are refused anyway are not read.
static enum http_verdict on_head(void *ctx, struct http_exchange *exchange)
{
    struct loop *loop = ctx;
    struct pending *pending = app_admit(&loop->lane, exchange);
    str length = {0};
    int64_t bytes = 0;
    exchange->user = pending;
    if (pending == NULL) {
        exchange->reply = (struct http_reply){.status = 503, .close = true};
        return HTTP_DONE;
    }
    if (pending->admitted) {
        return HTTP_WAIT;
    }
    bool has_length =
        http_header_find(exchange, STR("Content-Length"), &length) && str_to_i64(length, &bytes);
    bool is_chunked = http_header_find(exchange, STR("Transfer-Encoding"), &length);
    if (!is_chunked && (!has_length || bytes <= BODY_REFUSED_MAX)) {
        return HTTP_WAIT;
    }
    enum step step = app_begin(&loop->lane, pending);
    assert(step == STEP_DONE);
    return step == STEP_DONE ? HTTP_DONE : HTTP_WAIT;
}

static void queue_write(struct loop *loop, struct pending *pending)
{
    pending->next = NULL;
    if (loop->last == NULL) {
        loop->first = pending;
    } else {
        loop->last->next = pending;
    }
    loop->last = pending;
}

static enum http_verdict on_begin(void *ctx, struct http_exchange *exchange)
{
    struct loop *loop = ctx;
    struct pending *pending = exchange->user;
    pending->step = app_begin(&loop->lane, pending);
    if (pending->step == STEP_DONE) {
        return HTTP_DONE;
    }
    // Published at the end of the pass: by then the connection is suspended.
    queue_write(loop, pending);
    return HTTP_WAIT;
}

static void refuse_later(struct loop *loop, struct pending *pending)
{
    pending->queue_full = true;
    atomic_fetch_add_explicit(&loop->server->app.metrics.queue_full, 1, memory_order_relaxed);
    http_complete(pending->exchange);
}

static void on_flush(void *ctx)
{
    struct loop *loop = ctx;
    struct pending *writes = NULL;
    conn_rest(loop->lane.conn);
    struct pending **tail = &writes;
    struct pending *next = NULL;
    for (struct pending *pending = loop->first; pending != NULL; pending = next) {
        next = pending->next;
        pending->next = NULL;
        enum step step = pending->step;
        pending->step = STEP_DONE;
        if (step == STEP_WRITE) {
            *tail = pending;
            tail = &pending->next;
            continue;
        }
        atomic_fetch_add_explicit(&loop->server->app.metrics.deferred, 1, memory_order_relaxed);
        if (!(step == STEP_KEYS ? fetcher_submit(loop->server->fetcher, pending)
                                : workers_submit(loop->server->workers, pending))) {
            refuse_later(loop, pending);
        }
    }
    loop->first = NULL;
    loop->last = NULL;
    if (writes == NULL) {
        return;
    }
    for (struct pending *left = writer_submit(loop->server->writer, writes); left != NULL;
         left = next) {
        next = left->next;
        refuse_later(loop, left);
    }
}

// The head is looked at again, with the keys that it waited for.
static enum http_verdict go_on(struct loop *loop, struct pending *pending)
{
    if (atomic_load(&loop->server->app.stop_us) != 0) {
        app_refuse(&loop->lane, pending);
        return HTTP_DONE;
    }
    pending->step = app_again(&loop->lane, pending);
    if (pending->step == STEP_DONE) {
        return HTTP_DONE;
    }
    queue_write(loop, pending);
    return HTTP_WAIT;
}

static enum http_verdict on_finish(void *ctx, struct http_exchange *exchange)
{
    struct loop *loop = ctx;
    struct pending *pending = exchange->user;
    if (pending->queue_full) {
        app_refuse(&loop->lane, pending);
    } else if (pending->keys_wanted.len > 0) {
        return go_on(loop, pending);
    } else {
        app_finish(&loop->lane, pending);
    }
    return HTTP_DONE;
}

static void on_release(void *ctx, struct http_exchange *exchange)
{
    app_release(exchange->user);
    exchange->user = NULL;
}

static void note_refusal(struct loop *loop, struct pending *pending, int status)
{
    if (pending != NULL) {
        fail(&pending->err, status == 413 ? ROSTER_ERR_TOO_LARGE : ROSTER_ERR_UNAVAILABLE, 0, NULL);
        int64_t now_us = env_monotonic_us(loop->lane.app->options.env);
        journal_note(&loop->lane, pending, now_us - pending->began_us, false);
    }
}

// What the face refuses by itself is answered in SCIM JSON too, as long as there is a request.
static void on_refuse(void *ctx, struct http_exchange *exchange, int status)
{
    struct text body;
    text_init(&body, exchange->arena, KIB(1));
    text_format(&body, "{\"schemas\":[\"%.*s\"],\"status\":\"%d\",\"detail\":\"",
                STR_ARGS(URI_ERROR), status);
    if (status == 413) {
        text_format(&body, "the body is larger than maxPayloadSize, %zu bytes", HTTP_BODY_MAX);
    } else {
        text_add(&body, str_of(http_reason(status)));
    }
    text_lit(&body, "\"}");
    exchange->reply = (struct http_reply){.status = status, .body = text_str(&body)};
    http_reply_header(&exchange->reply, "Content-Type", media_name(MEDIA_SCIM));
    note_refusal(ctx, exchange->user, status);
}

static const struct http_handler handler = {on_head,   on_begin,   on_flush,
                                            on_finish, on_release, on_refuse};

static bool make_public_url(struct server *server, struct roster_error *err)
{
    const struct server_options *options = &server->options;
    bool is_ipv6 = str_contains(str_of(options->address), STR(":"));
    int len = options->public_url != NULL ? snprintf(server->public_url, sizeof(server->public_url),
                                                     "%s", options->public_url)
                                          : snprintf(server->public_url, sizeof(server->public_url),
                                                     is_ipv6 ? "%s://[%s]:%u" : "%s://%s:%u",
                                                     options->tls != NULL ? "https" : "http",
                                                     options->address, server_port(server));
    if (len < 0 || (size_t)len >= sizeof(server->public_url)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the public URL is too long");
    }
    while (len > 0 && server->public_url[len - 1] == '/') {
        server->public_url[--len] = '\0';
    }
    server->app.options.public_url = str_of(server->public_url);
    return true;
}

static bool open_loop(struct server *server, int at, size_t cache_kib, struct roster_error *err)
{
    struct loop *loop = &server->loops[at];
    const struct server_options *options = &server->options;
    struct http_loop_options http = {
        .address = options->address,
        .port = server->loop_count == 0 ? options->port : server_port(server),
        .shares_port = server->loop_count > 0,
        .listen_fd = options->sockets.count > 0 ? options->sockets.fds[at] : -1,
        .tls = options->tls,
        .body_max = HTTP_BODY_MAX,
        .connections_max = HTTP_CONNECTIONS_MAX,
        .idle_s = HTTP_IDLE_S,
        .handler = &handler,
        .loop_ctx = loop,
    };
    loop->server = server;
    server->loop_count++;
    if (!lane_open(&loop->lane, &server->app, cache_kib, err)) {
        return false;
    }
    if (server->app.journal != NULL) {
        loop->lane.journal = journal_lane(server->app.journal);
        if (loop->lane.journal == NULL) {
            return fail_memory(err);
        }
    }
    loop->http = http_loop_open(&http, err);
    return loop->http != NULL;
}

// 0: one for each processor.
static int loops_for(int loops)
{
    long processors = loops > 0 ? loops : sysconf(_SC_NPROCESSORS_ONLN);
    return processors < 1 ? 1 : (processors > LOOPS_MAX ? LOOPS_MAX : (int)processors);
}

bool server_listen(const char *address, uint16_t port, struct server_sockets *out,
                   struct roster_error *err)
{
    int wanted = loops_for(0);
    for (out->count = 0; out->count < wanted; out->count++) {
        int fd = http_listen(address, port, out->count > 0, err);
        if (fd < 0) {
            return false;
        }
        out->fds[out->count] = fd;
        if (!http_socket_port(fd, &port)) {
            out->count++;
            return fail(err, ROSTER_ERR_INTERNAL, 0, "cannot tell the port of %s: %m", address);
        }
    }
    return true;
}

void server_sockets_close(struct server_sockets *sockets)
{
    for (; sockets->count > 0; sockets->count--) {
        close(sockets->fds[sockets->count - 1]);
    }
}

static bool open_parts(struct server *server, struct roster_error *err)
{
    const struct server_options *options = &server->options;
    struct app_options app = {
        .store = options->store,
        .env = options->env,
        .tls = options->tls,
        .domain = str_of(options->domain),
        .proxies = options->proxies,
        .proxy_count = options->proxy_count,
        .rate = options->rate,
        .jwks_networks = options->jwks_networks,
        .jwks_network_count = options->jwks_network_count,
        .jwks_ca = options->jwks_ca,
    };
    if (!app_open(&server->app, &app, err)) {
        return false;
    }
    server->app_opened = true;
    client_ask(&server->app, store_writer(options->store));
    if (options->journal.folder != NULL) {
        server->app.journal = journal_open(&options->journal, server->app.registry, err);
        if (server->app.journal == NULL) {
            return false;
        }
    }
    // Each socket has one queue of connections, which one loop accepts from.
    int wanted = options->sockets.count > 0 ? options->sockets.count : loops_for(options->loops);
    size_t share_kib = STORE_LOOPS_CACHE_KIB / (size_t)wanted;
    size_t cache_kib = share_kib > STORE_READER_CACHE_KIB ? share_kib : STORE_READER_CACHE_KIB;
    for (int at = 0; at < wanted; at++) {
        if (!open_loop(server, at, cache_kib, err)) {
            return false;
        }
    }
    server->writer = writer_open(&server->app, complete, err);
    server->workers = server->writer == NULL ? NULL : workers_open(&server->app, complete, err);
    server->fetcher = server->workers == NULL ? NULL : fetcher_open(&server->app, complete, err);
    return server->fetcher != NULL && make_public_url(server, err);
}

struct server *server_open(const struct server_options *options, struct roster_error *err)
{
    struct server *server = calloc(1, sizeof(*server));
    if (server == NULL) {
        fail_memory(err);
        return NULL;
    }
    server->options = *options;
    if (!open_parts(server, err)) {
        server_close(server);
        return NULL;
    }
    return server;
}

uint16_t server_port(const struct server *server)
{
    return http_loop_port(server->loops[0].http);
}

void server_set_rate(struct server *server, struct rate rate)
{
    app_set_rate(&server->app, rate);
}

static void *run_loop(void *ctx)
{
    struct loop *loop = ctx;
    http_loop_run(loop->http, loop->server->options.drain_ms);
    return NULL;
}

void server_run(struct server *server)
{
    for (int at = 1; at < server->loop_count; at++) {
        struct loop *loop = &server->loops[at];
        loop->started = pthread_create(&loop->thread, NULL, run_loop, loop) == 0;
        if (!loop->started) {
            log_event(LOG_LEVEL_ERROR, "thread-failed", LOG_NUMBER("loop", at));
        }
    }
    run_loop(&server->loops[0]);
    for (int at = 1; at < server->loop_count; at++) {
        if (server->loops[at].started) {
            pthread_join(server->loops[at].thread, NULL);
        }
    }
}

bool server_heap_is_loose(struct server *server)
{
    return app_heap_is_loose(&server->app);
}

void server_stop(struct server *server)
{
    // Half of the time to drain is for jobs to end by themselves, half for their answers.
    atomic_store(&server->app.stop_us,
                 sys_monotonic_us() + (int64_t)server->options.drain_ms * 1000 / 2);
    for (int at = 0; at < server->loop_count; at++) {
        http_loop_stop(server->loops[at].http);
    }
}

bool server_call(struct server *server, void (*fn)(void *ctx, struct conn *writer), void *ctx)
{
    return writer_call(server->writer, fn, ctx);
}

void server_close(struct server *server)
{
    if (server == NULL) {
        return;
    }
    fetcher_stop(server->fetcher);
    workers_stop(server->workers);
    writer_close(server->writer);
    workers_close(server->workers);
    fetcher_close(server->fetcher);
    for (int at = 0; at < server->loop_count; at++) {
        if (server->loops[at].http != NULL) {
            http_loop_close(server->loops[at].http);
        }
        if (server->loops[at].lane.app != NULL) {
            lane_close(&server->loops[at].lane);
        }
    }
    journal_close(server->app.journal);
    if (server->app_opened) {
        app_close(&server->app);
    }
    free(server);
}
