// issuer.c: trust in issuers, by the name that their tokens carry.
// SPDX-License-Identifier: Apache-2.0
#include "store/issuer.h"

#include "store/conn.h"
#include "store/token_row.h"

enum issuer_column {
    COLUMN_SOURCE_OF_KEYS = TOKEN_COLUMN_COUNT,
    COLUMN_AUDIENCE,
    COLUMN_SUBJECT_OF_TOKEN,
    COLUMN_CLAIMS,
    COLUMN_CLIENT_ID,
    COLUMN_PLAIN,
    COLUMN_FETCHED,
    COLUMN_KEY_COUNT,
    COLUMN_ERROR,
};

enum store_outcome issuer_insert(struct conn *writer, const struct token_row *row)
{
    struct sql q = sql_begin(writer, STATEMENT_ISSUER_INSERT);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->token);
    sql_text(&q, 3, row->issuer);
    sql_text(&q, 4, row->trust->source);
    sql_text(&q, 5, row->trust->audience);
    sql_text(&q, 6, row->trust->subject);
    sql_text(&q, 7, row->trust->claims);
    sql_text(&q, 8, row->trust->client);
    sql_i64(&q, 9, row->trust->plain);
    return sql_run(&q, NULL);
}

static void read_issuer(struct sql *q, struct roster_arena *arena, struct token_row *row)
{
    struct issuer_trust *trust = arena_alloc(arena, sizeof(*trust));
    token_read(q, arena, row);
    if (trust == NULL) {
        sql_fail(q);
        return;
    }
    row->trust = trust;
    trust->plain = sql_column_i64(q, COLUMN_PLAIN) != 0;
    trust->fetched_ms = sql_column_i64(q, COLUMN_FETCHED);
    trust->key_count = sql_column_i64(q, COLUMN_KEY_COUNT);
    sql_column_copy(q, COLUMN_SOURCE_OF_KEYS, arena, &trust->source);
    sql_column_copy(q, COLUMN_AUDIENCE, arena, &trust->audience);
    sql_column_copy(q, COLUMN_SUBJECT_OF_TOKEN, arena, &trust->subject);
    sql_column_copy(q, COLUMN_CLAIMS, arena, &trust->claims);
    sql_column_copy(q, COLUMN_CLIENT_ID, arena, &trust->client);
    sql_column_copy(q, COLUMN_ERROR, arena, &trust->error);
}

enum store_outcome issuer_find(struct conn *conn, str url, int limit, struct roster_arena *arena,
                               struct token_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_ISSUER_FIND);
    sql_text(&q, 1, url);
    sql_i64(&q, 2, limit);
    return token_read_all(&q, read_issuer, arena, first);
}

enum store_outcome issuer_list(struct conn *conn, int64_t tenant, struct roster_arena *arena,
                               struct token_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_ISSUER_LIST);
    sql_i64(&q, 1, tenant);
    return token_read_all(&q, read_issuer, arena, first);
}

enum store_outcome issuer_load(struct conn *conn, int64_t token, struct roster_arena *arena,
                               struct token_row *row)
{
    struct sql q = sql_begin(conn, STATEMENT_ISSUER_LOAD);
    sql_i64(&q, 1, token);
    bool found = sql_step(&q) == SQL_ROW;
    if (found) {
        read_issuer(&q, arena, row);
    }
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome issuer_note(struct conn *writer, str source, int64_t fetched_ms,
                               int64_t key_count, str error)
{
    struct sql q = sql_begin(writer, STATEMENT_ISSUER_NOTE);
    sql_text(&q, 1, source);
    sql_i64(&q, 2, fetched_ms);
    sql_i64(&q, 3, key_count);
    sql_text(&q, 4, error);
    return sql_run(&q, NULL);
}
