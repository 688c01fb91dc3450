// fault_test.c: every call to the engine fails once, and nothing half-written stays.
//
// A script of writes runs in one transaction. For n = 1, 2, … its n-th driver call fails; the
// transaction is rolled back, and the store must be byte for byte what it was. The sweep ends when
// the script comes through.
// SPDX-License-Identifier: Apache-2.0
#include "kit/chain.h"
#include "store/rig.h"

#include <sqlite3.h>
#include <unistd.h>

enum { CALLS_MAX = 2000 };

struct script {
    struct rig *rig;
    struct resource_row user;
    struct resource_row group;
    int64_t token;
};

static const char anna[] = "{\"userName\":\"anna\",\"displayName\":\"Anna\",\"active\":false,"
                           "\"emails\":[{\"value\":\"a@b.example\"}]}";
static const char berta[] = "{\"userName\":\"berta\",\"displayName\":\"Berta\","
                            "\"emails\":[{\"value\":\"BERTA\"}]}";
static const unsigned char salt[16] = {1};

// Every column of every row of every table, as one number.
static uint64_t fingerprint(struct rig *rig)
{
    static const char *const tables[] = {
        "tenant", "source",  "token", "resource",     "unique_value", "index_value",  "external_id",
        "member", "counter", "audit", "audit_detail", "audit_head",   "change_member"};
    sqlite3 *db = NULL;
    uint64_t hash = 0;
    assert_int_equal(sqlite3_open(rig->path, &db), SQLITE_OK);
    for (size_t at = 0; at < COUNT_OF(tables); at++) {
        char sql[64];
        sqlite3_stmt *stmt = NULL;
        snprintf(sql, sizeof(sql), "SELECT * FROM %s", tables[at]);
        assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            for (int column = 0; column < sqlite3_column_count(stmt); column++) {
                const void *bytes = sqlite3_column_blob(stmt, column);
                hash = str_hash((str){bytes, (size_t)sqlite3_column_bytes(stmt, column)},
                                hash + (uint64_t)column);
            }
        }
        sqlite3_finalize(stmt);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return hash;
}

static enum store_outcome record(struct script *s, struct change *change)
{
    return change_insert(s->rig->writer, s->rig->tenant, change, salt);
}

static enum store_outcome write_create(struct script *s)
{
    struct resource_row row;
    struct change change = {.kind = CHANGE_CREATE, .type = 1, .after = STR("{}")};
    int64_t other = 0;
    enum store_outcome got =
        rig_insert(s->rig, &(struct given_resource){.json = berta, .external_id = "b"}, &row);
    if (got == STORE_OK) {
        got = source_ensure(s->rig->writer, s->rig->tenant, STR("okta"), &other);
    }
    if (got == STORE_OK) {
        got = external_set(s->rig->writer, s->rig->tenant, 1, row.row, other, STR("okta-b"));
    }
    return got == STORE_OK ? record(s, &change) : got;
}

static enum store_outcome write_update(struct script *s)
{
    struct rig *rig = s->rig;
    struct resource_row row = s->user;
    struct change change = {.kind = CHANGE_PATCH, .type = 1, .before = STR("{}")};
    row.document = str_of(berta);
    row.revision = 2;
    enum store_outcome got =
        resource_update(rig->writer, rig->tenant, &row, rig_entries(rig, rig->user, str_of(anna)),
                        rig_entries(rig, rig->user, str_of(berta)));
    if (got == STORE_OK) {
        got = external_set(rig->writer, rig->tenant, row.type, row.row, rig->source, STR("new"));
    }
    return got == STORE_OK ? record(s, &change) : got;
}

static enum store_outcome write_delete(struct script *s)
{
    struct rig *rig = s->rig;
    struct change change = {.kind = CHANGE_DELETE, .type = 1, .before = STR("{}")};
    enum store_outcome got = member_delete(rig->writer, rig->tenant, s->group.row, s->user.row);
    if (got == STORE_OK) {
        got = resource_delete(rig->writer, rig->tenant, &s->user,
                              rig_entries(rig, rig->user, str_of(anna)));
    }
    return got == STORE_OK ? record(s, &change) : got;
}

static enum store_outcome write_members(struct script *s)
{
    struct rig *rig = s->rig;
    struct member_row nested = {s->group.row, s->group.type, s->group.id, {0}};
    struct change_member joined = {s->group.row, s->group.id, true, NULL};
    struct change change = {.kind = CHANGE_PATCH, .type = 2, .members = &joined};
    int64_t gone = 0;
    enum store_outcome got = member_delete_all(rig->writer, rig->tenant, s->group.row, &gone);
    if (got == STORE_OK) {
        got = member_insert(rig->writer, rig->tenant, s->group.row, &nested);
    }
    if (got == STORE_OK) {
        got = resource_touch(rig->writer, rig->tenant, s->group.row, 2, 5);
    }
    return got == STORE_OK ? record(s, &change) : got;
}

static enum store_outcome write_tokens(struct script *s)
{
    struct token_row row = {.tenant = s->rig->tenant, .source = s->rig->source, .digest = {9}};
    enum store_outcome got = token_insert(s->rig->writer, &row);
    if (got == STORE_OK) {
        got = token_revoke(s->rig->writer, s->token, 5);
    }
    return got == STORE_OK ? token_touch(s->rig->writer, s->token, 6, STR("::1")) : got;
}

static enum store_outcome write_tenant(struct script *s)
{
    struct tenant_row row = {.name = STR("fresh"), .settings = STR("{}")};
    enum store_outcome got = tenant_insert(s->rig->writer, &row);
    if (got == STORE_OK) {
        got = tenant_load(s->rig->writer, row.tenant, s->rig->arena, &row);
    }
    return got == STORE_OK ? tenant_save(s->rig->writer, &row) : got;
}

static enum store_outcome remove_some(struct script *s)
{
    enum store_outcome got = tenant_delete_some(s->rig->writer, s->rig->tenant, 1000);
    return got == STORE_NONE ? STORE_OK : got;
}

static void prepare(struct script *s, struct rig *rig)
{
    struct token_row token = {.tenant = rig->tenant, .source = rig->source};
    *s = (struct script){.rig = rig};
    s->user = rig_create(rig, &(struct given_resource){.json = anna, .external_id = "a"});
    s->group = rig_create(
        rig, &(struct given_resource){.type = rig->group, .json = "{\"displayName\":\"g\"}"});
    struct member_row member = {s->user.row, s->user.type, s->user.id, {0}};
    struct change change = {.kind = CHANGE_CREATE, .after = STR("{}")};
    rig_begin(rig);
    assert_int_equal(member_insert(rig->writer, rig->tenant, s->group.row, &member), STORE_OK);
    assert_int_equal(record(s, &change), STORE_OK);
    assert_int_equal(token_insert(rig->writer, &token), STORE_OK);
    rig_commit(rig);
    s->token = token.token;
}

static enum store_outcome run_once(struct script *s, enum store_outcome (*write)(struct script *s))
{
    enum store_outcome got = conn_begin(s->rig->writer);
    if (got == STORE_OK) {
        got = write(s);
    }
    return got == STORE_OK ? conn_commit(s->rig->writer) : got;
}

static void sweep(const char *name, enum store_outcome (*write)(struct script *s))
{
    struct rig rig = {.fail_at = -1};
    struct script script;
    enum store_outcome got = STORE_FAILED;
    int64_t rows = 0;
    int64_t broken = 0;
    int calls = 0;
    rig_open(&rig);
    prepare(&script, &rig);
    uint64_t before = fingerprint(&rig);
    while (got != STORE_OK && calls < CALLS_MAX) {
        struct arena_mark mark = arena_mark(rig.arena);
        store_fail_at(rig.store, ++calls);
        got = run_once(&script, write);
        store_fail_at(rig.store, 0);
        if (got != STORE_OK) {
            assert_int_equal(got, STORE_FAILED);
            conn_rollback(rig.writer);
            if (fingerprint(&rig) != before) {
                fail_msg("%s: call %d failed and left something behind", name, calls);
            }
        }
        arena_rewind(rig.arena, mark);
    }
    assert_int_equal(got, STORE_OK);
    assert_true(calls > 5);
    assert_true(fingerprint(&rig) != before);
    assert_int_equal(verify_chain(rig.reader, rig.tenant, &rows, &broken), STORE_OK);
    assert_int_equal(broken, 0);
    print_message("# %s: each of %d calls failed once\n", name, calls - 1);
    rig_close(&rig);
}

static void a_failed_call_in_a_write_leaves_nothing_behind(void **state)
{
    sweep("create", write_create);
    sweep("update", write_update);
    sweep("delete", write_delete);
    sweep("members", write_members);
    sweep("tokens", write_tokens);
    sweep("tenant", write_tenant);
    sweep("removal", remove_some);
}

// Nothing is begun anew by the caller here: what was rolled back must not come back by our caches.
static void a_transaction_that_was_forgotten_is_not_remembered(void **state)
{
    struct rig rig = {.fail_at = -1};
    struct script script;
    struct resource_row row;
    rig_open(&rig);
    prepare(&script, &rig);
    assert_int_equal(conn_begin(rig.writer), STORE_OK);
    assert_int_equal(rig_insert(&rig, &(struct given_resource){.json = berta}, &row), STORE_OK);
    store_fail_at(rig.store, 1);
    assert_int_equal(conn_commit(rig.writer), STORE_FAILED);
    assert_true(store_reopen_writer(rig.store));
    rig.writer = store_writer(rig.store);
    rig_create(&rig, &(struct given_resource){.json = berta});
    struct tenant_row tenant = {0};
    assert_int_equal(tenant_load(rig.reader, rig.tenant, rig.arena, &tenant), STORE_OK);
    assert_int_equal(tenant.user_count, 2);
    rig_close(&rig);
}

static enum store_outcome read_all(struct script *s)
{
    struct rig *rig = s->rig;
    struct roster_error err = {0};
    struct hit *hits = NULL;
    struct member_row *members = NULL;
    struct group_list groups = {0};
    struct search_plan *plan = NULL;
    struct tenant_row *tenants = NULL;
    struct token_row *tokens = NULL;
    size_t count = 0;
    int64_t numbers[2];
    struct search search = {.tenant = rig->tenant, .type = rig->user, .indexes = rig->user_set};
    assert_true(search_compile(rig->store, &search, rig->arena, &plan, &err));
    enum store_outcome outcomes[] = {
        search_count(rig->reader, plan, 0, &numbers[0]),
        search_page(rig->reader, plan, 0, 10, rig->arena, &hits, &count),
        search_count_rest(rig->reader, plan, 0, &numbers[0]),
        change_sequence(rig->reader, rig->tenant, &numbers[0]),
        member_page(rig->reader, rig->tenant, s->group.row, 0, 9, true, rig->arena, &members,
                    &count),
        groups_of(rig->reader, rig->tenant, s->user.row, rig->arena, &groups),
        tenant_list(rig->reader, rig->arena, &tenants),
        token_list(rig->reader, 0, rig->arena, &tokens),
        verify_chain(rig->reader, rig->tenant, &numbers[0], &numbers[1]),
    };
    for (size_t at = 0; at < COUNT_OF(outcomes); at++) {
        if (outcomes[at] != STORE_OK) {
            return outcomes[at];
        }
    }
    return STORE_OK;
}

static void a_failed_call_in_a_read_is_reported(void **state)
{
    struct rig rig = {.fail_at = -1};
    struct script script;
    enum store_outcome got = STORE_FAILED;
    int calls = 0;
    rig_open(&rig);
    prepare(&script, &rig);
    while (got != STORE_OK && calls < CALLS_MAX) {
        store_fail_at(rig.store, ++calls);
        got = read_all(&script);
        store_fail_at(rig.store, 0);
        assert_true(got == STORE_OK || got == STORE_FAILED);
    }
    assert_int_equal(got, STORE_OK);
    assert_true(calls > 20);
    rig_close(&rig);
}

static void a_failed_call_while_opening_is_reported(void **state)
{
    struct rig rig = {0};
    int calls = 0;
    bool opened = false;
    rig_open(&rig);
    rig_stop(&rig);
    for (int fresh = 0; fresh < 2; fresh++) {
        opened = false;
        while (!opened && calls < CALLS_MAX) {
            struct roster_error err = {0};
            struct store_options options = {rig.url, rig.unicode, ++calls, 0};
            if (fresh) {
                unlink(rig.path);
            }
            struct store *store = store_open(&options, &err);
            opened = store != NULL;
            assert_true(opened || err.code == ROSTER_ERR_UNAVAILABLE);
            store_close(store);
        }
        assert_true(opened);
        calls = 0;
    }
    rig_start(&rig);
    rig_close(&rig);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_failed_call_in_a_write_leaves_nothing_behind),
    cmocka_unit_test(a_transaction_that_was_forgotten_is_not_remembered),
    cmocka_unit_test(a_failed_call_in_a_read_is_reported),
    cmocka_unit_test(a_failed_call_while_opening_is_reported),
};

RUN(tests)
