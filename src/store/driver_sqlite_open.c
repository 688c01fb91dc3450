// driver_sqlite_open.c: files and settings of an SQLite store.
//
// Files are 0600 under any umask: the database is made so, and SQLite gives -wal and -shm the mode
// of the database. The settings hold for files on a local disk.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "store/driver_sqlite.h"
#include "store/store.h"
#include "sys/log.h"
#include "sys/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { APPLICATION_ID = 0x52535452 };  // "RSTR"

// One number that a PRAGMA answers; -1 when it does not.
static int64_t pragma_i64(sqlite3 *db, const char *sql, int *code)
{
    sqlite3_stmt *stmt = NULL;
    int64_t value = -1;
    *code = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);
    if (*code == SQLITE_OK) {
        *code = sqlite3_step(stmt);
        value = *code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : -1;
        *code = *code == SQLITE_ROW ? SQLITE_OK : *code;
    }
    sqlite3_finalize(stmt);
    return value;
}

// Waits for a lock in small steps: SQLite's own handler begins with a whole millisecond.
int sqlite_wait(void *ctx, int tries)
{
    struct timespec pause = {.tv_nsec = STORE_WAIT_US * 1000L};
    nanosleep(&pause, NULL);
    return tries < STORE_WAITS_MAX;
}

static int count_wal(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_link *link = ctx;
    link->log_pages = (size_t)pages;
    return SQLITE_OK;
}

static void configure_once(void)
{
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    // Statistics would take a mutex of the process for every allocation.
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// Without opening a file that is there: closing it again would drop the locks of all our links.
static bool make_file(const char *path, struct roster_error *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        bool made = fchmod(fd, 0600) == 0 && owner_follow(fd, path);
        close(fd);
        return made || fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot make %s private: %s", path,
                            strerror(errno));
    }
    if (errno != EEXIST) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot make the store %s: %s", path,
                    strerror(errno));
    }
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the store %s is not a file", path);
    }
    if ((info.st_mode & 077) != 0 && chmod(path, 0600) != 0) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "the store %s can be read by others and its mode cannot be changed: %s", path,
                    strerror(errno));
    }
    return true;
}

static bool refuse_open(struct sqlite_link *link, const char *path, int code,
                        struct roster_error *err)
{
    if ((code & 0xff) == SQLITE_NOTADB || (code & 0xff) == SQLITE_CORRUPT) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "%s is damaged or no store of roster: restore it from a backup", path);
    }
    int cause = link->db != NULL ? sqlite3_system_errno(link->db) : ENOMEM;
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot open the store %s: %s%s%s", path,
                link->db != NULL ? sqlite3_errmsg(link->db) : "out of memory",
                cause != 0 ? ": " : "", cause != 0 ? strerror(cause) : "");
}

// A file that another program made is left alone.
static bool check_owner(struct sqlite_link *link, const char *path, struct roster_error *err)
{
    int code = SQLITE_OK;
    int64_t pages = pragma_i64(link->db, "PRAGMA page_count", &code);
    int64_t owner = code == SQLITE_OK ? pragma_i64(link->db, "PRAGMA application_id", &code) : 0;
    if (code != SQLITE_OK) {
        return refuse_open(link, path, code, err);
    }
    if (pages > 0 && owner != APPLICATION_ID) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "%s is a database of another program: give another path", path);
    }
    return true;
}

static bool set_up(struct sqlite_link *link, const struct driver_options *options, const char *path,
                   struct roster_error *err)
{
    char settings[640];
    // secure_delete: on, as Debian has it, it doubles what a delete writes. FAST overwrites what
    // goes in pages that are written anyway: the hash of a password does not stay behind.
    // wal_autocheckpoint: the writer does it between batches, never inside a commit.
    snprintf(settings, sizeof(settings),
             "PRAGMA page_size = %d; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
             "PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = %zu;"
             "PRAGMA secure_delete = FAST; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
             "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = OFF; PRAGMA cache_size = -%zu;"
             "%s",
             STORE_PAGE_BYTES, LOG_BYTES_KEEP, options->cache_kib,
             options->writer ? "" : "PRAGMA query_only = ON;");
    int code = sqlite3_exec(link->db, settings, NULL, NULL, NULL);
    if (code == SQLITE_OK && options->writer) {
        snprintf(settings, sizeof(settings), "PRAGMA application_id = %d", APPLICATION_ID);
        code = sqlite3_exec(link->db, settings, NULL, NULL, NULL);
    }
    if (code == SQLITE_OK && options->page_max > 0) {
        snprintf(settings, sizeof(settings), "PRAGMA max_page_count = %ld", options->page_max);
        code = sqlite3_exec(link->db, settings, NULL, NULL, NULL);
    }
    if (code == SQLITE_OK) {
        // A store keeps the size it was made with.
        link->page_bytes = (size_t)pragma_i64(link->db, "PRAGMA page_size", &code);
    }
    if (code == SQLITE_OK && options->writer && !sqlite_log_holds(link->db)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "this SQLite (%s) does not sync as the store needs it: use another build of it",
                    sqlite3_libversion());
    }
    return code == SQLITE_OK || refuse_open(link, path, code, err);
}

bool sqlite_link_close(struct driver_link *base)
{
    struct sqlite_link *link = (struct sqlite_link *)base;
    for (size_t at = 0; at < CONTROL_COUNT; at++) {
        sqlite3_finalize(link->controls[at]);
    }
    bool closed = sqlite3_close(link->db) == SQLITE_OK;
    if (!closed) {
        // A handle that stays behind would keep stale locks: better seen than hidden.
        log_event(LOG_LEVEL_ERROR, "store_not_closed",
                  LOG_TEXT("message", str_of(sqlite3_errmsg(link->db))));
    }
    free(link);
    return closed;
}

struct driver_link *sqlite_link_open(const struct driver_options *options, struct roster_error *err)
{
    static pthread_once_t configured = PTHREAD_ONCE_INIT;
    static const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    char path[URL_TEXT_MAX + 3];
    pthread_once(&configured, configure_once);
    // A relative path that begins with "file:" would be taken for a URI.
    snprintf(path, sizeof(path), "%s%s", options->place[0] == '/' ? "" : "./", options->place);
    struct sqlite_link *link = calloc(1, sizeof(*link));
    if (link == NULL) {
        fail_memory(err);
        return NULL;
    }
    link->base.driver = &driver_sqlite;
    link->writer = options->writer;
    bool opened = !options->writer || make_file(path, err);
    if (opened) {
        int code = options->writer ? sqlite_log_open(path, flags, &link->db)
                                   : sqlite3_open_v2(path, &link->db, flags, NULL);
        opened = code == SQLITE_OK || refuse_open(link, path, code, err);
    }
    if (opened) {
        sqlite3_busy_handler(link->db, sqlite_wait, NULL);
        opened =
            (!options->writer || check_owner(link, path, err)) && set_up(link, options, path, err);
    }
    if (!opened) {
        (void)sqlite_link_close(&link->base);
        return NULL;
    }
    sqlite3_wal_hook(link->db, count_wal, link);
    return &link->base;
}

const char *store_engine_version(void)
{
    return sqlite3_libversion();
}
