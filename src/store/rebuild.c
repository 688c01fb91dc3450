// rebuild.c: index keys made again after a change of the Unicode tables.
// SPDX-License-Identifier: Apache-2.0
#include "store/rebuild.h"

#include "store/conn.h"
#include "store/external.h"
#include "store/id.h"
#include "store/index.h"
#include "store/registry.h"
#include "store/row.h"
#include "sys/log.h"

// Rows that are read before the next ones are asked for.
enum { ROWS_AT_A_TIME = 500 };

struct rebuild {
    struct conn *writer;
    const struct roster_registry *registry;
    const struct index_set *const *sets;  // in the order of registry->types
    int64_t tenant;                       // whose schemas these are; 0: all without own ones
    struct roster_arena *arena;           // of one row
    struct roster_error *err;
    int64_t after;
    int64_t count;
};

static const str unicode_name = {"unicode", 7};

static bool refuse_store(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the store cannot be read: the log says why");
}

static enum store_outcome load_version(struct conn *writer, struct roster_arena *arena,
                                       str *version)
{
    struct sql q = sql_begin(writer, STATEMENT_META_FIND);
    sql_text(&q, 1, unicode_name);
    bool found = sql_step(&q) == SQL_ROW;
    sql_column_copy(&q, 0, arena, version);
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

static enum store_outcome save_version(struct conn *writer, const char *version)
{
    struct sql q = sql_begin(writer, STATEMENT_META_SET);
    sql_text(&q, 1, unicode_name);
    sql_text(&q, 2, str_of(version));
    return sql_run(&q, NULL);
}

static enum store_outcome clear_keys(struct conn *writer)
{
    static const enum statement clears[] = {STATEMENT_CLEAR_INDEX, STATEMENT_CLEAR_UNIQUE,
                                            STATEMENT_CLEAR_EXTERNALS};
    for (size_t at = 0; at < COUNT_OF(clears); at++) {
        struct sql q = sql_begin(writer, clears[at]);
        enum store_outcome got = sql_run(&q, NULL);
        if (got != STORE_OK) {
            return got;
        }
    }
    return STORE_OK;
}

static const struct index_set *set_of(const struct rebuild *r, int type)
{
    for (size_t at = 0; at < r->registry->type_count; at++) {
        if (r->registry->types[at].number == type) {
            return r->sets[at];
        }
    }
    return NULL;
}

static bool insert_externals(struct rebuild *r, int64_t tenant, const struct resource_row *row,
                             str packed)
{
    struct external external;
    while (external_next(&packed, &external)) {
        if (external_insert(r->writer, tenant, row, &external) != STORE_OK) {
            return refuse_store(r->err);
        }
    }
    return true;
}

static bool insert_keys(struct rebuild *r, int64_t tenant, const struct resource_row *row,
                        const struct index_entry *entries)
{
    for (const struct index_entry *entry = entries; entry != NULL; entry = entry->next) {
        enum store_outcome got = index_insert(r->writer, tenant, row->row, entry);
        if (got == STORE_TAKEN) {
            return fail(r->err, ROSTER_ERR_UNAVAILABLE, 0,
                        "under the Unicode tables of this system the %.*s of %.*s is that of "
                        "another resource: change it with the roster that made the store",
                        STR_ARGS(entry->name->name), STR_ARGS(row->id));
        }
        if (got != STORE_OK) {
            return refuse_store(r->err);
        }
    }
    return true;
}

// The row that `q` stands on.
static bool rebuild_row(struct rebuild *r, struct sql *q)
{
    struct resource_row row = {0};
    struct roster_json *resource = NULL;
    struct index_entry *entries = NULL;
    str packed = {0};
    row_read(q, 0, r->arena, &row);
    sql_column_copy(q, COLUMN_EXTERNAL_IDS, r->arena, &packed);
    if (q->outcome != SQL_ROW) {
        return refuse_store(r->err);
    }
    int64_t tenant = sql_column_i64(q, COLUMN_DOCUMENT + 1);
    const struct index_set *set = set_of(r, row.type);
    r->after = row.row;
    r->count++;
    return roster_json_read(row.document, r->arena, &resource, r->err) &&
           (set == NULL || index_extract(set, resource, r->arena, &entries, r->err)) &&
           insert_keys(r, tenant, &row, entries) && insert_externals(r, tenant, &row, packed);
}

// One batch. *more: there may be another.
static bool rebuild_some(struct rebuild *r, bool *more)
{
    bool good = true;
    int64_t before = r->count;
    struct sql q = sql_begin(r->writer, STATEMENT_RESOURCE_EACH);
    sql_i64(&q, 1, r->after);
    sql_i64(&q, 2, ROWS_AT_A_TIME);
    sql_i64(&q, 3, r->tenant);
    while (good && sql_step(&q) == SQL_ROW) {
        good = rebuild_row(r, &q);
        roster_arena_reset(r->arena);
    }
    *more = r->count == before + ROWS_AT_A_TIME;
    if (sql_end(&q) != STORE_OK && good) {
        return refuse_store(r->err);
    }
    return good;
}

static bool rebuild_rows(struct rebuild *r)
{
    bool more = true;
    r->after = 0;
    while (more) {
        if (!rebuild_some(r, &more)) {
            return false;
        }
    }
    return true;
}

static bool rebuild_builtin(struct store *store, struct rebuild *r, struct roster_arena *arena)
{
    r->registry = roster_registry_builtin(arena, r->err);
    return r->registry != NULL &&
           index_sets_build(store, r->registry, NULL, arena, &r->sets, r->err) && rebuild_rows(r);
}

static bool rebuild_tenant(struct store *store, struct rebuild *r, int64_t tenant)
{
    struct tenant_registry *own = tenant_registry_open(store, r->writer, tenant, 0, r->err);
    if (own == NULL) {
        return false;
    }
    r->tenant = tenant;
    r->registry = own->registry;
    r->sets = own->indexes;
    bool done = rebuild_rows(r);
    tenant_registry_give(own);
    return done;
}

static bool rebuild_all(struct store *store, struct rebuild *r, struct roster_arena *arena)
{
    int64_t *tenants = NULL;
    size_t count = 0;
    if (conn_begin(r->writer) != STORE_OK || clear_keys(r->writer) != STORE_OK ||
        schema_tenants(r->writer, arena, &tenants, &count) != STORE_OK) {
        return refuse_store(r->err);
    }
    if (!rebuild_builtin(store, r, arena)) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        if (!rebuild_tenant(store, r, tenants[at])) {
            return false;
        }
    }
    if (save_version(r->writer, store->keys_version) != STORE_OK ||
        conn_commit(r->writer) != STORE_OK) {
        return refuse_store(r->err);
    }
    log_event(LOG_LEVEL_INFO, "store_keys_rebuilt", LOG_NUMBER("resources", r->count),
              LOG_TEXT("version", str_of(store->keys_version)));
    return true;
}

static bool rebuild(struct store *store, struct roster_arena *arena, struct roster_error *err)
{
    struct rebuild r = {.writer = store->writer, .err = err};
    r.arena = roster_arena_open(ARENA_REQUEST_MAX);
    if (r.arena == NULL) {
        return fail_memory(err);
    }
    bool done = rebuild_all(store, &r, arena);
    roster_arena_close(r.arena);
    if (!done) {
        conn_rollback(store->writer);
    }
    return done;
}

static bool record_version(struct store *store, struct roster_error *err)
{
    if (conn_begin(store->writer) == STORE_OK &&
        save_version(store->writer, store->keys_version) == STORE_OK &&
        conn_commit(store->writer) == STORE_OK) {
        return true;
    }
    conn_rollback(store->writer);
    return refuse_store(err);
}

bool rebuild_keys(struct store *store, struct roster_error *err)
{
    str version = {0};
    struct roster_arena *arena = roster_arena_open(MIB(8));
    if (arena == NULL) {
        return fail_memory(err);
    }
    enum store_outcome got = load_version(store->writer, arena, &version);
    bool done = false;
    if (got == STORE_NONE) {
        done = record_version(store, err);
    } else if (got != STORE_OK) {
        done = refuse_store(err);
    } else if (str_equal(version, str_of(store->keys_version))) {
        done = true;
    } else {
        done = rebuild(store, arena, err);
    }
    roster_arena_close(arena);
    return done;
}
