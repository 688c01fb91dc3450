// resource.c: resource rows with what is indexed of them.
// SPDX-License-Identifier: Apache-2.0
#include "store/resource.h"

#include "store/conn.h"
#include "store/external.h"
#include "store/id.h"
#include "store/index.h"
#include "store/row.h"
#include "sys/log.h"

enum { ENCODING_JSON = 0 };

// What else the row says is about the bytes of its document: in a damaged store they may be others.
static bool is_whole(const struct resource_row *row)
{
    str document = row->document;
    return document.len >= 2 && document.ptr[0] == '{' && document.ptr[document.len - 1] == '}' &&
           row->manager_at < document.len;
}

void row_read(struct sql *q, int64_t source, struct roster_arena *arena, struct resource_row *row)
{
    str external = {0};
    *row = (struct resource_row){
        .row = sql_column_i64(q, COLUMN_ROW),
        .type = (int)sql_column_i64(q, COLUMN_TYPE),
        .revision = sql_column_i64(q, COLUMN_REVISION),
        .created_ms = sql_column_i64(q, COLUMN_CREATED_MS),
        .modified_ms = sql_column_i64(q, COLUMN_MODIFIED_MS),
        .manager_at = (size_t)sql_column_i64(q, COLUMN_MANAGER_AT),
        .owner = sql_column_i64(q, COLUMN_OWNER),
        .source = source,
    };
    external = external_of(sql_column(q, COLUMN_EXTERNAL_IDS), source);
    if (sql_column_i64(q, COLUMN_ENCODING) != ENCODING_JSON ||
        !id_print(sql_column(q, COLUMN_ID), arena, &row->id) ||
        (external.len > 0 && !arena_copy(arena, external, &row->external_id))) {
        sql_fail(q);
    }
    sql_column_copy(q, COLUMN_DISPLAY, arena, &row->display);
    sql_column_copy(q, COLUMN_DOCUMENT, arena, &row->document);
    if (q->outcome == SQL_ROW && !is_whole(row)) {
        log_event(LOG_LEVEL_ERROR, "row_damaged", LOG_NUMBER("row", row->row));
        sql_fail(q);
    }
}

enum store_outcome row_load(struct conn *conn, int64_t tenant, int64_t number, int64_t source,
                            struct roster_arena *arena, struct resource_row *row)
{
    struct sql q = sql_begin(conn, STATEMENT_RESOURCE_LOAD);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, number);
    bool found = sql_step(&q) == SQL_ROW;
    if (found) {
        row_read(&q, source, arena, row);
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome resource_load(struct conn *conn, int64_t tenant, int64_t number, int64_t source,
                                 struct roster_arena *arena, struct resource_row *row)
{
    return row_load(conn, tenant, number, source, arena, row);
}

// `grouped` may be NULL when the statement does not tell.
static enum store_outcome find(struct sql *q, int type, int64_t source, struct roster_arena *arena,
                               struct resource_row *row, bool *grouped)
{
    bool found = sql_step(q) == SQL_ROW && (type == 0 || sql_column_i64(q, COLUMN_TYPE) == type);
    if (found) {
        row_read(q, source, arena, row);
    }
    if (found && grouped != NULL && q->outcome == SQL_ROW) {
        *grouped = sql_column_i64(q, COLUMN_GROUPED) != 0;
    }
    enum store_outcome got = sql_end(q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome resource_find(struct conn *conn, int64_t tenant, int type, str id,
                                 int64_t source, struct roster_arena *arena,
                                 struct resource_row *row)
{
    struct id_form form = id_make(id);
    if (form.len == 0) {
        return STORE_NONE;
    }
    struct sql q = sql_begin(conn, STATEMENT_RESOURCE_FIND);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    return find(&q, type, source, arena, row, NULL);
}

enum store_outcome resource_find_grouped(struct conn *conn, int64_t tenant, int type, str id,
                                         int64_t source, struct roster_arena *arena,
                                         struct resource_row *row, bool *grouped)
{
    struct id_form form = id_make(id);
    *grouped = false;
    if (form.len == 0) {
        return STORE_NONE;
    }
    struct sql q = sql_begin(conn, STATEMENT_RESOURCE_FIND_GROUPED);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    return find(&q, type, source, arena, row, grouped);
}

enum store_outcome resource_find_head(struct conn *conn, int64_t tenant, int type, str id,
                                      struct roster_arena *arena, struct resource_row *row)
{
    enum { ROW, TYPE, ID, REVISION, DISPLAY, OWNER };
    struct id_form form = id_make(id);
    if (form.len == 0) {
        return STORE_NONE;
    }
    struct sql q = sql_begin(conn, STATEMENT_RESOURCE_FIND_HEAD);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    bool found = sql_step(&q) == SQL_ROW && (type == 0 || sql_column_i64(&q, TYPE) == type);
    if (found) {
        *row = (struct resource_row){
            .row = sql_column_i64(&q, ROW),
            .type = (int)sql_column_i64(&q, TYPE),
            .revision = sql_column_i64(&q, REVISION),
            .owner = sql_column_i64(&q, OWNER),
        };
        if (!id_print(sql_column(&q, ID), arena, &row->id)) {
            sql_fail(&q);
        }
        sql_column_copy(&q, DISPLAY, arena, &row->display);
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

// Whether two entries have one row, or none.
static bool is_same(const struct index_entry *a, const struct index_entry *b)
{
    return a->attr == b->attr && a->element == b->element && a->shared == b->shared &&
           str_equal(a->key, b->key) && str_equal(a->type, b->type);
}

static const struct index_entry *find_in(const struct index_entry *entry,
                                         const struct index_entry *list)
{
    while (list != NULL && !is_same(entry, list)) {
        list = list->next;
    }
    return list;
}

static bool is_in(const struct index_entry *entry, const struct index_entry *list)
{
    return find_in(entry, list) != NULL;
}

// Which half of a resource's entries.
enum half { HALF_ORDINARY, HALF_UNIQUE };

// Unique rows that stay, but stand for another value besides.
static enum store_outcome set_also(struct conn *writer, int64_t tenant, int64_t row,
                                   const struct index_entry *before,
                                   const struct index_entry *after)
{
    enum store_outcome got = STORE_OK;
    for (; after != NULL && got == STORE_OK; after = after->next) {
        const struct index_entry *old = after->unique ? find_in(after, before) : NULL;
        const struct index_entry *also = old == NULL ? NULL : old->also;
        bool same =
            also == NULL || after->also == NULL ? also == after->also : is_same(also, after->also);
        if (old != NULL && !same) {
            got = index_set_also(writer, tenant, row, after);
        }
    }
    return got;
}

// Writes entries that are not in `kept`. A unique key that is taken undoes those before it, so that
// the refusal changes nothing: unique ones are written before anything else.
static enum store_outcome insert_entries(struct conn *writer, int64_t tenant, int64_t row,
                                         enum half half, const struct index_entry *entries,
                                         const struct index_entry *kept)
{
    const struct index_entry *taken = NULL;
    enum store_outcome got = STORE_OK;
    for (const struct index_entry *entry = entries; entry != NULL && got == STORE_OK;
         entry = entry->next) {
        if (entry->unique == (half == HALF_UNIQUE) && !is_in(entry, kept)) {
            got = index_insert(writer, tenant, row, entry);
            taken = got == STORE_TAKEN ? entry : NULL;
        }
    }
    for (const struct index_entry *entry = entries; taken != NULL && entry != taken;
         entry = entry->next) {
        if (entry->unique && !is_in(entry, kept) &&
            index_delete(writer, tenant, row, entry) != STORE_OK) {
            return STORE_FAILED;
        }
    }
    return got;
}

static enum store_outcome delete_entries(struct conn *writer, int64_t tenant, int64_t row,
                                         enum half half, const struct index_entry *entries,
                                         const struct index_entry *kept)
{
    enum store_outcome got = STORE_OK;
    for (const struct index_entry *entry = entries; entry != NULL && got == STORE_OK;
         entry = entry->next) {
        if (entry->unique == (half == HALF_UNIQUE) && !is_in(entry, kept)) {
            got = index_delete(writer, tenant, row, entry);
        }
    }
    return got;
}

static enum store_outcome insert_row(struct conn *writer, int64_t tenant,
                                     const struct resource_row *row, str packed)
{
    int64_t count = 0;
    struct id_form id = id_make(row->id);
    assert(id.len > 0);
    struct sql q = sql_begin(writer, STATEMENT_RESOURCE_INSERT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->row);
    sql_i64(&q, 3, row->type);
    sql_blob(&q, 4, id_str(&id));
    sql_i64(&q, 5, row->revision);
    sql_i64(&q, 6, row->created_ms);
    sql_i64(&q, 7, row->modified_ms);
    sql_i64(&q, 8, (int64_t)row->manager_at);
    sql_text(&q, 9, row->display);
    sql_blob(&q, 10, packed);
    sql_text(&q, 11, row->document);
    sql_i64(&q, 12, row->owner);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_TAKEN : got;
}

static enum store_outcome insert_with_external(struct conn *writer, int64_t tenant,
                                               const struct resource_row *row)
{
    str packed = {0};
    struct external external = {row->source, row->external_id};
    struct arena_mark mark = arena_mark(writer->scratch);
    bool has_external = row->source > 0 && row->external_id.len > 0;
    if (has_external &&
        !external_pack(packed, row->source, row->external_id, writer->scratch, &packed)) {
        return STORE_FAILED;
    }
    enum store_outcome got = insert_row(writer, tenant, row, packed);
    arena_rewind(writer->scratch, mark);
    return got == STORE_OK && has_external ? external_insert(writer, tenant, row, &external) : got;
}

// Number and times, before anything is written.
static enum store_outcome stamp(struct conn *writer, int64_t tenant, struct resource_row *row)
{
    enum store_outcome got = number_take(writer, NUMBER_ROW, &row->row);
    if (got == STORE_OK) {
        got = counter_stamp(writer, tenant, row->type, &row->created_ms);
    }
    if (row->modified_ms < row->created_ms) {
        row->modified_ms = row->created_ms;
    }
    return got;
}

enum store_outcome resource_insert(struct conn *writer, int64_t tenant, struct resource_row *row,
                                   const struct index_entry *entries)
{
    enum store_outcome got = stamp(writer, tenant, row);
    if (got == STORE_OK) {
        got = insert_entries(writer, tenant, row->row, HALF_UNIQUE, entries, NULL);
    }
    if (got != STORE_OK) {
        return got;
    }
    got = insert_with_external(writer, tenant, row);
    if (got == STORE_TAKEN) {
        enum store_outcome undone =
            delete_entries(writer, tenant, row->row, HALF_UNIQUE, entries, NULL);
        return undone == STORE_OK ? STORE_TAKEN : undone;
    }
    if (got == STORE_OK) {
        got = insert_entries(writer, tenant, row->row, HALF_ORDINARY, entries, NULL);
    }
    return got == STORE_OK ? counter_add(writer, tenant, row->type, 1) : got;
}

static enum store_outcome update_row(struct conn *writer, int64_t tenant,
                                     const struct resource_row *row)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_RESOURCE_UPDATE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->row);
    sql_i64(&q, 3, row->revision);
    sql_i64(&q, 4, row->modified_ms);
    sql_i64(&q, 5, (int64_t)row->manager_at);
    sql_text(&q, 6, row->display);
    sql_text(&q, 7, row->document);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

enum store_outcome resource_update(struct conn *writer, int64_t tenant,
                                   const struct resource_row *row, const struct index_entry *before,
                                   const struct index_entry *after)
{
    enum store_outcome got = insert_entries(writer, tenant, row->row, HALF_UNIQUE, after, before);
    if (got != STORE_OK) {
        return got;
    }
    got = update_row(writer, tenant, row);
    if (got == STORE_NONE) {
        enum store_outcome undone =
            delete_entries(writer, tenant, row->row, HALF_UNIQUE, after, before);
        return undone == STORE_OK ? STORE_NONE : undone;
    }
    if (got == STORE_OK) {
        got = set_also(writer, tenant, row->row, before, after);
    }
    if (got == STORE_OK) {
        got = delete_entries(writer, tenant, row->row, HALF_UNIQUE, before, after);
    }
    if (got == STORE_OK) {
        got = delete_entries(writer, tenant, row->row, HALF_ORDINARY, before, after);
    }
    return got == STORE_OK ? insert_entries(writer, tenant, row->row, HALF_ORDINARY, after, before)
                           : got;
}

enum store_outcome resource_touch(struct conn *writer, int64_t tenant, int64_t row,
                                  int64_t revision, int64_t modified_ms)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_RESOURCE_TOUCH);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    sql_i64(&q, 3, revision);
    sql_i64(&q, 4, modified_ms);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

enum store_outcome resource_set_owner(struct conn *writer, int64_t tenant, int64_t row,
                                      int64_t owner)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_RESOURCE_SET_OWNER);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    sql_i64(&q, 3, owner);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

enum store_outcome resource_return(struct conn *writer, int64_t tenant, int64_t row)
{
    struct sql q = sql_begin(writer, STATEMENT_RESOURCE_RETURN);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    return sql_run(&q, NULL);
}

enum store_outcome resource_delete(struct conn *writer, int64_t tenant,
                                   const struct resource_row *row,
                                   const struct index_entry *entries)
{
    enum store_outcome got = external_delete_all(writer, tenant, row);
    if (got == STORE_OK) {
        got = delete_entries(writer, tenant, row->row, HALF_UNIQUE, entries, NULL);
    }
    if (got == STORE_OK) {
        got = delete_entries(writer, tenant, row->row, HALF_ORDINARY, entries, NULL);
    }
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(writer, STATEMENT_RESOURCE_DELETE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row->row);
    got = sql_run(&q, NULL);
    return got == STORE_OK ? counter_add(writer, tenant, row->type, -1) : got;
}
