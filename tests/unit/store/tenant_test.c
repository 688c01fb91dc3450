// tenant_test.c: tenants, sources and tokens; nothing of one tenant is seen by another.
// SPDX-License-Identifier: Apache-2.0
#include "kit/chain.h"
#include "store/rig.h"

static const char anna[] = "{\"userName\":\"anna\",\"displayName\":\"Anna\","
                           "\"emails\":[{\"value\":\"a@b.example\"}]}";

static void names_of_tenants_are_taken_once(void **state)
{
    struct rig *rig = *state;
    struct tenant_row row = {.name = STR("acme"), .settings = STR("{}")};
    rig_begin(rig);
    assert_int_equal(tenant_insert(rig->writer, &row), STORE_TAKEN);
    rig_commit(rig);
    struct tenant_row *first = NULL;
    assert_int_equal(tenant_list(rig->reader, rig->arena, &first), STORE_OK);
    assert_non_null(first);
    assert_null(first->next);
}

static void tenants_are_listed_by_name_and_saved(void **state)
{
    struct rig *rig = *state;
    int64_t source = 0;
    struct tenant_row *first = NULL;
    struct tenant_row row = {0};
    rig_tenant(rig, "zeta", &source);
    rig_tenant(rig, "alpha", &source);
    assert_int_equal(tenant_list(rig->reader, rig->arena, &first), STORE_OK);
    expect_str(first->name, STR("acme"));
    expect_str(first->next->name, STR("alpha"));
    expect_str(first->next->next->name, STR("zeta"));
    assert_int_equal(tenant_find(rig->reader, STR("nobody"), rig->arena, &row), STORE_NONE);
    assert_int_equal(tenant_find(rig->reader, STR("zeta"), rig->arena, &row), STORE_OK);
    row.settings = STR("{\"profile\":\"rfc\"}");
    row.suspended = true;
    rig_begin(rig);
    assert_int_equal(tenant_save(rig->writer, &row), STORE_OK);
    rig_commit(rig);
    struct tenant_row saved = {0};
    assert_int_equal(tenant_load(rig->reader, row.tenant, rig->arena, &saved), STORE_OK);
    expect_str(saved.settings, row.settings);
    assert_true(saved.suspended);
    assert_int_equal(saved.created_ms, rig->now_ms);
}

static void a_source_is_made_once(void **state)
{
    struct rig *rig = *state;
    int64_t sources[3];
    rig_begin(rig);
    assert_int_equal(source_ensure(rig->writer, rig->tenant, STR("okta"), &sources[0]), STORE_OK);
    assert_int_equal(source_ensure(rig->writer, rig->tenant, STR("okta"), &sources[1]), STORE_OK);
    assert_int_equal(source_ensure(rig->writer, rig->tenant, STR("entra"), &sources[2]), STORE_OK);
    rig_commit(rig);
    assert_int_equal(sources[0], sources[1]);
    assert_int_not_equal(sources[0], sources[2]);
}

static struct token_row new_token(struct rig *rig, unsigned char first_byte)
{
    struct token_row row = {.tenant = rig->tenant,
                            .source = rig->source,
                            .label = STR("for Entra"),
                            .user_id = STR("u-1"),
                            .scopes = STR("read"),
                            .created_ms = 5,
                            .expires_ms = 9};
    row.digest[0] = first_byte;
    return row;
}

static void a_token_is_found_by_its_digest_with_its_tenant(void **state)
{
    struct rig *rig = *state;
    struct token_row row = new_token(rig, 1);
    struct token_row found = {0};
    rig_begin(rig);
    assert_int_equal(token_insert(rig->writer, &row), STORE_OK);
    struct token_row again = new_token(rig, 1);
    assert_int_equal(token_insert(rig->writer, &again), STORE_TAKEN);
    rig_commit(rig);
    assert_int_equal(token_find(rig->reader, row.digest, rig->arena, &found), STORE_OK);
    assert_int_equal(found.token, row.token);
    assert_int_equal(found.tenant, rig->tenant);
    assert_int_equal(found.source, rig->source);
    expect_str(found.scopes, STR("read"));
    assert_int_equal(found.created_ms, 5);
    assert_int_equal(found.expires_ms, 9);
    assert_memory_equal(found.digest, row.digest, sizeof(row.digest));
    expect_str(found.source_name, STR("default"));
    expect_str(found.label, STR("for Entra"));
    expect_str(found.user_id, STR("u-1"));
    expect_str(found.tenant_name, STR("acme"));
    expect_str(found.tenant_settings, STR("{}"));
    row.digest[31] = 1;
    assert_int_equal(token_find(rig->reader, row.digest, rig->arena, &found), STORE_NONE);
}

static void tokens_are_revoked_expired_and_touched(void **state)
{
    struct rig *rig = *state;
    struct token_row row = new_token(rig, 1);
    struct token_row found = {0};
    rig_begin(rig);
    assert_int_equal(token_insert(rig->writer, &row), STORE_OK);
    assert_int_equal(token_revoke(rig->writer, row.token, 11), STORE_OK);
    assert_int_equal(token_expire(rig->writer, row.token, 12), STORE_OK);
    assert_int_equal(token_touch(rig->writer, row.token, 13, STR("192.0.2.7")), STORE_OK);
    assert_int_equal(token_touch(rig->writer, row.token, 12, STR("192.0.2.8")), STORE_NONE);
    assert_int_equal(token_revoke(rig->writer, row.token + 1, 11), STORE_NONE);
    rig_commit(rig);
    assert_int_equal(token_load(rig->reader, row.token, rig->arena, &found), STORE_OK);
    assert_int_equal(found.revoked_ms, 11);
    assert_int_equal(found.expires_ms, 12);
    assert_int_equal(found.used_ms, 13);
    expect_str(found.used_address, STR("192.0.2.7"));
}

static void tokens_of_one_tenant_or_of_all_are_listed(void **state)
{
    struct rig *rig = *state;
    struct token_row own = new_token(rig, 1);
    struct token_row other = new_token(rig, 2);
    struct token_row *first = NULL;
    other.tenant = rig_tenant(rig, "other", &other.source);
    rig_begin(rig);
    assert_int_equal(token_insert(rig->writer, &own), STORE_OK);
    assert_int_equal(token_insert(rig->writer, &other), STORE_OK);
    rig_commit(rig);
    assert_int_equal(token_list(rig->reader, other.tenant, rig->arena, &first), STORE_OK);
    assert_int_equal(first->token, other.token);
    assert_null(first->next);
    assert_int_equal(token_list(rig->reader, 0, rig->arena, &first), STORE_OK);
    assert_non_null(first->next);
    assert_null(first->next->next);
}

// Writes with another tenant's number change nothing.
static void assert_cannot_write(struct rig *rig, int64_t other, int64_t other_source,
                                const struct resource_row *user, int64_t group)
{
    rig_begin(rig);
    assert_int_equal(resource_touch(rig->writer, other, user->row, 2, 2), STORE_NONE);
    assert_int_equal(resource_update(rig->writer, other, user, NULL, NULL), STORE_NONE);
    assert_int_equal(member_delete(rig->writer, other, group, user->row), STORE_NONE);
    assert_int_equal(
        external_set(rig->writer, other, user->type, user->row, other_source, STR("x")),
        STORE_NONE);
    rig_commit(rig);
    int64_t audit_rows = 0;
    int64_t broken = 0;
    assert_int_equal(verify_chain(rig->reader, other, &audit_rows, &broken), STORE_OK);
    assert_int_equal(audit_rows, 0);
}

// Every read of the store with the number of another tenant.
static void nothing_of_a_tenant_is_seen_by_another(void **state)
{
    struct rig *rig = *state;
    int64_t other_source = 0;
    int64_t other = rig_tenant(rig, "other", &other_source);
    int64_t row = 0;
    struct resource_row found = {0};
    struct group_list groups = {0};
    struct member_row *members = NULL;
    struct group_duplicate *duplicates = NULL;
    size_t count = 0;
    struct resource_row user =
        rig_create(rig, &(struct given_resource){.json = anna, .external_id = "e"});
    struct resource_row group = rig_create(
        rig, &(struct given_resource){.type = rig->group, .json = "{\"displayName\":\"G\"}"});
    rig_create(rig,
               &(struct given_resource){.type = rig->group, .json = "{\"displayName\":\"g\"}"});
    struct member_row member = {user.row, user.type, user.id, {0}};
    struct change change = {.kind = CHANGE_CREATE};
    rig_begin(rig);
    assert_int_equal(member_insert(rig->writer, rig->tenant, group.row, &member), STORE_OK);
    assert_int_equal(
        change_insert(rig->writer, rig->tenant, &change, (const unsigned char *)user.document.ptr),
        STORE_OK);
    rig_commit(rig);
    struct index_entry *entries = rig_entries(rig, rig->user, str_of(anna));
    struct conn *conn = rig->reader;

    assert_int_equal(resource_find(conn, other, 0, user.id, rig->source, rig->arena, &found),
                     STORE_NONE);
    assert_int_equal(resource_find_head(conn, other, 0, user.id, rig->arena, &found), STORE_NONE);
    assert_int_equal(unique_find(conn, other, user.type, entries, &row), STORE_NONE);
    assert_int_equal(index_find(conn, other, user.type, entries->next, 0, &row), STORE_NONE);
    assert_int_equal(external_find(conn, other, user.type, rig->source, STR("e"), &row),
                     STORE_NONE);
    assert_int_equal(member_find(conn, other, group.row, user.row), STORE_NONE);
    assert_int_equal(member_page(conn, other, group.row, 0, 10, true, rig->arena, &members, &count),
                     STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(groups_of(conn, other, user.row, rig->arena, &groups), STORE_OK);
    assert_int_equal(groups.count, 0);
    assert_int_equal(groups_direct(conn, other, user.row, 0, 10, rig->arena, &groups), STORE_OK);
    assert_int_equal(groups.count, 0);
    assert_int_equal(group_duplicates(conn, other, 10, rig->arena, &duplicates, &count), STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(group_duplicates(conn, rig->tenant, 10, rig->arena, &duplicates, &count),
                     STORE_OK);
    assert_int_equal(count, 1);
    assert_int_equal(duplicates[0].count, 2);

    struct roster_error err = {0};
    struct search_plan *plan = NULL;
    struct hit *hits = NULL;
    struct search search = {
        .tenant = other, .source = rig->source, .type = rig->user, .indexes = rig->user_set};
    int64_t total = 0;
    assert_true(search_compile(rig->store, &search, rig->arena, &plan, &err));
    assert_int_equal(search_count(conn, plan, 0, &total), STORE_OK);
    assert_int_equal(total, 0);
    assert_int_equal(search_page(conn, plan, 0, 10, rig->arena, &hits, &count), STORE_OK);
    assert_int_equal(count, 0);

    assert_cannot_write(rig, other, other_source, &user, group.row);
}

// A row in each table that belongs to the first credential, or to the first source, of a tenant.
static void put_attachments(struct rig *rig, int64_t source, int64_t token)
{
    char sql[600];
    snprintf(sql, sizeof(sql),
             "INSERT INTO certificate VALUES (%1$lld, %2$lld, x'00', 's');"
             "INSERT INTO issuer VALUES (%1$lld, %2$lld, 'u', 's', 'a', '', '', 'c', 0, 0, 0, '');"
             "INSERT INTO authority VALUES (%1$lld, %2$lld, 'san-dns', 'n', 's', 'c');"
             "INSERT INTO guard VALUES (%1$lld, %3$lld, 0, '', 0, 0, 0, 0, 0, 0, 0, 0);"
             "INSERT INTO silence VALUES (%1$lld, %3$lld, 1, 0, 0, 0, '[]');",
             (long long)rig->tenant, (long long)token, (long long)source);
    rig_sql(rig, sql);
}

static void a_removed_source_leaves_nothing_behind(void **state)
{
    static const char *const empty[] = {"token",     "certificate", "issuer",
                                        "authority", "guard",       "silence"};
    struct rig *rig = *state;
    struct token_row token = new_token(rig, 1);
    rig_begin(rig);
    assert_int_equal(source_ensure(rig->writer, rig->tenant, STR("okta"), &token.source), STORE_OK);
    assert_int_equal(token_insert(rig->writer, &token), STORE_OK);
    rig_commit(rig);
    put_attachments(rig, token.source, token.token);
    rig_begin(rig);
    assert_int_equal(source_delete(rig->writer, rig->tenant, token.source), STORE_OK);
    rig_commit(rig);
    for (size_t at = 0; at < COUNT_OF(empty); at++) {
        char sql[100];
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", empty[at]);
        if (rig_sql_i64(rig, sql) != 0) {
            fail_msg("rows are left in %s", empty[at]);
        }
    }
}

static void put_declared(struct rig *rig)
{
    char more[500];
    snprintf(more, sizeof(more),
             "INSERT INTO password VALUES (%1$lld, 1, 'h');"
             "INSERT INTO assertion VALUES (%1$lld, x'00', 1);"
             "INSERT INTO tenant_schema VALUES (%1$lld, 'urn:x', '{}');"
             "INSERT INTO tenant_type VALUES (%1$lld, 1000, 'X', '/X', '', 'urn:x');"
             "INSERT INTO tenant_extension VALUES (%1$lld, 1, 'urn:x', 0);",
             (long long)rig->tenant);
    rig_sql(rig, more);
}

static void assert_has_no_rows_but_of(struct rig *rig, int64_t other)
{
    static const char *const empty[] = {
        "resource",        "unique_value", "index_value", "token",        "external_id",
        "member",          "counter",      "source",      "audit_detail", "change_member",
        "password",        "certificate",  "issuer",      "guard",        "silence",
        "assertion",       "authority",    "tenant_type", "tenant_index", "tenant_schema",
        "tenant_extension"};
    // tenant, which has its number as key; audit and audit_head; hold, with which no tenant goes
    enum { STAY = 4 };
    for (size_t at = 0; at < COUNT_OF(empty); at++) {
        char sql[100];
        snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE tenant <> %lld", empty[at],
                 (long long)other);
        assert_int_equal(rig_sql_i64(rig, sql), 0);
    }
    // A new table has to be removed from too.
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM sqlite_schema AS s"
                                      " JOIN pragma_table_info(s.name) AS c"
                                      " WHERE s.type = 'table' AND c.name = 'tenant'"),
                     COUNT_OF(empty) + STAY);
}

static void a_removed_tenant_leaves_only_its_audit_rows(void **state)
{
    struct rig *rig = *state;
    int64_t other_source = 0;
    int64_t other = rig_tenant(rig, "other", &other_source);
    unsigned char salt[16] = {1};
    rig_begin(rig);
    struct token_row token = new_token(rig, 1);
    assert_int_equal(token_insert(rig->writer, &token), STORE_OK);
    for (int at = 0; at < 20; at++) {
        char json[100];
        struct resource_row user;
        snprintf(json, sizeof(json), "{\"userName\":\"u%d\",\"displayName\":\"d\"}", at);
        struct given_resource given = {.json = json, .external_id = "e"};
        assert_int_equal(rig_insert(rig, &given, &user), STORE_OK);
        struct member_row member = {user.row, user.type, user.id, {0}};
        struct change_member delta = {user.row, user.id, true, NULL};
        struct change change = {.kind = CHANGE_CREATE, .after = STR("{}"), .members = &delta};
        assert_int_equal(member_insert(rig->writer, rig->tenant, 12345, &member), STORE_OK);
        assert_int_equal(change_insert(rig->writer, rig->tenant, &change, salt), STORE_OK);
    }
    struct resource_row kept;
    assert_int_equal(
        rig_insert(rig, &(struct given_resource){.tenant = other, .json = anna}, &kept), STORE_OK);
    rig_commit(rig);
    put_attachments(rig, token.source, token.token);
    put_declared(rig);
    enum store_outcome got = STORE_OK;
    int steps = 0;
    for (; got == STORE_OK && steps < 1000; steps++) {
        rig_begin(rig);
        got = tenant_delete_some(rig->writer, rig->tenant, 7);
        rig_commit(rig);
        int64_t rows_now = 0;
        int64_t broken_now = 0;
        // Also where it is cut off here.
        assert_int_equal(verify_chain(rig->reader, rig->tenant, &rows_now, &broken_now), STORE_OK);
        assert_int_equal(broken_now, 0);
    }
    assert_int_equal(got, STORE_NONE);
    assert_true(steps > 10);
    assert_has_no_rows_but_of(rig, other);
    struct tenant_row row = {0};
    int64_t rows = 0;
    int64_t broken = 0;
    assert_int_equal(tenant_load(rig->reader, rig->tenant, rig->arena, &row), STORE_NONE);
    assert_int_equal(verify_chain(rig->reader, rig->tenant, &rows, &broken), STORE_OK);
    assert_int_equal(rows, 20);
    assert_int_equal(broken, 0);
    assert_int_equal(tenant_load(rig->reader, other, rig->arena, &row), STORE_OK);
    assert_int_equal(row.user_count, 1);
    // The name is free again; the number is not.
    assert_true(rig_tenant(rig, "acme", &other_source) > other);
}

static const struct CMUnitTest tests[] = {
    IN_RIG(names_of_tenants_are_taken_once),
    IN_RIG(tenants_are_listed_by_name_and_saved),
    IN_RIG(a_source_is_made_once),
    IN_RIG(a_removed_source_leaves_nothing_behind),
    IN_RIG(a_token_is_found_by_its_digest_with_its_tenant),
    IN_RIG(tokens_are_revoked_expired_and_touched),
    IN_RIG(tokens_of_one_tenant_or_of_all_are_listed),
    IN_RIG(nothing_of_a_tenant_is_seen_by_another),
    IN_RIG(a_removed_tenant_leaves_only_its_audit_rows),
};

RUN(tests)
