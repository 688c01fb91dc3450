// page.c: a type's documents, row by row.
// SPDX-License-Identifier: Apache-2.0
#include "store/page.h"

#include "store/conn.h"
#include "store/sql.h"

enum store_outcome documents_page(struct conn *conn, int64_t tenant, int type, int64_t after,
                                  int limit, struct roster_arena *arena,
                                  struct document_row **first)
{
    struct document_row **tail = first;
    struct sql q = sql_begin(conn, STATEMENT_FILL_ROWS);
    *first = NULL;
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    sql_i64(&q, 3, after);
    sql_i64(&q, 4, limit);
    while (sql_step(&q) == SQL_ROW) {
        struct document_row *row = arena_alloc(arena, sizeof(*row));
        if (row == NULL) {
            sql_fail(&q);
            break;
        }
        row->next = NULL;
        row->row = sql_column_i64(&q, 0);
        sql_column_copy(&q, 1, arena, &row->document);
        *tail = row;
        tail = &row->next;
    }
    return sql_end(&q);
}
