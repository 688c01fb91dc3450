// source.c: the sources of a tenant, and what belongs to them.
// SPDX-License-Identifier: Apache-2.0
#include "store/source.h"

#include "scim/schema.h"
#include "store/attribute.h"
#include "store/conn.h"
#include "store/sql.h"

enum store_outcome source_ensure(struct conn *writer, int64_t tenant, str name, int64_t *source)
{
    struct sql q = sql_begin(writer, STATEMENT_SOURCE_FIND);
    sql_i64(&q, 1, tenant);
    sql_text(&q, 2, name);
    bool found = sql_step(&q) == SQL_ROW;
    *source = found ? sql_column_i64(&q, 0) : 0;
    enum store_outcome got = sql_end(&q);
    if (got != STORE_OK || found) {
        return got;
    }
    got = number_take(writer, NUMBER_SOURCE, source);
    if (got != STORE_OK) {
        return got;
    }
    q = sql_begin(writer, STATEMENT_SOURCE_INSERT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, *source);
    sql_text(&q, 3, name);
    return sql_run(&q, NULL);
}

enum store_outcome source_list(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                               struct source_row **first)
{
    struct source_row **tail = first;
    struct sql q = sql_begin(conn, STATEMENT_SOURCE_LIST);
    sql_i64(&q, 1, tenant);
    *first = NULL;
    while (sql_step(&q) == SQL_ROW) {
        struct source_row *row = arena_alloc(arena, sizeof(*row));
        if (row == NULL) {
            sql_fail(&q);
            break;
        }
        row->source = sql_column_i64(&q, 0);
        sql_column_copy(&q, 1, arena, &row->name);
        sql_column_copy(&q, 2, arena, &row->policy);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

static enum store_outcome run(struct conn *writer, enum statement name, int64_t tenant,
                              int64_t source, int64_t *count)
{
    struct sql q = sql_begin(writer, name);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, source);
    return sql_run(&q, count);
}

enum store_outcome source_save(struct conn *writer, int64_t tenant, const struct source_row *row)
{
    struct sql q = sql_begin(writer, STATEMENT_SOURCE_SAVE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->source);
    sql_text(&q, 3, row->policy);
    return sql_run(&q, NULL);
}

enum store_outcome source_delete(struct conn *writer, int64_t tenant, int64_t source)
{
    static const enum statement steps[] = {STATEMENT_SOURCE_END_CERTIFICATES,
                                           STATEMENT_SOURCE_END_ISSUERS,
                                           STATEMENT_SOURCE_END_AUTHORITIES,
                                           STATEMENT_SOURCE_END_TOKENS,
                                           STATEMENT_SOURCE_END_GUARD,
                                           STATEMENT_SOURCE_END_SILENCE,
                                           STATEMENT_SOURCE_DELETE};
    enum store_outcome got = STORE_OK;
    for (size_t at = 0; at < COUNT_OF(steps) && got == STORE_OK; at++) {
        got = run(writer, steps[at], tenant, source, NULL);
    }
    return got;
}

enum store_outcome source_count(struct conn *conn, int64_t tenant, const struct source_row *row,
                                int64_t now_ms, struct source_counts *out)
{
    enum { RESOURCES, PEOPLE, CREDENTIALS };
    struct sql q = sql_begin(conn, STATEMENT_SOURCE_COUNT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->source);
    sql_i64(&q, 3, source_owner(row));
    sql_i64(&q, 4, now_ms);
    *out = (struct source_counts){0};
    if (sql_step(&q) == SQL_ROW) {
        out->resources = sql_column_i64(&q, RESOURCES);
        out->people = sql_column_i64(&q, PEOPLE);
        out->credentials = sql_column_i64(&q, CREDENTIALS);
    }
    return sql_end(&q);
}

enum store_outcome source_hand_over(struct conn *writer, int64_t tenant, int64_t from, int64_t to,
                                    int64_t *count)
{
    assert(from > 0);
    struct sql q = sql_begin(writer, STATEMENT_SOURCE_HAND_OVER);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, from);
    sql_i64(&q, 3, to);
    return sql_run(&q, count);
}

enum store_outcome source_claimed(struct conn *writer, int64_t tenant, str domain,
                                  bool (*each)(void *ctx, int64_t row), void *ctx)
{
    str suffix = {0};
    bool more = true;
    struct arena_mark mark = arena_mark(writer->scratch);
    if (!arena_format(writer->scratch, &suffix, "@%.*s", STR_ARGS(domain))) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(writer, STATEMENT_SOURCE_CLAIMED);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, store_attribute(writer->store, TYPE_NUMBER_USER, STR("userName")));
    sql_i64(&q, 3, store_attribute(writer->store, TYPE_NUMBER_USER, STR("emails.value")));
    sql_blob(&q, 4, suffix);
    while (more && sql_step(&q) == SQL_ROW) {
        more = each(ctx, sql_column_i64(&q, 0));
    }
    enum store_outcome got = sql_end(&q);
    arena_rewind(writer->scratch, mark);
    return got;
}
