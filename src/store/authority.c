// authority.c: authorities of client certificates, by the names that these carry.
// SPDX-License-Identifier: Apache-2.0
#include "store/authority.h"

#include "store/conn.h"
#include "store/token_row.h"

enum authority_column { COLUMN_CERTIFICATES = TOKEN_COLUMN_COUNT };

enum store_outcome authority_insert(struct conn *writer, const struct token_row *row)
{
    struct sql q = sql_begin(writer, STATEMENT_AUTHORITY_INSERT);
    sql_i64(&q, 1, row->tenant);
    sql_i64(&q, 2, row->token);
    sql_text(&q, 3, row->name_kind);
    sql_text(&q, 4, row->subject);
    sql_text(&q, 5, row->authority);
    sql_text(&q, 6, row->authorities);
    return sql_run(&q, NULL);
}

static void read_authority(struct sql *q, struct roster_arena *arena, struct token_row *row)
{
    token_read(q, arena, row);
    sql_column_copy(q, COLUMN_CERTIFICATES, arena, &row->authorities);
}

enum store_outcome authority_find(struct conn *conn, str kind, str name, int limit,
                                  struct roster_arena *arena, struct token_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_AUTHORITY_FIND);
    sql_text(&q, 1, kind);
    sql_text(&q, 2, name);
    sql_i64(&q, 3, limit);
    return token_read_all(&q, read_authority, arena, first);
}
