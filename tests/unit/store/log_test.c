// log_test.c: a log that is written in large pieces is the log that SQLite meant.
// SPDX-License-Identifier: Apache-2.0
#include "store/driver_sqlite.h"
#include "store/rig.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROUNDS = 60, STEPS_MAX = 40, BLOB_MAX = 9000, ROWS = 200 };

struct world {
    char folder[64];
    char path[128];
    sqlite3 *writer;  // through the file system under test
    sqlite3 *reader;  // through the system's
    unsigned seed;
};

// The system's file system, but that a log cannot be written while `full` says so.
static sqlite3_vfs *system_vfs;
static sqlite3_io_methods log_methods;
static int (*write_log)(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at);
static bool full;
// And that syncs pad to sectors while `padded` says so.
static bool padded;

static int write_unless_full(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    return full ? SQLITE_FULL : write_log(file, bytes, len, at);
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
    int code = system_vfs->xOpen(system_vfs, name, file, flags, got);
    if (code == SQLITE_OK && padded) {
        int no = 0;
        (void)file->pMethods->xFileControl(file, SQLITE_FCNTL_POWERSAFE_OVERWRITE, &no);
    }
    if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
        log_methods = *file->pMethods;
        write_log = write_log == NULL ? log_methods.xWrite : write_log;
        log_methods.xWrite = write_unless_full;
        file->pMethods = &log_methods;
    }
    return code;
}

// Before the file system under test looks for the system's.
static void stand_in_for_the_system(void)
{
    static sqlite3_vfs vfs;
    if (system_vfs == NULL) {
        system_vfs = sqlite3_vfs_find(NULL);
        assert_non_null(system_vfs);
        vfs = *system_vfs;
        vfs.zName = "log-test";
        vfs.xOpen = open_file;
        assert_int_equal(sqlite3_vfs_register(&vfs, 1), SQLITE_OK);
    }
}

static void run(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3 *open_at(const char *path, bool joined)
{
    static const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    sqlite3 *db = NULL;
    assert_int_equal(joined ? sqlite_log_open(path, flags, &db)
                            : sqlite3_open_v2(path, &db, flags, NULL),
                     SQLITE_OK);
    return db;
}

// A number that any other content would change.
static int64_t content_of(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    uint64_t sum = 0;
    assert_int_equal(
        sqlite3_prepare_v2(db, "SELECT key, value FROM t ORDER BY key", -1, &stmt, NULL),
        SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const unsigned char *bytes = sqlite3_column_blob(stmt, 1);
        sum = sum * 31 + (uint64_t)sqlite3_column_int64(stmt, 0);
        for (int at = 0; at < sqlite3_column_bytes(stmt, 1); at++) {
            sum = sum * 31 + bytes[at];
        }
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
    return (int64_t)(sum >> 1);
}

static void copy_file(const char *from, const char *to)
{
    char piece[4096];
    size_t len = 0;
    FILE *in = fopen(from, "rb");
    FILE *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    while ((len = fread(piece, 1, sizeof(piece), in)) > 0) {
        assert_int_equal(fwrite(piece, 1, len, out), len);
    }
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

// What a machine would find that went down now, had it kept what was written.
static int64_t content_after_a_crash(const struct world *world)
{
    char from[160];
    char to[160];
    char log[170];
    snprintf(from, sizeof(from), "%s-wal", world->path);
    snprintf(to, sizeof(to), "%s/copy.db", world->folder);
    snprintf(log, sizeof(log), "%s-wal", to);
    copy_file(world->path, to);
    copy_file(from, log);
    sqlite3 *db = open_at(to, false);
    int64_t content = content_of(db);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return content;
}

static void expect_whole(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

static unsigned any(struct world *world, unsigned below)
{
    world->seed = world->seed * 1103515245U + 12345U;
    return (world->seed >> 16) % below;
}

static void change(struct world *world)
{
    char sql[160];
    unsigned key = any(world, ROWS);
    if (any(world, 4) == 0) {
        snprintf(sql, sizeof(sql), "DELETE FROM t WHERE key = %u", key);
    } else {
        snprintf(sql, sizeof(sql),
                 "INSERT OR REPLACE INTO t (key, value) VALUES (%u, randomblob(%u))", key,
                 any(world, BLOB_MAX));
    }
    run(world->writer, sql);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    snprintf(world->folder, sizeof(world->folder), "/tmp/roster-log-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    snprintf(world->path, sizeof(world->path), "%s/t.db", world->folder);
    world->seed = 7;
    stand_in_for_the_system();
    world->writer = open_at(world->path, true);
    // So few pages are kept in memory that a transaction writes some before its end and reads
    // them again.
    run(world->writer, "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = FULL; PRAGMA cache_size = 12;"
                       "CREATE TABLE t (key INTEGER PRIMARY KEY, value BLOB, once INTEGER UNIQUE)");
    world->reader = open_at(world->path, false);
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;
    char copy[160];
    assert_int_equal(sqlite3_close(world->reader), SQLITE_OK);
    assert_int_equal(sqlite3_close(world->writer), SQLITE_OK);
    snprintf(copy, sizeof(copy), "%s/copy.db", world->folder);
    (void)unlink(copy);  // not every test makes one
    assert_int_equal(unlink(world->path), 0);
    assert_int_equal(rmdir(world->folder), 0);  // and no other file was left
    free(world);
    return 0;
}

static void a_commit_is_in_the_file_and_for_everybody_to_read(void **state)
{
    struct world *world = *state;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t before = content_of(world->writer);
        bool taken_back = any(world, 5) == 0;
        run(world->writer, "BEGIN IMMEDIATE");
        for (unsigned left = any(world, STEPS_MAX); left > 0; left--) {
            change(world);
        }
        int64_t after = content_of(world->writer);
        assert_true(content_of(world->reader) == before);
        run(world->writer, taken_back ? "ROLLBACK" : "COMMIT");
        int64_t now = taken_back ? before : after;
        // The writer is asked last: what it reads would be written for it.
        assert_true(content_after_a_crash(world) == now);
        assert_true(content_of(world->reader) == now);
        assert_true(content_of(world->writer) == now);
        if (any(world, 6) == 0) {
            run(world->writer, "PRAGMA wal_checkpoint(RESTART)");
        }
    }
    expect_whole(world->reader);
}

// Gives the limit before.
static rlim_t limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    return before;
}

static rlim_t length_of_log(const struct world *world)
{
    struct stat info;
    char log[160];
    snprintf(log, sizeof(log), "%s-wal", world->path);
    assert_int_equal(stat(log, &info), 0);
    return (rlim_t)info.st_size;
}

static void a_log_that_has_no_room_commits_nothing(void **state)
{
    struct world *world = *state;
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    run(world->writer, "INSERT INTO t (key, value) VALUES (1, randomblob(5000))");
    int64_t before = content_of(world->reader);
    rlim_t limit = limit_files(length_of_log(world) + 3000);
    // Less than the cache has, so that nothing is written before the commit.
    run(world->writer, "BEGIN IMMEDIATE; INSERT INTO t (key, value) VALUES (2, randomblob(6000))");
    assert_int_not_equal(sqlite3_exec(world->writer, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    (void)limit_files(limit);
    (void)sqlite3_exec(world->writer, "ROLLBACK", NULL, NULL, NULL);
    assert_true(content_of(world->writer) == before);
    assert_true(content_of(world->reader) == before);
    assert_true(content_after_a_crash(world) == before);
    run(world->writer, "INSERT INTO t (key, value) VALUES (2, randomblob(6000))");
    assert_true(content_of(world->reader) != before);
    assert_true(content_after_a_crash(world) == content_of(world->reader));
}

// More pages than the cache has, so that some are in what is kept.
static void change_much(struct world *world)
{
    run(world->writer, "BEGIN IMMEDIATE");
    for (int key = 0; key < 60; key++) {
        char sql[128];
        snprintf(sql, sizeof(sql),
                 "INSERT OR REPLACE INTO t (key, value) VALUES (%d, randomblob(1500))", key);
        run(world->writer, sql);
    }
}

// A statement that fails because what it reads cannot be written first is undone alone, for it may
// break a rule in its middle; what was changed before it stays.
static void a_read_that_finds_no_room_loses_nothing(void **state)
{
    struct world *world = *state;
    run(world->writer,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100)"
        " INSERT INTO t SELECT i, randomblob(900), i FROM n; PRAGMA wal_checkpoint(TRUNCATE);"
        "BEGIN IMMEDIATE; UPDATE t SET value = zeroblob(900) WHERE key <= 50");
    int64_t before = content_of(world->reader);
    full = true;
    int code = sqlite3_exec(world->writer,
                            "UPDATE t SET value = zeroblob(901), once = once + 1000 WHERE key >= 2",
                            NULL, NULL, NULL);
    full = false;
    assert_int_equal(code, SQLITE_FULL);
    assert_int_equal(sqlite3_get_autocommit(world->writer), 0);
    run(world->writer, "UPDATE t SET value = zeroblob(800) WHERE key = 99");
    bool done = sqlite3_exec(world->writer, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    int64_t now = content_after_a_crash(world);
    assert_true((now != before) == done);
    assert_true(content_of(world->reader) == now);
    assert_true(content_of(world->writer) == now);
    expect_whole(world->reader);
}

static void what_was_taken_back_is_never_written(void **state)
{
    struct world *world = *state;
    change_much(world);
    run(world->writer, "ROLLBACK");
    // Nobody else writes to a store; here it shows what is left.
    run(world->reader,
        "INSERT INTO t (key, value) VALUES (1, randomblob(9000)), (2, randomblob(9000))");
    int64_t now = content_of(world->reader);
    assert_true(content_of(world->writer) == now);
    run(world->writer, "INSERT INTO t (key, value) VALUES (3, x'00'); DELETE FROM t WHERE key = 3");
    assert_true(content_of(world->reader) == now);
    assert_true(content_after_a_crash(world) == now);
    expect_whole(world->reader);
}

static void a_link_that_does_not_sync_each_commit_does_not_hold(void **state)
{
    struct world *world = *state;
    int no = 0;
    assert_true(sqlite_log_holds(world->writer));
    run(world->writer, "PRAGMA synchronous = NORMAL");
    assert_false(sqlite_log_holds(world->writer));
    run(world->writer, "PRAGMA synchronous = FULL");
    assert_int_equal(
        sqlite3_file_control(world->writer, "main", SQLITE_FCNTL_POWERSAFE_OVERWRITE, &no),
        SQLITE_OK);
    assert_false(sqlite_log_holds(world->writer));
}

static void a_store_is_not_opened_where_a_commit_would_show_too_much(void **state)
{
    struct world *world = *state;
    char place[160];
    char log[170];
    struct roster_error err = {0};
    snprintf(place, sizeof(place), "%s/copy.db", world->folder);
    const struct driver_options options = {.place = place, .writer = true, .cache_kib = 64};
    padded = true;
    assert_null(driver_sqlite.open(&options, &err));
    padded = false;
    assert_int_equal(err.code, ROSTER_ERR_UNAVAILABLE);
    assert_non_null(strstr(err.detail, "does not sync"));
    snprintf(log, sizeof(log), "%s-wal", place);
    assert_int_not_equal(access(log, F_OK), 0);  // it was closed again
    struct driver_link *link = driver_sqlite.open(&options, &err);
    assert_non_null(link);
    assert_true(driver_sqlite.close(link));
}

#define IN_WORLD(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, set_up, tear_down)

static const struct CMUnitTest tests[] = {
    IN_WORLD(a_commit_is_in_the_file_and_for_everybody_to_read),
    IN_WORLD(a_log_that_has_no_room_commits_nothing),
    IN_WORLD(a_read_that_finds_no_room_loses_nothing),
    IN_WORLD(what_was_taken_back_is_never_written),
    IN_WORLD(a_link_that_does_not_sync_each_commit_does_not_hold),
    IN_WORLD(a_store_is_not_opened_where_a_commit_would_show_too_much),
};

RUN(tests)
