// assertion.c: rows of the table assertion.
// SPDX-License-Identifier: Apache-2.0
#include "store/assertion.h"

#include "store/conn.h"
#include "store/sql.h"

#include <string.h>

enum assertion_column { COLUMN_TENANT, COLUMN_DIGEST, COLUMN_EXPIRES };

enum store_outcome assertion_insert(struct conn *writer, const struct assertion *assertion)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_ASSERTION_INSERT);
    sql_i64(&q, 1, assertion->tenant);
    sql_blob(&q, 2, (str){(const char *)assertion->digest, sizeof(assertion->digest)});
    sql_i64(&q, 3, assertion->expires_ms);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_TAKEN : got;
}

enum store_outcome assertion_list(struct conn *conn, int64_t now_ms, int limit,
                                  void (*each)(void *ctx, const struct assertion *assertion),
                                  void *ctx)
{
    struct sql q = sql_begin(conn, STATEMENT_ASSERTION_LIST);
    sql_i64(&q, 1, now_ms);
    sql_i64(&q, 2, limit);
    while (sql_step(&q) == SQL_ROW) {
        str digest = sql_column(&q, COLUMN_DIGEST);
        struct assertion one = {.tenant = sql_column_i64(&q, COLUMN_TENANT),
                                .expires_ms = sql_column_i64(&q, COLUMN_EXPIRES)};
        if (digest.len != sizeof(one.digest)) {
            sql_fail(&q);
            break;
        }
        memcpy(one.digest, digest.ptr, sizeof(one.digest));
        each(ctx, &one);
    }
    return sql_end(&q);
}

enum store_outcome assertion_trim(struct conn *writer, int64_t now_ms, int limit)
{
    struct sql q = sql_begin(writer, STATEMENT_ASSERTION_TRIM);
    sql_i64(&q, 1, now_ms);
    sql_i64(&q, 2, limit);
    return sql_run(&q, NULL);
}
