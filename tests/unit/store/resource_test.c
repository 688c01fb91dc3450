// resource_test.c: resources, their ids, keys, externalIds and counts.
// SPDX-License-Identifier: Apache-2.0
#include "store/rig.h"

static const char anna[] = "{\"userName\":\"Anna@example.com\",\"displayName\":\"Anna\","
                           "\"active\":true,\"emails\":[{\"value\":\"anna@example.com\","
                           "\"type\":\"work\"}]}";

static int64_t count_users(struct rig *rig)
{
    struct tenant_row row;
    assert_int_equal(tenant_load(rig->reader, rig->tenant, rig->arena, &row), STORE_OK);
    return row.user_count;
}

static void what_was_inserted_is_found_as_it_was(void **state)
{
    struct rig *rig = *state;
    struct resource_row found = {0};
    struct resource_row row =
        rig_create(rig, &(struct given_resource){.json = anna, .external_id = "e-1"});
    assert_int_equal(resource_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, row.id, rig->source,
                                   rig->arena, &found),
                     STORE_OK);
    expect_str(found.document, str_of(anna));
    expect_str(found.id, row.id);
    expect_str(found.external_id, STR("e-1"));
    expect_str(found.display, STR("shown"));
    assert_int_equal(found.row, row.row);
    assert_int_equal(found.type, TYPE_NUMBER_USER);
    assert_int_equal(found.revision, 1);
    assert_int_equal(found.created_ms, row.created_ms);
    assert_int_equal(found.modified_ms, row.modified_ms);
    assert_int_equal(count_users(rig), 1);
}

static void a_resource_of_another_type_is_not_found(void **state)
{
    struct rig *rig = *state;
    struct resource_row found = {0};
    struct resource_row row = rig_create(rig, &(struct given_resource){.json = anna});
    assert_int_equal(resource_find(rig->reader, rig->tenant, TYPE_NUMBER_GROUP, row.id, rig->source,
                                   rig->arena, &found),
                     STORE_NONE);
    assert_int_equal(
        resource_find_head(rig->reader, rig->tenant, TYPE_NUMBER_GROUP, row.id, rig->arena, &found),
        STORE_NONE);
    assert_int_equal(resource_find_head(rig->reader, rig->tenant, 0, row.id, rig->arena, &found),
                     STORE_OK);
}

static void own_and_imported_ids_never_meet(void **state)
{
    static const char *const ids[] = {
        "0190d3a2-1111-7abc-8def-0123456789ab",
        "0190D3A2-1111-7ABC-8DEF-0123456789AB",  // another text, so another id
        "fifteen letters",
        "fifteen letter",
        "sixteen letters!",
        "\x01\x90\xd3",  // bytes of the first one
        "x",
    };
    struct rig *rig = *state;
    struct resource_row rows[COUNT_OF(ids)];
    for (size_t at = 0; at < COUNT_OF(ids); at++) {
        char json[64];
        snprintf(json, sizeof(json), "{\"userName\":\"user%zu\"}", at);
        char *kept = arena_alloc(rig->arena, sizeof(json));
        memcpy(kept, json, sizeof(json));
        rows[at] = rig_create(rig, &(struct given_resource){.id = ids[at], .json = kept});
    }
    for (size_t at = 0; at < COUNT_OF(ids); at++) {
        struct resource_row found = {0};
        assert_int_equal(
            resource_find(rig->reader, rig->tenant, 0, str_of(ids[at]), 0, rig->arena, &found),
            STORE_OK);
        assert_int_equal(found.row, rows[at].row);
        expect_str(found.id, str_of(ids[at]));
    }
    struct resource_row none = {0};
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, STR(""), 0, rig->arena, &none),
                     STORE_NONE);
}

static void a_taken_name_is_refused_and_changes_nothing(void **state)
{
    struct rig *rig = *state;
    struct resource_row second;
    rig_create(rig, &(struct given_resource){.json = anna});
    rig_begin(rig);
    assert_int_equal(
        rig_insert(rig, &(struct given_resource){.json = "{\"userName\":\"ANNA@EXAMPLE.COM\"}"},
                   &second),
        STORE_TAKEN);
    rig_commit(rig);
    assert_int_equal(count_users(rig), 1);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM resource"), 1);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM unique_value"), 1);
}

static void a_taken_id_is_refused_and_changes_nothing(void **state)
{
    struct rig *rig = *state;
    struct resource_row second;
    rig_create(rig, &(struct given_resource){.id = "same", .json = anna});
    rig_begin(rig);
    assert_int_equal(
        rig_insert(rig, &(struct given_resource){.id = "same", .json = "{\"userName\":\"other\"}"},
                   &second),
        STORE_TAKEN);
    rig_commit(rig);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM unique_value"), 1);
    assert_int_equal(count_users(rig), 1);
}

static void an_update_moves_the_keys(void **state)
{
    static const char changed[] = "{\"userName\":\"Berta\",\"displayName\":\"Anna\","
                                  "\"active\":false}";
    struct rig *rig = *state;
    int64_t holder = 0;
    struct resource_row row = rig_create(rig, &(struct given_resource){.json = anna});
    struct index_entry *before = rig_entries(rig, rig->user, row.document);
    struct index_entry *after = rig_entries(rig, rig->user, str_of(changed));
    row.document = str_of(changed);
    row.revision = 2;
    rig_begin(rig);
    assert_int_equal(resource_update(rig->writer, rig->tenant, &row, before, after), STORE_OK);
    rig_commit(rig);
    assert_int_equal(unique_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, before, &holder),
                     STORE_NONE);
    assert_int_equal(unique_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, after, &holder),
                     STORE_OK);
    assert_int_equal(holder, row.row);
    // displayName stays, the e-mail goes, `active` comes.
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM index_value"), 2);
}

static int64_t shared_rows(struct rig *rig)
{
    return rig_sql_i64(rig, "SELECT count(*) FROM unique_value WHERE also > 0");
}

static void an_address_that_is_the_name_shares_its_row_and_may_leave_it(void **state)
{
    static const char both[] = "{\"userName\":\"Anna@example.com\",\"displayName\":\"Anna\","
                               "\"active\":true,\"emails\":[{\"value\":\"other@example.com\"},"
                               "{\"value\":\"anna@example.com\",\"type\":\"work\"}]}";
    static const char gone[] = "{\"userName\":\"Anna@example.com\",\"displayName\":\"Anna\","
                               "\"active\":true}";
    static const struct {
        const char *document;
        int64_t shared;
        int64_t rows;  // of index_value: displayName, and addresses that share nothing
    } steps[] = {{both, 1, 2}, {gone, 0, 1}, {both, 1, 2}, {anna, 1, 1}};
    struct rig *rig = *state;
    struct resource_row row = rig_create(rig, &(struct given_resource){.json = anna});
    assert_int_equal(shared_rows(rig), 1);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM index_value"), 1);
    for (size_t at = 0; at < COUNT_OF(steps); at++) {
        struct index_entry *before = rig_entries(rig, rig->user, row.document);
        row.document = str_of(steps[at].document);
        rig_begin(rig);
        assert_int_equal(resource_update(rig->writer, rig->tenant, &row, before,
                                         rig_entries(rig, rig->user, row.document)),
                         STORE_OK);
        rig_commit(rig);
        assert_int_equal(shared_rows(rig), steps[at].shared);
        assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM index_value"), steps[at].rows);
    }
    assert_int_equal(rig_sql_i64(rig, "SELECT element FROM unique_value"), 0);
}

static void an_update_to_a_taken_name_changes_nothing(void **state)
{
    static const char changed[] = "{\"userName\":\"berta\"}";
    struct rig *rig = *state;
    struct resource_row found = {0};
    struct resource_row row = rig_create(rig, &(struct given_resource){.json = anna});
    rig_create(rig, &(struct given_resource){.json = changed});
    struct resource_row wanted = row;
    wanted.document = str_of(changed);
    rig_begin(rig);
    assert_int_equal(resource_update(rig->writer, rig->tenant, &wanted,
                                     rig_entries(rig, rig->user, row.document),
                                     rig_entries(rig, rig->user, wanted.document)),
                     STORE_TAKEN);
    rig_commit(rig);
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, 0, rig->arena, &found),
                     STORE_OK);
    expect_str(found.document, str_of(anna));
}

static void a_deleted_resource_leaves_nothing_behind(void **state)
{
    struct rig *rig = *state;
    int64_t other = 0;
    struct resource_row row =
        rig_create(rig, &(struct given_resource){.json = anna, .external_id = "e-1"});
    rig_begin(rig);
    assert_int_equal(source_ensure(rig->writer, rig->tenant, STR("other"), &other), STORE_OK);
    assert_int_equal(external_set(rig->writer, rig->tenant, row.type, row.row, other, STR("o-1")),
                     STORE_OK);
    rig_commit(rig);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM external_id"), 2);
    rig_begin(rig);
    assert_int_equal(
        resource_delete(rig->writer, rig->tenant, &row, rig_entries(rig, rig->user, row.document)),
        STORE_OK);
    rig_commit(rig);
    assert_int_equal(rig_sql_i64(rig, "SELECT (SELECT count(*) FROM resource)"
                                      " + (SELECT count(*) FROM unique_value)"
                                      " + (SELECT count(*) FROM index_value)"
                                      " + (SELECT count(*) FROM external_id)"),
                     0);
    assert_int_equal(count_users(rig), 0);
}

static void each_source_has_an_external_id_of_its_own(void **state)
{
    struct rig *rig = *state;
    int64_t other = 0;
    int64_t holder = 0;
    struct resource_row found = {0};
    struct resource_row row =
        rig_create(rig, &(struct given_resource){.json = anna, .external_id = "mine"});
    rig_begin(rig);
    assert_int_equal(source_ensure(rig->writer, rig->tenant, STR("other"), &other), STORE_OK);
    assert_int_equal(external_set(rig->writer, rig->tenant, row.type, row.row, other, STR("yours")),
                     STORE_OK);
    rig_commit(rig);
    assert_int_not_equal(other, rig->source);
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, other, rig->arena, &found),
                     STORE_OK);
    expect_str(found.external_id, STR("yours"));
    assert_int_equal(external_find(rig->reader, rig->tenant, row.type, other, STR("mine"), &holder),
                     STORE_NONE);
    assert_int_equal(
        external_find(rig->reader, rig->tenant, row.type, rig->source, STR("mine"), &holder),
        STORE_OK);
    rig_begin(rig);
    assert_int_equal(
        external_set(rig->writer, rig->tenant, row.type, row.row, rig->source, STR("")), STORE_OK);
    rig_commit(rig);
    assert_int_equal(
        external_find(rig->reader, rig->tenant, row.type, rig->source, STR("mine"), &holder),
        STORE_NONE);
    assert_int_equal(
        external_find(rig->reader, rig->tenant, row.type, other, STR("yours"), &holder), STORE_OK);
}

static void long_values_stay_unique_and_exact(void **state)
{
    struct rig *rig = *state;
    char json[2][1100];
    struct resource_row rows[2];
    for (int at = 0; at < 2; at++) {
        memset(json[at], 'n', sizeof(json[at]));
        memcpy(json[at], "{\"userName\":\"", 13);
        memcpy(json[at] + sizeof(json[at]) - 4, at == 0 ? "a\"}" : "b\"}", 4);
        rows[at] = rig_create(rig, &(struct given_resource){.json = json[at]});
    }
    for (int at = 0; at < 2; at++) {
        int64_t holder = 0;
        struct index_entry *entries = rig_entries(rig, rig->user, str_of(json[at]));
        assert_true(entries->truncated);
        assert_int_equal(entries->key.len, INDEX_KEY_MAX);
        assert_int_equal(unique_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, entries, &holder),
                         STORE_OK);
        assert_int_equal(holder, rows[at].row);
    }
}

static void times_of_creation_never_run_backwards(void **state)
{
    struct rig *rig = *state;
    struct resource_row first = rig_create(rig, &(struct given_resource){.json = anna});
    rig->now_ms -= 3600000;
    struct resource_row second =
        rig_create(rig, &(struct given_resource){.json = "{\"userName\":\"b\"}"});
    assert_true(second.row > first.row);
    assert_int_equal(second.created_ms, first.created_ms);
    assert_int_equal(second.modified_ms, first.created_ms);
}

static void row_numbers_are_never_used_twice(void **state)
{
    struct rig *rig = *state;
    struct resource_row first = rig_create(rig, &(struct given_resource){.json = anna});
    rig_begin(rig);
    assert_int_equal(resource_delete(rig->writer, rig->tenant, &first,
                                     rig_entries(rig, rig->user, first.document)),
                     STORE_OK);
    rig_commit(rig);
    rig_stop(rig);
    rig_start(rig);
    struct resource_row second = rig_create(rig, &(struct given_resource){.json = anna});
    assert_true(second.row > first.row);
}

static void a_rollback_takes_counts_back_too(void **state)
{
    struct rig *rig = *state;
    struct resource_row row;
    rig_begin(rig);
    assert_int_equal(rig_insert(rig, &(struct given_resource){.json = anna}, &row), STORE_OK);
    conn_rollback(rig->writer);
    assert_false(conn_in_transaction(rig->writer));
    rig_create(rig, &(struct given_resource){.json = anna});
    assert_int_equal(count_users(rig), 1);
}

static void a_touch_changes_revision_and_time_only(void **state)
{
    struct rig *rig = *state;
    struct resource_row found = {0};
    struct resource_row row = rig_create(rig, &(struct given_resource){.json = anna});
    rig_begin(rig);
    assert_int_equal(resource_touch(rig->writer, rig->tenant, row.row, 7, row.modified_ms + 5),
                     STORE_OK);
    assert_int_equal(resource_touch(rig->writer, rig->tenant, row.row + 99, 7, 1), STORE_NONE);
    rig_commit(rig);
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, 0, rig->arena, &found),
                     STORE_OK);
    assert_int_equal(found.revision, 7);
    assert_int_equal(found.modified_ms, row.modified_ms + 5);
    expect_str(found.document, str_of(anna));
}

static void too_many_searchable_values_are_refused(void **state)
{
    struct rig *rig = *state;
    struct roster_error err = {0};
    struct index_entry *entries = NULL;
    struct roster_json *list = json_new(rig->arena, JSON_ARRAY);
    struct roster_json *user = json_new(rig->arena, JSON_OBJECT);
    for (int at = 0; at <= INDEX_VALUES_MAX; at++) {
        struct roster_json *email = json_new(rig->arena, JSON_OBJECT);
        assert_true(json_put_string(email, rig->arena, STR("value"), STR("a@b.c")));
        json_push(list, email);
    }
    json_put(user, STR("emails"), list);
    assert_false(index_extract(rig->user_set, user, rig->arena, &entries, &err));
    assert_int_equal(err.code, ROSTER_ERR_INVALID_VALUE);
}

static const struct CMUnitTest tests[] = {
    IN_RIG(what_was_inserted_is_found_as_it_was),
    IN_RIG(a_resource_of_another_type_is_not_found),
    IN_RIG(own_and_imported_ids_never_meet),
    IN_RIG(a_taken_name_is_refused_and_changes_nothing),
    IN_RIG(a_taken_id_is_refused_and_changes_nothing),
    IN_RIG(an_update_moves_the_keys),
    IN_RIG(an_address_that_is_the_name_shares_its_row_and_may_leave_it),
    IN_RIG(an_update_to_a_taken_name_changes_nothing),
    IN_RIG(a_deleted_resource_leaves_nothing_behind),
    IN_RIG(each_source_has_an_external_id_of_its_own),
    IN_RIG(long_values_stay_unique_and_exact),
    IN_RIG(times_of_creation_never_run_backwards),
    IN_RIG(row_numbers_are_never_used_twice),
    IN_RIG(a_rollback_takes_counts_back_too),
    IN_RIG(a_touch_changes_revision_and_time_only),
    IN_RIG(too_many_searchable_values_are_refused),
};

RUN(tests)
