// audit.c: reading audit rows, their details and members, by pages.
// SPDX-License-Identifier: Apache-2.0
#include "store/audit.h"

#include "store/chain.h"
#include "store/conn.h"
#include "store/id.h"

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

// A number that was tampered with must not wrap to the right one.
static int small(int64_t number)
{
    return number >= 0 && number <= INT32_MAX ? (int)number : -1;
}

bool audit_read_row(struct sql *q, struct roster_arena *arena, struct audit_row *row)
{
    row->change = (struct change){
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
    row->digest = sql_column(q, COLUMN_AUDIT_DIGEST);
    return id_print(sql_column(q, COLUMN_AUDIT_ID), arena, &row->change.id);
}

str audit_read_id(struct sql *q)
{
    return sql_column(q, COLUMN_AUDIT_ID);
}

enum store_outcome audit_next_tenant(struct conn *conn, int64_t after, int64_t *tenant)
{
    struct sql q = sql_begin(conn, STATEMENT_AUDIT_NEXT_TENANT);
    sql_i64(&q, 1, after);
    *tenant = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
    return sql_end(&q);
}

// Copies the texts of a row that live until the next step only.
static bool keep_texts(struct audit_row *row, struct roster_arena *arena)
{
    struct change *change = &row->change;
    return arena_copy(arena, change->actor, &change->actor) &&
           arena_copy(arena, change->address, &change->address) &&
           arena_copy(arena, change->request_id, &change->request_id) &&
           arena_copy(arena, row->detail_digest, &row->detail_digest) &&
           arena_copy(arena, row->digest, &row->digest);
}

struct audit_row *audit_keep_row(struct sql *q, int64_t tenant, struct roster_arena *arena)
{
    struct audit_row *row = arena_alloc(arena, sizeof(*row));
    if (row == NULL) {
        sql_fail(q);
        return NULL;
    }
    *row = (struct audit_row){.tenant = tenant};
    if (!audit_read_row(q, arena, row) || !keep_texts(row, arena)) {
        sql_fail(q);
        return NULL;
    }
    return row;
}

enum store_outcome audit_list(struct conn *conn, int64_t tenant, int64_t after, int rows_max,
                              struct roster_arena *arena, struct audit_row **first)
{
    struct audit_row **tail = first;
    struct sql q = sql_begin(conn, STATEMENT_AUDIT_LIST);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, after);
    *first = NULL;
    for (int count = 0; count < rows_max && sql_step(&q) == SQL_ROW; count++) {
        struct audit_row *row = audit_keep_row(&q, tenant, arena);
        if (row == NULL) {
            break;
        }
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}

enum store_outcome audit_load_detail(struct conn *conn, struct roster_arena *arena,
                                     struct audit_row *row)
{
    if (row->detail == 0) {
        return STORE_OK;
    }
    struct sql q = sql_begin(conn, STATEMENT_DETAIL_FIND);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->detail);
    row->erased = sql_step(&q) != SQL_ROW;
    if (!row->erased) {
        sql_column_copy(&q, COLUMN_DETAIL_BEFORE, arena, &row->change.before);
        sql_column_copy(&q, COLUMN_DETAIL_AFTER, arena, &row->change.after);
    }
    return sql_end(&q);
}

enum store_outcome audit_list_members(struct conn *conn, const struct audit_row *row, int64_t skip,
                                      int rows_max, struct roster_arena *arena,
                                      struct change_member **first)
{
    struct change_member **tail = first;
    struct sql q = sql_begin(conn, STATEMENT_CHANGE_MEMBER_LIST);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->change.sequence);
    sql_i64(&q, 3, skip);
    *first = NULL;
    for (int count = 0; count < rows_max && sql_step(&q) == SQL_ROW; count++) {
        struct change_member *member = arena_alloc(arena, sizeof(*member));
        if (member == NULL) {
            sql_fail(&q);
            break;
        }
        *member = (struct change_member){
            .member = sql_column_i64(&q, COLUMN_CHANGE_MEMBER_ROW),
            .added = sql_column_i64(&q, COLUMN_CHANGE_MEMBER_ADDED) != 0,
        };
        if (!id_print(sql_column(&q, COLUMN_CHANGE_MEMBER_ID), arena, &member->member_id)) {
            sql_fail(&q);
            break;
        }
        *tail = member;
        tail = &member->next;
    }
    return sql_end(&q);
}

enum store_outcome audit_store_id(struct conn *conn, struct roster_arena *arena, str *id)
{
    struct sql q = sql_begin(conn, STATEMENT_META_FIND);
    sql_text(&q, 1, STR("store"));
    *id = (str){0};
    if (sql_step(&q) == SQL_ROW) {
        sql_column_copy(&q, 0, arena, id);
    }
    return sql_end(&q);
}

enum store_outcome audit_marks(struct conn *conn, struct roster_arena *arena,
                               struct audit_mark **marks, size_t *count)
{
    size_t cap = 0;
    struct sql q = sql_begin(conn, STATEMENT_AUDIT_HEADS);
    *marks = NULL;
    *count = 0;
    while (sql_step(&q) == SQL_ROW) {
        str digest = sql_column(&q, 2);
        struct audit_mark *grown = arena_room(arena, *marks, *count, &cap, sizeof(*grown));
        if (grown == NULL || digest.len != DIGEST_LEN) {
            sql_fail(&q);
            break;
        }
        *marks = grown;
        struct audit_mark *mark = &grown[(*count)++];
        mark->tenant = sql_column_i64(&q, 0);
        mark->sequence = sql_column_i64(&q, 1);
        memcpy(mark->digest, digest.ptr, DIGEST_LEN);
    }
    return sql_end(&q);
}
