// groups.c: the groups of members, nested ones too.
//
// All members of a page are asked for in one statement, then all groups above those groups in one
// statement a level, which for groups that are not nested finds an empty index. Each group that
// occurs is loaded once, however many members share it.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "store/conn.h"
#include "store/id.h"
#include "store/index.h"
#include "store/member.h"
#include "store/sql.h"

#include <stdlib.h>

struct link_up {
    size_t node;  // of the group above
    struct link_up *next;
};

struct node {
    struct group_row group;
    struct link_up *above;
    bool missing;     // an edge without a group: a damaged store shows less, not more
    size_t seen_by;   // 1 + index of the member that was here last
};

struct pair {
    size_t index;  // of the member
    int64_t group;
    size_t node;
};

struct graph {
    struct conn *conn;
    int64_t tenant;
    struct roster_arena *arena;
    struct pair *pairs;
    size_t pair_count;
    size_t pair_cap;
    struct node *nodes;
    size_t node_count;
    size_t node_cap;
    size_t *slots;  // hash of row number to 1 + node
    size_t slot_count;  // a power of two
};

// Room for one more in an array of the arena.
static bool reserve(struct graph *g, void **array, size_t count, size_t *cap, size_t size)
{
    if (count < *cap) {
        return true;
    }
    size_t more = *cap == 0 ? 64 : *cap * 2;
    void *grown = arena_grow(g->arena, *array, *cap * size, more * size);
    if (grown == NULL) {
        return false;
    }
    *array = grown;
    *cap = more;
    return true;
}

static size_t slot_of(const struct graph *g, int64_t row)
{
    size_t at = (size_t)((uint64_t)row * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (g->slot_count - 1);
    while (g->slots[at] != 0 && g->nodes[g->slots[at] - 1].group.row != row) {
        at = (at + 1) & (g->slot_count - 1);
    }
    return at;
}

static bool grow_slots(struct graph *g)
{
    if (g->node_count * 2 < g->slot_count) {
        return true;
    }
    g->slot_count = g->slot_count == 0 ? 128 : g->slot_count * 4;
    g->slots = arena_array(g->arena, g->slot_count, sizeof(*g->slots));
    for (size_t at = 0; g->slots != NULL && at < g->node_count; at++) {
        g->slots[slot_of(g, g->nodes[at].group.row)] = at + 1;
    }
    return g->slots != NULL;
}

// The node of a group, made when it is new.
static bool find_node(struct graph *g, int64_t row, size_t *node)
{
    if (!grow_slots(g)) {
        return false;
    }
    size_t slot = slot_of(g, row);
    if (g->slots[slot] == 0) {
        if (!reserve(g, (void **)&g->nodes, g->node_count, &g->node_cap, sizeof(*g->nodes))) {
            return false;
        }
        g->nodes[g->node_count++] = (struct node){.group.row = row};
        g->slots[slot] = g->node_count;
    }
    *node = g->slots[slot] - 1;
    return true;
}

static bool add_pair(struct graph *g, size_t index, int64_t group)
{
    if (!reserve(g, (void **)&g->pairs, g->pair_count, &g->pair_cap, sizeof(*g->pairs))) {
        return false;
    }
    struct pair *pair = &g->pairs[g->pair_count++];
    *pair = (struct pair){index, group, 0};
    return find_node(g, group, &pair->node);
}

static bool add_link(struct graph *g, size_t below, int64_t group)
{
    struct link_up *link = arena_alloc(g->arena, sizeof(*link));
    if (link == NULL || !find_node(g, group, &link->node)) {
        return false;
    }
    link->next = g->nodes[below].above;
    g->nodes[below].above = link;
    return true;
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *left = a;
    const struct pair *right = b;
    if (left->index != right->index) {
        return left->index < right->index ? -1 : 1;
    }
    return (left->group > right->group) - (left->group < right->group);
}

static enum store_outcome find_direct(struct graph *g, const int64_t *members, size_t count)
{
    struct text list;
    text_init(&list, g->arena, arena_max(g->arena));
    text_char(&list, '[');
    for (size_t at = 0; at < count; at++) {
        text_add(&list, at == 0 ? (str){0} : STR(","));
        text_i64(&list, members[at]);
    }
    text_char(&list, ']');
    if (list.full) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(g->conn, STATEMENT_GROUPS_OF_EACH);
    sql_i64(&q, 1, g->tenant);
    sql_text(&q, 2, text_str(&list));
    while (sql_step(&q) == SQL_ROW) {
        if (!add_pair(g, (size_t)sql_column_i64(&q, 0), sql_column_i64(&q, 1))) {
            sql_fail(&q);
        }
    }
    if (g->pair_count > 0) {
        qsort(g->pairs, g->pair_count, sizeof(*g->pairs), compare_pairs);
    }
    return sql_end(&q);
}

// Links nodes[first..] to the groups above them; what is new stands behind them afterwards.
static enum store_outcome find_above(struct graph *g, size_t first)
{
    struct text list;
    text_init(&list, g->arena, arena_max(g->arena));
    text_char(&list, '[');
    for (size_t at = first; at < g->node_count; at++) {
        text_add(&list, at == first ? (str){0} : STR(","));
        text_i64(&list, g->nodes[at].group.row);
    }
    text_char(&list, ']');
    if (list.full) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(g->conn, STATEMENT_GROUPS_ABOVE);
    sql_i64(&q, 1, g->tenant);
    sql_text(&q, 2, text_str(&list));
    while (sql_step(&q) == SQL_ROW) {
        if (!add_link(g, first + (size_t)sql_column_i64(&q, 0), sql_column_i64(&q, 1))) {
            sql_fail(&q);
        }
    }
    return sql_end(&q);
}

static enum store_outcome load_group(struct graph *g, struct node *node)
{
    struct sql q = sql_begin(g->conn, STATEMENT_GROUP_HEAD);
    sql_i64(&q, 1, g->tenant);
    sql_i64(&q, 2, node->group.row);
    node->missing = sql_step(&q) != SQL_ROW;
    if (!node->missing) {
        node->group.revision = sql_column_i64(&q, 2);
        if (!id_print(sql_column(&q, 0), g->arena, &node->group.id)) {
            sql_fail(&q);
        }
        sql_column_copy(&q, 1, g->arena, &node->group.display);
    }
    return sql_end(&q);
}

static void add_group(struct graph *g, struct group_list *out, size_t *queue, size_t node,
                      size_t seen_by, bool direct)
{
    struct node *at = &g->nodes[node];
    if (at->seen_by == seen_by || at->missing || out->count == GROUPS_USER_MAX) {
        return;
    }
    at->seen_by = seen_by;
    queue[out->count] = node;
    out->rows[out->count] = at->group;
    out->rows[out->count++].direct = direct;
}

// The groups of one member, level by level from the direct ones.
static bool collect(struct graph *g, const struct pair *pairs, size_t count, size_t seen_by,
                    struct group_list *out)
{
    size_t room = g->node_count < GROUPS_USER_MAX ? g->node_count : GROUPS_USER_MAX;
    size_t *queue = arena_array(g->arena, room, sizeof(*queue));
    out->rows = arena_array(g->arena, room, sizeof(*out->rows));
    if (queue == NULL || out->rows == NULL) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        add_group(g, out, queue, pairs[at].node, seen_by, true);
    }
    size_t first = 0;
    for (int depth = 1; depth < GROUPS_DEPTH_MAX && first < out->count; depth++) {
        size_t end = out->count;
        for (; first < end; first++) {
            const struct link_up *above = g->nodes[queue[first]].above;
            for (; above != NULL; above = above->next) {
                add_group(g, out, queue, above->node, seen_by, false);
            }
        }
    }
    return true;
}

static enum store_outcome collect_each(struct graph *g, struct group_list *out)
{
    for (size_t at = 0; at < g->node_count; at++) {
        enum store_outcome got = load_group(g, &g->nodes[at]);
        if (got != STORE_OK) {
            return got;
        }
    }
    for (size_t first = 0; first < g->pair_count;) {
        size_t end = first;
        while (end < g->pair_count && g->pairs[end].index == g->pairs[first].index) {
            end++;
        }
        size_t index = g->pairs[first].index;
        if (!collect(g, &g->pairs[first], end - first, index + 1, &out[index])) {
            return STORE_FAILED;
        }
        first = end;
    }
    return STORE_OK;
}

enum store_outcome groups_of_each(struct conn *conn, int64_t tenant, const int64_t *members,
                                  size_t count, struct roster_arena *arena, struct group_list *out)
{
    struct graph g = {.conn = conn, .tenant = tenant, .arena = arena};
    for (size_t at = 0; at < count; at++) {
        out[at] = (struct group_list){0};
    }
    if (count == 0) {
        return STORE_OK;
    }
    enum store_outcome got = find_direct(&g, members, count);
    size_t first = 0;
    for (int depth = 1; depth < GROUPS_DEPTH_MAX && first < g.node_count && got == STORE_OK;
         depth++) {
        size_t end = g.node_count;
        got = find_above(&g, first);
        first = end;
    }
    return got == STORE_OK ? collect_each(&g, out) : got;
}

enum store_outcome groups_of(struct conn *conn, int64_t tenant, int64_t member,
                             struct roster_arena *arena, struct group_list *out)
{
    return groups_of_each(conn, tenant, &member, 1, arena, out);
}

enum store_outcome groups_direct(struct conn *conn, int64_t tenant, int64_t member, int64_t after,
                                 size_t limit, struct roster_arena *arena, struct group_list *out)
{
    enum { GROUP_ROW, ID, DISPLAY, REVISION };
    *out = (struct group_list){.rows = arena_array(arena, limit, sizeof(*out->rows))};
    if (out->rows == NULL) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(conn, STATEMENT_GROUPS_DIRECT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, member);
    sql_i64(&q, 3, after);
    sql_i64(&q, 4, (int64_t)limit);
    while (out->count < limit && sql_step(&q) == SQL_ROW) {
        struct group_row *group = &out->rows[out->count++];
        group->row = sql_column_i64(&q, GROUP_ROW);
        group->revision = sql_column_i64(&q, REVISION);
        group->direct = true;
        if (!id_print(sql_column(&q, ID), arena, &group->id)) {
            sql_fail(&q);
        }
        sql_column_copy(&q, DISPLAY, arena, &group->display);
    }
    return sql_end(&q);
}

enum store_outcome group_duplicates(struct conn *conn, int64_t tenant, size_t limit,
                                    struct roster_arena *arena, struct group_duplicate **rows,
                                    size_t *count)
{
    *count = 0;
    *rows = arena_array(arena, limit, sizeof(**rows));
    if (*rows == NULL) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(conn, STATEMENT_GROUP_DUPLICATES);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, store_attribute(conn->store, TYPE_NUMBER_GROUP, STR("displayName")));
    sql_i64(&q, 3, (int64_t)limit);
    while (*count < limit && sql_step(&q) == SQL_ROW) {
        struct group_duplicate *row = &(*rows)[(*count)++];
        row->count = sql_column_i64(&q, 1);
        sql_column_copy(&q, 0, arena, &row->display);
    }
    return sql_end(&q);
}
