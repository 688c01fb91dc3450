// driver_sqlite_log.c: the log of an SQLite store, written in large pieces.
//
// SQLite writes the log of a transaction frame by frame, 24 bytes and then a page, each with a
// system call: ten of them for a create. All are one behind the other, and nobody reads them before
// the sync that ends the transaction. So a file system of its own keeps them until then, or until
// there are too many, and writes them at once. It stands in front of the log alone, and for the
// link of the writer alone: what is in the log before a sync only this link may ask for, and it is
// given what was kept. The other links read what the index of the log shows, which a commit
// changes behind its sync, when the sync is the last thing that it does (see sqlite_log_holds).
// See docs/decisions/0031.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "store/driver_sqlite.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SYNCHRONOUS_FULL = 2 };

static const char vfs_name[] = "roster-log";

// A log. That of the system's file system follows in the same memory.
struct log_file {
    sqlite3_file base;
    char *kept;             // LOG_JOIN_BYTES
    size_t kept_len;        // 0: nothing is kept
    sqlite3_int64 kept_at;  // where in the file it belongs
};

static sqlite3_vfs *under;

static struct log_file *log_of(sqlite3_file *file)
{
    return (struct log_file *)file;
}

static sqlite3_file *under_of(sqlite3_file *file)
{
    return (sqlite3_file *)(log_of(file) + 1);
}

// What cannot be written stays, for it may be read or committed yet: not every failure ends the
// transaction.
static int put_kept(sqlite3_file *file)
{
    struct log_file *log = log_of(file);
    int code = SQLITE_OK;
    if (log->kept_len > 0) {
        code = under_of(file)->pMethods->xWrite(under_of(file), log->kept, (int)log->kept_len,
                                                log->kept_at);
    }
    log->kept_len = code == SQLITE_OK ? 0 : log->kept_len;
    return code;
}

static bool is_kept(const struct log_file *log, int len, sqlite3_int64 at)
{
    return log->kept_len > 0 && at < log->kept_at + (sqlite3_int64)log->kept_len &&
           log->kept_at < at + len;
}

static bool can_join(const struct log_file *log, int len, sqlite3_int64 at)
{
    return (size_t)len <= LOG_JOIN_BYTES - log->kept_len &&
           (log->kept_len == 0 || at == log->kept_at + (sqlite3_int64)log->kept_len);
}

static int log_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    struct log_file *log = log_of(file);
    int code = can_join(log, len, at) ? SQLITE_OK : put_kept(file);
    if (code != SQLITE_OK) {
        return code;
    }
    assert(can_join(log, len, at));  // the longest page has half of it
    log->kept_at = log->kept_len == 0 ? at : log->kept_at;
    memcpy(log->kept + log->kept_len, bytes, (size_t)len);
    log->kept_len += (size_t)len;
    return SQLITE_OK;
}

// What is kept at the end belongs to a transaction that did not commit.
static int log_close(sqlite3_file *file)
{
    free(log_of(file)->kept);
    return under_of(file)->pMethods->xClose(under_of(file));
}

static int log_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 at)
{
    int code = is_kept(log_of(file), len, at) ? put_kept(file) : SQLITE_OK;
    return code != SQLITE_OK ? code
                             : under_of(file)->pMethods->xRead(under_of(file), bytes, len, at);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = put_kept(file);
    return code != SQLITE_OK ? code : under_of(file)->pMethods->xTruncate(under_of(file), size);
}

static int log_sync(sqlite3_file *file, int flags)
{
    int code = put_kept(file);
    return code != SQLITE_OK ? code : under_of(file)->pMethods->xSync(under_of(file), flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int code = put_kept(file);
    return code != SQLITE_OK ? code : under_of(file)->pMethods->xFileSize(under_of(file), size);
}

static int log_lock(sqlite3_file *file, int lock)
{
    return under_of(file)->pMethods->xLock(under_of(file), lock);
}

static int log_unlock(sqlite3_file *file, int lock)
{
    return under_of(file)->pMethods->xUnlock(under_of(file), lock);
}

static int log_check_lock(sqlite3_file *file, int *locked)
{
    return under_of(file)->pMethods->xCheckReservedLock(under_of(file), locked);
}

static int log_control(sqlite3_file *file, int what, void *with)
{
    return under_of(file)->pMethods->xFileControl(under_of(file), what, with);
}

static int log_sector(sqlite3_file *file)
{
    return under_of(file)->pMethods->xSectorSize(under_of(file));
}

static int log_traits(sqlite3_file *file)
{
    return under_of(file)->pMethods->xDeviceCharacteristics(under_of(file));
}

static const sqlite3_io_methods log_methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_traits,
};

// Any other file is the system's own, with its methods.
static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *got)
{
    if ((flags & SQLITE_OPEN_WAL) == 0) {
        return under->xOpen(under, name, file, flags, got);
    }
    struct log_file *log = log_of(file);
    *log = (struct log_file){.kept = malloc(LOG_JOIN_BYTES)};
    int code =
        log->kept == NULL ? SQLITE_NOMEM : under->xOpen(under, name, under_of(file), flags, got);
    if (code == SQLITE_OK) {
        log->base.pMethods = &log_methods;
    } else {
        free(log->kept);  // nobody closes a file without methods
    }
    return code;
}

static void register_once(void)
{
    static sqlite3_vfs vfs;
    under = sqlite3_vfs_find(NULL);
    if (under != NULL) {
        vfs = *under;
        vfs.szOsFile = (int)sizeof(struct log_file) + under->szOsFile;
        vfs.zName = vfs_name;
        vfs.xOpen = open_file;
        (void)sqlite3_vfs_register(&vfs, 0);
    }
}

// Of a transaction that was taken back, by us or by SQLite.
static void drop_kept(void *ctx)
{
    sqlite3_file *file = NULL;
    if (sqlite3_file_control(ctx, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file) == SQLITE_OK &&
        file != NULL && file->pMethods == &log_methods) {
        log_of(file)->kept_len = 0;
    }
}

int sqlite_log_open(const char *path, int flags, sqlite3 **db)
{
    static pthread_once_t registered = PTHREAD_ONCE_INIT;
    pthread_once(&registered, register_once);
    int code = sqlite3_open_v2(path, db, flags, vfs_name);
    if (code == SQLITE_OK) {
        sqlite3_rollback_hook(*db, drop_kept, *db);
    }
    return code;
}

bool sqlite_log_holds(sqlite3 *db)
{
    sqlite3_stmt *stmt = NULL;
    int overwrites = -1;
    bool full = sqlite3_prepare_v2(db, "PRAGMA synchronous", -1, &stmt, NULL) == SQLITE_OK &&
                sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_int(stmt, 0) == SYNCHRONOUS_FULL;
    sqlite3_finalize(stmt);
    return full &&
           sqlite3_file_control(db, "main", SQLITE_FCNTL_POWERSAFE_OVERWRITE, &overwrites) ==
               SQLITE_OK &&
           overwrites == 1;
}
