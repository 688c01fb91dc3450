// store/driver_sqlite.h: what the two halves of the SQLite driver share.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_DRIVER_SQLITE_H
#define STORE_DRIVER_SQLITE_H

#include "store/driver.h"

#include <sqlite3.h>

// Statements without parameters that every transaction needs, kept prepared.
enum sqlite_control { CONTROL_BEGIN, CONTROL_COMMIT, CONTROL_ROLLBACK, CONTROL_COUNT };

struct sqlite_link {
    struct driver_link base;
    sqlite3 *db;
    bool writer;
    int64_t deadline_us;  // 0: none
    int64_t steps;        // of the machine since the deadline was set
    size_t page_bytes;
    size_t log_pages;  // after the last commit
    sqlite3_stmt *controls[CONTROL_COUNT];
};

struct driver_link *sqlite_link_open(const struct driver_options *options,
                                     struct roster_error *err);
bool sqlite_link_close(struct driver_link *link);
// sqlite3_open_v2 for the writer's link: its log is written in large pieces. No other program may
// write to the file while it is open.
int sqlite_log_open(const char *path, int flags, sqlite3 **db);
// Whether a commit shows others no more than it has synced: synchronous = FULL, and a sync that no
// padding follows. Without that the link may not be used.
bool sqlite_log_holds(sqlite3 *db);
// A busy handler: waits for a lock a moment. 0: it has waited long enough.
int sqlite_wait(void *ctx, int tries);

#endif
