// silence.c: rows of the table silence.
// SPDX-License-Identifier: Apache-2.0
#include "store/silence.h"

#include "store/conn.h"
#include "store/sql.h"

#define SERVED STR("served")

enum silence_column {
    COLUMN_TENANT,
    COLUMN_SOURCE,
    COLUMN_HEARD,
    COLUMN_FROM,
    COLUMN_ALARM_AT,
    COLUMN_ALARMED,
    COLUMN_DAYS,
};

static void read_row(struct sql *q, struct roster_arena *arena, struct silence_row *row)
{
    *row = (struct silence_row){
        .tenant = sql_column_i64(q, COLUMN_TENANT),
        .source = sql_column_i64(q, COLUMN_SOURCE),
        .heard_ms = sql_column_i64(q, COLUMN_HEARD),
        .from_ms = sql_column_i64(q, COLUMN_FROM),
        .alarm_at_ms = sql_column_i64(q, COLUMN_ALARM_AT),
        .alarmed_ms = sql_column_i64(q, COLUMN_ALARMED),
    };
    sql_column_copy(q, COLUMN_DAYS, arena, &row->days);
}

enum store_outcome silence_load(struct conn *conn, int64_t tenant, int64_t source,
                                struct roster_arena *arena, struct silence_row *row)
{
    struct sql q = sql_begin(conn, STATEMENT_SILENCE_LOAD);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, source);
    *row = (struct silence_row){.tenant = tenant, .source = source};
    bool found = sql_step(&q) == SQL_ROW;
    if (found) {
        read_row(&q, arena, row);
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome silence_save(struct conn *writer, const struct silence_row *row)
{
    struct sql q = sql_begin(writer, STATEMENT_SILENCE_SAVE);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->source);
    sql_i64(&q, 3, row->heard_ms);
    sql_i64(&q, 4, row->from_ms);
    sql_i64(&q, 5, row->alarm_at_ms);
    sql_i64(&q, 6, row->alarmed_ms);
    sql_text(&q, 7, row->days);
    return sql_run(&q, NULL);
}

enum store_outcome silence_due(struct conn *conn, int64_t now_ms, int limit,
                               struct roster_arena *arena, struct silence_row **first)
{
    struct silence_row **tail = first;
    struct sql q = sql_begin(conn, STATEMENT_SILENCE_DUE);
    sql_i64(&q, 1, now_ms);
    sql_i64(&q, 2, limit);
    *first = NULL;
    while (sql_step(&q) == SQL_ROW) {
        struct silence_row *row = arena_alloc(arena, sizeof(*row));
        if (row == NULL) {
            sql_fail(&q);
            break;
        }
        read_row(&q, arena, row);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

enum store_outcome silence_count(struct conn *conn, int64_t *out)
{
    struct sql q = sql_begin(conn, STATEMENT_SILENCE_COUNT);
    *out = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
    return sql_end(&q);
}

enum store_outcome silence_again(struct conn *writer, int64_t tenant, int64_t from_ms)
{
    struct sql q = sql_begin(writer, STATEMENT_SILENCE_AGAIN);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, from_ms);
    return sql_run(&q, NULL);
}

enum store_outcome silence_rest(struct conn *writer, int64_t tenant)
{
    struct sql q = sql_begin(writer, STATEMENT_SILENCE_REST);
    sql_i64(&q, 1, tenant);
    return sql_run(&q, NULL);
}

enum store_outcome silence_source(struct conn *conn, const struct silence_row *row,
                                  struct roster_arena *arena, str *name, bool *wanted)
{
    struct sql q = sql_begin(conn, STATEMENT_SILENCE_SOURCE);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->source);
    *name = (str){0};
    *wanted = false;
    if (sql_step(&q) == SQL_ROW) {
        sql_column_copy(&q, 0, arena, name);
        *wanted = sql_column_i64(&q, 1) != 0;
    }
    return sql_end(&q);
}

enum store_outcome served_load(struct conn *conn, int64_t *served_ms)
{
    struct sql q = sql_begin(conn, STATEMENT_META_FIND);
    sql_text(&q, 1, SERVED);
    *served_ms = 0;
    if (sql_step(&q) == SQL_ROW && !str_to_i64(sql_column(&q, 0), served_ms)) {
        sql_fail(&q);
    }
    return sql_end(&q);
}

enum store_outcome served_save(struct conn *writer, int64_t served_ms)
{
    char text[DIGITS_MAX];
    size_t len = str_put_i64(served_ms, text);
    struct sql q = sql_begin(writer, STATEMENT_META_SET);
    sql_text(&q, 1, SERVED);
    sql_text(&q, 2, (str){text, len});
    return sql_run(&q, NULL);
}
