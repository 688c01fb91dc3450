// sql.c: statements kept by connection, sticky errors, columns.
// SPDX-License-Identifier: Apache-2.0
#include "store/sql.h"

#include "store/conn.h"

#include <stdlib.h>
#include <string.h>

static bool has_failed(enum sql_outcome outcome)
{
    return outcome != SQL_DONE && outcome != SQL_ROW;
}

static struct sql sql_of(struct conn *conn, struct driver_statement *statement, bool *busy,
                         enum sql_outcome outcome)
{
    if (busy != NULL) {
        *busy = true;
    }
    conn->active++;
    return (struct sql){conn, statement, busy, outcome};
}

struct sql sql_begin(struct conn *conn, enum statement name)
{
    str text = str_of(conn->store->statements[name]);
    enum sql_outcome got = SQL_DONE;
    if (conn->busy[name]) {
        // A callback came back to a statement that is being read: it gets one of its own.
        struct driver_statement *statement = NULL;
        got = conn->link->driver->prepare(conn->link, text, &statement);
        return sql_of(conn, statement, NULL, got);
    }
    if (conn->statements[name] == NULL) {
        got = conn->link->driver->prepare(conn->link, text, &conn->statements[name]);
    }
    return sql_of(conn, conn->statements[name], &conn->busy[name], got);
}

static void slot_clear(struct sql_slot *slot)
{
    if (slot->statement != NULL) {
        slot->statement->driver->finalize(slot->statement);
    }
    free((char *)slot->text.ptr);
    *slot = (struct sql_slot){0};
}

static struct sql_slot *find_slot(struct conn *conn, str text, uint64_t hash)
{
    for (size_t at = 0; at < COUNT_OF(conn->slots); at++) {
        struct sql_slot *slot = &conn->slots[at];
        if (slot->statement != NULL && slot->hash == hash && !slot->busy &&
            str_equal(slot->text, text)) {
            return slot;
        }
    }
    return NULL;
}

static struct sql_slot *oldest_slot(struct conn *conn)
{
    struct sql_slot *oldest = NULL;
    for (size_t at = 0; at < COUNT_OF(conn->slots); at++) {
        struct sql_slot *slot = &conn->slots[at];
        if (!slot->busy && (oldest == NULL || slot->used < oldest->used)) {
            oldest = slot;
        }
    }
    return oldest;
}

// Prepares `text` into `slot`; false: it stays empty.
static bool fill_slot(struct conn *conn, struct sql_slot *slot, str text, uint64_t hash,
                      enum sql_outcome *got)
{
    slot_clear(slot);
    char *copy = malloc(text.len + 1);
    *got = SQL_FAILED;
    if (copy == NULL) {
        return false;
    }
    memcpy(copy, text.ptr, text.len);
    copy[text.len] = '\0';
    slot->text = (str){copy, text.len};
    slot->hash = hash;
    *got = conn->link->driver->prepare(conn->link, slot->text, &slot->statement);
    if (*got != SQL_DONE) {
        slot_clear(slot);
        return false;
    }
    return true;
}

struct sql sql_begin_text(struct conn *conn, str text)
{
    uint64_t hash = str_hash(text, 0);
    enum sql_outcome got = SQL_DONE;
    struct sql_slot *slot = find_slot(conn, text, hash);
    if (slot == NULL) {
        slot = oldest_slot(conn);
        if (slot == NULL) {
            struct driver_statement *statement = NULL;
            got = conn->link->driver->prepare(conn->link, text, &statement);
            return sql_of(conn, statement, NULL, got);
        }
        if (!fill_slot(conn, slot, text, hash, &got)) {
            return sql_of(conn, NULL, NULL, got);
        }
    }
    slot->used = ++conn->begun;
    return sql_of(conn, slot->statement, &slot->busy, got);
}

void sql_i64(struct sql *q, int parameter, int64_t value)
{
    if (!has_failed(q->outcome)) {
        q->outcome = q->statement->driver->bind_i64(q->statement, parameter, value);
    }
}

void sql_text(struct sql *q, int parameter, str value)
{
    if (!has_failed(q->outcome)) {
        q->outcome = q->statement->driver->bind_text(q->statement, parameter, value);
    }
}

void sql_blob(struct sql *q, int parameter, str value)
{
    if (!has_failed(q->outcome)) {
        q->outcome = q->statement->driver->bind_blob(q->statement, parameter, value);
    }
}

enum sql_outcome sql_step(struct sql *q)
{
    if (!has_failed(q->outcome)) {
        q->outcome = q->statement->driver->step(q->statement);
    }
    return q->outcome;
}

int64_t sql_column_i64(struct sql *q, int column)
{
    assert(q->outcome == SQL_ROW);
    return q->statement->driver->column_i64(q->statement, column);
}

str sql_column(struct sql *q, int column)
{
    assert(q->outcome == SQL_ROW);
    return q->statement->driver->column_str(q->statement, column);
}

void sql_column_copy(struct sql *q, int column, struct roster_arena *arena, str *out)
{
    if (q->outcome == SQL_ROW && !arena_copy(arena, sql_column(q, column), out)) {
        sql_fail(q);
    }
}

void sql_fail(struct sql *q)
{
    if (!has_failed(q->outcome)) {
        q->outcome = SQL_FAILED;
    }
}

enum store_outcome sql_to_store(enum sql_outcome outcome)
{
    switch (outcome) {
    case SQL_DONE:
    case SQL_ROW:
        return STORE_OK;
    case SQL_TIMEOUT:
        return STORE_TIMEOUT;
    case SQL_FULL:
        return STORE_FULL;
    case SQL_FAILED:
        break;
    }
    return STORE_FAILED;
}

enum store_outcome sql_end(struct sql *q)
{
    if (q->statement != NULL) {
        q->statement->driver->reset(q->statement);
    }
    if (q->busy != NULL) {
        *q->busy = false;
    } else if (q->statement != NULL) {
        q->statement->driver->finalize(q->statement);
    }
    q->statement = NULL;
    q->conn->active--;
    return sql_to_store(q->outcome);
}

enum store_outcome sql_run(struct sql *q, int64_t *count)
{
    enum sql_outcome got = sql_step(q);
    if (got == SQL_DONE && count != NULL) {
        *count = q->conn->link->driver->changes(q->conn->link);
    }
    return sql_end(q);
}
