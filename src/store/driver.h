// store/driver.h: what the store asks of a database engine.
//
// A driver is a table of functions over links (one connection each, for one thread) and prepared
// statements. Nothing above this header knows which engine runs. Texts are SQL with parameters
// $1, $2, …; a parameter may stand in several places. Blobs and texts that are bound must live
// until the statement is reset; columns live until the next step or reset.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

#include "base/check.h"
#include "base/error.h"
#include "base/str.h"

enum sql_outcome {
    SQL_DONE,     // done; a statement has no further row
    SQL_ROW,      // a row can be read
    SQL_TIMEOUT,  // the deadline of the link passed
    SQL_FULL,     // the disk or a quota is full
    SQL_FAILED,   // anything else; logged
};

struct driver_options {
    const char *place;  // what follows the scheme of the URL
    bool writer;
    size_t cache_kib;
    long page_max;  // 0: no quota
    long *fail_at;  // of driver_fault: calls until one fails; below 1 none will
};

struct driver;

// First member of each driver's own structs.
struct driver_link {
    const struct driver *driver;
};
struct driver_statement {
    const struct driver *driver;
};

struct driver {
    const char *scheme;  // "sqlite"
    // NULL, and `err` with one line that says what to do.
    struct driver_link *(*open)(const struct driver_options *options, struct roster_error *err);
    // All statements are finalized. False: something was left open, which is a bug.
    bool (*close)(struct driver_link *link);
    // Statements without parameters and rows, separated by semicolons.
    enum sql_outcome (*run)(struct driver_link *link, const char *sql);
    enum sql_outcome (*prepare)(struct driver_link *link, str sql, struct driver_statement **out);
    void (*finalize)(struct driver_statement *statement);  // NULL is accepted
    // A parameter that the text does not use is passed over.
    enum sql_outcome (*bind_i64)(struct driver_statement *statement, int parameter, int64_t value);
    enum sql_outcome (*bind_text)(struct driver_statement *statement, int parameter, str value);
    enum sql_outcome (*bind_blob)(struct driver_statement *statement, int parameter, str value);
    enum sql_outcome (*step)(struct driver_statement *statement);
    int64_t (*column_i64)(struct driver_statement *statement, int column);
    str (*column_str)(struct driver_statement *statement, int column);  // NULL: the empty slice
    // Rows that the last statement of this link inserted, updated or deleted.
    int64_t (*changes)(struct driver_link *link);
    void (*reset)(struct driver_statement *statement);
    // A writer's transaction, or one of reads, which all see what was there at the first of them.
    enum sql_outcome (*begin)(struct driver_link *link);
    enum sql_outcome (*commit)(struct driver_link *link);
    void (*rollback)(struct driver_link *link);
    bool (*in_transaction)(const struct driver_link *link);
    // Steps end with SQL_TIMEOUT once `ms` have passed, or SCAN_STEPS_MAX steps of the engine's
    // machine, whatever comes first; 0: no deadline.
    void (*deadline)(struct driver_link *link, int ms);
    // Those steps since a deadline was set last, but for a few thousand.
    int64_t (*steps)(const struct driver_link *link);
    // Bytes of the log after the last commit of this link; 0 for an engine that has none of ours.
    size_t (*log_bytes)(const struct driver_link *link);
    // Moves the log into the file as far as it is there, while a writer goes on. *moved: how much
    // of it is in the file now, and synced; 0 when another link was in the way.
    enum sql_outcome (*move_log)(struct driver_link *link, size_t *moved);
    // Moves the rest, waits a moment for readers of the log, and lets the next commit begin at its
    // start: *ended. For the writer's link, not in a transaction.
    enum sql_outcome (*end_log)(struct driver_link *link, bool *ended);
    // Rewrites the file so that nothing of what was deleted is left in it, and empties the log:
    // *ended, unless readers were in its way. For the writer's link, not in a transaction.
    enum sql_outcome (*scrub)(struct driver_link *link, bool *ended);
};

extern const struct driver driver_sqlite;
// Wraps driver_sqlite: the call that makes *fail_at zero fails instead of being made.
extern const struct driver driver_fault;

#endif
