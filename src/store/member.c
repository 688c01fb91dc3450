// member.c: edges between groups and their members.
// SPDX-License-Identifier: Apache-2.0
#include "store/member.h"

#include "store/conn.h"
#include "store/id.h"
#include "store/sql.h"

struct member_list {
    struct member_row *rows;
    size_t count;
    size_t cap;
};

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
    if (got != STORE_OK || count == 0) {
        return got == STORE_OK ? STORE_TAKEN : got;
    }
    return counter_add(writer, tenant, COUNTER_MEMBERS, 1);
}

enum store_outcome member_delete(struct conn *writer, int64_t tenant, int64_t group, int64_t member)
{
    int64_t count = 0;
    struct sql q = sql_begin(writer, STATEMENT_MEMBER_DELETE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    sql_i64(&q, 3, member);
    enum store_outcome got = sql_run(&q, &count);
    if (got != STORE_OK || count == 0) {
        return got == STORE_OK ? STORE_NONE : got;
    }
    return counter_add(writer, tenant, COUNTER_MEMBERS, -1);
}

enum store_outcome member_delete_all(struct conn *writer, int64_t tenant, int64_t group,
                                     int64_t *count)
{
    *count = 0;
    struct sql q = sql_begin(writer, STATEMENT_MEMBER_DELETE_ALL);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    enum store_outcome got = sql_run(&q, count);
    return got == STORE_OK ? counter_add(writer, tenant, COUNTER_MEMBERS, -*count) : got;
}

enum store_outcome member_count(struct conn *conn, int64_t tenant, int64_t group, int64_t *count)
{
    struct sql q = sql_begin(conn, STATEMENT_MEMBER_COUNT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    *count = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
    return sql_end(&q);
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

// Reads the row that `q` stands on behind the others.
static void add_member(struct sql *q, bool with_display, struct roster_arena *arena,
                       struct member_list *list)
{
    enum { MEMBER_ROW, TYPE, ID, DISPLAY };
    struct member_row *rows = arena_room(arena, list->rows, list->count, &list->cap, sizeof(*rows));
    if (rows == NULL) {
        sql_fail(q);
        return;
    }
    list->rows = rows;
    struct member_row *member = &rows[list->count++];
    member->row = sql_column_i64(q, MEMBER_ROW);
    member->type = (int)sql_column_i64(q, TYPE);
    if (!id_print(sql_column(q, ID), arena, &member->id)) {
        sql_fail(q);
    }
    if (with_display) {
        sql_column_copy(q, DISPLAY, arena, &member->display);
    }
}

// What `q` finds, from the fourth parameter on.
static enum store_outcome read_page(struct sql *q, size_t limit, bool with_display,
                                    struct roster_arena *arena, struct member_row **members,
                                    size_t *count)
{
    struct member_list list = {0};
    sql_i64(q, 4, (int64_t)limit);
    while (list.count < limit && sql_step(q) == SQL_ROW) {
        add_member(q, with_display, arena, &list);
    }
    *members = list.rows;
    *count = list.count;
    return sql_end(q);
}

static struct sql begin_page(struct conn *conn, enum statement name, int64_t tenant, int64_t group,
                             int64_t after)
{
    struct sql q = sql_begin(conn, name);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, group);
    sql_i64(&q, 3, after);
    return q;
}

enum store_outcome member_page(struct conn *conn, int64_t tenant, int64_t group, int64_t after,
                               size_t limit, bool with_display, struct roster_arena *arena,
                               struct member_row **members, size_t *count)
{
    enum statement name = with_display ? STATEMENT_MEMBER_PAGE_DISPLAY : STATEMENT_MEMBER_PAGE;
    struct sql q = begin_page(conn, name, tenant, group, after);
    return read_page(&q, limit, with_display, arena, members, count);
}

enum store_outcome member_page_owned(struct conn *conn, int64_t tenant, int64_t group,
                                     int64_t owner, int64_t after, size_t looks,
                                     struct roster_arena *arena, struct member_page *page)
{
    enum { MEMBER_ROW, IS_OWN = 4 };
    struct member_list list = {0};
    struct sql q = begin_page(conn, STATEMENT_MEMBER_PAGE_OWNED, tenant, group, after);
    sql_i64(&q, 4, (int64_t)looks);
    sql_i64(&q, 5, owner);
    *page = (struct member_page){.after = after};
    while (page->looked < looks && sql_step(&q) == SQL_ROW) {
        page->looked++;
        page->after = sql_column_i64(&q, MEMBER_ROW);
        if (sql_column_i64(&q, IS_OWN) != 0) {
            add_member(&q, true, arena, &list);
        }
    }
    page->rows = list.rows;
    page->count = list.count;
    page->more = page->looked == looks;
    return sql_end(&q);
}
