// erase.c: holds, and details that go.
// SPDX-License-Identifier: Apache-2.0
#include "store/erase.h"

#include "store/conn.h"
#include "store/id.h"
#include "store/sql.h"

enum hold_column { COLUMN_HOLD_ID, COLUMN_HOLD_REASON, COLUMN_HOLD_ACTOR, COLUMN_HOLD_SINCE };

enum store_outcome hold_insert(struct conn *writer, int64_t tenant, const struct hold_row *row)
{
    struct id_form id = id_make(row->id);
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_HOLD_INSERT);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&id));
    sql_text(&q, 3, row->reason);
    sql_text(&q, 4, row->actor);
    sql_i64(&q, 5, row->since_ms);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_TAKEN : got;
}

enum store_outcome hold_delete(struct conn *writer, int64_t tenant, str id)
{
    struct id_form form = id_make(id);
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_HOLD_DELETE);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

static void read_hold(struct sql *q, struct roster_arena *arena, struct hold_row *row)
{
    *row = (struct hold_row){.since_ms = sql_column_i64(q, COLUMN_HOLD_SINCE)};
    sql_column_copy(q, COLUMN_HOLD_REASON, arena, &row->reason);
    sql_column_copy(q, COLUMN_HOLD_ACTOR, arena, &row->actor);
    if (!id_print(sql_column(q, COLUMN_HOLD_ID), arena, &row->id)) {
        sql_fail(q);
    }
}

enum store_outcome hold_find(struct conn *conn, int64_t tenant, str id, struct roster_arena *arena,
                             struct hold_row *row)
{
    struct id_form form = id_make(id);
    struct sql q = sql_begin(conn, STATEMENT_HOLD_FIND);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    bool found = sql_step(&q) == SQL_ROW;
    if (found) {
        read_hold(&q, arena, row);
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome hold_list(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                             struct hold_row **first)
{
    struct hold_row **tail = first;
    struct sql q = sql_begin(conn, STATEMENT_HOLD_LIST);
    sql_i64(&q, 1, tenant);
    *first = NULL;
    while (sql_step(&q) == SQL_ROW) {
        struct hold_row *row = arena_alloc(arena, sizeof(*row));
        if (row == NULL) {
            sql_fail(&q);
            break;
        }
        read_hold(&q, arena, row);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

enum store_outcome erase_details(struct conn *writer, int64_t tenant, str id, int64_t *count)
{
    struct id_form form = id_make(id);
    struct sql q = sql_begin(writer, STATEMENT_ERASE_DETAILS);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    return sql_run(&q, count);
}

enum store_outcome erase_span(struct conn *writer, int64_t tenant, int64_t after, int64_t end,
                              int64_t *count)
{
    struct sql q = sql_begin(writer, STATEMENT_ERASE_SPAN);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, after);
    sql_i64(&q, 3, end);
    return sql_run(&q, count);
}

enum store_outcome conn_scrub(struct conn *writer)
{
    bool ended = false;
    assert(writer->writer && !conn_in_transaction(writer));
    enum store_outcome got = sql_to_store(writer->link->driver->scrub(writer->link, &ended));
    return got == STORE_OK && !ended ? STORE_TIMEOUT : got;
}
