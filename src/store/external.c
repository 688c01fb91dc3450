// external.c: externalIds by source: packed into the resource's row, and rows that find them.
// SPDX-License-Identifier: Apache-2.0
#include "store/external.h"

#include "base/limits.h"
#include "base/text.h"
#include "scim/fold.h"
#include "store/conn.h"
#include "store/index.h"
#include "store/sql.h"

enum { SOURCE_LEN = 8, LENGTH_LEN = 4, HEAD_LEN = SOURCE_LEN + LENGTH_LEN };

static uint64_t read_number(const char *at, size_t len)
{
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++) {
        number = number << 8 | (unsigned char)at[i];
    }
    return number;
}

bool external_next(str *packed, struct external *out)
{
    if (packed->len < HEAD_LEN) {
        return false;
    }
    size_t len = (size_t)read_number(packed->ptr + SOURCE_LEN, LENGTH_LEN);
    if (len > packed->len - HEAD_LEN) {
        return false;
    }
    out->source = (int64_t)read_number(packed->ptr, SOURCE_LEN);
    out->value = (str){packed->ptr + HEAD_LEN, len};
    *packed = str_tail(*packed, HEAD_LEN + len);
    return true;
}

str external_of(str packed, int64_t source)
{
    struct external external;
    while (external_next(&packed, &external)) {
        if (external.source == source) {
            return external.value;
        }
    }
    return (str){0};
}

static void pack_one(struct text *text, int64_t source, str value)
{
    for (int shift = 8 * (SOURCE_LEN - 1); shift >= 0; shift -= 8) {
        text_char(text, (char)((uint64_t)source >> shift));
    }
    for (int shift = 8 * (LENGTH_LEN - 1); shift >= 0; shift -= 8) {
        text_char(text, (char)(value.len >> shift));
    }
    text_add(text, value);
}

bool external_pack(str packed, int64_t source, str value, struct roster_arena *arena, str *out)
{
    struct text text;
    struct external external;
    text_init(&text, arena, packed.len + HEAD_LEN + value.len);
    while (external_next(&packed, &external)) {
        if (external.source != source) {
            pack_one(&text, external.source, external.value);
        }
    }
    if (value.len > 0) {
        pack_one(&text, source, value);
    }
    *out = text_str(&text);
    return !text.full;
}

// externalId is case exact: its key differs from it in composition only.
static bool make_key(str value, struct roster_arena *arena, str *key)
{
    bool truncated = false;
    return fold_key(value, true, arena, key) && index_cut(*key, arena, key, &truncated);
}

static enum store_outcome write_row(struct conn *writer, enum statement statement, int64_t tenant,
                                    const struct resource_row *row, const struct external *external)
{
    str key = {0};
    struct arena_mark mark = arena_mark(writer->scratch);
    if (!make_key(external->value, writer->scratch, &key)) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(writer, statement);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->type);
    sql_i64(&q, 3, external->source);
    sql_blob(&q, 4, key);
    sql_i64(&q, 5, row->row);
    enum store_outcome got = sql_run(&q, NULL);
    arena_rewind(writer->scratch, mark);
    return got;
}

enum store_outcome external_insert(struct conn *writer, int64_t tenant,
                                   const struct resource_row *row, const struct external *external)
{
    return write_row(writer, STATEMENT_EXTERNAL_INSERT, tenant, row, external);
}

enum store_outcome external_list(struct conn *conn, int64_t tenant, int64_t row,
                                 struct roster_arena *arena, str *packed)
{
    struct sql q = sql_begin(conn, STATEMENT_RESOURCE_EXTERNALS);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    bool found = sql_step(&q) == SQL_ROW;
    *packed = (str){0};
    sql_column_copy(&q, 0, arena, packed);
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

static enum store_outcome save_packed(struct conn *writer, int64_t tenant, int64_t row, str packed)
{
    struct sql q = sql_begin(writer, STATEMENT_RESOURCE_SET_EXTERNALS);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    sql_blob(&q, 3, packed);
    return sql_run(&q, NULL);
}

static enum store_outcome replace(struct conn *writer, int64_t tenant,
                                  const struct resource_row *row, const struct external *external)
{
    str packed = {0};
    enum store_outcome got = external_list(writer, tenant, row->row, writer->scratch, &packed);
    struct external old = {external->source, external_of(packed, external->source)};
    if (got != STORE_OK || str_equal(old.value, external->value)) {
        return got;
    }
    if (old.value.len > 0) {
        got = write_row(writer, STATEMENT_EXTERNAL_DELETE, tenant, row, &old);
    }
    if (got == STORE_OK && external->value.len > 0) {
        got = external_insert(writer, tenant, row, external);
    }
    if (got != STORE_OK) {
        return got;
    }
    if (!external_pack(packed, external->source, external->value, writer->scratch, &packed)) {
        return STORE_FAILED;
    }
    return save_packed(writer, tenant, row->row, packed);
}

enum store_outcome external_set(struct conn *writer, int64_t tenant, int type, int64_t row,
                                int64_t source, str value)
{
    struct arena_mark mark = arena_mark(writer->scratch);
    enum store_outcome got =
        replace(writer, tenant, &(struct resource_row){.row = row, .type = type},
                &(struct external){source, value});
    arena_rewind(writer->scratch, mark);
    return got;
}

enum store_outcome external_delete_all(struct conn *writer, int64_t tenant,
                                       const struct resource_row *row)
{
    str packed = {0};
    struct external external;
    struct arena_mark mark = arena_mark(writer->scratch);
    enum store_outcome got = external_list(writer, tenant, row->row, writer->scratch, &packed);
    while (got == STORE_OK && external_next(&packed, &external)) {
        got = write_row(writer, STATEMENT_EXTERNAL_DELETE, tenant, row, &external);
    }
    arena_rewind(writer->scratch, mark);
    return got;
}

enum store_outcome external_find(struct conn *conn, int64_t tenant, int type, int64_t source,
                                 str value, int64_t *row)
{
    str key = {0};
    struct arena_mark mark = arena_mark(conn->scratch);
    *row = 0;
    if (!make_key(value, conn->scratch, &key)) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(conn, STATEMENT_EXTERNAL_FIND);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    sql_i64(&q, 3, source);
    sql_blob(&q, 4, key);
    bool found = sql_step(&q) == SQL_ROW;
    *row = found ? sql_column_i64(&q, 0) : 0;
    enum store_outcome got = sql_end(&q);
    arena_rewind(conn->scratch, mark);
    return got == STORE_OK && !found ? STORE_NONE : got;
}
