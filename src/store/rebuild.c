// rebuild.c: index keys made again after a change of the Unicode tables.
//
// In steps, each a transaction: the old keys go, then new ones come for the resources of tenants
// with the built-in schemas, then for those of one tenant with its own after the other. Until all
// is done, meta says how far it is in place of the version. So a start that was broken off goes on
// where it stopped, and a roster with other tables begins anew.
// SPDX-License-Identifier: Apache-2.0
#include "store/rebuild.h"

#include "store/conn.h"
#include "store/external.h"
#include "store/id.h"
#include "store/index.h"
#include "store/registry.h"
#include "store/row.h"
#include "sys/log.h"

enum { KEYS_LEFT = -1 };  // for rebuild.after: old keys may be there

struct rebuild {
    struct conn *writer;
    str version;  // of the tables and rules that make the keys
    const struct roster_registry *registry;
    const struct index_set *const *sets;  // in the order of registry->types
    int64_t tenant;                       // whose schemas these are; 0: all without own ones
    struct roster_arena *arena;           // of one row
    struct roster_error *err;
    int64_t after;  // row number of the last resource of these that has its keys, or KEYS_LEFT
    int64_t count;
    bool more;  // there may be more to do after a step
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

static enum store_outcome save_version(struct conn *writer, str version)
{
    struct sql q = sql_begin(writer, STATEMENT_META_SET);
    sql_text(&q, 1, unicode_name);
    sql_text(&q, 2, version);
    return sql_run(&q, NULL);
}

static enum store_outcome save_progress(struct rebuild *r)
{
    str text = {0};
    struct arena_mark mark = arena_mark(r->writer->scratch);
    enum store_outcome got = STORE_FAILED;
    if (arena_format(r->writer->scratch, &text, "rebuild %lld %lld %.*s", (long long)r->tenant,
                     (long long)r->after, STR_ARGS(r->version))) {
        got = save_version(r->writer, text);
    }
    arena_rewind(r->writer->scratch, mark);
    return got;
}

// What save_progress wrote, when it was for the same version.
static void read_progress(struct rebuild *r, str text)
{
    str word = {0};
    bool found = str_cut(text, ' ', &word, &text) && str_equal(word, STR("rebuild")) &&
                 str_cut(text, ' ', &word, &text) && str_to_i64(word, &r->tenant) &&
                 str_cut(text, ' ', &word, &text) && str_to_i64(word, &r->after);
    if (!found || !str_equal(text, r->version)) {
        r->tenant = 0;
        r->after = KEYS_LEFT;
    }
}

static bool clear_some(struct rebuild *r)
{
    static const enum statement clears[] = {STATEMENT_CLEAR_INDEX, STATEMENT_CLEAR_UNIQUE,
                                            STATEMENT_CLEAR_EXTERNALS};
    int64_t total = 0;
    for (size_t at = 0; at < COUNT_OF(clears); at++) {
        int64_t count = 0;
        struct sql q = sql_begin(r->writer, clears[at]);
        sql_i64(&q, 1, REBUILD_KEYS);
        if (sql_run(&q, &count) != STORE_OK) {
            return refuse_store(r->err);
        }
        total += count;
    }
    r->after = total == 0 ? 0 : KEYS_LEFT;
    return true;
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
    int64_t tenant = sql_column_i64(q, COLUMN_COUNT);
    const struct index_set *set = set_of(r, row.type);
    r->after = row.row;
    r->count++;
    return roster_json_read(row.document, r->arena, &resource, r->err) &&
           (set == NULL || index_extract(set, resource, r->arena, &entries, r->err)) &&
           insert_keys(r, tenant, &row, entries) && insert_externals(r, tenant, &row, packed);
}

static bool rebuild_some(struct rebuild *r)
{
    bool good = true;
    int64_t before = r->count;
    struct sql q = sql_begin(r->writer, STATEMENT_RESOURCE_EACH);
    sql_i64(&q, 1, r->after);
    sql_i64(&q, 2, REBUILD_ROWS);
    sql_i64(&q, 3, r->tenant);
    while (good && sql_step(&q) == SQL_ROW) {
        good = rebuild_row(r, &q);
        roster_arena_reset(r->arena);
    }
    r->more = r->count == before + REBUILD_ROWS;
    if (sql_end(&q) != STORE_OK && good) {
        return refuse_store(r->err);
    }
    return good;
}

static bool run_step(struct rebuild *r, bool (*work)(struct rebuild *r))
{
    if (conn_begin(r->writer) != STORE_OK) {
        return refuse_store(r->err);
    }
    if (!work(r)) {
        conn_rollback(r->writer);
        return false;
    }
    if (save_progress(r) != STORE_OK || conn_commit(r->writer) != STORE_OK) {
        conn_rollback(r->writer);
        return refuse_store(r->err);
    }
    conn_checkpoint(r->writer);
    return true;
}

static bool clear_keys(struct rebuild *r)
{
    while (r->after == KEYS_LEFT) {
        if (!run_step(r, clear_some)) {
            return false;
        }
    }
    return true;
}

static bool rebuild_rows(struct rebuild *r)
{
    for (r->more = true; r->more;) {
        if (!run_step(r, rebuild_some)) {
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
    r->after = tenant == r->tenant ? r->after : 0;
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
    log_event(LOG_LEVEL_INFO, "store_keys_differ", LOG_TEXT("version", r->version),
              LOG_TEXT("detail", STR("making the keys of all resources again")));
    if (schema_tenants(r->writer, arena, &tenants, &count) != STORE_OK) {
        return refuse_store(r->err);
    }
    if (!clear_keys(r) || (r->tenant == 0 && !rebuild_builtin(store, r, arena))) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        if (tenants[at] >= r->tenant && !rebuild_tenant(store, r, tenants[at])) {
            return false;
        }
    }
    log_event(LOG_LEVEL_INFO, "store_keys_rebuilt", LOG_NUMBER("resources", r->count),
              LOG_TEXT("version", r->version));
    return true;
}

static bool record_version(struct store *store, struct roster_error *err)
{
    if (conn_begin(store->writer) == STORE_OK &&
        save_version(store->writer, str_of(store->keys_version)) == STORE_OK &&
        conn_commit(store->writer) == STORE_OK) {
        return true;
    }
    conn_rollback(store->writer);
    return refuse_store(err);
}

static bool rebuild(struct store *store, str version, struct roster_arena *arena,
                    struct roster_error *err)
{
    struct rebuild r = {
        .writer = store->writer, .version = str_of(store->keys_version), .err = err};
    r.arena = roster_arena_open(ARENA_REQUEST_MAX);
    if (r.arena == NULL) {
        return fail_memory(err);
    }
    read_progress(&r, version);
    bool done = rebuild_all(store, &r, arena) && record_version(store, err);
    roster_arena_close(r.arena);
    return done;
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
        done = rebuild(store, version, arena, err);
    }
    roster_arena_close(arena);
    return done;
}
