// history.c: reading changes by resource, by member, and by time.
// SPDX-License-Identifier: Apache-2.0
#include "store/history.h"

#include "store/chain.h"
#include "store/conn.h"
#include "store/id.h"
#include "store/sql.h"

enum { COLUMN_DELTA_ADDED = 14, COLUMN_DELTA_PLACE };  // behind those of an audit row

// Runs a bound statement to its end.
static enum store_outcome read_heads(struct sql *q, int64_t tenant, struct roster_arena *arena,
                                     struct audit_row **first)
{
    struct audit_row **tail = first;
    *first = NULL;
    while (sql_step(q) == SQL_ROW) {
        struct audit_row *row = audit_keep_row(q, tenant, arena);
        if (row == NULL) {
            break;
        }
        *tail = row;
        tail = &row->next;
    }
    return sql_end(q);
}

// And loads the details of what it selected.
static enum store_outcome read_rows(struct conn *conn, struct sql *q, int64_t tenant,
                                    struct roster_arena *arena, struct audit_row **first)
{
    enum store_outcome got = read_heads(q, tenant, arena, first);
    for (struct audit_row *row = *first; row != NULL && got == STORE_OK; row = row->next) {
        got = audit_load_detail(conn, arena, row);
    }
    return got;
}

static enum store_outcome find_time(struct conn *conn, int64_t tenant, int64_t sequence,
                                    int64_t *time_ms)
{
    struct sql q = sql_begin(conn, STATEMENT_HISTORY_TIME);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, sequence);
    *time_ms = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : INT64_MAX;
    return sql_end(&q);
}

// Sequences have no holes, so a search in halves takes a few probes of the primary key.
enum store_outcome history_cut(struct conn *conn, int64_t tenant, int64_t time_ms, int64_t *cut)
{
    int64_t later = 0;
    enum store_outcome got = STORE_OK;
    *cut = 0;
    if (conn->writer) {
        got = pending_flush(conn);
    }
    if (got == STORE_OK) {
        got = change_sequence(conn, tenant, &later);
    }
    later++;
    while (got == STORE_OK && later - *cut > 1) {
        int64_t middle = *cut + (later - *cut) / 2;
        int64_t then_ms = 0;
        got = find_time(conn, tenant, middle, &then_ms);
        if (then_ms <= time_ms) {
            *cut = middle;
        } else {
            later = middle;
        }
    }
    return got;
}

static enum store_outcome find_up_to(struct conn *conn, enum statement statement, int64_t tenant,
                                     str id, int64_t cut, struct roster_arena *arena,
                                     struct audit_row **row)
{
    struct id_form form = id_make(id);
    struct sql q = sql_begin(conn, statement);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    sql_i64(&q, 3, cut);
    return read_rows(conn, &q, tenant, arena, row);
}

enum store_outcome history_last(struct conn *conn, int64_t tenant, str id, int64_t cut,
                                struct roster_arena *arena, struct audit_row **row)
{
    return find_up_to(conn, STATEMENT_HISTORY_LAST, tenant, id, cut, arena, row);
}

enum store_outcome history_creation(struct conn *conn, int64_t tenant, str id, int64_t cut,
                                    struct roster_arena *arena, struct audit_row **row)
{
    return find_up_to(conn, STATEMENT_HISTORY_CREATION, tenant, id, cut, arena, row);
}

static enum store_outcome find_page(struct conn *conn, enum statement statement, int64_t tenant,
                                    str id, int64_t from, size_t limit, struct roster_arena *arena,
                                    struct audit_row **first)
{
    struct id_form form = id_make(id);
    struct sql q = sql_begin(conn, statement);
    sql_i64(&q, 1, tenant);
    sql_blob(&q, 2, id_str(&form));
    sql_i64(&q, 3, from);
    sql_i64(&q, 4, (int64_t)limit);
    return read_rows(conn, &q, tenant, arena, first);
}

enum store_outcome history_behind(struct conn *conn, int64_t tenant, str id, int64_t after,
                                  size_t limit, struct roster_arena *arena,
                                  struct audit_row **first)
{
    return find_page(conn, STATEMENT_HISTORY_BEHIND, tenant, id, after, limit, arena, first);
}

enum store_outcome history_before(struct conn *conn, int64_t tenant, str id, int64_t before,
                                  size_t limit, struct roster_arena *arena,
                                  struct audit_row **first)
{
    return find_page(conn, STATEMENT_HISTORY_BEFORE, tenant, id, before, limit, arena, first);
}

enum store_outcome history_deletions(struct conn *conn, int64_t tenant, int type, int64_t before,
                                     size_t limit, struct roster_arena *arena,
                                     struct audit_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_HISTORY_DELETIONS);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, type);
    sql_i64(&q, 3, before);
    sql_i64(&q, 4, (int64_t)limit);
    return read_rows(conn, &q, tenant, arena, first);
}

enum store_outcome history_groups(struct conn *conn, int64_t tenant, int64_t member, int64_t cut,
                                  size_t limit, struct roster_arena *arena,
                                  struct history_group **first)
{
    struct history_group **tail = first;
    struct sql q = sql_begin(conn, STATEMENT_HISTORY_GROUPS);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, member);
    sql_i64(&q, 3, cut);
    sql_i64(&q, 4, (int64_t)limit);
    *first = NULL;
    while (sql_step(&q) == SQL_ROW) {
        struct history_group *group = arena_alloc(arena, sizeof(*group));
        if (group == NULL || !id_print(sql_column(&q, 1), arena, &group->id)) {
            sql_fail(&q);
            break;
        }
        group->row = sql_column_i64(&q, 0);
        *tail = group;
        tail = &group->next;
    }
    return sql_end(&q);
}

static enum store_outcome read_deltas(struct sql *q, int64_t tenant, struct roster_arena *arena,
                                      struct history_delta **first)
{
    struct history_delta **tail = first;
    *first = NULL;
    while (sql_step(q) == SQL_ROW) {
        struct history_delta *delta = arena_alloc(arena, sizeof(*delta));
        const struct audit_row *row = audit_keep_row(q, tenant, arena);
        if (delta == NULL || row == NULL) {
            sql_fail(q);
            break;
        }
        delta->change = row->change;
        delta->added = sql_column_i64(q, COLUMN_DELTA_ADDED) != 0;
        delta->place = sql_column_i64(q, COLUMN_DELTA_PLACE);
        *tail = delta;
        tail = &delta->next;
    }
    return sql_end(q);
}

enum store_outcome history_deltas(struct conn *conn, int64_t tenant, int64_t member, int64_t before,
                                  size_t limit, struct roster_arena *arena,
                                  struct history_delta **first)
{
    struct sql q = sql_begin(conn, STATEMENT_HISTORY_DELTAS);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, member);
    sql_i64(&q, 3, before);
    sql_i64(&q, 4, (int64_t)limit);
    return read_deltas(&q, tenant, arena, first);
}

enum store_outcome history_edge(struct conn *conn, int64_t tenant, int64_t member, str group,
                                int64_t after, size_t limit, struct roster_arena *arena,
                                struct history_delta **first)
{
    struct id_form form = id_make(group);
    struct sql q = sql_begin(conn, STATEMENT_HISTORY_EDGE);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, member);
    sql_i64(&q, 3, after);
    sql_i64(&q, 4, (int64_t)limit);
    sql_blob(&q, 5, id_str(&form));
    return read_deltas(&q, tenant, arena, first);
}

enum store_outcome history_window(struct conn *conn, int64_t tenant, int64_t after, int64_t before,
                                  size_t limit, struct roster_arena *arena,
                                  struct audit_row **first)
{
    struct sql q = sql_begin(conn, STATEMENT_HISTORY_WINDOW);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, after);
    sql_i64(&q, 3, before);
    sql_i64(&q, 4, (int64_t)limit);
    return read_heads(&q, tenant, arena, first);
}
