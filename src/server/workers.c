// workers.c: a queue in which tenants take turns, and the threads that empty it.
// SPDX-License-Identifier: Apache-2.0
#include "server/workers.h"

#include <pthread.h>
#include <stdlib.h>

struct worker {
    struct workers *pool;
    struct lane lane;
    pthread_t thread;
    bool started;
};

struct workers {
    void (*complete)(struct pending *pending);
    struct worker workers[WORKERS_COUNT];
    pthread_mutex_t mutex;
    pthread_cond_t work;
    // Under the mutex:
    struct pending *first;
    size_t count;
    int64_t last_tenant;
    bool stopping;
};

bool workers_submit(struct workers *workers, struct pending *pending)
{
    pthread_mutex_lock(&workers->mutex);
    // Jobs are counted when they come; then they go on.
    bool has_room = pending->bulk != NULL || workers->count < WORKER_QUEUE_MAX;
    bool taken = has_room && !workers->stopping;
    if (taken) {
        struct pending **tail = &workers->first;
        while (*tail != NULL) {
            tail = &(*tail)->next;
        }
        pending->next = NULL;
        *tail = pending;
        workers->count++;
        pthread_cond_signal(&workers->work);
    }
    pthread_mutex_unlock(&workers->mutex);
    return taken;
}

// Distance to the tenant whose turn it is next: tenants go round in the order of their numbers.
static uint64_t turn(const struct workers *workers, const struct pending *pending)
{
    return (uint64_t)pending->actor.tenant - (uint64_t)workers->last_tenant - 1;
}

// The oldest request of the tenant whose turn it is. Called with the mutex held.
static struct pending *take(struct workers *workers)
{
    struct pending **best = &workers->first;
    for (struct pending **at = &workers->first; *at != NULL; at = &(*at)->next) {
        if (turn(workers, *at) < turn(workers, *best)) {
            best = at;
        }
    }
    struct pending *pending = *best;
    *best = pending->next;
    pending->next = NULL;
    workers->count--;
    workers->last_tenant = pending->actor.tenant;
    return pending;
}

static void *run(void *ctx)
{
    struct worker *worker = ctx;
    struct workers *pool = worker->pool;
    bool stopping = false;
    while (!stopping) {
        struct pending *pending = NULL;
        pthread_mutex_lock(&pool->mutex);
        while (pool->first == NULL && !pool->stopping) {
            pthread_cond_wait(&pool->work, &pool->mutex);
        }
        if (pool->first != NULL) {
            pending = take(pool);
        }
        stopping = pending == NULL;
        pthread_mutex_unlock(&pool->mutex);
        if (pending != NULL) {
            app_work(&worker->lane, pending);
            pool->complete(pending);
        }
    }
    return NULL;
}

static bool open_worker(struct worker *worker, struct workers *pool, struct app *app,
                        struct roster_error *err)
{
    worker->pool = pool;
    if (!lane_open(&worker->lane, app, STORE_READER_CACHE_KIB, err)) {
        return false;
    }
    worker->started = pthread_create(&worker->thread, NULL, run, worker) == 0;
    return worker->started ||
           fail(err, ROSTER_ERR_INTERNAL, 0, "a worker's thread cannot be started");
}

struct workers *workers_open(struct app *app, void (*complete)(struct pending *pending),
                             struct roster_error *err)
{
    struct workers *workers = calloc(1, sizeof(*workers));
    if (workers == NULL) {
        fail_memory(err);
        return NULL;
    }
    workers->complete = complete;
    pthread_mutex_init(&workers->mutex, NULL);
    pthread_cond_init(&workers->work, NULL);
    for (size_t at = 0; at < WORKERS_COUNT; at++) {
        if (!open_worker(&workers->workers[at], workers, app, err)) {
            workers_close(workers);
            return NULL;
        }
    }
    return workers;
}

void workers_stop(struct workers *workers)
{
    if (workers == NULL) {
        return;
    }
    pthread_mutex_lock(&workers->mutex);
    workers->stopping = true;
    pthread_cond_broadcast(&workers->work);
    pthread_mutex_unlock(&workers->mutex);
    for (size_t at = 0; at < WORKERS_COUNT; at++) {
        if (workers->workers[at].started) {
            pthread_join(workers->workers[at].thread, NULL);
            workers->workers[at].started = false;
        }
        if (workers->workers[at].lane.app != NULL) {
            lane_close(&workers->workers[at].lane);
        }
    }
}

void workers_close(struct workers *workers)
{
    if (workers == NULL) {
        return;
    }
    workers_stop(workers);
    pthread_cond_destroy(&workers->work);
    pthread_mutex_destroy(&workers->mutex);
    free(workers);
}
