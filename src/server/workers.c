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
    struct fair queue;
    bool stopping;
};

bool workers_submit(struct workers *workers, struct pending *pending)
{
    pthread_mutex_lock(&workers->mutex);
    // Jobs are counted when they come; then they go on.
    bool taken = !workers->stopping && fair_put(&workers->queue, &pending->share->works,
                                                &pending->queued, pending->bulk != NULL);
    if (taken) {
        pthread_cond_signal(&workers->work);
    }
    pthread_mutex_unlock(&workers->mutex);
    return taken;
}

static struct fair_item *wait_for_work(struct workers *pool, struct fair_lane **lane)
{
    struct fair_item *item = fair_take(&pool->queue, lane);
    while (item == NULL && !pool->stopping) {
        pthread_cond_wait(&pool->work, &pool->mutex);
        item = fair_take(&pool->queue, lane);
    }
    return item;
}

static void *run(void *ctx)
{
    struct worker *worker = ctx;
    struct workers *pool = worker->pool;
    struct fair_lane *lane = NULL;
    sys_give_way(WORKER_NICE);
    pthread_mutex_lock(&pool->mutex);
    struct fair_item *item = wait_for_work(pool, &lane);
    while (item != NULL) {
        pthread_mutex_unlock(&pool->mutex);
        int64_t began_us = sys_monotonic_us();
        app_work(&worker->lane, pending_of_item(item));
        int64_t cost_us = sys_monotonic_us() - began_us;
        pool->complete(pending_of_item(item));
        pthread_mutex_lock(&pool->mutex);
        fair_charge(&pool->queue, lane, cost_us);
        item = wait_for_work(pool, &lane);
    }
    pthread_mutex_unlock(&pool->mutex);
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
    if (!fair_open(&workers->queue, WORKER_QUEUE_MAX, BULK_JOBS_MAX, WORKERS_TENANT_MAX)) {
        fail_memory(err);
        workers_close(workers);
        return NULL;
    }
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
    fair_close(&workers->queue);
    pthread_cond_destroy(&workers->work);
    pthread_mutex_destroy(&workers->mutex);
    free(workers);
}
