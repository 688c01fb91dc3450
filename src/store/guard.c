// guard.c: rows of the table guard, and the counters that budgets are shares of.
// SPDX-License-Identifier: Apache-2.0
#include "store/guard.h"

#include "store/conn.h"
#include "store/sql.h"

enum guard_column {
    COLUMN_SPENT,
    COLUMN_SEEN,
    COLUMN_HELD_COUNT,
    COLUMN_HELD_SINCE,
    COLUMN_HELD,
    COLUMN_TOLD,
    COLUMN_RELEASED_UNTIL,
    COLUMN_RELEASED_LEFT,
    COLUMN_DENIED,
};

enum store_outcome guard_load(struct conn *conn, int64_t tenant, int64_t source,
                              enum guard_kind kind, struct roster_arena *arena,
                              struct guard_row *row)
{
    struct sql q = sql_begin(conn, STATEMENT_GUARD_LOAD);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, source);
    sql_i64(&q, 3, kind);
    *row = (struct guard_row){.source = source, .kind = kind};
    bool found = sql_step(&q) == SQL_ROW;
    if (found) {
        sql_column_copy(&q, COLUMN_SPENT, arena, &row->spent);
        row->seen = sql_column_i64(&q, COLUMN_SEEN);
        row->held_count = sql_column_i64(&q, COLUMN_HELD_COUNT);
        row->held_since_ms = sql_column_i64(&q, COLUMN_HELD_SINCE);
        row->held_ms = sql_column_i64(&q, COLUMN_HELD);
        row->told_ms = sql_column_i64(&q, COLUMN_TOLD);
        row->released_until_ms = sql_column_i64(&q, COLUMN_RELEASED_UNTIL);
        row->released_left = sql_column_i64(&q, COLUMN_RELEASED_LEFT);
        row->denied = sql_column_i64(&q, COLUMN_DENIED) != 0;
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome guard_save(struct conn *writer, int64_t tenant, const struct guard_row *row)
{
    struct sql q = sql_begin(writer, STATEMENT_GUARD_SAVE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->source);
    sql_i64(&q, 3, row->kind);
    sql_text(&q, 4, row->spent);
    sql_i64(&q, 5, row->seen);
    sql_i64(&q, 6, row->held_count);
    sql_i64(&q, 7, row->held_since_ms);
    sql_i64(&q, 8, row->held_ms);
    sql_i64(&q, 9, row->told_ms);
    sql_i64(&q, 10, row->released_until_ms);
    sql_i64(&q, 11, row->released_left);
    sql_i64(&q, 12, row->denied);
    return sql_run(&q, NULL);
}

enum store_outcome guard_population(struct conn *conn, int64_t tenant, enum guard_kind kind,
                                    int64_t *out)
{
    enum store_outcome got = counters_flush(conn);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(conn, STATEMENT_GUARD_POPULATION);
    sql_i64(&q, 1, tenant);
    *out = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, kind) : 0;
    return sql_end(&q);
}

enum store_outcome guard_count_inactive(struct conn *writer, int64_t tenant, int64_t more)
{
    return counter_add(writer, tenant, COUNTER_INACTIVE, more);
}
