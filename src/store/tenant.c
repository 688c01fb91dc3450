// tenant.c: tenants and their sources.
// SPDX-License-Identifier: Apache-2.0
#include "store/tenant.h"

#include "store/conn.h"
#include "store/sql.h"

enum tenant_column {
    COLUMN_TENANT,
    COLUMN_NAME,
    COLUMN_SETTINGS,
    COLUMN_SUSPENDED,
    COLUMN_CREATED,
    COLUMN_SCHEMAS,
    COLUMN_USERS,
    COLUMN_GROUPS,
    COLUMN_SILENT,
};

enum store_outcome tenant_insert(struct conn *writer, struct tenant_row *row)
{
    int64_t count = 0;
    int64_t source = 0;
    enum store_outcome got = number_take(writer, NUMBER_TENANT, &row->tenant);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(writer, STATEMENT_TENANT_INSERT);
    sql_i64(&q, 1, row->tenant);
    sql_text(&q, 2, row->name);
    sql_text(&q, 3, row->settings);
    sql_i64(&q, 4, row->suspended);
    sql_i64(&q, 5, row->created_ms);
    got = sql_run(&q, &count);
    if (got == STORE_OK && count == 0) {
        return STORE_TAKEN;
    }
    return got == STORE_OK ? source_ensure(writer, row->tenant, STR("default"), &source) : got;
}

static void read_tenant(struct sql *q, struct roster_arena *arena, struct tenant_row *row)
{
    *row = (struct tenant_row){
        .tenant = sql_column_i64(q, COLUMN_TENANT),
        .suspended = sql_column_i64(q, COLUMN_SUSPENDED) != 0,
        .created_ms = sql_column_i64(q, COLUMN_CREATED),
        .schemas = sql_column_i64(q, COLUMN_SCHEMAS),
        .user_count = sql_column_i64(q, COLUMN_USERS),
        .group_count = sql_column_i64(q, COLUMN_GROUPS),
    };
    sql_column_copy(q, COLUMN_NAME, arena, &row->name);
    sql_column_copy(q, COLUMN_SETTINGS, arena, &row->settings);
    sql_column_copy(q, COLUMN_SILENT, arena, &row->silent);
}

static enum store_outcome find_one(struct sql *q, struct roster_arena *arena,
                                   struct tenant_row *row)
{
    bool found = sql_step(q) == SQL_ROW;
    if (found) {
        read_tenant(q, arena, row);
    }
    enum store_outcome got = sql_end(q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome tenant_find(struct conn *conn, str name, struct roster_arena *arena,
                               struct tenant_row *row)
{
    enum store_outcome got = counters_flush(conn);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(conn, STATEMENT_TENANT_FIND);
    sql_text(&q, 1, name);
    return find_one(&q, arena, row);
}

enum store_outcome tenant_load(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                               struct tenant_row *row)
{
    enum store_outcome got = counters_flush(conn);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(conn, STATEMENT_TENANT_LOAD);
    sql_i64(&q, 1, tenant);
    return find_one(&q, arena, row);
}

enum store_outcome tenant_list(struct conn *conn, struct roster_arena *arena,
                               struct tenant_row **first)
{
    struct tenant_row **tail = first;
    *first = NULL;
    enum store_outcome got = counters_flush(conn);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(conn, STATEMENT_TENANT_LIST);
    while (sql_step(&q) == SQL_ROW) {
        struct tenant_row *row = arena_alloc(arena, sizeof(*row));
        if (row == NULL) {
            sql_fail(&q);
            break;
        }
        read_tenant(&q, arena, row);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

enum store_outcome tenant_save(struct conn *writer, const struct tenant_row *row)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_TENANT_SAVE);
    sql_i64(&q, 1, row->tenant);
    sql_text(&q, 2, row->settings);
    sql_i64(&q, 3, row->suspended);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}
