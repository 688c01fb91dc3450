// store_test.c: opening, owning, upgrading and losing a store.
// SPDX-License-Identifier: Apache-2.0
#include "store/conn.h"
#include "store/rig.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char anna[] = "{\"userName\":\"anna\",\"displayName\":\"Stra\303\237e\"}";

static void an_owned_store_is_refused_to_a_second_owner(void **state)
{
    struct rig *rig = *state;
    assert_true(store_is_owned(rig->url));
    rig_expect_refused(rig, "another process");
    rig_stop(rig);
    assert_false(store_is_owned(rig->url));
    rig_start(rig);
}

static void a_child_process_does_not_inherit_the_store(void **state)
{
    struct rig *rig = *state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        // Exit code 0: no descriptor of the store survived exec.
        execl("/bin/sh", "sh", "-c", "ls -l /proc/self/fd | grep -q \"$0\" && exit 1; exit 0",
              rig->path, (char *)NULL);
        _exit(2);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void every_file_is_private_whatever_the_umask(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    static const mode_t masks[] = {0, 0277};
    for (size_t mask = 0; mask < COUNT_OF(masks); mask++) {
        struct rig rig = {0};
        rig_open(&rig);
        rig_stop(&rig);
        assert_int_equal(unlink(rig.path), 0);
        mode_t old = umask(masks[mask]);
        rig_start(&rig);
        rig.tenant = rig_tenant(&rig, "acme", &rig.source);
        rig_create(&rig, &(struct given_resource){.json = anna});
        umask(old);
        for (size_t at = 0; at < COUNT_OF(suffixes); at++) {
            char path[128];
            struct stat info;
            snprintf(path, sizeof(path), "%s%s", rig.path, suffixes[at]);
            assert_int_equal(stat(path, &info), 0);
            assert_int_equal(info.st_mode & 0777, 0600);
        }
        rig_close(&rig);
    }
}

static void a_store_that_others_could_read_is_made_private(void **state)
{
    struct rig *rig = *state;
    struct stat info;
    rig_stop(rig);
    assert_int_equal(chmod(rig->path, 0644), 0);
    rig_start(rig);
    assert_int_equal(stat(rig->path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void reopening_keeps_everything(void **state)
{
    struct rig *rig = *state;
    struct resource_row found = {0};
    struct resource_row row =
        rig_create(rig, &(struct given_resource){.json = anna, .external_id = "e"});
    rig_stop(rig);
    rig_start(rig);
    assert_int_equal(
        resource_find(rig->reader, rig->tenant, 0, row.id, rig->source, rig->arena, &found),
        STORE_OK);
    expect_str(found.document, str_of(anna));
    expect_str(found.external_id, STR("e"));
    struct tenant_row tenant = {0};
    assert_int_equal(tenant_find(rig->reader, STR("acme"), rig->arena, &tenant), STORE_OK);
    assert_int_equal(tenant.user_count, 1);
}

static void no_log_is_left_behind_by_closing(void **state)
{
    struct rig *rig = *state;
    char path[128];
    rig_create(rig, &(struct given_resource){.json = anna});
    rig_stop(rig);
    snprintf(path, sizeof(path), "%s-wal", rig->path);
    assert_int_not_equal(access(path, F_OK), 0);
    rig_start(rig);
}

static void places_where_no_store_can_be_are_refused_with_a_reason(void **state)
{
    static const struct {
        const char *name;
        const char *url;
        const char *part;
    } rows[] = {
        {"a folder that is missing", "sqlite:/nowhere-at-all/roster.db", "make it first"},
        {"another kind of URL", "mysql://host/db", "sqlite:PATH"},
        {"a URL without a path", "sqlite:", "sqlite:PATH"},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct roster_error err = {0};
        struct store_options options = {rows[at].url, "1", 0, 0};
        assert_null(store_open(&options, &err));
        assert_int_equal(err.code, ROSTER_ERR_UNAVAILABLE);
        if (strstr(err.detail, rows[at].part) == NULL) {
            fail_msg("%s: %s", rows[at].name, err.detail);
        }
    }
}

static void a_folder_in_its_place_is_refused(void **state)
{
    struct rig *rig = *state;
    char path[128];
    char url[160];
    struct roster_error err = {0};
    snprintf(path, sizeof(path), "%s/sub", rig->folder);
    snprintf(url, sizeof(url), "sqlite:%s", path);
    assert_int_equal(mkdir(path, 0700), 0);
    struct store_options options = {url, "1", 0, 0};
    assert_null(store_open(&options, &err));
    assert_non_null(strstr(err.detail, "is not a file"));
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof(path), "%s/sub.lock", rig->folder);
    assert_int_equal(unlink(path), 0);
}

static void write_file(const char *path, const char *content)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static void what_is_no_store_is_left_alone(void **state)
{
    struct rig *rig = *state;
    rig_stop(rig);
    assert_int_equal(unlink(rig->path), 0);
    write_file(rig->path, "These are the notes of somebody who chose the wrong path. They are long "
                          "enough for a database header, which has a hundred bytes.\n");
    rig_expect_refused(rig, "no store of roster");
    assert_int_equal(unlink(rig->path), 0);
    rig_sql(rig, "CREATE TABLE theirs (a)");
    rig_expect_refused(rig, "another program");
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM sqlite_schema"), 1);
}

static void a_migration_that_was_edited_is_noticed(void **state)
{
    struct rig *rig = *state;
    rig_stop(rig);
    rig_sql(rig, "UPDATE migration SET digest = zeroblob(32) WHERE number = 1");
    rig_expect_refused(rig, "migration 1");
}

static void a_newer_store_is_refused(void **state)
{
    struct rig *rig = *state;
    rig_stop(rig);
    rig_sql(rig,
            "INSERT INTO migration (number, name, digest) VALUES (999, 'later', zeroblob(32))");
    rig_expect_refused(rig, "newer roster");
}

static void other_unicode_tables_rebuild_all_keys(void **state)
{
    struct rig *rig = *state;
    int64_t row = 0;
    rig_create(rig, &(struct given_resource){.json = anna, .external_id = "e"});
    rig_create(rig,
               &(struct given_resource){.type = rig->group, .json = "{\"displayName\":\"G\"}"});
    rig_stop(rig);
    // As other tables would have made them.
    rig_sql(rig, "UPDATE unique_value SET key = x'00'; UPDATE external_id SET key = x'00';"
                 "UPDATE index_value SET key = CAST(row || '-' || element AS BLOB)");
    rig->unicode = "99.0.0";
    rig_start(rig);
    struct index_entry *entries = rig_entries(rig, rig->user, str_of(anna));
    assert_int_equal(unique_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, entries, &row),
                     STORE_OK);
    assert_int_equal(index_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, entries->next, 0, &row),
                     STORE_OK);
    assert_int_equal(
        external_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, rig->source, STR("e"), &row),
        STORE_OK);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM index_value"), 3);
    rig_stop(rig);
    rig_sql(rig, "UPDATE unique_value SET key = x'00'");
    rig_start(rig);  // the same tables: nothing is made again
    assert_int_equal(unique_find(rig->reader, rig->tenant, TYPE_NUMBER_USER, entries, &row),
                     STORE_NONE);
}

static void two_names_that_new_tables_make_one_are_refused(void **state)
{
    struct rig *rig = *state;
    rig_create(rig, &(struct given_resource){.json = anna});
    rig_create(rig, &(struct given_resource){.json = "{\"userName\":\"berta\"}"});
    rig_stop(rig);
    rig_sql(rig, "UPDATE resource SET document = '{\"userName\":\"ANNA\"}'"
                 " WHERE document LIKE '%berta%'");
    rig->unicode = "99.0.0";
    rig_expect_refused(rig, "userName");
    rig->unicode = fold_unicode_version();
    rig_sql(rig, "UPDATE resource SET document = '{\"userName\":\"berta\"}'"
                 " WHERE document GLOB '*ANNA*'");
    rig_start(rig);  // the roster that made it opens it still
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM unique_value"), 2);
    assert_int_equal(
        rig_sql_i64(rig, "SELECT count(*) FROM unique_value WHERE key = x'6265727461'"), 1);
}

// Resources for steps of two kinds, of a tenant with the built-in schemas and of one with its own,
// and a copy of their keys.
static void make_keys_of_many_steps(struct rig *rig)
{
    int64_t source = 0;
    int64_t own = rig_tenant(rig, "own", &source);
    rig_begin(rig);
    for (int at = 0; at < 3 * REBUILD_ROWS; at++) {
        char json[128];
        char external_id[16];
        struct resource_row row;
        struct arena_mark mark = arena_mark(rig->arena);
        snprintf(json, sizeof(json), "{\"userName\":\"u%d\",\"displayName\":\"D%d\"}", at, at % 7);
        snprintf(external_id, sizeof(external_id), "e%d", at);
        struct given_resource given = {
            .tenant = at % 2 == 0 ? rig->tenant : own, .json = json, .external_id = external_id};
        assert_int_equal(rig_insert(rig, &given, &row), STORE_OK);
        arena_rewind(rig->arena, mark);
    }
    rig_commit(rig);
    rig_stop(rig);
    rig_sql(rig, "UPDATE tenant SET schemas = 1 WHERE name = 'own';"
                 "CREATE TABLE kept_index AS SELECT * FROM index_value;"
                 "CREATE TABLE kept_unique AS SELECT * FROM unique_value;"
                 "CREATE TABLE kept_external AS SELECT * FROM external_id");
}

static void expect_kept(struct rig *rig, const char *table, const char *kept)
{
    str sql = {0};
    assert_true(arena_format(rig->arena, &sql,
                             "SELECT (SELECT count(*) FROM %s)"
                             " + (SELECT count(*) FROM (SELECT * FROM %s EXCEPT SELECT * FROM %s))"
                             " - (SELECT count(*) FROM %s)",
                             table, table, kept, kept));
    assert_int_equal(rig_sql_i64(rig, sql.ptr), 0);
}

static void expect_keys_as_before(struct rig *rig)
{
    expect_kept(rig, "index_value", "kept_index");
    expect_kept(rig, "unique_value", "kept_unique");
    expect_kept(rig, "external_id", "kept_external");
}

// Driver calls that take a rebuild through its first step of keys, but not through the second.
enum { CALLS_OF_A_STEP = REBUILD_ROWS * 40 };

static void a_rebuild_that_breaks_off_is_gone_on_with(void **state)
{
    struct rig *rig = *state;
    int refused = 0;
    int went_on = 0;
    make_keys_of_many_steps(rig);
    rig->unicode = "99.0.0";
    for (struct store *store = NULL; store == NULL;) {
        struct roster_error err = {0};
        struct store_options options = {rig->url, rig->unicode, CALLS_OF_A_STEP, 0};
        int64_t before = rig_sql_i64(rig, "SELECT count(*) FROM unique_value");
        store = store_open(&options, &err);
        store_close(store);
        refused += store == NULL;
        went_on += before > 0 && rig_sql_i64(rig, "SELECT count(*) FROM unique_value") > before;
        assert_true(refused < 10);
    }
    assert_true(refused >= 2);
    assert_true(went_on >= 1);
    expect_keys_as_before(rig);
    rig_start(rig);
}

static void a_rebuild_that_breaks_off_is_begun_anew_under_other_tables(void **state)
{
    struct rig *rig = *state;
    struct roster_error err = {0};
    make_keys_of_many_steps(rig);
    struct store_options options = {rig->url, "99.0.0", CALLS_OF_A_STEP, 0};
    assert_null(store_open(&options, &err));
    assert_int_equal(err.code, ROSTER_ERR_UNAVAILABLE);
    // As the other tables might have made them.
    rig_sql(rig, "UPDATE external_id SET key = CAST('x' || key AS BLOB)");
    rig_start(rig);
    expect_keys_as_before(rig);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM meta WHERE name = 'unicode'"
                                      " AND text LIKE 'rebuild%'"),
                     0);
}

static void a_full_disk_is_reported_and_survived(void **state)
{
    struct rig *rig = *state;
    enum store_outcome got = STORE_OK;
    int created = 0;
    rig_stop(rig);
    rig->page_max = rig_sql_i64(rig, "PRAGMA page_count") + 20;
    rig_start(rig);
    while (got == STORE_OK && created < 1000) {
        char json[3000];
        memset(json, 'x', sizeof(json));
        int len = snprintf(json, sizeof(json), "{\"userName\":\"user%d\",\"title\":\"", created);
        json[len] = 'x';
        memcpy(json + sizeof(json) - 3, "\"}", 3);
        struct resource_row row;
        rig_begin(rig);
        got = rig_insert(rig, &(struct given_resource){.json = json}, &row);
        if (got == STORE_OK) {
            got = conn_commit(rig->writer);
        }
        created += got == STORE_OK;
    }
    assert_int_equal(got, STORE_FULL);
    assert_true(created > 2);
    conn_rollback(rig->writer);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM resource"), created);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM unique_value"), created);
    struct tenant_row tenant = {0};
    assert_int_equal(tenant_load(rig->reader, rig->tenant, rig->arena, &tenant), STORE_OK);
    assert_int_equal(tenant.user_count, created);
    // What needs no room can still be done.
    rig_begin(rig);
    tenant.suspended = true;
    assert_int_equal(tenant_save(rig->writer, &tenant), STORE_OK);
    rig_commit(rig);
}

static void a_snapshot_does_not_see_what_comes_later(void **state)
{
    struct rig *rig = *state;
    struct resource_row found = {0};
    assert_int_equal(conn_snapshot(rig->reader), STORE_OK);
    struct resource_row row = rig_create(rig, &(struct given_resource){.json = anna});
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, 0, rig->arena, &found),
                     STORE_NONE);
    conn_release(rig->reader);
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, 0, rig->arena, &found),
                     STORE_OK);
}

static void a_read_behind_a_hold_sees_every_commit(void **state)
{
    struct rig *rig = *state;
    for (int at = 0; at < 20; at++) {
        struct tenant_row tenant = {0};
        char json[64];
        snprintf(json, sizeof(json), "{\"userName\":\"user%d\"}", at);
        struct resource_row row = rig_create(rig, &(struct given_resource){.json = json});
        struct resource_row found = {0};
        conn_hold(rig->reader);
        assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, 0, rig->arena, &found),
                         STORE_OK);
        assert_int_equal(tenant_load(rig->reader, rig->tenant, rig->arena, &tenant), STORE_OK);
        assert_int_equal(tenant.user_count, at + 1);
        if (at % 3 == 0) {
            conn_rest(rig->reader);
        }
    }
    conn_rest(rig->reader);
    assert_int_equal(conn_snapshot(rig->reader), STORE_OK);
    struct resource_row late = rig_create(rig, &(struct given_resource){.json = anna});
    struct resource_row found = {0};
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, late.id, 0, rig->arena, &found),
                     STORE_NONE);
    conn_release(rig->reader);
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, late.id, 0, rig->arena, &found),
                     STORE_OK);
}

static void reads_behind_one_hold_see_the_same(void **state)
{
    struct rig *rig = *state;
    struct tenant_row tenant = {0};
    struct resource_row found = {0};
    conn_hold(rig->reader);
    assert_int_equal(tenant_load(rig->reader, rig->tenant, rig->arena, &tenant), STORE_OK);
    struct resource_row row = rig_create(rig, &(struct given_resource){.json = anna});
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, 0, rig->arena, &found),
                     STORE_NONE);
    conn_hold(rig->reader);
    assert_int_equal(resource_find(rig->reader, rig->tenant, 0, row.id, 0, rig->arena, &found),
                     STORE_OK);
    conn_rest(rig->reader);
}

static bool burn_time(void *ctx, const struct hit *hit)
{
    int64_t until = sys_monotonic_us() + 3000;
    while (sys_monotonic_us() < until) {
    }
    return true;
}

static void a_read_that_takes_too_long_is_cut_off(void **state)
{
    struct rig *rig = *state;
    struct roster_error err = {0};
    struct search_plan *plan = NULL;
    struct search search = {.tenant = rig->tenant, .type = rig->user, .indexes = rig->user_set};
    rig_begin(rig);
    for (int at = 0; at < 3000; at++) {
        char json[64];
        struct resource_row row;
        struct arena_mark mark = arena_mark(rig->arena);
        snprintf(json, sizeof(json), "{\"userName\":\"user%d\"}", at);
        assert_int_equal(rig_insert(rig, &(struct given_resource){.json = json}, &row), STORE_OK);
        arena_rewind(rig->arena, mark);
    }
    rig_commit(rig);
    assert_true(search_compile(rig->store, &search, rig->arena, &plan, &err));
    conn_deadline(rig->reader, 5);
    assert_int_equal(search_each(rig->reader, plan, rig->arena, burn_time, NULL), STORE_TIMEOUT);
    conn_deadline(rig->reader, 0);
    assert_int_equal(conn_ping(rig->reader), STORE_OK);
}

static void the_log_is_moved_into_the_file_when_it_is_long(void **state)
{
    struct rig *rig = *state;
    struct stat info;
    char path[128];
    snprintf(path, sizeof(path), "%s-wal", rig->path);
    for (int round = 0; round < 150; round++) {
        rig_begin(rig);
        for (int at = 0; at < 100; at++) {
            char json[1600];
            struct resource_row row;
            struct arena_mark mark = arena_mark(rig->arena);
            memset(json, 'x', sizeof(json));
            int len =
                snprintf(json, sizeof(json), "{\"userName\":\"%d-%d\",\"title\":\"", round, at);
            json[len] = 'x';
            memcpy(json + sizeof(json) - 3, "\"}", 3);
            assert_int_equal(rig_insert(rig, &(struct given_resource){.json = json}, &row),
                             STORE_OK);
            arena_rewind(rig->arena, mark);
        }
        rig_commit(rig);
        conn_checkpoint(rig->writer);
    }
    assert_int_equal(stat(path, &info), 0);
    assert_true((size_t)info.st_size <= LOG_BYTES_KEEP);
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM resource"), 15000);
}

// The head of the log stands in it twice. SQLite reads it again where the two differ, and waits for
// the writer where they keep differing.
static void a_head_of_the_log_that_is_being_written_is_no_failure(void **state)
{
    struct rig *rig = *state;
    const struct driver *driver = rig->reader->link->driver;
    struct resource_row row;
    unsigned char byte = 0;
    size_t moved = 1;
    char path[128];
    snprintf(path, sizeof(path), "%s-shm", rig->path);
    rig_begin(rig);
    assert_int_equal(rig_insert(rig, &(struct given_resource){.json = anna}, &row), STORE_OK);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(pread(fd, &byte, 1, 16) == 1);
    byte ^= 1;
    assert_true(pwrite(fd, &byte, 1, 16) == 1);
    close(fd);
    assert_int_equal(driver->move_log(rig->reader->link, &moved), SQL_DONE);
    assert_int_equal(moved, 0);
    rig_commit(rig);
    assert_int_equal(driver->move_log(rig->reader->link, &moved), SQL_DONE);
    assert_true(moved > 0);
}

static void the_writer_can_be_opened_anew(void **state)
{
    struct rig *rig = *state;
    struct resource_row row;
    rig_begin(rig);
    assert_int_equal(rig_insert(rig, &(struct given_resource){.json = anna}, &row), STORE_OK);
    assert_true(store_reopen_writer(rig->store));
    rig->writer = store_writer(rig->store);
    assert_false(conn_in_transaction(rig->writer));
    rig_create(rig, &(struct given_resource){.json = anna});
    assert_int_equal(rig_sql_i64(rig, "SELECT count(*) FROM resource"), 1);
}

static void the_socket_stands_beside_the_store(void **state)
{
    struct rig *rig = *state;
    str path = {0};
    assert_true(store_socket_path("sqlite:/var/lib/roster/roster.db", rig->arena, &path));
    expect_str(path, STR("/var/lib/roster/roster.db.sock"));
    assert_false(store_socket_path("postgresql://host/db", rig->arena, &path));
}

static const struct CMUnitTest tests[] = {
    IN_RIG(an_owned_store_is_refused_to_a_second_owner),
    IN_RIG(a_child_process_does_not_inherit_the_store),
    cmocka_unit_test(every_file_is_private_whatever_the_umask),
    IN_RIG(a_store_that_others_could_read_is_made_private),
    IN_RIG(reopening_keeps_everything),
    IN_RIG(no_log_is_left_behind_by_closing),
    cmocka_unit_test(places_where_no_store_can_be_are_refused_with_a_reason),
    IN_RIG(a_folder_in_its_place_is_refused),
    IN_RIG(what_is_no_store_is_left_alone),
    IN_RIG(a_migration_that_was_edited_is_noticed),
    IN_RIG(a_newer_store_is_refused),
    IN_RIG(other_unicode_tables_rebuild_all_keys),
    IN_RIG(two_names_that_new_tables_make_one_are_refused),
    IN_RIG(a_rebuild_that_breaks_off_is_gone_on_with),
    IN_RIG(a_rebuild_that_breaks_off_is_begun_anew_under_other_tables),
    IN_RIG(a_full_disk_is_reported_and_survived),
    IN_RIG(a_snapshot_does_not_see_what_comes_later),
    IN_RIG(a_read_behind_a_hold_sees_every_commit),
    IN_RIG(reads_behind_one_hold_see_the_same),
    IN_RIG(a_read_that_takes_too_long_is_cut_off),
    IN_RIG(the_log_is_moved_into_the_file_when_it_is_long),
    IN_RIG(a_head_of_the_log_that_is_being_written_is_no_failure),
    IN_RIG(the_writer_can_be_opened_anew),
    IN_RIG(the_socket_stands_beside_the_store),
};

RUN(tests)
