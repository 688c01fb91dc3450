// verify.c: recomputing an audit chain from its first row.
//
// A detail that is gone was erased: its digest stands in the audit row, so the chain goes on. A
// detail that is there must fit its digest.
// SPDX-License-Identifier: Apache-2.0
#include "store/audit.h"

#include "store/chain.h"
#include "store/conn.h"
#include "store/id.h"
#include "store/sql.h"

#include <string.h>

enum audit_column {
    COLUMN_AUDIT_SEQUENCE,
    COLUMN_AUDIT_TIME,
    COLUMN_AUDIT_KIND,
    COLUMN_AUDIT_TYPE,
    COLUMN_AUDIT_ROW,
    COLUMN_AUDIT_ID,
    COLUMN_AUDIT_REVISION,
    COLUMN_AUDIT_ACTOR,
    COLUMN_AUDIT_CREDENTIAL,
    COLUMN_AUDIT_ADDRESS,
    COLUMN_AUDIT_REQUEST_ID,
    COLUMN_AUDIT_DETAIL,
    COLUMN_AUDIT_DETAIL_DIGEST,
    COLUMN_AUDIT_DIGEST,
};

struct verification {
    struct conn *conn;
    struct digest *digest;
    unsigned char previous[DIGEST_LEN];
    int64_t sequence;  // of the row before
};

// A number that was tampered with must not wrap to the right one.
static int small(int64_t number)
{
    return number >= 0 && number <= INT32_MAX ? (int)number : -1;
}

static bool read_row(struct verification *v, struct sql *q, struct audit_row *row)
{
    struct change *change = &row->change;
    *change = (struct change){
        .sequence = sql_column_i64(q, COLUMN_AUDIT_SEQUENCE),
        .time_ms = sql_column_i64(q, COLUMN_AUDIT_TIME),
        .kind = (enum change_kind)small(sql_column_i64(q, COLUMN_AUDIT_KIND)),
        .type = small(sql_column_i64(q, COLUMN_AUDIT_TYPE)),
        .row = sql_column_i64(q, COLUMN_AUDIT_ROW),
        .revision = sql_column_i64(q, COLUMN_AUDIT_REVISION),
        .actor = sql_column(q, COLUMN_AUDIT_ACTOR),
        .credential = sql_column_i64(q, COLUMN_AUDIT_CREDENTIAL),
        .address = sql_column(q, COLUMN_AUDIT_ADDRESS),
        .request_id = sql_column(q, COLUMN_AUDIT_REQUEST_ID),
    };
    row->detail = sql_column_i64(q, COLUMN_AUDIT_DETAIL);
    row->detail_digest = sql_column(q, COLUMN_AUDIT_DETAIL_DIGEST);
    return id_print(sql_column(q, COLUMN_AUDIT_ID), v->conn->scratch, &change->id);
}

static enum store_outcome add_members(struct verification *v, const struct audit_row *row)
{
    struct sql q = sql_begin(v->conn, STATEMENT_CHANGE_MEMBER_LIST);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->change.sequence);
    while (sql_step(&q) == SQL_ROW) {
        str id = {0};
        struct arena_mark mark = arena_mark(v->conn->scratch);
        if (id_print(sql_column(&q, 1), v->conn->scratch, &id)) {
            chain_detail_member(v->digest, sql_column_i64(&q, 0), id, sql_column_i64(&q, 2) != 0);
        } else {
            sql_fail(&q);
        }
        arena_rewind(v->conn->scratch, mark);
    }
    return sql_end(&q);
}

static enum store_outcome check_detail(struct verification *v, const struct audit_row *row,
                                       bool *good)
{
    enum { SEQUENCE, SALT, BEFORE, AFTER };
    unsigned char digest[DIGEST_LEN];
    *good = true;
    if (row->detail == 0) {
        *good = row->detail_digest.len == 0;
        return STORE_OK;
    }
    struct sql q = sql_begin(v->conn, STATEMENT_DETAIL_FIND);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->detail);
    bool found = sql_step(&q) == SQL_ROW;
    if (found) {
        *good = sql_column_i64(&q, SEQUENCE) == row->change.sequence;
        chain_detail_begin(v->digest, sql_column(&q, SALT), sql_column(&q, BEFORE),
                           sql_column(&q, AFTER));
    }
    enum store_outcome got = sql_end(&q);
    if (got != STORE_OK || !found) {
        return got;
    }
    got = add_members(v, row);
    chain_detail_end(v->digest, digest);
    *good = *good && str_equal(row->detail_digest, (str){(const char *)digest, sizeof(digest)});
    return got;
}

static enum store_outcome check_row(struct verification *v, struct sql *q,
                                    const struct audit_row *row, bool *good)
{
    unsigned char digest[DIGEST_LEN];
    enum store_outcome got = check_detail(v, row, good);
    chain_row(v->digest, v->previous, row, digest);
    *good =
        *good && row->change.sequence == v->sequence + 1 &&
        str_equal(sql_column(q, COLUMN_AUDIT_DIGEST), (str){(const char *)digest, sizeof(digest)});
    memcpy(v->previous, digest, sizeof(v->previous));
    v->sequence = row->change.sequence;
    return got;
}

static enum store_outcome check_rows(struct verification *v, int64_t tenant, int64_t *rows,
                                     int64_t *broken)
{
    enum store_outcome got = STORE_OK;
    struct sql q = sql_begin(v->conn, STATEMENT_AUDIT_LIST);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, 0);
    while (*broken == 0 && got == STORE_OK && sql_step(&q) == SQL_ROW) {
        bool good = false;
        int64_t expected = v->sequence + 1;
        struct audit_row row = {.tenant = tenant};
        struct arena_mark mark = arena_mark(v->conn->scratch);
        got = read_row(v, &q, &row) ? check_row(v, &q, &row, &good) : STORE_FAILED;
        arena_rewind(v->conn->scratch, mark);
        *rows += 1;
        *broken = good ? 0 : expected;
    }
    enum store_outcome ended = sql_end(&q);
    return got == STORE_OK ? ended : got;
}

// The last row must be the one that the tenant's chain is known to end with.
static enum store_outcome check_end(struct verification *v, int64_t tenant, int64_t *broken)
{
    struct sql q = sql_begin(v->conn, STATEMENT_CHAIN_FIND);
    sql_i64(&q, 1, tenant);
    bool found = sql_step(&q) == SQL_ROW;
    bool good = found
                    ? sql_column_i64(&q, 0) == v->sequence &&
                          str_equal(sql_column(&q, 1), (str){(const char *)v->previous, DIGEST_LEN})
                    : v->sequence == 0;
    *broken = good ? 0 : v->sequence + 1;
    return sql_end(&q);
}

static enum store_outcome verify(struct conn *conn, int64_t tenant, int64_t *rows, int64_t *broken)
{
    struct verification v = {.conn = conn, .digest = digest_open()};
    if (v.digest == NULL) {
        return STORE_FAILED;
    }
    enum store_outcome got = check_rows(&v, tenant, rows, broken);
    if (got == STORE_OK && *broken == 0) {
        got = check_end(&v, tenant, broken);
    }
    digest_close(v.digest);
    return got;
}

// Rows and the end of the chain are read by two statements, and must be of one moment.
enum store_outcome audit_verify(struct conn *conn, int64_t tenant, int64_t *rows, int64_t *broken)
{
    bool own_snapshot = !conn->writer && !conn->snapshot;
    *rows = 0;
    *broken = 0;
    enum store_outcome got = STORE_OK;
    if (own_snapshot) {
        got = conn_snapshot(conn);
    } else if (conn->writer) {
        got = pending_flush(conn);
    }
    if (got == STORE_OK) {
        got = verify(conn, tenant, rows, broken);
    }
    if (own_snapshot) {
        conn_release(conn);
    }
    return got;
}
