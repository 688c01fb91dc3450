// password.c: rows of the table password.
// SPDX-License-Identifier: Apache-2.0
#include "store/password.h"

#include "store/conn.h"
#include "store/sql.h"

enum store_outcome password_save(struct conn *writer, int64_t tenant, int64_t row, str hash)
{
    struct sql q = sql_begin(writer, STATEMENT_PASSWORD_SAVE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    sql_text(&q, 3, hash);
    return sql_run(&q, NULL);
}

enum store_outcome password_delete(struct conn *writer, int64_t tenant, int64_t row)
{
    struct sql q = sql_begin(writer, STATEMENT_PASSWORD_DELETE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    return sql_run(&q, NULL);
}

enum store_outcome password_delete_all(struct conn *writer, int64_t tenant)
{
    struct sql q = sql_begin(writer, STATEMENT_REMOVE_PASSWORDS);
    sql_i64(&q, 1, tenant);
    return sql_run(&q, NULL);
}

enum store_outcome password_find(struct conn *conn, int64_t tenant, int64_t row,
                                 struct roster_arena *arena, str *hash)
{
    struct sql q = sql_begin(conn, STATEMENT_PASSWORD_FIND);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, row);
    bool found = sql_step(&q) == SQL_ROW;
    *hash = (str){0};
    if (found) {
        sql_column_copy(&q, 0, arena, hash);
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}
