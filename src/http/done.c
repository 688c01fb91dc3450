// done.c: the way back from other threads.
//
// Completed requests form a stack that any thread pushes to and only the loop takes, all at once.
// Whoever pushes onto an empty stack wakes the loop.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

void http_complete(struct http_exchange *exchange)
{
    struct request *request = (struct request *)exchange;
    struct http_loop *loop = request->loop;
    struct request *head = atomic_load_explicit(&loop->done, memory_order_relaxed);
    do {
        request->next_done = head;
    } while (!atomic_compare_exchange_weak_explicit(&loop->done, &head, request,
                                                    memory_order_release, memory_order_relaxed));
    if (head == NULL) {
        loop_wake(loop);
    }
}

// In the order of completion.
static struct request *take_done(struct http_loop *loop)
{
    struct request *newest = atomic_exchange_explicit(&loop->done, NULL, memory_order_acquire);
    struct request *oldest = NULL;
    while (newest != NULL) {
        struct request *next = newest->next_done;
        newest->next_done = oldest;
        oldest = newest;
        newest = next;
    }
    return oldest;
}

static void finish(struct request *request)
{
    struct http_loop *loop = request->loop;
    loop->waiting_count--;
    if (request->phase == PHASE_LEFT) {
        request->completed = true;
        if (request->connection == NULL) {
            exchange_close(request);
        }
        return;
    }
    assert(request->phase == PHASE_WAITING);
    request->phase = PHASE_REPLY;
    if (loop->options.handler->finish(loop->options.loop_ctx, &request->exchange) == HTTP_WAIT) {
        request->phase = PHASE_WAITING;
        loop->waiting_count++;
        return;
    }
    MHD_resume_connection(request->connection);
}

void exchange_finish_done(struct http_loop *loop)
{
    struct request *next = NULL;
    for (struct request *request = take_done(loop); request != NULL; request = next) {
        next = request->next_done;
        finish(request);
    }
}

void exchange_give_up(struct http_loop *loop)
{
    exchange_finish_done(loop);
    for (struct peer *peer = loop->peers; peer != NULL; peer = peer->next) {
        struct request *request = peer->request;
        if (request != NULL && request->phase == PHASE_WAITING) {
            request->phase = PHASE_LEFT;
            peer->request = NULL;
            MHD_resume_connection(request->connection);
        }
    }
}
