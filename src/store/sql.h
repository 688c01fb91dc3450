// store/sql.h: running one statement, the same way for every engine.
//
//   struct sql q = sql_begin(conn, STATEMENT_COUNTER_FIND);
//   sql_i64(&q, 1, tenant);              // $1
//   if (sql_step(&q) == SQL_ROW) {
//       count = sql_column_i64(&q, 0);
//   }
//   return sql_end(&q);
//
// Errors are sticky: what fails first is what every later step and sql_end say. What was bound must
// live until sql_end. Statements are prepared once for each connection and kept.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "store/driver.h"
#include "store/statements.h"
#include "store/store.h"

struct sql {
    struct conn *conn;
    struct driver_statement *statement;  // NULL: it could not be prepared
    bool *busy;                          // of the slot that keeps it; NULL: finalized at the end
    enum sql_outcome outcome;            // SQL_DONE and SQL_ROW as long as nothing failed
};

struct sql sql_begin(struct conn *conn, enum statement name);
// A text that is composed at run time, of fragments of this layer only. Kept by text, a few for
// each connection.
struct sql sql_begin_text(struct conn *conn, str text);

// What an answer of the engine is to whoever called the store.
enum store_outcome sql_to_store(enum sql_outcome outcome);

void sql_i64(struct sql *q, int parameter, int64_t value);
void sql_text(struct sql *q, int parameter, str value);
void sql_blob(struct sql *q, int parameter, str value);

// SQL_ROW, SQL_DONE, or what failed.
enum sql_outcome sql_step(struct sql *q);
int64_t sql_column_i64(struct sql *q, int column);
str sql_column(struct sql *q, int column);  // lives until the next step
// A copy in the arena; a full arena is a failure of the statement.
void sql_column_copy(struct sql *q, int column, struct roster_arena *arena, str *out);
// Notes that the caller failed, so that sql_end says so.
void sql_fail(struct sql *q);

// Gives the statement back. STORE_OK unless something failed.
enum store_outcome sql_end(struct sql *q);
// For a statement without rows: steps, ends, and says in *count (may be NULL) how many rows it
// changed.
MUST_CHECK enum store_outcome sql_run(struct sql *q, int64_t *count);

#endif
