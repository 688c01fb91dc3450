// rig.c: stores for tests, made and taken away.
// SPDX-License-Identifier: Apache-2.0
#include "store/rig.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool try_start(struct rig *rig, struct roster_error *err)
{
    struct store_options options = {rig->url, rig->unicode, rig->fail_at, rig->page_max};
    rig->store = store_open(&options, err);
    return rig->store != NULL;
}

void rig_start(struct rig *rig)
{
    struct roster_error err = {0};
    if (!try_start(rig, &err)) {
        fail_msg("the store was refused: %s", err.detail);
    }
    rig->writer = store_writer(rig->store);
    rig->reader = store_reader(rig->store, STORE_READER_CACHE_KIB);
    assert_non_null(rig->reader);
    assert_true(index_set_build(rig->store, rig->user, NULL, rig->arena, &rig->user_set, &err));
    assert_true(index_set_build(rig->store, rig->group, NULL, rig->arena, &rig->group_set, &err));
}

void rig_stop(struct rig *rig)
{
    conn_close(rig->reader);
    store_close(rig->store);
    rig->reader = NULL;
    rig->writer = NULL;
    rig->store = NULL;
}

void rig_expect_refused(struct rig *rig, const char *part)
{
    struct roster_error err = {0};
    struct store *kept = rig->store;
    if (try_start(rig, &err)) {
        fail_msg("the store was opened, and should have been refused: %s", part);
    }
    rig->store = kept;
    assert_int_equal(err.code, ROSTER_ERR_UNAVAILABLE);
    if (strstr(err.detail, part) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", err.detail, part);
    }
}

void rig_open(struct rig *rig)
{
    struct roster_error err = {0};
    const char *base = getenv("TMPDIR");
    snprintf(rig->folder, sizeof(rig->folder), "%s/roster-store-XXXXXX",
             base != NULL && strlen(base) < 30 ? base : "/tmp");
    assert_non_null(mkdtemp(rig->folder));
    snprintf(rig->path, sizeof(rig->path), "%s/roster.db", rig->folder);
    snprintf(rig->url, sizeof(rig->url), "sqlite:%s", rig->path);
    rig->unicode = rig->unicode == NULL ? fold_unicode_version() : rig->unicode;
    rig->now_ms = 1790000000000;
    rig->arena = roster_arena_open(MIB(256));
    rig->registry = roster_registry_builtin(rig->arena, &err);
    assert_non_null(rig->registry);
    rig->user = roster_registry_type(rig->registry, STR("User"));
    rig->group = roster_registry_type(rig->registry, STR("Group"));
    rig_start(rig);
    rig->tenant = rig_tenant(rig, "acme", &rig->source);
}

void rig_close(struct rig *rig)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    if (rig->store != NULL) {
        rig_stop(rig);
    }
    for (size_t at = 0; at < COUNT_OF(suffixes); at++) {
        char path[128];
        snprintf(path, sizeof(path), "%s%s", rig->path, suffixes[at]);
        unlink(path);
    }
    assert_int_equal(rmdir(rig->folder), 0);
    roster_arena_close(rig->arena);
}

void rig_begin(struct rig *rig)
{
    assert_int_equal(conn_begin(rig->writer), STORE_OK);
}

void rig_commit(struct rig *rig)
{
    assert_int_equal(conn_commit(rig->writer), STORE_OK);
}

int64_t rig_tenant(struct rig *rig, const char *name, int64_t *source)
{
    struct tenant_row row = {
        .name = str_of(name), .settings = STR("{}"), .created_ms = rig->now_ms};
    rig_begin(rig);
    assert_int_equal(tenant_insert(rig->writer, &row), STORE_OK);
    assert_int_equal(source_ensure(rig->writer, row.tenant, STR("default"), source), STORE_OK);
    rig_commit(rig);
    return row.tenant;
}

struct index_entry *rig_entries(struct rig *rig, const struct roster_resource_type *type,
                                str document)
{
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    struct index_entry *entries = NULL;
    const struct index_set *set = type == rig->user ? rig->user_set : rig->group_set;
    if (!roster_json_read(document, rig->arena, &json, &err) ||
        !index_extract(set, json, rig->arena, &entries, &err)) {
        fail_msg("%.*s: %s", STR_ARGS(document), err.detail);
    }
    return entries;
}

enum store_outcome rig_insert(struct rig *rig, const struct given_resource *given,
                              struct resource_row *row)
{
    char id[UUID_TEXT_LEN];
    const struct roster_resource_type *type = given->type == NULL ? rig->user : given->type;
    int64_t tenant = given->tenant == 0 ? rig->tenant : given->tenant;
    uuid_print(&env_system, id);
    *row = (struct resource_row){
        .type = type->number,
        .revision = 1,
        .created_ms = rig->now_ms,
        .modified_ms = rig->now_ms,
        .document = str_of(given->json),
        .display = STR("shown"),
        .external_id = str_of(given->external_id),
        .source = rig->source,
    };
    assert_true(given->id == NULL ? arena_copy(rig->arena, (str){id, sizeof(id)}, &row->id)
                                  : arena_copy(rig->arena, str_of(given->id), &row->id));
    rig->now_ms++;
    return resource_insert(rig->writer, tenant, row, rig_entries(rig, type, row->document));
}

struct resource_row rig_create(struct rig *rig, const struct given_resource *given)
{
    struct resource_row row;
    rig_begin(rig);
    assert_int_equal(rig_insert(rig, given, &row), STORE_OK);
    rig_commit(rig);
    return row;
}

static sqlite3 *open_file(struct rig *rig)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open(rig->path, &db), SQLITE_OK);
    return db;
}

void rig_add_changes(struct rig *rig, int64_t tenant)
{
    struct change_member left = {12, STR("u-12"), false, NULL};
    struct change_member joined = {11, STR("0190d3a2-1111-7abc-8def-0123456789ab"), true, &left};
    struct change changes[] = {
        {.time_ms = 1,
         .kind = CHANGE_CREATE,
         .type = 1,
         .row = 11,
         .id = STR("u-11"),
         .revision = 1,
         .after = STR("{\"userName\":\"anna\"}"),
         .actor = STR("token:1"),
         .credential = 1,
         .address = STR("192.0.2.1"),
         .request_id = STR("r-1")},
        {.time_ms = 2,
         .kind = CHANGE_PATCH,
         .type = 2,
         .row = 20,
         .id = STR("g-20"),
         .revision = 2,
         .members = &joined,
         .actor = STR("token:1"),
         .address = STR("192.0.2.1"),
         .request_id = STR("r-2")},
        {.time_ms = 3, .kind = CHANGE_TENANT, .id = STR("acme"), .actor = STR("cli:root")},
    };
    for (size_t at = 0; at < COUNT_OF(changes); at++) {
        unsigned char salt[16] = {(unsigned char)at, 7};
        rig_begin(rig);
        assert_int_equal(change_insert(rig->writer, tenant, &changes[at], salt), STORE_OK);
        assert_int_equal(changes[at].sequence, at + 1);
        rig_commit(rig);
    }
}

void rig_sql(struct rig *rig, const char *sql)
{
    char *message = NULL;
    sqlite3 *db = open_file(rig);
    if (sqlite3_exec(db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

int64_t rig_sql_i64(struct rig *rig, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = open_file(rig);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return value;
}

int rig_setup(void **state)
{
    static struct rig rig;
    rig = (struct rig){0};
    rig_open(&rig);
    *state = &rig;
    return 0;
}

int rig_teardown(void **state)
{
    rig_close(*state);
    return 0;
}

void expect_str(str got, str want)
{
    if (!str_equal(got, want)) {
        fail_msg("got \"%.*s\", want \"%.*s\"", STR_ARGS(got), STR_ARGS(want));
    }
}
