// member.c: edges between groups and their members.
// SPDX-License-Identifier: Apache-2.0
#include "store/member.h"

#include "store/conn.h"
#include "store/id.h"
#include "store/sql.h"

enum store_outcome member_insert(struct conn *writer, int64_t tenant, int64_t group,
                                 const struct member_row *member)
{
    int64_t count = 0;
    struct id_form id = id_make(member->id);
    assert(id.len > 0);
    struct sql q = sql_begin(writer, STATEMENT_MEMBER_INSERT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    sql_i64(&q, 3, member->row);
    sql_blob(&q, 4, id_str(&id));
    sql_i64(&q, 5, member->type);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_TAKEN : got;
}

enum store_outcome member_delete(struct conn *writer, int64_t tenant, int64_t group, int64_t member)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_MEMBER_DELETE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    sql_i64(&q, 3, member);
    enum store_outcome got = sql_run(&q, &count);
    return got == STORE_OK && count == 0 ? STORE_NONE : got;
}

enum store_outcome member_delete_all(struct conn *writer, int64_t tenant, int64_t group,
                                     int64_t *count)
{
    *count = 0;
    struct sql q = sql_begin(writer, STATEMENT_MEMBER_DELETE_ALL);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    return sql_run(&q, count);
}

enum store_outcome member_find(struct conn *conn, int64_t tenant, int64_t group, int64_t member)
{
    struct sql q = sql_begin(conn, STATEMENT_MEMBER_FIND);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    sql_i64(&q, 3, member);
    bool found = sql_step(&q) == SQL_ROW;
    enum store_outcome got = sql_end(&q);
    return got == STORE_OK && !found ? STORE_NONE : got;
}

enum store_outcome member_page(struct conn *conn, int64_t tenant, int64_t group, int64_t after,
                               size_t limit, bool with_display, struct roster_arena *arena,
                               struct member_row **members, size_t *count)
{
    enum { MEMBER_ROW, TYPE, ID, DISPLAY };
    *members = arena_array(arena, limit, sizeof(**members));
    *count = 0;
    if (*members == NULL) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(conn, with_display ? STATEMENT_MEMBER_PAGE_DISPLAY
                                                : STATEMENT_MEMBER_PAGE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    sql_i64(&q, 3, after);
    sql_i64(&q, 4, (int64_t)limit);
    while (*count < limit && sql_step(&q) == SQL_ROW) {
        struct member_row *member = &(*members)[(*count)++];
        member->row = sql_column_i64(&q, MEMBER_ROW);
        member->type = (int)sql_column_i64(&q, TYPE);
        if (!id_print(sql_column(&q, ID), arena, &member->id)) {
            sql_fail(&q);
        }
        if (with_display) {
            sql_column_copy(&q, DISPLAY, arena, &member->display);
        }
    }
    return sql_end(&q);
}
