// fill.c: filling an index with the resources that were there before it was declared.
// SPDX-License-Identifier: Apache-2.0
#include "store/conn.h"
#include "store/index.h"
#include "store/schemas.h"
#include "store/sql.h"

static enum store_outcome fill_entry(struct conn *writer, int64_t tenant, int64_t row,
                                     const struct index_entry *entry)
{
    assert(!entry->unique && !entry->shared);
    if (entry->truncated && !store_note_truncated(writer->store, tenant, entry->attr)) {
        return STORE_FAILED;
    }
    return index_write(writer, STATEMENT_INDEX_FILL, tenant, row, entry);
}

// The row that `q` stands on; other indexes of the set have their rows already.
static enum store_outcome fill_row(struct conn *writer, int64_t tenant, struct sql *q,
                                   const struct index_set *set, int attribute)
{
    struct roster_error err = {0};
    struct roster_json *resource = NULL;
    struct index_entry *entry = NULL;
    struct arena_mark mark = arena_mark(writer->scratch);
    enum store_outcome got = STORE_OK;
    if (!roster_json_read(sql_column(q, 1), writer->scratch, &resource, &err)) {
        got = STORE_FAILED;
    } else if (!index_extract(set, resource, writer->scratch, &entry, &err)) {
        got = err.code == ROSTER_ERR_INVALID_VALUE ? STORE_LARGE : STORE_FAILED;
    }
    for (; entry != NULL && got == STORE_OK; entry = entry->next) {
        if (entry->attr == attribute) {
            got = fill_entry(writer, tenant, sql_column_i64(q, 0), entry);
        }
    }
    arena_rewind(writer->scratch, mark);
    return got;
}

enum store_outcome index_fill(struct conn *writer, int64_t tenant, const struct index_set *set,
                              struct declared_row *row, int limit)
{
    int seen = 0;
    enum store_outcome got = STORE_OK;
    struct sql q = sql_begin(writer, STATEMENT_FILL_ROWS);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->type);
    sql_i64(&q, 3, row->after);
    sql_i64(&q, 4, limit);
    while (got == STORE_OK && sql_step(&q) == SQL_ROW) {
        got = fill_row(writer, tenant, &q, set, row->attribute);
        row->after = sql_column_i64(&q, 0);
        seen++;
    }
    enum store_outcome ended = sql_end(&q);
    got = got == STORE_OK ? ended : got;
    row->complete = seen < limit;
    if (got == STORE_OK) {
        got = declared_put(writer, tenant, row);
    }
    return got == STORE_OK && row->complete ? STORE_NONE : got;
}
