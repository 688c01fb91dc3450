// migrate.c: applies migrations and checks those that were applied.
// SPDX-License-Identifier: Apache-2.0
#include "store/migrate.h"

#include "store/conn.h"
#include "store/migrations.h"
#include "store/sql.h"
#include "sys/log.h"
#include "sys/sys.h"

#include <string.h>

static const char migration_table[] =
    "CREATE TABLE IF NOT EXISTS migration ("
    "    number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest BLOB NOT NULL"
    ") STRICT";

static bool refuse(struct roster_error *err)
{
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                "the store cannot be brought up to date: the log says why");
}

static bool check_one(struct sql *q, size_t expected, struct roster_error *err)
{
    unsigned char digest[DIGEST_LEN];
    size_t number = (size_t)sql_column_i64(q, 0);
    if (number > migration_count) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "the store was made by a newer roster (its version %zu, ours is %zu): run that "
                    "one",
                    number, migration_count);
    }
    str recorded = sql_column(q, 1);
    digest_of(str_of(migrations[expected].sqlite), digest);
    if (number != expected + 1 ||
        !str_equal(recorded, (str){(const char *)digest, sizeof(digest)})) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "migration %zu of the store is not the one of this roster: run the roster that "
                    "made the store, or restore it from a backup",
                    number);
    }
    return true;
}

// How many are applied.
static bool check_applied(struct conn *writer, size_t *applied, struct roster_error *err)
{
    bool good = true;
    struct sql q = sql_begin(writer, STATEMENT_MIGRATION_LIST);
    *applied = 0;
    while (good && sql_step(&q) == SQL_ROW) {
        // A newer store may have any number of rows that we do not have.
        size_t expected = *applied < migration_count ? *applied : migration_count - 1;
        good = check_one(&q, expected, err);
        *applied += 1;
    }
    return sql_end(&q) == STORE_OK ? good : refuse(err);
}

static enum store_outcome apply(struct conn *writer, size_t at)
{
    unsigned char digest[DIGEST_LEN];
    enum sql_outcome ran = writer->link->driver->run(writer->link, migrations[at].sqlite);
    if (ran != SQL_DONE) {
        return ran == SQL_FULL ? STORE_FULL : STORE_FAILED;
    }
    digest_of(str_of(migrations[at].sqlite), digest);
    struct sql q = sql_begin(writer, STATEMENT_MIGRATION_INSERT);
    sql_i64(&q, 1, (int64_t)at + 1);
    sql_text(&q, 2, str_of(migrations[at].name));
    sql_blob(&q, 3, (str){(const char *)digest, sizeof(digest)});
    return sql_run(&q, NULL);
}

bool migrate(struct conn *writer, struct roster_error *err)
{
    size_t applied = 0;
    if (writer->link->driver->run(writer->link, migration_table) != SQL_DONE) {
        return refuse(err);
    }
    if (!check_applied(writer, &applied, err)) {
        return false;
    }
    for (size_t at = applied; at < migration_count; at++) {
        if (conn_begin(writer) != STORE_OK) {
            return refuse(err);
        }
        if (apply(writer, at) != STORE_OK || conn_commit(writer) != STORE_OK) {
            conn_rollback(writer);
            return refuse(err);
        }
        // That a new store gets its tables is no news.
        log_event(applied > 0 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "store_migrated",
                  LOG_NUMBER("number", (int64_t)at + 1),
                  LOG_TEXT("name", str_of(migrations[at].name)));
    }
    return true;
}
