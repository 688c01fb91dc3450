// token.c: credentials, by the digest of their secret.
// SPDX-License-Identifier: Apache-2.0
#include "store/authority.h"
#include "store/conn.h"
#include "store/issuer.h"
#include "store/sql.h"
#include "store/tenant.h"
#include "store/token_row.h"

#include <string.h>

static str digest_str(const unsigned char digest[DIGEST_LEN])
{
    return (str){(const char *)digest, DIGEST_LEN};
}

static enum store_outcome insert_certificate(struct conn *writer, const struct token_row *row)
{
    struct sql q = sql_begin(writer, STATEMENT_CERTIFICATE_INSERT);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->token);
    sql_blob(&q, 3, row->thumbprint);
    sql_text(&q, 4, row->subject);
    return sql_run(&q, NULL);
}

enum store_outcome token_insert(struct conn *writer, struct token_row *row)
{
    int64_t count = 0;
    enum store_outcome got = number_take(writer, NUMBER_TOKEN, &row->token);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(writer, STATEMENT_TOKEN_INSERT);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->token);
    sql_i64(&q, 3, row->source);
    sql_text(&q, 4, row->label);
    sql_text(&q, 5, row->user_id);
    sql_text(&q, 6, row->scopes);
    sql_blob(&q, 7, digest_str(row->digest));
    sql_i64(&q, 8, row->created_ms);
    sql_i64(&q, 9, row->expires_ms);
    sql_i64(&q, 10, row->revoked_ms);
    sql_i64(&q, 11, row->used_ms);
    sql_text(&q, 12, row->client);
    got = sql_run(&q, &count);
    if (got == STORE_OK && count == 0) {
        return STORE_TAKEN;
    }
    if (got == STORE_OK && row->thumbprint.len > 0) {
        got = insert_certificate(writer, row);
    }
    if (got == STORE_OK && row->authorities.len > 0) {
        got = authority_insert(writer, row);
    }
    return got == STORE_OK && row->trust != NULL ? issuer_insert(writer, row) : got;
}

void token_read(struct sql *q, struct roster_arena *arena, struct token_row *row)
{
    str digest = sql_column(q, COLUMN_DIGEST);
    *row = (struct token_row){
        .token = sql_column_i64(q, COLUMN_TOKEN),
        .tenant = sql_column_i64(q, COLUMN_TENANT),
        .source = sql_column_i64(q, COLUMN_SOURCE),
        .created_ms = sql_column_i64(q, COLUMN_CREATED),
        .expires_ms = sql_column_i64(q, COLUMN_EXPIRES),
        .revoked_ms = sql_column_i64(q, COLUMN_REVOKED),
        .used_ms = sql_column_i64(q, COLUMN_USED),
        .tenant_schemas = sql_column_i64(q, COLUMN_SCHEMAS),
        .tenant_federated = sql_column_i64(q, COLUMN_FEDERATED) != 0,
        .tenant_suspended = sql_column_i64(q, COLUMN_SUSPENDED) != 0,
    };
    if (digest.len != sizeof(row->digest)) {
        sql_fail(q);
        return;
    }
    memcpy(row->digest, digest.ptr, sizeof(row->digest));
    sql_column_copy(q, COLUMN_SOURCE_NAME, arena, &row->source_name);
    sql_column_copy(q, COLUMN_LABEL, arena, &row->label);
    sql_column_copy(q, COLUMN_USER_ID, arena, &row->user_id);
    sql_column_copy(q, COLUMN_CLIENT, arena, &row->client);
    sql_column_copy(q, COLUMN_SCOPES, arena, &row->scopes);
    sql_column_copy(q, COLUMN_ADDRESS, arena, &row->used_address);
    sql_column_copy(q, COLUMN_TENANT_NAME, arena, &row->tenant_name);
    sql_column_copy(q, COLUMN_SETTINGS, arena, &row->tenant_settings);
    sql_column_copy(q, COLUMN_THUMBPRINT, arena, &row->thumbprint);
    sql_column_copy(q, COLUMN_SUBJECT, arena, &row->subject);
    sql_column_copy(q, COLUMN_POLICY, arena, &row->source_policy);
    sql_column_copy(q, COLUMN_ISSUER, arena, &row->issuer);
    sql_column_copy(q, COLUMN_NAME_KIND, arena, &row->name_kind);
    sql_column_copy(q, COLUMN_AUTHORITY, arena, &row->authority);
}

static enum store_outcome find_one(struct sql *q, struct roster_arena *arena, struct token_row *row)
{
    bool found = sql_step(q) == SQL_ROW;
    if (found) {
        token_read(q, arena, row);
    }
    enum store_outcome got = sql_end(q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome token_find(struct conn *conn, const unsigned char digest[DIGEST_LEN],
                              struct roster_arena *arena, struct token_row *row)
{
    struct sql q = sql_begin(conn, STATEMENT_TOKEN_FIND);
    sql_blob(&q, 1, digest_str(digest));
    return find_one(&q, arena, row);
}

enum store_outcome token_load(struct conn *conn, int64_t token, struct roster_arena *arena,
                              struct token_row *row)
{
    struct sql q = sql_begin(conn, STATEMENT_TOKEN_LOAD);
    sql_i64(&q, 1, token);
    return find_one(&q, arena, row);
}

enum store_outcome token_read_all(struct sql *q, token_read_fn *read, struct roster_arena *arena,
                                  struct token_row **first)
{
    struct token_row **tail = first;
    *first = NULL;
    while (sql_step(q) == SQL_ROW) {
        struct token_row *row = arena_alloc(arena, sizeof(*row));
        if (row == NULL) {
            sql_fail(q);
            break;
        }
        read(q, arena, row);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(q);
}

enum store_outcome token_list(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                              struct token_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_TOKEN_LIST);
    sql_i64(&q, 1, tenant);
    return token_read_all(&q, token_read, arena, first);
}

enum store_outcome client_list(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                               struct token_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_CLIENT_LIST);
    sql_i64(&q, 1, tenant);
    return token_read_all(&q, token_read, arena, first);
}

enum store_outcome client_secrets(struct conn *conn, str client, struct roster_arena *arena,
                                  struct token_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_CLIENT_FIND);
    sql_text(&q, 1, client);
    return token_read_all(&q, token_read, arena, first);
}

enum store_outcome token_ending(struct conn *conn, int64_t now_ms, int limit,
                                struct roster_arena *arena, struct token_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_TOKEN_ENDING);
    sql_i64(&q, 1, now_ms);
    sql_i64(&q, 2, limit);
    return token_read_all(&q, token_read, arena, first);
}

static enum store_outcome set_time(struct conn *writer, enum statement statement, int64_t token,
                                   int64_t time_ms)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, statement);
    sql_i64(&q, 1, token);
    sql_i64(&q, 2, time_ms);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

enum store_outcome token_revoke(struct conn *writer, int64_t token, int64_t now_ms)
{
    return set_time(writer, STATEMENT_TOKEN_REVOKE, token, now_ms);
}

enum store_outcome token_expire(struct conn *writer, int64_t token, int64_t expires_ms)
{
    return set_time(writer, STATEMENT_TOKEN_EXPIRE, token, expires_ms);
}

enum store_outcome token_touch(struct conn *writer, int64_t token, int64_t used_ms, str address)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_TOKEN_TOUCH);
    sql_i64(&q, 1, token);
    sql_i64(&q, 2, used_ms);
    sql_text(&q, 3, address);
    sql_i64(&q, 4, used_ms + CLOCK_WRONG_MS);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

enum store_outcome token_forget(struct conn *writer, int64_t token,
                                const unsigned char digest[DIGEST_LEN])
{
    struct sql q = sql_begin(writer, STATEMENT_TOKEN_FORGET);
    sql_i64(&q, 1, token);
    sql_blob(&q, 2, digest_str(digest));
    return sql_run(&q, NULL);
}

enum store_outcome certificate_any(struct conn *conn, bool *any)
{
    struct sql q = sql_begin(conn, STATEMENT_CERTIFICATE_ANY);
    *any = sql_step(&q) == SQL_ROW;
    return sql_end(&q);
}
