// driver_sqlite.c: statements and transactions over SQLite.
//
// One link is one sqlite3 handle for one thread (NOMUTEX). What fails here is logged here, once.
// SPDX-License-Identifier: Apache-2.0
#include "store/driver_sqlite.h"

#include "base/limits.h"
#include "sys/log.h"
#include "sys/sys.h"

#include <errno.h>
#include <stdlib.h>

enum { PROGRESS_STEPS = 2000 };  // of SQLite's machine between two looks at the clock: 0.1 ms

struct statement {
    struct driver_statement base;
    sqlite3_stmt *stmt;
    struct sqlite_link *link;
    int highest;
    int parameters[];  // by number: SQLite counts $7 by its first place in the text; 0: not used
};

static struct sqlite_link *link_of(const struct driver_link *link)
{
    return (struct sqlite_link *)link;
}

static struct statement *statement_of(struct driver_statement *statement)
{
    return (struct statement *)statement;
}

// SQLite knows a full disk from write(2); a quota or a limit on file sizes it calls an I/O error.
static bool is_full(sqlite3 *db, int code)
{
    int cause = sqlite3_system_errno(db);
    return code == SQLITE_FULL ||
           (code == SQLITE_IOERR && (cause == ENOSPC || cause == EDQUOT || cause == EFBIG));
}

static enum sql_outcome outcome_of(struct sqlite_link *link, int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE) {
        return SQL_DONE;
    }
    if (code == SQLITE_ROW) {
        return SQL_ROW;
    }
    if ((code & 0xff) == SQLITE_INTERRUPT) {
        return SQL_TIMEOUT;
    }
    bool full = is_full(link->db, code & 0xff);
    log_event(LOG_LEVEL_ERROR, full ? "store_full" : "store_failed", LOG_NUMBER("code", code),
              LOG_TEXT("message", str_of(sqlite3_errmsg(link->db))));
    return full ? SQL_FULL : SQL_FAILED;
}

static enum sql_outcome sqlite_run(struct driver_link *link, const char *sql)
{
    return outcome_of(link_of(link), sqlite3_exec(link_of(link)->db, sql, NULL, NULL, NULL));
}

// 7 for "$7".
static int parameter_number(sqlite3_stmt *stmt, int index)
{
    int64_t number = 0;
    const char *name = sqlite3_bind_parameter_name(stmt, index);
    bool numbered = name != NULL && name[0] == '$' && str_to_i64(str_of(name + 1), &number);
    assert(numbered && number >= 1 && number <= STATEMENT_PARAMETERS_MAX);
    return numbered ? (int)number : 0;
}

static struct statement *statement_new(struct sqlite_link *link, sqlite3_stmt *stmt)
{
    int count = sqlite3_bind_parameter_count(stmt);
    int highest = 0;
    for (int index = 1; index <= count; index++) {
        int number = parameter_number(stmt, index);
        highest = number > highest ? number : highest;
    }
    struct statement *statement =
        calloc(1, sizeof(*statement) + ((size_t)highest + 1) * sizeof(statement->parameters[0]));
    if (statement == NULL) {
        return NULL;
    }
    for (int index = 1; index <= count; index++) {
        statement->parameters[parameter_number(stmt, index)] = index;
    }
    statement->base.driver = &driver_sqlite;
    statement->stmt = stmt;
    statement->link = link;
    statement->highest = highest;
    return statement;
}

static enum sql_outcome sqlite_prepare(struct driver_link *link, str sql,
                                       struct driver_statement **out)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v3(link_of(link)->db, sql.ptr, (int)sql.len,
                                  SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (code != SQLITE_OK) {
        return outcome_of(link_of(link), code);
    }
    struct statement *statement = statement_new(link_of(link), stmt);
    if (statement == NULL) {
        sqlite3_finalize(stmt);
        return SQL_FAILED;
    }
    *out = &statement->base;
    return SQL_DONE;
}

static void sqlite_finalize(struct driver_statement *statement)
{
    if (statement != NULL) {
        sqlite3_finalize(statement_of(statement)->stmt);
        free(statement);
    }
}

// 0: the text does not use it.
static int index_of(const struct statement *statement, int parameter)
{
    assert(parameter >= 1);
    return parameter <= statement->highest ? statement->parameters[parameter] : 0;
}

static enum sql_outcome sqlite_bind_i64(struct driver_statement *base, int parameter, int64_t value)
{
    struct statement *statement = statement_of(base);
    int index = index_of(statement, parameter);
    int code = index == 0 ? SQLITE_OK : sqlite3_bind_int64(statement->stmt, index, value);
    return outcome_of(statement->link, code);
}

// A NULL pointer would bind NULL, and an empty text is not NULL.
static enum sql_outcome sqlite_bind_text(struct driver_statement *base, int parameter, str value)
{
    struct statement *statement = statement_of(base);
    int index = index_of(statement, parameter);
    const char *bytes = value.len == 0 ? "" : value.ptr;
    int code = index == 0 ? SQLITE_OK
                          : sqlite3_bind_text64(statement->stmt, index, bytes, value.len,
                                                SQLITE_STATIC, SQLITE_UTF8);
    return outcome_of(statement->link, code);
}

static enum sql_outcome sqlite_bind_blob(struct driver_statement *base, int parameter, str value)
{
    struct statement *statement = statement_of(base);
    int index = index_of(statement, parameter);
    const char *bytes = value.len == 0 ? "" : value.ptr;
    int code = index == 0
                   ? SQLITE_OK
                   : sqlite3_bind_blob64(statement->stmt, index, bytes, value.len, SQLITE_STATIC);
    return outcome_of(statement->link, code);
}

static enum sql_outcome sqlite_step(struct driver_statement *base)
{
    struct statement *statement = statement_of(base);
    return outcome_of(statement->link, sqlite3_step(statement->stmt));
}

static int64_t sqlite_column_i64(struct driver_statement *base, int column)
{
    return sqlite3_column_int64(statement_of(base)->stmt, column);
}

static str sqlite_column_str(struct driver_statement *base, int column)
{
    sqlite3_stmt *stmt = statement_of(base)->stmt;
    const void *bytes = sqlite3_column_blob(stmt, column);
    return (str){bytes, bytes == NULL ? 0 : (size_t)sqlite3_column_bytes(stmt, column)};
}

static int64_t sqlite_changes(struct driver_link *link)
{
    return sqlite3_changes64(link_of(link)->db);
}

static void sqlite_reset(struct driver_statement *base)
{
    // The code of reset repeats what step said, and step has been looked at.
    (void)sqlite3_reset(statement_of(base)->stmt);
    (void)sqlite3_clear_bindings(statement_of(base)->stmt);
}

static enum sql_outcome run_control(struct sqlite_link *link, enum sqlite_control control,
                                    const char *sql)
{
    sqlite3_stmt **stmt = &link->controls[control];
    int code = SQLITE_OK;
    if (*stmt == NULL) {
        code = sqlite3_prepare_v3(link->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_step(*stmt);
        (void)sqlite3_reset(*stmt);
    }
    return outcome_of(link, code);
}

static enum sql_outcome sqlite_begin(struct driver_link *base)
{
    struct sqlite_link *link = link_of(base);
    return run_control(link, CONTROL_BEGIN, link->writer ? "BEGIN IMMEDIATE" : "BEGIN");
}

static enum sql_outcome sqlite_commit(struct driver_link *link)
{
    return run_control(link_of(link), CONTROL_COMMIT, "COMMIT");
}

static bool sqlite_in_transaction(const struct driver_link *link)
{
    return sqlite3_get_autocommit(link_of(link)->db) == 0;
}

static void sqlite_rollback(struct driver_link *link)
{
    if (sqlite_in_transaction(link)) {
        (void)run_control(link_of(link), CONTROL_ROLLBACK, "ROLLBACK");
    }
}

static int check_deadline(void *ctx)
{
    struct sqlite_link *link = ctx;
    link->steps += PROGRESS_STEPS;
    return link->steps > SCAN_STEPS_MAX || sys_monotonic_us() >= link->deadline_us;
}

static void sqlite_deadline(struct driver_link *base, int ms)
{
    struct sqlite_link *link = link_of(base);
    link->deadline_us = sys_monotonic_us() + (int64_t)ms * 1000;
    link->steps = ms == 0 ? link->steps : 0;
    sqlite3_progress_handler(link->db, PROGRESS_STEPS, ms == 0 ? NULL : check_deadline, link);
}

static int64_t sqlite_steps(const struct driver_link *link)
{
    return link_of(link)->steps;
}

static size_t sqlite_log_bytes(const struct driver_link *link)
{
    return link_of(link)->log_pages * link_of(link)->page_bytes;
}

// SQLite calls it busy when it comes upon the writer just as that renews the head of the log.
static int move_pages(struct sqlite_link *link, int *pages)
{
    int tries = 0;
    int code = SQLITE_OK;
    do {
        code = sqlite3_wal_checkpoint_v2(link->db, "main", SQLITE_CHECKPOINT_PASSIVE, NULL, pages);
    } while ((code & 0xff) == SQLITE_BUSY && sqlite_wait(NULL, tries++));
    return code;
}

// A passive checkpoint leaves the sync of the file to who reaches the end of the log, which
// with a busy writer is never it. So it is done here: else all of it would be left to end_log.
static enum sql_outcome sqlite_move_log(struct driver_link *base, size_t *moved)
{
    struct sqlite_link *link = link_of(base);
    sqlite3_file *file = NULL;
    int pages = 0;
    int code = move_pages(link, &pages);
    *moved = pages > 0 ? (size_t)pages * link->page_bytes : 0;
    if ((code & 0xff) == SQLITE_BUSY) {
        return SQL_DONE;
    }
    if (code == SQLITE_OK) {
        code = sqlite3_file_control(link->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    }
    if (code == SQLITE_OK && file != NULL && file->pMethods != NULL) {
        code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
    }
    return outcome_of(link, code);
}

static enum sql_outcome sqlite_end_log(struct driver_link *base, bool *ended)
{
    struct sqlite_link *link = link_of(base);
    int code = sqlite3_wal_checkpoint_v2(link->db, "main", SQLITE_CHECKPOINT_RESTART, NULL, NULL);
    *ended = code == SQLITE_OK;
    if (*ended) {
        link->log_pages = 0;
    }
    return (code & 0xff) == SQLITE_BUSY ? SQL_DONE : outcome_of(link, code);
}

// The copy that VACUUM makes must not be held in memory.
static enum sql_outcome sqlite_scrub(struct driver_link *base, bool *ended)
{
    struct sqlite_link *link = link_of(base);
    *ended = false;
    int code = sqlite3_exec(link->db, "PRAGMA temp_store = FILE; VACUUM", NULL, NULL, NULL);
    (void)sqlite3_exec(link->db, "PRAGMA temp_store = MEMORY", NULL, NULL, NULL);
    if (code != SQLITE_OK) {
        return outcome_of(link, code);
    }
    code = sqlite3_wal_checkpoint_v2(link->db, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    if (code == SQLITE_BUSY) {
        return SQL_DONE;
    }
    *ended = code == SQLITE_OK;
    return outcome_of(link, code);
}

const struct driver driver_sqlite = {
    .scheme = "sqlite",
    .open = sqlite_link_open,
    .close = sqlite_link_close,
    .run = sqlite_run,
    .prepare = sqlite_prepare,
    .finalize = sqlite_finalize,
    .bind_i64 = sqlite_bind_i64,
    .bind_text = sqlite_bind_text,
    .bind_blob = sqlite_bind_blob,
    .step = sqlite_step,
    .column_i64 = sqlite_column_i64,
    .column_str = sqlite_column_str,
    .changes = sqlite_changes,
    .reset = sqlite_reset,
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .in_transaction = sqlite_in_transaction,
    .deadline = sqlite_deadline,
    .steps = sqlite_steps,
    .log_bytes = sqlite_log_bytes,
    .move_log = sqlite_move_log,
    .end_log = sqlite_end_log,
    .scrub = sqlite_scrub,
};
