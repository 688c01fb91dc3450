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

static void run(sqlite3 *db, const char *sql)
{
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

static sqlite3 *open_at(const char *path, const char *vfs)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs),
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
    sqlite3 *db = open_at(to, NULL);
    int64_t content = content_of(db);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return content;
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
        snprintf(sql, sizeof(sql), "INSERT OR REPLACE INTO t VALUES (%u, randomblob(%u))", key,
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
    world->writer = open_at(world->path, sqlite_log_vfs());
    // So few pages are kept in memory that a transaction writes some before its end and reads
    // them again.
    run(world->writer, "PRAGMA page_size = 2048; PRAGMA journal_mode = WAL;"
                       "PRAGMA synchronous = FULL; PRAGMA cache_size = 12;"
                       "CREATE TABLE t (key INTEGER PRIMARY KEY, value BLOB)");
    world->reader = open_at(world->path, NULL);
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
    assert_int_equal(unlink(copy), 0);
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
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(world->reader, "PRAGMA integrity_check", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "ok");
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_log_that_has_no_room_commits_nothing(void **state)
{
    struct world *world = *state;
    struct stat info;
    char log[160];
    snprintf(log, sizeof(log), "%s-wal", world->path);
    assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    run(world->writer, "INSERT INTO t VALUES (1, randomblob(5000))");
    int64_t before = content_of(world->reader);
    assert_int_equal(stat(log, &info), 0);
    limit_files((rlim_t)info.st_size + 3000);
    // Less than the cache has, so that nothing is written before the commit.
    run(world->writer, "BEGIN IMMEDIATE; INSERT INTO t VALUES (2, randomblob(6000))");
    assert_int_not_equal(sqlite3_exec(world->writer, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    limit_files(RLIM_INFINITY);
    (void)sqlite3_exec(world->writer, "ROLLBACK", NULL, NULL, NULL);
    assert_true(content_of(world->writer) == before);
    assert_true(content_of(world->reader) == before);
    assert_true(content_after_a_crash(world) == before);
    run(world->writer, "INSERT INTO t VALUES (2, randomblob(6000))");
    assert_true(content_of(world->reader) != before);
    assert_true(content_after_a_crash(world) == content_of(world->reader));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_commit_is_in_the_file_and_for_everybody_to_read, set_up,
                                    tear_down),
    cmocka_unit_test_setup_teardown(a_log_that_has_no_room_commits_nothing, set_up, tear_down),
};

RUN(tests)
