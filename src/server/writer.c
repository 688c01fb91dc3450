// writer.c: queue, batches, and what happens when the store breaks.
// SPDX-License-Identifier: Apache-2.0
#include "server/writer.h"

#include "server/client.h"
#include "sys/log.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

// A call that somebody waits for.
struct call {
    void (*fn)(void *ctx, struct conn *conn);
    void *ctx;
    bool done;
    bool ran;
    struct call *next;
};

struct writer {
    struct app *app;
    void (*complete)(struct pending *pending);
    pthread_t thread;
    bool started;
    pthread_mutex_t mutex;
    pthread_cond_t work;      // something was queued, or the writer shall stop
    pthread_cond_t answered;  // a call is done
    // Under the mutex:
    struct fair queue;
    struct fair_lane *running;  // of the request that runs; NULL: none
    struct call *calls;
    bool stopping;
    int64_t tend_us;  // the writer's thread's: when it looks after things again
};

static void show_count(struct writer *writer)
{
    atomic_store_explicit(&writer->app->metrics.write_queue, (int64_t)writer->queue.count,
                          memory_order_relaxed);
}

struct pending *writer_submit(struct writer *writer, struct pending *first)
{
    pthread_mutex_lock(&writer->mutex);
    bool was_empty = writer->queue.count == 0;
    struct pending *refused = NULL;
    struct pending **tail = &refused;
    while (first != NULL) {
        struct pending *next = first->next;
        first->next = NULL;
        // Jobs are counted when they come; then they go on.
        if (writer->stopping ||
            !fair_put(&writer->queue, &first->share->writes, &first->queued, first->bulk != NULL)) {
            *tail = first;
            tail = &first->next;
        }
        first = next;
    }
    show_count(writer);
    if (was_empty) {
        pthread_cond_signal(&writer->work);
    }
    pthread_mutex_unlock(&writer->mutex);
    return refused;
}

bool writer_call(struct writer *writer, void (*fn)(void *ctx, struct conn *conn), void *ctx)
{
    struct call call = {.fn = fn, .ctx = ctx};
    pthread_mutex_lock(&writer->mutex);
    bool taken = !writer->stopping;
    if (taken) {
        struct call **tail = &writer->calls;
        while (*tail != NULL) {
            tail = &(*tail)->next;
        }
        *tail = &call;
        pthread_cond_signal(&writer->work);
        while (!call.done) {
            pthread_cond_wait(&writer->answered, &writer->mutex);
        }
    }
    pthread_mutex_unlock(&writer->mutex);
    return call.ran;
}

// What the last member of a batch cost is known. Called with the mutex held.
static void charge(struct writer *writer, const struct batch *batch)
{
    if (writer->running != NULL) {
        fair_charge(&writer->queue, writer->running, batch->cost_us);
        writer->running = NULL;
    }
}

// batch.next
static struct pending *take_next(struct batch *batch)
{
    struct writer *writer = batch->ctx;
    pthread_mutex_lock(&writer->mutex);
    charge(writer, batch);
    struct fair_item *item = fair_take(&writer->queue, &writer->running);
    show_count(writer);
    pthread_mutex_unlock(&writer->mutex);
    return item == NULL ? NULL : pending_of_item(item);
}

// fsync is never retried: the connection is thrown away, and the log read anew from the disk.
static void reopen(struct writer *writer)
{
    log_event(LOG_LEVEL_ERROR, "commit-failed", LOG_TEXT("detail", STR("reopening the store")));
    bool reopened = store_reopen_writer(writer->app->options.store);
    atomic_store(&writer->app->store_broken, !reopened);
    if (!reopened) {
        log_event(LOG_LEVEL_ERROR, "store-unreachable",
                  LOG_TEXT("detail", STR("writes are answered 503 until it comes back")));
    }
}

// While the store is broken it is tried again now and then: with /readyz saying 503, no request may
// come that would. Called with the mutex held.
static void wait_for_work(struct writer *writer)
{
    bool broken = atomic_load(&writer->app->store_broken);
    int64_t until_us =
        broken ? sys_monotonic_us() + STORE_RETRY_S * INT64_C(1000000) : writer->tend_us;
    const struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
    if (pthread_cond_timedwait(&writer->work, &writer->mutex, &until) == ETIMEDOUT && broken) {
        pthread_mutex_unlock(&writer->mutex);
        reopen(writer);
        pthread_mutex_lock(&writer->mutex);
    }
}

static bool has_to_tend(const struct writer *writer)
{
    return sys_monotonic_us() >= writer->tend_us && !atomic_load(&writer->app->store_broken);
}

static void tend(struct writer *writer)
{
    struct conn *conn = store_writer(writer->app->options.store);
    writer->tend_us = sys_monotonic_us() + TEND_MS * INT64_C(1000);
    if (conn == NULL) {
        return;
    }
    app_tend(writer->app, conn);
    if (conn_commit_failed(conn)) {
        reopen(writer);
    }
}

static void write_batch(struct writer *writer)
{
    struct batch batch = {.next = take_next, .ctx = writer};
    if (atomic_load(&writer->app->store_broken)) {
        reopen(writer);
    }
    if (!app_write(writer->app, &batch)) {
        reopen(writer);
    }
    pthread_mutex_lock(&writer->mutex);
    charge(writer, &batch);
    pthread_mutex_unlock(&writer->mutex);
    for (size_t at = 0; at < batch.count; at++) {
        writer->complete(batch.members[at]);
    }
    if (!atomic_load(&writer->app->store_broken)) {
        conn_checkpoint(store_writer(writer->app->options.store));
    }
}

static void run_calls(struct writer *writer, struct call *calls)
{
    if (atomic_load(&writer->app->store_broken)) {
        reopen(writer);
    }
    struct conn *conn = store_writer(writer->app->options.store);
    for (struct call *call = calls; call != NULL; call = call->next) {
        call->ran = conn != NULL;
        if (call->ran) {
            call->fn(call->ctx, conn);
        }
    }
    if (conn != NULL && conn_commit_failed(conn)) {
        reopen(writer);
    }
    if (conn != NULL) {
        client_ask(writer->app, conn);
    }
    app_forget_actors(writer->app);
    pthread_mutex_lock(&writer->mutex);
    while (calls != NULL) {
        struct call *next = calls->next;  // the waiter's stack is gone once it sees `done`
        calls->done = true;
        calls = next;
    }
    pthread_cond_broadcast(&writer->answered);
    pthread_mutex_unlock(&writer->mutex);
}

static void *run(void *ctx)
{
    struct writer *writer = ctx;
    bool stopping = false;
    while (!stopping) {
        pthread_mutex_lock(&writer->mutex);
        while (writer->queue.count == 0 && writer->calls == NULL && !writer->stopping &&
               !has_to_tend(writer)) {
            wait_for_work(writer);
        }
        struct call *calls = writer->calls;
        writer->calls = NULL;
        bool waits = writer->queue.count > 0;
        stopping = writer->stopping && !waits && calls == NULL;
        pthread_mutex_unlock(&writer->mutex);
        if (calls != NULL) {
            run_calls(writer, calls);
        }
        if (waits) {
            write_batch(writer);
        }
        if (has_to_tend(writer) || stopping) {
            tend(writer);
        }
    }
    return NULL;
}

struct writer *writer_open(struct app *app, void (*complete)(struct pending *pending),
                           struct roster_error *err)
{
    pthread_condattr_t monotonic;
    struct writer *writer = calloc(1, sizeof(*writer));
    if (writer == NULL) {
        fail_memory(err);
        return NULL;
    }
    writer->app = app;
    writer->complete = complete;
    writer->tend_us = sys_monotonic_us();
    pthread_mutex_init(&writer->mutex, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&writer->work, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_cond_init(&writer->answered, NULL);
    if (!fair_open(&writer->queue, QUEUE_REQUESTS_MAX, BULK_JOBS_MAX, 1)) {
        fail_memory(err);
        writer_close(writer);
        return NULL;
    }
    writer->started = pthread_create(&writer->thread, NULL, run, writer) == 0;
    if (!writer->started) {
        fail(err, ROSTER_ERR_INTERNAL, 0, "the writer's thread cannot be started");
        writer_close(writer);
        return NULL;
    }
    return writer;
}

void writer_close(struct writer *writer)
{
    if (writer == NULL) {
        return;
    }
    if (writer->started) {
        pthread_mutex_lock(&writer->mutex);
        writer->stopping = true;
        pthread_cond_signal(&writer->work);
        pthread_mutex_unlock(&writer->mutex);
        pthread_join(writer->thread, NULL);
    }
    fair_close(&writer->queue);
    pthread_cond_destroy(&writer->answered);
    pthread_cond_destroy(&writer->work);
    pthread_mutex_destroy(&writer->mutex);
    free(writer);
}
