// tenant_delete.c: removing a tenant in steps of bounded size.
//
// What is searched goes first and the tenant last, so that a removal that was cut off goes on where
// it stood. Audit rows and the end of their chain stay; details, which hold personal data, go.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "store/conn.h"
#include "store/sql.h"
#include "store/tenant.h"

#include <stdio.h>

// In this order; each deletes $2 rows of the tenant $1, the last ones all at once.
static const enum statement steps[] = {
    STATEMENT_REMOVE_PASSWORDS_SOME, STATEMENT_REMOVE_MEMBERS,   STATEMENT_REMOVE_INDEX,
    STATEMENT_REMOVE_UNIQUE,         STATEMENT_REMOVE_EXTERNALS, STATEMENT_REMOVE_RESOURCES,
};

// Behind the details: members without their detail are erased ones, a detail without its members
// would be a broken chain as long as the removal takes.
static const enum statement member_steps[] = {STATEMENT_REMOVE_CHANGE_MEMBERS};

static const enum statement last_steps[] = {
    STATEMENT_REMOVE_SCHEMAS,     STATEMENT_REMOVE_TYPES,      STATEMENT_REMOVE_EXTENSIONS,
    STATEMENT_REMOVE_DECLARED,    STATEMENT_REMOVE_COUNTERS,   STATEMENT_REMOVE_CERTIFICATES,
    STATEMENT_REMOVE_GUARDS,      STATEMENT_REMOVE_SILENCES,   STATEMENT_REMOVE_ISSUERS,
    STATEMENT_REMOVE_AUTHORITIES, STATEMENT_REMOVE_ASSERTIONS, STATEMENT_REMOVE_TOKENS,
    STATEMENT_REMOVE_SOURCES,     STATEMENT_REMOVE_TENANT,
};

static enum store_outcome load_mark(struct conn *writer, str name, int64_t *mark)
{
    struct sql q = sql_begin(writer, STATEMENT_META_FIND);
    sql_text(&q, 1, name);
    *mark = 0;
    if (sql_step(&q) == SQL_ROW && !str_to_i64(sql_column(&q, 0), mark)) {
        sql_fail(&q);
    }
    return sql_end(&q);
}

static enum store_outcome save_mark(struct conn *writer, str name, int64_t mark)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%lld", (long long)mark);
    struct sql q = sql_begin(writer, STATEMENT_META_SET);
    sql_text(&q, 1, name);
    sql_text(&q, 2, (str){text, (size_t)len});
    return sql_run(&q, NULL);
}

// The sequence up to which the next step goes; 0: there is nothing behind `mark`.
static enum store_outcome find_end(struct conn *writer, int64_t tenant, int64_t mark, int rows_max,
                                   int64_t *end)
{
    struct sql q = sql_begin(writer, STATEMENT_REMOVE_DETAILS_TO);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, rows_max);
    sql_i64(&q, 3, mark);
    *end = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
    return sql_end(&q);
}

// *count: rows that were looked at, so 0 means that all details are gone.
static enum store_outcome remove_details(struct conn *writer, int64_t tenant, int rows_max,
                                         int64_t *count)
{
    char text[48];
    int64_t mark = 0;
    int64_t end = 0;
    int len = snprintf(text, sizeof(text), "removed:%lld", (long long)tenant);
    str name = {text, (size_t)len};
    enum store_outcome got = load_mark(writer, name, &mark);
    if (got == STORE_OK) {
        got = find_end(writer, tenant, mark, rows_max, &end);
    }
    *count = end > mark ? end - mark : 0;
    if (got != STORE_OK || *count == 0) {
        return got;
    }
    struct sql q = sql_begin(writer, STATEMENT_REMOVE_DETAILS);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, mark);
    sql_i64(&q, 3, end);
    got = sql_run(&q, NULL);
    return got == STORE_OK ? save_mark(writer, name, end) : got;
}

static enum store_outcome remove_rows(struct conn *writer, int64_t tenant,
                                      const enum statement *names, size_t name_count, int rows_max,
                                      int64_t *total)
{
    for (size_t at = 0; at < name_count && *total < rows_max; at++) {
        int64_t count = 0;
        struct sql q = sql_begin(writer, names[at]);
        sql_i64(&q, 1, tenant);
        sql_i64(&q, 2, rows_max - *total);
        enum store_outcome got = sql_run(&q, &count);
        if (got != STORE_OK) {
            return got;
        }
        *total += count;
    }
    return STORE_OK;
}

enum store_outcome tenant_delete_some(struct conn *writer, int64_t tenant, int rows_max)
{
    int64_t total = 0;
    int64_t details = 0;
    assert(rows_max > 0);
    enum store_outcome got = counters_flush(writer);
    if (got == STORE_OK) {
        got = remove_rows(writer, tenant, steps, COUNT_OF(steps), rows_max, &total);
    }
    if (got == STORE_OK && total < rows_max) {
        got = remove_details(writer, tenant, (int)(rows_max - total), &details);
    }
    if (got == STORE_OK && total == 0 && details == 0) {
        got = remove_rows(writer, tenant, member_steps, COUNT_OF(member_steps), rows_max, &total);
    }
    if (got != STORE_OK || total > 0 || details > 0) {
        return got;
    }
    for (size_t at = 0; at < COUNT_OF(last_steps); at++) {
        struct sql q = sql_begin(writer, last_steps[at]);
        sql_i64(&q, 1, tenant);
        got = sql_run(&q, NULL);
        if (got != STORE_OK) {
            return got;
        }
    }
    return STORE_NONE;
}
