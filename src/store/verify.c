// verify.c: recomputing audit chains from their first rows, in pieces.
//
// A detail that is gone was erased: its digest stands in the audit row, so the chain goes on. A
// detail that is there must fit its digest, and one that no entry refers to is a finding: else a
// detail could be hidden by giving it another number.
// SPDX-License-Identifier: Apache-2.0
#include "store/audit.h"

#include "store/chain.h"
#include "store/conn.h"
#include "store/id.h"

#include <string.h>

struct verification {
    struct conn *conn;
    struct digest *digest;
    const struct audit_scope *scope;
    struct audit_walk *walk;
    struct audit_finding *found;
    int64_t until_us;  // negative: no end
};

static const struct {
    const char *name;
    const char *text;
} faults[] = {
    [AUDIT_WHOLE] = {"none", "nothing is wrong"},
    [AUDIT_MISSING] = {"missing", "the entry is missing"},
    [AUDIT_CHANGED] = {"changed", "the entry was changed, or stands in the place of another"},
    [AUDIT_DETAIL] = {"detail", "the detail of the entry (before, after, members) was changed"},
    [AUDIT_STRAY] = {"stray", "there is a detail, or members, that the entry does not refer to"},
    [AUDIT_END] = {"end", "the recorded end of the chain does not fit its last entry"},
    [AUDIT_CUT] = {"cut", "the checkpoint has the entry, but the chain ends before it"},
    [AUDIT_REWRITTEN] = {"rewritten", "the entry is another one than in the checkpoint"},
};

const char *audit_fault_name(enum audit_fault fault)
{
    assert((size_t)fault < COUNT_OF(faults));
    return faults[fault].name;
}

const char *audit_fault_text(enum audit_fault fault)
{
    assert((size_t)fault < COUNT_OF(faults));
    return faults[fault].text;
}

static void find_fault(struct verification *v, enum audit_fault fault, int64_t tenant,
                       int64_t sequence)
{
    *v->found = (struct audit_finding){fault, tenant, sequence};
}

static bool is_found(const struct verification *v)
{
    return v->found->fault != AUDIT_WHOLE;
}

static bool is_late(const struct verification *v)
{
    return v->until_us >= 0 && sys_monotonic_us() >= v->until_us;
}

// An id has one form only. id_print takes others too.
static bool is_id(str stored, str id)
{
    struct id_form form = id_make(id);
    return str_equal(id_str(&form), stored);
}

static enum store_outcome add_members(struct verification *v, const struct audit_row *row,
                                      bool *good)
{
    int64_t place = 0;
    struct sql q = sql_begin(v->conn, STATEMENT_CHANGE_MEMBER_LIST);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->change.sequence);
    sql_i64(&q, 3, INT64_MIN);
    while (sql_step(&q) == SQL_ROW) {
        str id = {0};
        struct arena_mark mark = arena_mark(v->conn->scratch);
        int64_t added = sql_column_i64(&q, COLUMN_CHANGE_MEMBER_ADDED);
        str stored = sql_column(&q, COLUMN_CHANGE_MEMBER_ID);
        if (!id_print(stored, v->conn->scratch, &id)) {
            sql_fail(&q);
        }
        *good = *good && sql_column_i64(&q, COLUMN_CHANGE_MEMBER_PLACE) == ++place &&
                (added == 0 || added == 1) && is_id(stored, id);
        chain_detail_member(v->digest, sql_column_i64(&q, COLUMN_CHANGE_MEMBER_ROW), id, added);
        arena_rewind(v->conn->scratch, mark);
    }
    return sql_end(&q);
}

static enum store_outcome check_detail(struct verification *v, const struct audit_row *row,
                                       bool *good)
{
    unsigned char digest[DIGEST_LEN];
    *good = true;
    if (row->detail == 0) {
        *good = row->detail_digest.len == 0;
        return STORE_OK;
    }
    struct sql q = sql_begin(v->conn, STATEMENT_DETAIL_FIND);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->detail);
    bool there = sql_step(&q) == SQL_ROW;
    if (there) {
        *good = sql_column_i64(&q, COLUMN_DETAIL_SEQUENCE) == row->change.sequence;
        chain_detail_begin(v->digest, sql_column(&q, COLUMN_DETAIL_SALT),
                           sql_column(&q, COLUMN_DETAIL_BEFORE),
                           sql_column(&q, COLUMN_DETAIL_AFTER));
    }
    enum store_outcome got = sql_end(&q);
    if (got != STORE_OK || !there) {
        v->walk->erased += got == STORE_OK;
        return got;
    }
    got = add_members(v, row, good);
    chain_detail_end(v->digest, digest);
    *good = *good && str_equal(row->detail_digest, (str){(const char *)digest, sizeof(digest)});
    return got;
}

static const struct audit_mark *find_mark(const struct audit_scope *scope, int64_t tenant)
{
    size_t low = 0;
    size_t high = scope->mark_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (scope->marks[middle].tenant < tenant) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < scope->mark_count ? &scope->marks[low] : NULL;
}

static const struct audit_mark *mark_of(const struct audit_scope *scope, int64_t tenant)
{
    const struct audit_mark *mark = find_mark(scope, tenant);
    return mark != NULL && mark->tenant == tenant ? mark : NULL;
}

// What is wrong with the entry that should be the next one; leaves its digest in the walk.
static enum store_outcome check_row(struct verification *v, struct sql *q,
                                    const struct audit_row *row)
{
    struct audit_walk *walk = v->walk;
    const struct audit_mark *mark = mark_of(v->scope, row->tenant);
    int64_t expected = walk->sequence + 1;
    unsigned char digest[DIGEST_LEN];
    bool detail = false;
    if (row->change.sequence != expected) {
        find_fault(v, row->change.sequence > expected ? AUDIT_MISSING : AUDIT_CHANGED, row->tenant,
                   expected);
        return STORE_OK;
    }
    chain_row(v->digest, walk->digest, row, digest);
    enum store_outcome got = check_detail(v, row, &detail);
    bool same = str_equal(row->digest, (str){(const char *)digest, sizeof(digest)}) &&
                is_id(audit_read_id(q), row->change.id);
    if (mark != NULL && mark->sequence == expected &&
        memcmp(mark->digest, digest, sizeof(digest)) != 0) {
        find_fault(v, AUDIT_REWRITTEN, row->tenant, expected);
    }
    if (!same || !detail) {
        find_fault(v, same ? AUDIT_DETAIL : AUDIT_CHANGED, row->tenant, expected);
    }
    memcpy(walk->digest, digest, sizeof(digest));
    walk->sequence = expected;
    walk->rows++;
    return got;
}

// *ended: there are no further rows.
static enum store_outcome check_rows(struct verification *v, bool *ended)
{
    struct roster_arena *scratch = v->conn->scratch;
    enum store_outcome got = STORE_OK;
    struct sql q = sql_begin(v->conn, STATEMENT_AUDIT_LIST);
    sql_i64(&q, 1, v->walk->tenant);
    // The first row may have any number, if somebody gave it one.
    sql_i64(&q, 2, v->walk->sequence > 0 ? v->walk->sequence : INT64_MIN);
    *ended = false;
    do {
        if (sql_step(&q) != SQL_ROW) {
            *ended = true;
            break;
        }
        struct audit_row row = {.tenant = v->walk->tenant};
        struct arena_mark mark = arena_mark(scratch);
        got = audit_read_row(&q, scratch, &row) ? check_row(v, &q, &row) : STORE_FAILED;
        arena_rewind(scratch, mark);
    } while (got == STORE_OK && !is_found(v) && !is_late(v));
    enum store_outcome end = sql_end(&q);
    return got == STORE_OK ? end : got;
}

// The last row must be the one that the tenant's chain is known to end with.
static enum store_outcome check_end(struct verification *v)
{
    struct audit_walk *walk = v->walk;
    const struct audit_mark *mark = mark_of(v->scope, walk->tenant);
    struct sql q = sql_begin(v->conn, STATEMENT_CHAIN_FIND);
    sql_i64(&q, 1, walk->tenant);
    bool there = sql_step(&q) == SQL_ROW;
    int64_t last = there ? sql_column_i64(&q, 0) : 0;
    bool same = there ? str_equal(sql_column(&q, 1), (str){(const char *)walk->digest, DIGEST_LEN})
                      : walk->sequence == 0;
    if (mark != NULL && mark->sequence > walk->sequence) {
        find_fault(v, AUDIT_CUT, walk->tenant, walk->sequence + 1);
    }
    if (last > walk->sequence) {
        find_fault(v, AUDIT_MISSING, walk->tenant, walk->sequence + 1);
    } else if (last < walk->sequence || !same) {
        find_fault(v, AUDIT_END, walk->tenant, walk->sequence);
    }
    return sql_end(&q);
}

// Goes to the next chain that is in the store or has a mark; *any: there is one.
static enum store_outcome begin_chain(struct verification *v, bool *any)
{
    struct audit_walk *walk = v->walk;
    int64_t next = v->scope->tenant;
    if (next != 0) {
        next = walk->tenant == 0 ? next : 0;
    } else {
        enum store_outcome got = audit_next_tenant(v->conn, walk->tenant, &next);
        const struct audit_mark *mark = find_mark(v->scope, walk->tenant + 1);
        if (got != STORE_OK) {
            return got;
        }
        if (mark != NULL && (next == 0 || mark->tenant < next)) {
            next = mark->tenant;
        }
    }
    *any = next != 0;
    walk->inside = *any;
    walk->tenant = next;
    walk->sequence = 0;
    walk->tenants += *any;
    memset(walk->digest, 0, sizeof(walk->digest));
    return STORE_OK;
}

static enum store_outcome walk_chains(struct verification *v)
{
    bool any = v->walk->inside != 0;
    enum store_outcome got = any ? STORE_OK : begin_chain(v, &any);
    if (got == STORE_OK && !any) {
        v->walk->phase = AUDIT_PHASE_DETAILS;
        return STORE_OK;
    }
    bool ended = false;
    if (got == STORE_OK) {
        got = check_rows(v, &ended);
    }
    if (got == STORE_OK && ended && !is_found(v)) {
        v->walk->inside = 0;
        got = check_end(v);
    }
    return got;
}

static enum store_outcome walk_details(struct verification *v)
{
    enum { DETAIL, TENANT, SEQUENCE, REFERRED };
    struct audit_walk *walk = v->walk;
    struct sql q = sql_begin(v->conn, STATEMENT_DETAIL_EACH);
    sql_i64(&q, 1, walk->detail > 0 ? walk->detail : INT64_MIN);
    do {
        if (sql_step(&q) != SQL_ROW) {
            walk->phase = AUDIT_PHASE_MEMBERS;
            walk->tenant = INT64_MIN;
            walk->sequence = 0;
            break;
        }
        walk->detail = sql_column_i64(&q, DETAIL);
        if (sql_column_i64(&q, REFERRED) == 0) {
            find_fault(v, AUDIT_STRAY, sql_column_i64(&q, TENANT), sql_column_i64(&q, SEQUENCE));
        }
    } while (!is_found(v) && !is_late(v));
    return sql_end(&q);
}

static enum store_outcome walk_members(struct verification *v)
{
    enum { TENANT, SEQUENCE, REFERRED };
    struct audit_walk *walk = v->walk;
    struct sql q = sql_begin(v->conn, STATEMENT_CHANGE_MEMBER_EACH);
    sql_i64(&q, 1, walk->tenant);
    sql_i64(&q, 2, walk->sequence);
    do {
        if (sql_step(&q) != SQL_ROW) {
            walk->phase = AUDIT_PHASE_DONE;
            break;
        }
        walk->tenant = sql_column_i64(&q, TENANT);
        walk->sequence = sql_column_i64(&q, SEQUENCE);
        if (sql_column_i64(&q, REFERRED) == 0) {
            find_fault(v, AUDIT_STRAY, walk->tenant, walk->sequence);
        }
    } while (!is_found(v) && !is_late(v));
    return sql_end(&q);
}

typedef enum store_outcome walk_fn(struct verification *v);

static walk_fn *const phases[] = {
    [AUDIT_PHASE_CHAINS] = walk_chains,
    [AUDIT_PHASE_DETAILS] = walk_details,
    [AUDIT_PHASE_MEMBERS] = walk_members,
};

static enum store_outcome verify(struct conn *conn, const struct audit_scope *scope,
                                 struct audit_walk *walk, struct audit_finding *found)
{
    struct verification v = {
        .conn = conn,
        .digest = digest_open(),
        .scope = scope,
        .walk = walk,
        .found = found,
        .until_us = scope->budget_us < 0 ? -1 : sys_monotonic_us() + scope->budget_us,
    };
    enum store_outcome got = v.digest != NULL ? STORE_OK : STORE_FAILED;
    *found = (struct audit_finding){.fault = AUDIT_WHOLE};
    if (got == STORE_OK) {
        do {
            got = phases[walk->phase](&v);
        } while (got == STORE_OK && walk->phase != AUDIT_PHASE_DONE && !is_found(&v) &&
                 !is_late(&v));
    }
    digest_close(v.digest);
    return got;
}

// Rows and the end of a chain are read by two statements, and must be of one moment.
enum store_outcome audit_verify(struct conn *conn, const struct audit_scope *scope,
                                struct audit_walk *walk, struct audit_finding *found)
{
    bool own_snapshot = !conn->writer && !conn->snapshot;
    assert(walk->phase < AUDIT_PHASE_DONE);
    enum store_outcome got = STORE_OK;
    if (own_snapshot) {
        got = conn_snapshot(conn);
    } else if (conn->writer) {
        got = pending_flush(conn);
    }
    if (got != STORE_OK) {
        return got;
    }
    got = verify(conn, scope, walk, found);
    if (own_snapshot) {
        conn_release(conn);
    }
    return got;
}

enum store_outcome audit_measure(struct conn *conn, int64_t tenant, int64_t *entries,
                                 int64_t *details)
{
    struct sql q = sql_begin(conn, STATEMENT_AUDIT_MEASURE);
    sql_i64(&q, 1, tenant);
    bool there = sql_step(&q) == SQL_ROW;
    *entries = there ? sql_column_i64(&q, 0) : 0;
    *details = there ? sql_column_i64(&q, 1) : 0;
    return sql_end(&q);
}

int64_t audit_walk_done(const struct audit_walk *walk)
{
    return walk->rows + walk->detail;
}
