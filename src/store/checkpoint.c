// checkpoint.c: the thread that moves the log into the file.
// SPDX-License-Identifier: Apache-2.0
#include "store/checkpoint.h"

#include "store/conn.h"

#include <stdlib.h>

struct checkpointer {
    struct conn *conn;  // of the thread
    pthread_t thread;
    pthread_mutex_t mutex;  // guards what follows
    pthread_cond_t changed;
    bool wanted;   // the thread is asked for, or at work
    bool ready;    // it has done what it can
    size_t asked;  // how long the log was when it was asked for
    bool stops;
    size_t again;  // of the writer: no attempt below so many bytes, a reader held the last one up
};

// Each pass moves what was written during the one before.
static void move_pages(struct conn *conn)
{
    size_t before = 0;
    size_t moved = 0;
    for (int pass = 0; pass < LOG_PASSES_MAX; pass++) {
        // What fails is logged; the writer tries it itself.
        if (conn->link->driver->move_log(conn->link, &moved) != SQL_DONE ||
            moved <= before + LOG_BYTES_LEFT) {
            return;
        }
        before = moved;
    }
}

static void *run(void *ctx)
{
    struct checkpointer *c = ctx;
    pthread_mutex_lock(&c->mutex);
    while (!c->stops) {
        if (c->wanted) {
            pthread_mutex_unlock(&c->mutex);
            move_pages(c->conn);
            pthread_mutex_lock(&c->mutex);
            c->wanted = false;
            c->ready = true;
            pthread_cond_broadcast(&c->changed);
        } else {
            pthread_cond_wait(&c->changed, &c->mutex);
        }
    }
    pthread_mutex_unlock(&c->mutex);
    return NULL;
}

static struct checkpointer *checkpointer_open(struct store *store)
{
    struct roster_error ignored = {0};
    struct checkpointer *c = calloc(1, sizeof(*c));
    if (c == NULL) {
        return NULL;
    }
    c->conn = conn_open(store, false, STORE_READER_CACHE_KIB, &ignored);
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->changed, NULL);
    if (c->conn == NULL || pthread_create(&c->thread, NULL, run, c) != 0) {
        (void)conn_end(c->conn);
        pthread_cond_destroy(&c->changed);
        pthread_mutex_destroy(&c->mutex);
        free(c);
        return NULL;
    }
    return c;
}

void checkpointer_close(struct checkpointer *c)
{
    if (c == NULL) {
        return;
    }
    pthread_mutex_lock(&c->mutex);
    c->stops = true;
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->mutex);
    pthread_join(c->thread, NULL);
    (void)conn_end(c->conn);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->mutex);
    free(c);
}

// Whether it is the writer's turn: the thread is done, or the log too long to wait for it any more.
static bool take_turn(struct checkpointer *c, size_t bytes)
{
    pthread_mutex_lock(&c->mutex);
    // The log has begun anew since, by itself: what the thread did was of the one before.
    c->ready = c->ready && bytes >= c->asked;
    if (!c->wanted && !c->ready) {
        c->wanted = true;
        c->asked = bytes;
        pthread_cond_broadcast(&c->changed);
    }
    bool turn = c->ready || bytes > LOG_BYTES_HARD;
    while (turn && c->wanted) {
        pthread_cond_wait(&c->changed, &c->mutex);
    }
    c->ready = c->ready && !turn;
    pthread_mutex_unlock(&c->mutex);
    return turn;
}

void checkpoint(struct checkpointer **checkpointer, struct conn *writer)
{
    const struct driver *driver = writer->link->driver;
    size_t bytes = driver->log_bytes(writer->link);
    bool ended = false;
    if (bytes <= LOG_BYTES_MAX) {
        return;
    }
    if (*checkpointer == NULL) {
        *checkpointer = checkpointer_open(writer->store);
    }
    struct checkpointer *c = *checkpointer;
    if (c != NULL && (bytes < c->again || !take_turn(c, bytes))) {
        return;
    }
    ended = driver->end_log(writer->link, &ended) == SQL_DONE && ended;
    if (c != NULL) {
        c->again = ended ? 0 : bytes + LOG_BYTES_RETRY;
    }
}
