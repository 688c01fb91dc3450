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
    bool wanted;  // the thread is asked for, or at work
    bool ready;   // it has done what it can
    bool stops;
    long again;  // of the writer: no attempt below so many pages, a reader held the last one up
};

// Each pass moves what was written during the one before.
static void move_pages(struct conn *conn)
{
    long before = 0;
    long moved = 0;
    for (int pass = 0; pass < WAL_PASSES_MAX; pass++) {
        // What fails is logged; the writer tries it itself.
        if (conn->link->driver->move_log(conn->link, &moved) != SQL_DONE ||
            moved - before <= WAL_PAGES_LEFT) {
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
static bool take_turn(struct checkpointer *c, long pages)
{
    pthread_mutex_lock(&c->mutex);
    if (!c->wanted && !c->ready) {
        c->wanted = true;
        pthread_cond_broadcast(&c->changed);
    }
    bool turn = c->ready || pages > WAL_PAGES_HARD;
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
    long pages = driver->log_pages(writer->link);
    bool ended = false;
    if (pages <= WAL_PAGES_MAX) {
        return;
    }
    if (*checkpointer == NULL) {
        *checkpointer = checkpointer_open(writer->store);
    }
    struct checkpointer *c = *checkpointer;
    if (c != NULL && (pages < c->again || !take_turn(c, pages))) {
        return;
    }
    ended = driver->end_log(writer->link, &ended) == SQL_DONE && ended;
    if (c != NULL) {
        c->again = ended ? 0 : pages + WAL_RETRY_PAGES;
    }
}
