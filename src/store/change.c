// change.c: writing a change and its audit row.
// SPDX-License-Identifier: Apache-2.0
#include "store/audit.h"

#include "store/chain.h"
#include "store/conn.h"
#include "store/id.h"

#include <string.h>

enum { SALT_LEN = 16 };

static enum store_outcome insert_members(struct conn *writer, int64_t tenant,
                                         const struct change *change)
{
    int64_t place = 0;
    for (const struct change_member *member = change->members; member != NULL;
         member = member->next) {
        struct id_form id = id_make(member->member_id);
        struct sql q = sql_begin(writer, STATEMENT_CHANGE_MEMBER_INSERT);
        sql_i64(&q, 1, tenant);
        sql_i64(&q, 2, change->sequence);
        sql_i64(&q, 3, ++place);
        sql_i64(&q, 4, member->member);
        sql_blob(&q, 5, id_str(&id));
        sql_i64(&q, 6, member->added);
        enum store_outcome got = sql_run(&q, NULL);
        if (got != STORE_OK) {
            return got;
        }
    }
    return STORE_OK;
}

static void digest_detail(struct digest *digest, const struct change *change, str salt,
                          unsigned char out[DIGEST_LEN])
{
    chain_detail_begin(digest, salt, change->before, change->after);
    for (const struct change_member *member = change->members; member != NULL;
         member = member->next) {
        chain_detail_member(digest, member->member, member->member_id, member->added);
    }
    chain_detail_end(digest, out);
}

static enum store_outcome insert_detail(struct conn *writer, const struct audit_row *row, str salt)
{
    const struct change *change = &row->change;
    struct sql q = sql_begin(writer, STATEMENT_DETAIL_INSERT);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->detail);
    sql_i64(&q, 3, change->sequence);
    sql_blob(&q, 4, salt);
    sql_text(&q, 5, change->before);
    sql_text(&q, 6, change->after);
    enum store_outcome got = sql_run(&q, NULL);
    return got == STORE_OK ? insert_members(writer, row->tenant, change) : got;
}

static enum store_outcome insert_row(struct conn *writer, const struct audit_row *row,
                                     const unsigned char digest[DIGEST_LEN])
{
    const struct change *change = &row->change;
    struct sql q = sql_begin(writer, STATEMENT_AUDIT_INSERT);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, change->sequence);
    sql_i64(&q, 3, change->time_ms);
    sql_i64(&q, 4, change->kind);
    sql_i64(&q, 5, change->type);
    sql_i64(&q, 6, change->row);
    struct id_form id = id_make(change->id);
    sql_blob(&q, 7, id_str(&id));
    sql_i64(&q, 8, change->revision);
    sql_text(&q, 9, change->actor);
    sql_i64(&q, 10, change->credential);
    sql_text(&q, 11, change->address);
    sql_text(&q, 12, change->request_id);
    sql_i64(&q, 13, row->detail);
    sql_blob(&q, 14, row->detail_digest);
    sql_blob(&q, 15, (str){(const char *)digest, DIGEST_LEN});
    return sql_run(&q, NULL);
}

enum store_outcome change_insert(struct conn *writer, int64_t tenant, struct change *change,
                                 const unsigned char salt[SALT_LEN])
{
    struct digest *digest = pending_digest(writer);
    str salt_str = {(const char *)salt, SALT_LEN};
    unsigned char detail_digest[DIGEST_LEN];
    struct chain *chain = NULL;
    enum store_outcome got = chain_end(writer, tenant, &chain);
    if (got != STORE_OK) {
        return got;
    }
    change->sequence = chain->sequence + 1;
    struct audit_row row = {.tenant = tenant, .change = *change};
    if (change->before.len > 0 || change->after.len > 0 || change->members != NULL) {
        digest_detail(digest, change, salt_str, detail_digest);
        row.detail_digest = (str){(const char *)detail_digest, sizeof(detail_digest)};
        got = number_take(writer, NUMBER_DETAIL, &row.detail);
        if (got == STORE_OK) {
            got = insert_detail(writer, &row, salt_str);
        }
    }
    if (got != STORE_OK) {
        return got;
    }
    unsigned char row_digest[DIGEST_LEN];
    chain_row(digest, chain->digest, &row, row_digest);
    got = insert_row(writer, &row, row_digest);
    if (got == STORE_OK) {
        chain->sequence = change->sequence;
        memcpy(chain->digest, row_digest, sizeof(chain->digest));
        chain->dirty = true;
    }
    return got;
}

enum store_outcome change_sequence(struct conn *conn, int64_t tenant, int64_t *sequence)
{
    struct sql q = sql_begin(conn, STATEMENT_CHAIN_FIND);
    sql_i64(&q, 1, tenant);
    *sequence = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
    return sql_end(&q);
}
