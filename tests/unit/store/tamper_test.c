// tamper_test.c: whatever somebody with the file changes in the audit is found, or is said not to
// be findable. The columns come from the schema, so that no new one can be forgotten.
// SPDX-License-Identifier: Apache-2.0
#include "store/rig.h"

#include <sqlite3.h>

static const char *const tables[] = {"audit", "audit_detail", "audit_head", "change_member"};

// What is done to a value of each type; ? is the column.
static const struct alteration {
    const char *type;
    const char *sql;
} alterations[] = {
    {"INTEGER", "? + 1000003"},
    {"INTEGER", "? + 4294967296"},
    {"INTEGER", "-1 - ?"},
    {"INTEGER", "0"},
    {"INTEGER", "? + 1"},
    {"TEXT", "? || 'x'"},
    {"TEXT", "substr(?, 2)"},
    {"TEXT", "'x'"},
    {"BLOB", "CAST(x'00' || substr(?, 2) AS BLOB)"},
    {"BLOB", "CAST(? || x'00' AS BLOB)"},
    {"BLOB", "substr(?, 1, length(?) - 1)"},
    {"BLOB", "zeroblob(length(?))"},
    {"BLOB", "x''"},
};

// The keys of the tables: a row of the test is one by its place in their order.
static const char *key_of(const char *table)
{
    static const struct {
        const char *table;
        const char *key;
    } keys[] = {{"audit", "tenant, sequence"},
                {"audit_detail", "detail"},
                {"audit_head", "tenant"},
                {"change_member", "tenant, sequence, place"}};
    size_t at = 0;
    while (strcmp(keys[at].table, table) != 0) {
        at++;
        assert_true(at < COUNT_OF(keys));
    }
    return keys[at].key;
}

struct column {
    const char *table;
    char name[32];
    char type[16];
};

struct scene {
    struct rig rig;
    sqlite3 *db;
    int64_t other;
    struct column columns[64];
    size_t column_count;
};

static int64_t run(struct scene *scene, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(scene->db, sql, NULL, NULL, &message) != SQLITE_OK) {
        fail_msg("%s: %s", sql, message);
    }
    return sqlite3_changes64(scene->db);
}

static void list_columns(struct scene *scene, const char *table)
{
    char sql[100];
    sqlite3_stmt *rows = NULL;
    snprintf(sql, sizeof(sql), "SELECT name, type FROM pragma_table_info('%s')", table);
    assert_int_equal(sqlite3_prepare_v2(scene->db, sql, -1, &rows, NULL), SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW) {
        assert_true(scene->column_count < COUNT_OF(scene->columns));
        struct column *column = &scene->columns[scene->column_count++];
        column->table = table;
        snprintf(column->name, sizeof(column->name), "%s", sqlite3_column_text(rows, 0));
        snprintf(column->type, sizeof(column->type), "%s", sqlite3_column_text(rows, 1));
    }
    sqlite3_finalize(rows);
}

static int open_scene(void **state)
{
    static struct scene scene;
    int64_t source = 0;
    char sql[100];
    scene = (struct scene){0};
    *state = &scene;
    rig_open(&scene.rig);
    scene.other = rig_tenant(&scene.rig, "other", &source);
    rig_add_changes(&scene.rig, scene.rig.tenant);
    rig_add_changes(&scene.rig, scene.other);
    assert_int_equal(sqlite3_open(scene.rig.path, &scene.db), SQLITE_OK);
    for (size_t at = 0; at < COUNT_OF(tables); at++) {
        list_columns(&scene, tables[at]);
        snprintf(sql, sizeof(sql), "CREATE TEMP TABLE kept_%s AS SELECT * FROM %s", tables[at],
                 tables[at]);
        run(&scene, sql);
    }
    return 0;
}

static int close_scene(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(sqlite3_close(scene->db), SQLITE_OK);
    rig_close(&scene->rig);
    return 0;
}

#define IN_SCENE(what_it_says)                                                                     \
    cmocka_unit_test_setup_teardown(what_it_says, open_scene, close_scene)

static void restore(struct scene *scene)
{
    char sql[120];
    for (size_t at = 0; at < COUNT_OF(tables); at++) {
        snprintf(sql, sizeof(sql), "DELETE FROM %s; INSERT INTO %s SELECT * FROM kept_%s",
                 tables[at], tables[at], tables[at]);
        run(scene, sql);
    }
}

// Verifies as a whole and in the smallest pieces, which must come to the same.
static struct audit_finding verify(struct scene *scene, const struct audit_mark *marks,
                                   size_t mark_count)
{
    struct audit_scope scope = {.marks = marks, .mark_count = mark_count, .budget_us = -1};
    struct audit_walk whole = {0};
    struct audit_walk pieces = {0};
    struct audit_finding found;
    struct audit_finding again = {0};
    int turns = 0;
    assert_int_equal(audit_verify(scene->rig.reader, &scope, &whole, &found), STORE_OK);
    for (scope.budget_us = 0; pieces.phase != AUDIT_PHASE_DONE && again.fault == AUDIT_WHOLE;
         turns++) {
        struct audit_walk copy = pieces;
        assert_true(turns < 100);
        assert_int_equal(audit_verify(scene->rig.reader, &scope, &copy, &again), STORE_OK);
        pieces = copy;
    }
    assert_int_equal(again.fault, found.fault);
    assert_int_equal(again.tenant, found.tenant);
    assert_int_equal(again.sequence, found.sequence);
    assert_int_equal(pieces.rows, whole.rows);
    return found;
}

static void expect(struct scene *scene, const char *what, enum audit_fault fault, int64_t tenant,
                   int64_t sequence)
{
    struct audit_finding found = verify(scene, NULL, 0);
    if (found.fault != fault ||
        (fault != AUDIT_WHOLE && (found.tenant != tenant || found.sequence != sequence))) {
        fail_msg("%s: %s of %lld/%lld", what, audit_fault_name(found.fault),
                 (long long)found.tenant, (long long)found.sequence);
    }
}

static void add_value(struct text *sql, const char *value, const struct column *column)
{
    for (; *value != '\0'; value++) {
        text_add(sql, *value == '?' ? str_of(column->name) : (str){value, 1});
    }
}

// The statement that alters one value, unless it is that already or another row has the key.
static const char *print_change(struct scene *scene, const struct column *column, const char *value,
                                int row)
{
    struct text sql;
    const char *key = key_of(column->table);
    text_init(&sql, scene->rig.arena, KIB(1));
    text_format(&sql, "UPDATE OR IGNORE %s SET %s = ", column->table, column->name);
    add_value(&sql, value, column);
    text_format(&sql, " WHERE %s IS NOT ", column->name);
    add_value(&sql, value, column);
    text_format(&sql, " AND (%s) IN (SELECT %s FROM %s ORDER BY %s LIMIT 1 OFFSET %d)", key, key,
                column->table, key, row);
    text_char(&sql, '\0');
    assert_false(sql.full);
    return sql.ptr;
}

static int alter_all(struct scene *scene, const struct column *column, int rows)
{
    int count = 0;
    for (size_t at = 0; at < COUNT_OF(alterations); at++) {
        for (int row = 0; row < rows && strcmp(alterations[at].type, column->type) == 0; row++) {
            const char *sql = print_change(scene, column, alterations[at].sql, row);
            if (run(scene, sql) == 0) {
                continue;
            }
            if (verify(scene, NULL, 0).fault == AUDIT_WHOLE) {
                fail_msg("not found: %s", sql);
            }
            count++;
            restore(scene);
        }
    }
    return count;
}

static void a_change_of_any_value_of_any_column_is_found(void **state)
{
    struct scene *scene = *state;
    int count = 0;
    expect(scene, "untouched", AUDIT_WHOLE, 0, 0);
    for (size_t at = 0; at < scene->column_count; at++) {
        int altered = alter_all(scene, &scene->columns[at], 6);
        if (altered < 4) {
            fail_msg("%s.%s of type %s was altered %d times only", scene->columns[at].table,
                     scene->columns[at].name, scene->columns[at].type, altered);
        }
        count += altered;
    }
    print_message("# %d alterations of %zu columns\n", count, scene->column_count);
    expect(scene, "put right again", AUDIT_WHOLE, 0, 0);
}

static void rows_that_were_dropped_added_or_swapped_are_found(void **state)
{
    static const struct {
        const char *name;
        const char *sql;
        enum audit_fault fault;
        int64_t tenant;
        int64_t sequence;
    } rows[] = {
        {"the first entry", "DELETE FROM audit WHERE tenant = 2 AND sequence = 1", AUDIT_MISSING, 2,
         1},
        {"one in the middle", "DELETE FROM audit WHERE tenant = 1 AND sequence = 2", AUDIT_MISSING,
         1, 2},
        {"the last entry", "DELETE FROM audit WHERE tenant = 1 AND sequence = 3", AUDIT_MISSING, 1,
         3},
        {"all entries", "DELETE FROM audit", AUDIT_MISSING, 1, 1},
        {"two entries swapped",
         "UPDATE audit SET sequence = -1 WHERE tenant = 1 AND sequence = 1;"
         "UPDATE audit SET sequence = 1 WHERE tenant = 1 AND sequence = 2;"
         "UPDATE audit SET sequence = 2 WHERE tenant = 1 AND sequence = -1",
         AUDIT_CHANGED, 1, 1},
        {"entries swapped between tenants",
         "UPDATE audit SET tenant = 9 WHERE tenant = 1 AND sequence = 3;"
         "UPDATE audit SET tenant = 1 WHERE tenant = 2 AND sequence = 3;"
         "UPDATE audit SET tenant = 2 WHERE tenant = 9 AND sequence = 3",
         AUDIT_CHANGED, 1, 3},
        {"an entry behind the end",
         "INSERT INTO audit SELECT tenant, 4, time_ms, kind, type, row, id, revision, actor,"
         " credential, address, request_id, detail, detail_digest, digest FROM audit"
         " WHERE tenant = 2 AND sequence = 3",
         AUDIT_CHANGED, 2, 4},
        {"a tail without its record", "UPDATE audit_head SET sequence = 2 WHERE tenant = 2",
         AUDIT_END, 2, 3},
        {"no record of the end", "DELETE FROM audit_head WHERE tenant = 1", AUDIT_END, 1, 3},
        {"a tenant that never was",
         "INSERT INTO audit SELECT 7, sequence, time_ms, kind, type, row, id, revision, actor,"
         " credential, address, request_id, detail, detail_digest, digest FROM audit"
         " WHERE tenant = 1",
         AUDIT_CHANGED, 7, 1},
        {"a member that is gone", "DELETE FROM change_member WHERE tenant = 1 AND place = 1",
         AUDIT_DETAIL, 1, 2},
        {"a member more", "INSERT INTO change_member VALUES (1, 2, 3, 13, x'ff61', 1)",
         AUDIT_DETAIL, 1, 2},
        {"members of an entry that has none",
         "INSERT INTO change_member VALUES (2, 3, 1, 13, x'ff61', 1)", AUDIT_STRAY, 2, 3},
        {"members without an entry", "INSERT INTO change_member VALUES (5, 1, 1, 13, x'ff61', 1)",
         AUDIT_STRAY, 5, 1},
        {"a second detail of an entry",
         "INSERT INTO audit_detail SELECT 999, tenant, sequence, salt, before, after"
         " FROM audit_detail WHERE tenant = 1 AND sequence = 1",
         AUDIT_STRAY, 1, 1},
        {"details swapped between tenants", "UPDATE audit_detail SET tenant = 3 - tenant",
         AUDIT_STRAY, 2, 1},
    };
    struct scene *scene = *state;
    assert_int_equal(scene->rig.tenant, 1);
    assert_int_equal(scene->other, 2);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        run(scene, rows[at].sql);
        expect(scene, rows[at].name, rows[at].fault, rows[at].tenant, rows[at].sequence);
        restore(scene);
    }
}

// salt and detail together: what an erasure takes.
static void an_erased_detail_leaves_the_chain_whole_and_is_counted(void **state)
{
    struct scene *scene = *state;
    const struct audit_scope scope = {.budget_us = -1};
    struct audit_walk walk = {0};
    struct audit_finding found;
    run(scene, "DELETE FROM audit_detail WHERE tenant = 1 AND sequence = 1");
    run(scene, "DELETE FROM audit_detail WHERE tenant = 2 AND sequence = 2");
    run(scene, "DELETE FROM change_member WHERE tenant = 2");
    assert_int_equal(audit_verify(scene->rig.reader, &scope, &walk, &found), STORE_OK);
    assert_int_equal(found.fault, AUDIT_WHOLE);
    assert_int_equal(walk.erased, 2);
    assert_int_equal(walk.rows, 6);
    assert_int_equal(walk.tenants, 2);
}

static struct audit_mark *mark_now(struct scene *scene, size_t *count)
{
    struct audit_mark *marks = NULL;
    assert_int_equal(audit_marks(scene->rig.reader, scene->rig.arena, &marks, count), STORE_OK);
    return marks;
}

static const char cut_tail[] =
    "DELETE FROM audit WHERE tenant = 2 AND sequence = 3;"
    "UPDATE audit_head SET sequence = 2, digest ="
    " (SELECT digest FROM audit WHERE tenant = 2 AND sequence = 2) WHERE tenant = 2";

static void a_tail_that_was_cut_off_is_found_with_a_mark_only(void **state)
{
    struct scene *scene = *state;
    size_t count = 0;
    const struct audit_mark *marks = mark_now(scene, &count);
    assert_int_equal(count, 2);
    assert_int_equal(verify(scene, marks, count).fault, AUDIT_WHOLE);
    run(scene, cut_tail);
    expect(scene, "without a mark", AUDIT_WHOLE, 0, 0);
    struct audit_finding found = verify(scene, marks, count);
    assert_int_equal(found.fault, AUDIT_CUT);
    assert_int_equal(found.tenant, 2);
    assert_int_equal(found.sequence, 3);
}

static void a_tenant_that_was_taken_out_whole_is_found_with_a_mark(void **state)
{
    struct scene *scene = *state;
    size_t count = 0;
    const struct audit_mark *marks = mark_now(scene, &count);
    run(scene, "DELETE FROM audit WHERE tenant = 1; DELETE FROM audit_head WHERE tenant = 1;"
               "DELETE FROM audit_detail WHERE tenant = 1;"
               "DELETE FROM change_member WHERE tenant = 1");
    expect(scene, "without a mark", AUDIT_WHOLE, 0, 0);
    struct audit_finding found = verify(scene, marks, count);
    assert_int_equal(found.fault, AUDIT_CUT);
    assert_int_equal(found.tenant, 1);
    assert_int_equal(found.sequence, 1);
}

// By somebody who knows how digests are made: here, our own code over an emptied audit.
static void a_chain_that_was_written_anew_is_found_with_a_mark(void **state)
{
    struct scene *scene = *state;
    struct rig *rig = &scene->rig;
    size_t count = 0;
    struct audit_mark *marks = mark_now(scene, &count);
    struct change change = {.kind = CHANGE_TENANT, .id = STR("acme"), .actor = STR("cli:eve")};
    unsigned char salt[16] = {0};
    rig_stop(rig);
    run(scene, "DELETE FROM audit; DELETE FROM audit_head; DELETE FROM audit_detail;"
               "DELETE FROM change_member");
    rig_start(rig);
    for (int at = 0; at < 4; at++) {
        rig_begin(rig);
        assert_int_equal(change_insert(rig->writer, 1, &change, salt), STORE_OK);
        assert_int_equal(change_insert(rig->writer, 2, &change, salt), STORE_OK);
        rig_commit(rig);
    }
    expect(scene, "without a mark", AUDIT_WHOLE, 0, 0);
    struct audit_finding found = verify(scene, marks, count);
    assert_int_equal(found.fault, AUDIT_REWRITTEN);
    assert_int_equal(found.tenant, 1);
    assert_int_equal(found.sequence, 3);
}

static void an_older_mark_is_as_good(void **state)
{
    struct scene *scene = *state;
    size_t count = 0;
    const struct audit_mark *marks = mark_now(scene, &count);
    int64_t source = 0;
    rig_add_changes(&scene->rig, rig_tenant(&scene->rig, "third", &source));
    struct change change = {.kind = CHANGE_TENANT, .id = STR("acme")};
    unsigned char salt[16] = {0};
    rig_begin(&scene->rig);
    assert_int_equal(change_insert(scene->rig.writer, 1, &change, salt), STORE_OK);
    rig_commit(&scene->rig);
    assert_int_equal(verify(scene, marks, count).fault, AUDIT_WHOLE);
}

static const struct CMUnitTest tests[] = {
    IN_SCENE(a_change_of_any_value_of_any_column_is_found),
    IN_SCENE(rows_that_were_dropped_added_or_swapped_are_found),
    IN_SCENE(an_erased_detail_leaves_the_chain_whole_and_is_counted),
    IN_SCENE(a_tail_that_was_cut_off_is_found_with_a_mark_only),
    IN_SCENE(a_tenant_that_was_taken_out_whole_is_found_with_a_mark),
    IN_SCENE(a_chain_that_was_written_anew_is_found_with_a_mark),
    IN_SCENE(an_older_mark_is_as_good),
};

RUN(tests)
