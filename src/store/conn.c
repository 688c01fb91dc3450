// conn.c: connections and their transactions.
// SPDX-License-Identifier: Apache-2.0
#include "store/conn.h"

#include "store/checkpoint.h"
#include "store/sql.h"
#include "sys/log.h"

#include <stdatomic.h>
#include <stdlib.h>

struct conn *conn_open(struct store *store, bool writer, size_t cache_kib, struct roster_error *err)
{
    struct driver_options options = {
        .place = store->place,
        .writer = writer,
        .cache_kib = cache_kib,
        .page_max = store->page_max,
        .fail_at = &store->fail_at,
    };
    struct conn *conn = calloc(1, sizeof(*conn));
    if (conn == NULL) {
        fail_memory(err);
        return NULL;
    }
    conn->store = store;
    conn->writer = writer;
    conn->link = store->driver->open(&options, err);
    conn->scratch = roster_arena_open(ARENA_REQUEST_MAX);
    conn->pending = writer ? pending_open() : NULL;
    bool opened = conn->link != NULL;
    if (opened && (conn->scratch == NULL || (writer && conn->pending == NULL))) {
        opened = fail_memory(err);
    }
    if (!opened) {
        (void)conn_end(conn);
        return NULL;
    }
    return conn;
}

// Everything is finalized first: a handle that is closed with a statement left would stay behind
// with its locks.
bool conn_end(struct conn *conn)
{
    if (conn == NULL) {
        return true;
    }
    for (size_t at = 0; at < COUNT_OF(conn->statements); at++) {
        if (conn->statements[at] != NULL) {
            conn->link->driver->finalize(conn->statements[at]);
        }
    }
    for (size_t at = 0; at < COUNT_OF(conn->slots); at++) {
        if (conn->slots[at].statement != NULL) {
            conn->link->driver->finalize(conn->slots[at].statement);
            free((char *)conn->slots[at].text.ptr);
        }
    }
    bool closed = true;
    if (conn->link != NULL) {
        conn->link->driver->rollback(conn->link);
        closed = conn->link->driver->close(conn->link);
    }
    pending_close(conn->pending);
    roster_arena_close(conn->scratch);
    free(conn);
    return closed;
}

void conn_close(struct conn *conn)
{
    assert(conn == NULL || !conn->writer);
    (void)conn_end(conn);
}

static enum store_outcome outcome_of(enum sql_outcome got)
{
    return got == SQL_DONE ? STORE_OK : got == SQL_FULL ? STORE_FULL : STORE_FAILED;
}

enum store_outcome conn_begin(struct conn *writer)
{
    assert(writer->writer);
    // What the engine rolled back itself, or the caller forgot, must not live on in our caches.
    if (writer->dirty) {
        pending_drop(writer);
    }
    writer->dirty = true;
    return outcome_of(writer->link->driver->begin(writer->link));
}

enum store_outcome conn_commit(struct conn *writer)
{
    enum store_outcome got = pending_flush(writer);
    if (got == STORE_OK) {
        got = outcome_of(writer->link->driver->commit(writer->link));
        atomic_fetch_add(&writer->store->commits, 1);  // one that failed may be there all the same
    }
    if (got == STORE_OK) {
        writer->dirty = false;
    }
    writer->commit_failed = got != STORE_OK;
    return got;
}

bool conn_commit_failed(const struct conn *writer)
{
    return writer->commit_failed;
}

void conn_rollback(struct conn *writer)
{
    pending_drop(writer);
    writer->dirty = false;
    writer->link->driver->rollback(writer->link);
}

bool conn_in_transaction(const struct conn *writer)
{
    return writer->link->driver->in_transaction(writer->link);
}

void conn_checkpoint(struct conn *writer)
{
    assert(!conn_in_transaction(writer));
    checkpoint(&writer->store->checkpointer, writer);
}

enum store_outcome conn_snapshot(struct conn *reader)
{
    assert(!reader->writer && !reader->snapshot);
    conn_rest(reader);
    enum store_outcome got = outcome_of(reader->link->driver->begin(reader->link));
    reader->snapshot = got == STORE_OK;
    if (got == STORE_OK) {
        got = conn_ping(reader);  // the first read takes the snapshot
    }
    if (got != STORE_OK) {
        conn_release(reader);
    }
    return got;
}

void conn_release(struct conn *reader)
{
    reader->snapshot = false;
    reader->link->driver->rollback(reader->link);
}

// The transaction takes its snapshot with its first read, which is later than the count.
void conn_hold(struct conn *reader)
{
    assert(!reader->writer && !reader->snapshot);
    uint64_t commits = atomic_load(&reader->store->commits);
    if (reader->held && reader->seen == commits) {
        return;
    }
    conn_rest(reader);
    reader->seen = commits;
    // Without a transaction each statement has one of its own, which is right, only slower.
    reader->held = reader->link->driver->begin(reader->link) == SQL_DONE;
}

void conn_rest(struct conn *reader)
{
    assert(reader->active == 0);
    if (reader->held) {
        reader->held = false;
        reader->link->driver->rollback(reader->link);
    }
}

void conn_deadline(struct conn *reader, int ms)
{
    reader->patient = ms > 0;
    reader->link->driver->deadline(reader->link, ms);
}

int64_t conn_steps(const struct conn *reader)
{
    return reader->link->driver->steps(reader->link);
}

enum store_outcome conn_ping(struct conn *conn)
{
    struct sql q = sql_begin(conn, STATEMENT_PING);
    (void)sql_step(&q);
    return sql_end(&q);
}
