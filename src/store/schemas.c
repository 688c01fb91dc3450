// schemas.c: the rows of a tenant's schemas, resource types and indexes.
// SPDX-License-Identifier: Apache-2.0
#include "store/schemas.h"

#include "store/conn.h"
#include "store/sql.h"

#include <stdio.h>

// A row of `size` bytes at the end of a list; NULL is noted in `q`.
static void *add_row(struct sql *q, struct roster_arena *arena, size_t size)
{
    void *row = arena_alloc(arena, size);
    if (row == NULL) {
        sql_fail(q);
    }
    return row;
}

static enum store_outcome load_schemas(struct conn *conn, int64_t tenant,
                                       struct roster_arena *arena, struct schema_row **tail)
{
    struct sql q = sql_begin(conn, STATEMENT_SCHEMA_LIST);
    sql_i64(&q, 1, tenant);
    while (sql_step(&q) == SQL_ROW) {
        struct schema_row *row = add_row(&q, arena, sizeof(*row));
        if (row == NULL) {
            break;
        }
        sql_column_copy(&q, 0, arena, &row->document);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

static enum store_outcome load_types(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                                     struct type_row **tail)
{
    struct sql q = sql_begin(conn, STATEMENT_TYPE_LIST);
    sql_i64(&q, 1, tenant);
    while (sql_step(&q) == SQL_ROW) {
        struct type_row *row = add_row(&q, arena, sizeof(*row));
        if (row == NULL) {
            break;
        }
        row->type = (int)sql_column_i64(&q, 0);
        sql_column_copy(&q, 1, arena, &row->name);
        sql_column_copy(&q, 2, arena, &row->endpoint);
        sql_column_copy(&q, 3, arena, &row->description);
        sql_column_copy(&q, 4, arena, &row->schema);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

static enum store_outcome load_extensions(struct conn *conn, int64_t tenant,
                                          struct roster_arena *arena, struct extension_row **tail)
{
    struct sql q = sql_begin(conn, STATEMENT_EXTENSION_LIST);
    sql_i64(&q, 1, tenant);
    while (sql_step(&q) == SQL_ROW) {
        struct extension_row *row = add_row(&q, arena, sizeof(*row));
        if (row == NULL) {
            break;
        }
        row->type = (int)sql_column_i64(&q, 0);
        sql_column_copy(&q, 1, arena, &row->schema);
        row->required = sql_column_i64(&q, 2) != 0;
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

static enum store_outcome load_indexes(struct conn *conn, int64_t tenant,
                                       struct roster_arena *arena, struct declared_row **tail)
{
    struct sql q = sql_begin(conn, STATEMENT_DECLARED_LIST);
    sql_i64(&q, 1, tenant);
    while (sql_step(&q) == SQL_ROW) {
        struct declared_row *row = add_row(&q, arena, sizeof(*row));
        if (row == NULL) {
            break;
        }
        row->attribute = (int)sql_column_i64(&q, 0);
        row->type = (int)sql_column_i64(&q, 1);
        sql_column_copy(&q, 2, arena, &row->path);
        row->unique = sql_column_i64(&q, 3) != 0;
        row->complete = sql_column_i64(&q, 4) != 0;
        row->after = sql_column_i64(&q, 5);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

enum store_outcome schema_rows_load(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                                    struct schema_rows *out)
{
    *out = (struct schema_rows){0};
    enum store_outcome got = load_schemas(conn, tenant, arena, &out->schemas);
    if (got == STORE_OK) {
        got = load_types(conn, tenant, arena, &out->types);
    }
    if (got == STORE_OK) {
        got = load_extensions(conn, tenant, arena, &out->extensions);
    }
    return got == STORE_OK ? load_indexes(conn, tenant, arena, &out->indexes) : got;
}

// URIs of schemas compare without case: the key of a row is in lower case.
static bool lower(str id, char out[SCHEMA_URI_MAX], str *name)
{
    if (id.len > SCHEMA_URI_MAX) {
        return false;
    }
    for (size_t at = 0; at < id.len; at++) {
        char c = id.ptr[at];
        out[at] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    *name = (str){out, id.len};
    return true;
}

enum store_outcome schema_put(struct conn *writer, int64_t tenant, str id, str document)
{
    char bytes[SCHEMA_URI_MAX];
    str name = {0};
    if (!lower(id, bytes, &name)) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(writer, STATEMENT_SCHEMA_PUT);
    sql_i64(&q, 1, tenant);
    sql_text(&q, 2, name);
    sql_text(&q, 3, document);
    return sql_run(&q, NULL);
}

static enum store_outcome run_counted(struct sql *q)
{
    int64_t count = 0;
    enum store_outcome got = sql_run(q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

enum store_outcome schema_remove(struct conn *writer, int64_t tenant, str id)
{
    char bytes[SCHEMA_URI_MAX];
    str name = {0};
    if (!lower(id, bytes, &name)) {
        return STORE_NONE;
    }
    struct sql q = sql_begin(writer, STATEMENT_SCHEMA_REMOVE);
    sql_i64(&q, 1, tenant);
    sql_text(&q, 2, name);
    return run_counted(&q);
}

enum store_outcome type_put(struct conn *writer, int64_t tenant, struct type_row *row)
{
    int64_t number = 0;
    if (row->type == 0) {
        enum store_outcome got = number_take(writer, NUMBER_TYPE, &number);
        if (got != STORE_OK) {
            return got;
        }
        row->type = TYPE_NUMBER_OWN + (int)number;
    }
    struct sql q = sql_begin(writer, STATEMENT_TYPE_PUT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->type);
    sql_text(&q, 3, row->name);
    sql_text(&q, 4, row->endpoint);
    sql_text(&q, 5, row->description);
    sql_text(&q, 6, row->schema);
    return sql_run(&q, NULL);
}

enum store_outcome type_remove(struct conn *writer, int64_t tenant, int type)
{
    struct sql q = sql_begin(writer, STATEMENT_TYPE_REMOVE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    return run_counted(&q);
}

enum store_outcome extension_put(struct conn *writer, int64_t tenant,
                                 const struct extension_row *row)
{
    struct sql q = sql_begin(writer, STATEMENT_EXTENSION_PUT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->type);
    sql_text(&q, 3, row->schema);
    sql_i64(&q, 4, row->required);
    return sql_run(&q, NULL);
}

enum store_outcome extension_remove(struct conn *writer, int64_t tenant, int type, str schema)
{
    struct sql q = sql_begin(writer, STATEMENT_EXTENSION_REMOVE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    sql_text(&q, 3, schema);
    return run_counted(&q);
}

enum store_outcome declared_put(struct conn *writer, int64_t tenant, struct declared_row *row)
{
    int64_t number = 0;
    if (row->attribute == 0) {
        enum store_outcome got = number_take(writer, NUMBER_ATTRIBUTE, &number);
        if (got != STORE_OK) {
            return got;
        }
        row->attribute = (int)number;
    }
    struct sql q = sql_begin(writer, STATEMENT_DECLARED_PUT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->attribute);
    sql_i64(&q, 3, row->type);
    sql_text(&q, 4, row->path);
    sql_i64(&q, 5, row->unique);
    sql_i64(&q, 6, row->complete);
    sql_i64(&q, 7, row->after);
    return sql_run(&q, NULL);
}

enum store_outcome declared_remove(struct conn *writer, int64_t tenant, int attribute)
{
    struct sql q = sql_begin(writer, STATEMENT_DECLARED_REMOVE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, attribute);
    return run_counted(&q);
}

enum store_outcome schemas_touch(struct conn *writer, int64_t tenant)
{
    struct sql q = sql_begin(writer, STATEMENT_SCHEMAS_TOUCH);
    sql_i64(&q, 1, tenant);
    return run_counted(&q);
}

enum store_outcome schema_tenants(struct conn *conn, struct roster_arena *arena, int64_t **tenants,
                                  size_t *count)
{
    size_t cap = 0;
    *tenants = NULL;
    *count = 0;
    struct sql q = sql_begin(conn, STATEMENT_OWN_LIST);
    while (sql_step(&q) == SQL_ROW) {
        int64_t *room = arena_room(arena, *tenants, *count, &cap, sizeof(**tenants));
        if (room == NULL) {
            sql_fail(&q);
            break;
        }
        *tenants = room;
        room[(*count)++] = sql_column_i64(&q, 0);
    }
    return sql_end(&q);
}

enum store_outcome type_count(struct conn *conn, int64_t tenant, int type, int64_t *count)
{
    *count = 0;
    enum store_outcome got = counters_flush(conn);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(conn, STATEMENT_COUNTER_FIND);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    if (sql_step(&q) == SQL_ROW) {
        *count = sql_column_i64(&q, 0);
    }
    return sql_end(&q);
}

enum { HOLDER_TEXT = SCHEMA_URI_MAX + 8 };

// What stands in a document that holds values of the extension, and nowhere else: inside a text the
// quotes would be escaped.
static str holder_text(str schema, char text[HOLDER_TEXT])
{
    int len = snprintf(text, HOLDER_TEXT, ",\"%.*s\":{", STR_ARGS(schema));
    assert(len > 0 && len < HOLDER_TEXT);
    return (str){text, (size_t)len};
}

enum store_outcome extension_holders_since(struct conn *conn, int64_t tenant, int type, str schema,
                                           int64_t since_ms, int64_t *found)
{
    char text[HOLDER_TEXT];
    *found = 0;
    struct sql q = sql_begin(conn, STATEMENT_HOLDERS_SINCE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    sql_i64(&q, 3, since_ms);
    sql_text(&q, 4, holder_text(schema, text));
    if (sql_step(&q) == SQL_ROW) {
        *found = sql_column_i64(&q, 0);
    }
    return sql_end(&q);
}

enum store_outcome extension_holders(struct conn *conn, int64_t tenant, int type, str schema,
                                     int limit, int64_t *after, int64_t *found)
{
    enum { SEEN, HOLDING, LAST };
    char text[HOLDER_TEXT];
    int64_t seen = 0;
    struct sql q = sql_begin(conn, STATEMENT_HOLDERS_COUNT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    sql_i64(&q, 3, *after);
    sql_text(&q, 4, holder_text(schema, text));
    sql_i64(&q, 5, limit);
    if (sql_step(&q) == SQL_ROW) {
        seen = sql_column_i64(&q, SEEN);
        *found += sql_column_i64(&q, HOLDING);
        *after = seen > 0 ? sql_column_i64(&q, LAST) : *after;
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && seen < limit ? STORE_NONE : got;
}

enum store_outcome index_drop(struct conn *writer, int64_t tenant, int attribute, int limit,
                              int64_t *count)
{
    static const enum statement drops[] = {STATEMENT_DROP_INDEX, STATEMENT_DROP_UNIQUE};
    *count = 0;
    for (size_t at = 0; at < COUNT_OF(drops) && *count < limit; at++) {
        int64_t dropped = 0;
        struct sql q = sql_begin(writer, drops[at]);
        sql_i64(&q, 1, tenant);
        sql_i64(&q, 2, attribute);
        sql_i64(&q, 3, limit - *count);
        enum store_outcome got = sql_run(&q, &dropped);
        if (got != STORE_OK) {
            return got;
        }
        *count += dropped;
    }
    return STORE_OK;
}
