// rig.c: the server half of rig.h.
// SPDX-License-Identifier: Apache-2.0
#include "unit/http/rig.h"

#include "unit/http/unit.h"

#include <stdlib.h>

static struct rig *rig_of(void *ctx)
{
    return ctx;
}

struct source {
    struct rig *rig;
    size_t sent;
    size_t end;
    bool breaks;
};

static long read_source(void *ctx, char *out, size_t max)
{
    struct source *source = ctx;
    size_t len = source->end - source->sent;
    if (len == 0) {
        return source->breaks ? -1 : 0;
    }
    len = len < max ? len : max;
    for (size_t at = 0; at < len; at++) {
        out[at] = (char)('a' + (source->sent + at) % 26);
    }
    source->sent += len;
    return (long)len;
}

static void close_source(void *ctx)
{
    struct source *source = ctx;
    atomic_fetch_add(&source->rig->stream_closes, 1);
}

static bool is_path(const struct http_exchange *exchange, const char *path)
{
    return str_equal(exchange->path, str_of(path));
}

static void set_stream(struct rig *rig, struct http_exchange *exchange, bool breaks)
{
    struct source *source = arena_alloc(exchange->arena, sizeof(*source));
    *source = (struct source){rig, 0, breaks ? STREAM_BYTES / 2 : STREAM_BYTES, breaks};
    source->end = is_path(exchange, "/endless") ? SIZE_MAX : source->end;
    exchange->reply.read = read_source;
    exchange->reply.read_close = close_source;
    exchange->reply.read_ctx = source;
}

static void fill_reply(struct rig *rig, struct http_exchange *exchange)
{
    struct http_reply *reply = &exchange->reply;
    *reply = (struct http_reply){.status = 200, .body = exchange->body};
    http_reply_header(reply, "ETag", STR("\"1\""));
    if (is_path(exchange, "/empty")) {
        reply->status = 204;
    } else if (is_path(exchange, "/same")) {
        reply->status = 304;
    } else if (is_path(exchange, "/stream") || is_path(exchange, "/broken") ||
               is_path(exchange, "/endless")) {
        set_stream(rig, exchange, is_path(exchange, "/broken"));
    } else if (is_path(exchange, "/inject")) {
        http_reply_header(reply, "Location", STR("/a\r\nSet-Cookie: b=c"));
    } else if (is_path(exchange, "/last")) {
        reply->close = true;
    } else if (!is_path(exchange, "/echo") && exchange->body.len == 0) {
        str text = {0};
        assert_true(arena_format(exchange->arena, &text, "%.*s\n%.*s\n%.*s\n%.*s",
                                 STR_ARGS(exchange->method_text), STR_ARGS(exchange->path),
                                 STR_ARGS(exchange->query), STR_ARGS(exchange->remote)));
        reply->body = text;
    }
}

static enum http_verdict on_head(void *ctx, struct http_exchange *exchange)
{
    struct rig *rig = rig_of(ctx);
    atomic_fetch_add(&rig->heads, 1);
    exchange->user = rig;
    if (is_path(exchange, "/refuse")) {
        exchange->reply = (struct http_reply){.status = 401, .body = STR("no")};
        return HTTP_DONE;
    }
    return HTTP_WAIT;
}

static enum http_verdict on_begin(void *ctx, struct http_exchange *exchange)
{
    struct rig *rig = rig_of(ctx);
    atomic_fetch_add(&rig->begins, 1);
    assert_ptr_equal(exchange->user, rig);
    if (is_path(exchange, "/wait") || is_path(exchange, "/hold")) {
        rig->pending[rig->pending_count++] = exchange;
        return HTTP_WAIT;
    }
    if (is_path(exchange, "/block")) {
        atomic_store(&rig->blocked, 1);
        pthread_mutex_lock(&rig->lock);
        while (!rig->let_go) {
            pthread_cond_wait(&rig->changed, &rig->lock);
        }
        pthread_mutex_unlock(&rig->lock);
    }
    fill_reply(rig, exchange);
    return HTTP_DONE;
}

static void on_flush(void *ctx)
{
    struct rig *rig = rig_of(ctx);
    atomic_fetch_add(&rig->passes, 1);
    if (rig->pending_count == 0) {
        return;
    }
    pthread_mutex_lock(&rig->lock);
    for (size_t at = 0; at < rig->pending_count; at++) {
        struct http_exchange *exchange = rig->pending[at];
        if (is_path(exchange, "/hold")) {
            rig->held[rig->held_count++] = exchange;
        } else {
            rig->waiting[rig->waiting_count++] = exchange;
        }
    }
    rig->pending_count = 0;
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

static enum http_verdict on_finish(void *ctx, struct http_exchange *exchange)
{
    fill_reply(rig_of(ctx), exchange);
    return HTTP_DONE;
}

static void on_release(void *ctx, struct http_exchange *exchange)
{
    struct rig *rig = rig_of(ctx);
    assert_ptr_equal(exchange->user, rig);
    exchange->user = NULL;
    atomic_fetch_add(&rig->releases, 1);
}

static const struct http_handler handler = {on_head,   on_begin,   on_flush,
                                            on_finish, on_release, NULL};

static void *run_worker(void *ctx)
{
    struct rig *rig = ctx;
    pthread_mutex_lock(&rig->lock);
    while (!rig->ended || rig->waiting_count > 0) {
        if (rig->waiting_count == 0) {
            pthread_cond_wait(&rig->changed, &rig->lock);
            continue;
        }
        http_complete(rig->waiting[--rig->waiting_count]);
    }
    pthread_mutex_unlock(&rig->lock);
    return NULL;
}

static void *run_loop(void *ctx)
{
    struct rig *rig = ctx;
    http_loop_run(rig->loop, rig->drain_ms);
    return NULL;
}

void rig_prepare(struct rig *rig, void (*change)(struct http_loop_options *options))
{
    memset(rig, 0, sizeof(*rig));
    struct roster_error err = {0};
    struct http_loop_options options = {.address = "127.0.0.1",
                                        .listen_fd = -1,
                                        .body_max = BODY_MAX,
                                        .connections_max = 1000,
                                        .idle_s = 60,
                                        .handler = &handler,
                                        .loop_ctx = rig};
    if (change != NULL) {
        change(&options);
    }
    rig->drain_ms = 10000;
    pthread_mutex_init(&rig->lock, NULL);
    pthread_cond_init(&rig->changed, NULL);
    rig->loop = http_loop_open(&options, &err);
    if (rig->loop == NULL) {
        print_message("# %s\n", err.detail);
    }
    assert_non_null(rig->loop);
    rig->port = http_loop_port(rig->loop);
}

void rig_run(struct rig *rig)
{
    assert_int_equal(pthread_create(&rig->worker, NULL, run_worker, rig), 0);
    assert_int_equal(pthread_create(&rig->thread, NULL, run_loop, rig), 0);
    rig->running = true;
}

void rig_open(struct rig *rig, void (*change)(struct http_loop_options *options))
{
    rig_prepare(rig, change);
    rig_run(rig);
}

void rig_let_go(struct rig *rig)
{
    pthread_mutex_lock(&rig->lock);
    rig->let_go = true;
    for (size_t at = 0; at < rig->held_count; at++) {
        http_complete(rig->held[at]);
    }
    rig->held_count = 0;
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
}

void rig_await(struct rig *rig, atomic_int *count, int least)
{
    (void)rig;
    while (atomic_load(count) < least) {
        sched_yield();
    }
}

void rig_await_held(struct rig *rig, size_t count)
{
    pthread_mutex_lock(&rig->lock);
    while (rig->held_count < count) {
        pthread_cond_wait(&rig->changed, &rig->lock);
    }
    pthread_mutex_unlock(&rig->lock);
}

void rig_stop(struct rig *rig)
{
    http_loop_stop(rig->loop);
    pthread_join(rig->thread, NULL);
    rig->running = false;
}

void rig_close(struct rig *rig)
{
    if (rig->running) {
        rig_stop(rig);
    }
    rig_let_go(rig);
    pthread_mutex_lock(&rig->lock);
    rig->ended = true;
    pthread_cond_broadcast(&rig->changed);
    pthread_mutex_unlock(&rig->lock);
    pthread_join(rig->worker, NULL);
    http_loop_close(rig->loop);
    // Nothing that the handler saw is left behind.
    assert_int_equal(atomic_load(&rig->heads), atomic_load(&rig->releases));
    pthread_cond_destroy(&rig->changed);
    pthread_mutex_destroy(&rig->lock);
}
