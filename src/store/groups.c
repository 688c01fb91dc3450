// groups.c: the groups of members, nested ones too.
//
// The members of a page and all groups above them are the nodes of one graph. One statement finds
// the groups of all members, one for each level the groups above those, where a tenant nests groups
// at all, and one reads the heads of all groups: each once, however many members share it. What is
// needed on the way lives in the connection's scratch.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"
#include "store/conn.h"
#include "store/id.h"
#include "store/index.h"
#include "store/member.h"
#include "store/sql.h"

enum { SPAN_SPARSE_MAX = 4 };  // rows from the first member to the last, for each member

struct node {
    struct group_row group;  // of a member: its row number only
    size_t first;            // of its edges, which stand together
    size_t count;
    bool found;      // an edge without a group: a damaged store shows less, not more
    size_t seen_by;  // 1 + index of the member that was here last
};

struct graph {
    struct conn *conn;
    int64_t tenant;
    struct roster_arena *arena;    // of the answer
    struct roster_arena *scratch;  // of everything else
    struct node *nodes;            // the members, then groups
    size_t member_count;
    size_t node_count;
    size_t node_cap;
    size_t *edges;  // to the node of a group
    size_t edge_count;
    size_t edge_cap;
    size_t edges_max;
    bool too_many;      // there are more
    size_t *slots;      // hash of a group's row number to 1 + node
    size_t slot_count;  // a power of two
};

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
    if ((g->node_count - g->member_count) * 2 < g->slot_count) {
        return true;
    }
    g->slot_count = g->slot_count == 0 ? 128 : g->slot_count * 4;
    g->slots = arena_array(g->scratch, g->slot_count, sizeof(*g->slots));
    for (size_t at = g->member_count; g->slots != NULL && at < g->node_count; at++) {
        g->slots[slot_of(g, g->nodes[at].group.row)] = at + 1;
    }
    return g->slots != NULL;
}

static bool add_node(struct graph *g, int64_t row)
{
    struct node *nodes =
        arena_room(g->scratch, g->nodes, g->node_count, &g->node_cap, sizeof(*nodes));
    if (nodes == NULL) {
        return false;
    }
    g->nodes = nodes;
    nodes[g->node_count++] = (struct node){.group.row = row};
    return true;
}

// The node of a group, made when it is new.
static bool find_node(struct graph *g, int64_t row, size_t *node)
{
    if (!grow_slots(g)) {
        return false;
    }
    size_t slot = slot_of(g, row);
    if (g->slots[slot] == 0) {
        if (!add_node(g, row)) {
            return false;
        }
        g->slots[slot] = g->node_count;
    }
    *node = g->slots[slot] - 1;
    return true;
}

static bool add_edge(struct graph *g, size_t below, int64_t group)
{
    size_t above = 0;
    size_t *edges = arena_room(g->scratch, g->edges, g->edge_count, &g->edge_cap, sizeof(*edges));
    if (edges == NULL || !find_node(g, group, &above)) {
        return false;
    }
    struct node *node = &g->nodes[below];
    node->first = node->count == 0 ? g->edge_count : node->first;
    assert(node->first + node->count == g->edge_count);
    node->count++;
    g->edges = edges;
    g->edges[g->edge_count++] = above;
    return true;
}

// The row numbers of nodes[first..end) as JSON.
static bool print_rows(const struct graph *g, size_t first, size_t end, str *out)
{
    struct text list;
    text_init(&list, g->scratch, arena_max(g->scratch));
    text_char(&list, '[');
    for (size_t at = first; at < end; at++) {
        text_add(&list, at == first ? (str){0} : STR(","));
        text_i64(&list, g->nodes[at].group.row);
    }
    text_char(&list, ']');
    *out = text_str(&list);
    return !list.full;
}

// Reads the edges of nodes[*from..end). Ends early at a node that has more than can be shown: then
// *from is the node behind it.
static enum store_outcome read_edges(struct graph *g, enum statement name, size_t *from, size_t end)
{
    str list;
    bool full = false;
    size_t first = *from;
    *from = end;
    if (!print_rows(g, first, end, &list)) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(g->conn, name);
    sql_i64(&q, 1, g->tenant);
    sql_text(&q, 2, list);
    while (!full && !g->too_many && sql_step(&q) == SQL_ROW) {
        size_t below = first + (size_t)sql_column_i64(&q, 0);
        full = g->nodes[below].count == GROUPS_USER_MAX;
        g->too_many = g->edge_count == g->edges_max;
        if (g->too_many) {
            break;
        }
        if (full) {
            *from = below + 1;
        } else if (!add_edge(g, below, sql_column_i64(&q, 1))) {
            sql_fail(&q);
        }
    }
    return sql_end(&q);
}

// Groups that are new stand behind all others afterwards.
static enum store_outcome read_level(struct graph *g, enum statement name, size_t first)
{
    enum store_outcome got = STORE_OK;
    size_t end = g->node_count;
    while (first < end && got == STORE_OK && !g->too_many) {
        got = read_edges(g, name, &first, end);
    }
    return got == STORE_OK && g->too_many ? STORE_LARGE : got;
}

// Whether the members stand in the order of their rows, with few others between them, as on a page
// that is not filtered.
static bool is_span(const struct graph *g)
{
    const struct node *nodes = g->nodes;
    for (size_t at = 1; at < g->member_count; at++) {
        if (nodes[at - 1].group.row >= nodes[at].group.row) {
            return false;
        }
    }
    size_t others = (size_t)(nodes[g->member_count - 1].group.row - nodes[0].group.row);
    return others < SPAN_SPARSE_MAX * g->member_count;
}

// As read_edges for members in the order of rows: their edges stand together. Ends early too where
// those of another resource stand between them.
static enum store_outcome read_span(struct graph *g, size_t *from, size_t end)
{
    bool stops = false;
    size_t below = *from;
    struct sql q = sql_begin(g->conn, STATEMENT_GROUPS_OF_SPAN);
    sql_i64(&q, 1, g->tenant);
    sql_i64(&q, 2, g->nodes[below].group.row);
    sql_i64(&q, 3, g->nodes[end - 1].group.row);
    *from = end;
    while (!stops && sql_step(&q) == SQL_ROW) {
        int64_t row = sql_column_i64(&q, 0);
        while (g->nodes[below].group.row < row) {
            below++;
        }
        bool other = g->nodes[below].group.row != row;
        stops = other || g->nodes[below].count == GROUPS_USER_MAX;
        if (stops) {
            *from = other ? below : below + 1;
        } else if (!add_edge(g, below, sql_column_i64(&q, 1))) {
            sql_fail(&q);
        }
    }
    return sql_end(&q);
}

static enum store_outcome read_members(struct graph *g)
{
    if (!is_span(g)) {
        return read_level(g, STATEMENT_GROUPS_OF_EACH, 0);
    }
    enum store_outcome got = STORE_OK;
    size_t from = 0;
    while (from < g->member_count && got == STORE_OK) {
        got = read_span(g, &from, g->member_count);
    }
    return got;
}

static enum store_outcome find_nested(const struct graph *g, bool *nested)
{
    struct sql q = sql_begin(g->conn, STATEMENT_GROUPS_NESTED);
    sql_i64(&q, 1, g->tenant);
    *nested = sql_step(&q) == SQL_ROW;
    return sql_end(&q);
}

static enum store_outcome read_heads(struct graph *g)
{
    enum { KEY, ID, DISPLAY, REVISION, OWNER };
    str list;
    if (g->node_count == g->member_count) {
        return STORE_OK;
    }
    if (!print_rows(g, g->member_count, g->node_count, &list)) {
        return STORE_FAILED;
    }
    struct sql q = sql_begin(g->conn, STATEMENT_GROUPS_HEADS);
    sql_i64(&q, 1, g->tenant);
    sql_text(&q, 2, list);
    while (sql_step(&q) == SQL_ROW) {
        struct node *node = &g->nodes[g->member_count + (size_t)sql_column_i64(&q, KEY)];
        node->found = true;
        node->group.revision = sql_column_i64(&q, REVISION);
        node->group.owner = sql_column_i64(&q, OWNER);
        if (!id_print(sql_column(&q, ID), g->arena, &node->group.id)) {
            sql_fail(&q);
        }
        sql_column_copy(&q, DISPLAY, g->arena, &node->group.display);
    }
    return sql_end(&q);
}

static enum store_outcome read_graph(struct graph *g)
{
    size_t first = g->node_count;
    bool nested = false;
    g->edges_max = SIZE_MAX;
    enum store_outcome got = read_members(g);
    g->edges_max = g->edge_count + (g->conn->patient ? GROUPS_LINKS_WORKER_MAX : GROUPS_LINKS_MAX);
    if (first < g->node_count && got == STORE_OK) {
        got = find_nested(g, &nested);
    }
    for (int depth = 1;
         nested && depth < GROUPS_DEPTH_MAX && first < g->node_count && got == STORE_OK; depth++) {
        size_t end = g->node_count;
        got = read_level(g, STATEMENT_GROUPS_ABOVE, first);
        first = end;
    }
    return got == STORE_OK ? read_heads(g) : got;
}

// Puts the groups right above a node behind those that the member has so far.
static size_t take_above(struct graph *g, size_t node, size_t member, size_t *queue, size_t count)
{
    const size_t *edges = g->edges + g->nodes[node].first;
    for (size_t at = 0; at < g->nodes[node].count && count < GROUPS_USER_MAX; at++) {
        struct node *above = &g->nodes[edges[at]];
        if (above->found && above->seen_by != member + 1) {
            above->seen_by = member + 1;
            queue[count++] = edges[at];
        }
    }
    return count;
}

// The groups of one member, level by level from the direct ones.
static bool collect(struct graph *g, size_t member, size_t *queue, struct group_list *out)
{
    size_t direct = take_above(g, member, member, queue, 0);
    size_t count = direct;
    size_t first = 0;
    for (int depth = 1; depth < GROUPS_DEPTH_MAX && first < count; depth++) {
        for (size_t end = count; first < end; first++) {
            count = take_above(g, queue[first], member, queue, count);
        }
    }
    out->rows = arena_array(g->arena, count, sizeof(*out->rows));
    if (out->rows == NULL) {
        return false;
    }
    for (; out->count < count; out->count++) {
        out->rows[out->count] = g->nodes[queue[out->count]].group;
        out->rows[out->count].direct = out->count < direct;
    }
    return true;
}

static enum store_outcome collect_each(struct graph *g, struct group_list *out)
{
    size_t groups = g->node_count - g->member_count;
    size_t room = groups < GROUPS_USER_MAX ? groups : GROUPS_USER_MAX;
    size_t *queue = arena_array(g->scratch, room, sizeof(*queue));
    if (queue == NULL) {
        return STORE_FAILED;
    }
    for (size_t at = 0; at < g->member_count; at++) {
        if (g->nodes[at].count > 0 && !collect(g, at, queue, &out[at])) {
            return STORE_FAILED;
        }
    }
    return STORE_OK;
}

static enum store_outcome read_all(struct conn *conn, int64_t tenant, const int64_t *members,
                                   size_t count, struct roster_arena *arena, struct group_list *out)
{
    struct graph g = {.conn = conn, .tenant = tenant, .arena = arena, .scratch = conn->scratch};
    struct arena_mark mark = arena_mark(g.scratch);
    enum store_outcome got = STORE_OK;
    assert(arena != g.scratch);
    for (size_t at = 0; at < count && got == STORE_OK; at++) {
        out[at] = (struct group_list){0};
        got = add_node(&g, members[at]) ? STORE_OK : STORE_FAILED;
    }
    g.member_count = count;
    if (got == STORE_OK) {
        got = read_graph(&g);
    }
    if (got == STORE_OK) {
        got = collect_each(&g, out);
    }
    arena_rewind(g.scratch, mark);
    return got;
}

enum direct_column { GROUP_ROW, ID, DISPLAY, REVISION, OWNER, NESTED };

static bool add_direct(struct sql *q, struct roster_arena *arena, size_t *cap,
                       struct group_list *out)
{
    struct group_row *rows = arena_room(arena, out->rows, out->count, cap, sizeof(*rows));
    if (rows == NULL) {
        return false;
    }
    out->rows = rows;
    struct group_row *group = &rows[out->count++];
    group->row = sql_column_i64(q, GROUP_ROW);
    group->revision = sql_column_i64(q, REVISION);
    group->owner = sql_column_i64(q, OWNER);
    group->direct = true;
    sql_column_copy(q, DISPLAY, arena, &group->display);
    return id_print(sql_column(q, ID), arena, &group->id);
}

// The groups right above a member. *nested: one of them is in a group itself.
static enum store_outcome read_direct(struct conn *conn, int64_t tenant, int64_t member,
                                      struct roster_arena *arena, struct group_list *out,
                                      bool *nested)
{
    size_t cap = 0;
    *out = (struct group_list){0};
    *nested = false;
    struct sql q = sql_begin(conn, STATEMENT_GROUPS_OF);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, member);
    sql_i64(&q, 3, GROUPS_USER_MAX);
    while (!*nested && sql_step(&q) == SQL_ROW) {
        *nested = sql_column_i64(&q, NESTED) != 0;
        if (!add_direct(&q, arena, &cap, out)) {
            sql_fail(&q);
        }
    }
    return sql_end(&q);
}

enum store_outcome groups_of(struct conn *conn, int64_t tenant, int64_t member,
                             struct roster_arena *arena, struct group_list *out)
{
    bool nested = false;
    enum store_outcome got = read_direct(conn, tenant, member, arena, out, &nested);
    return got == STORE_OK && nested ? read_all(conn, tenant, &member, 1, arena, out) : got;
}

enum store_outcome groups_of_each(struct conn *conn, int64_t tenant, const int64_t *members,
                                  size_t count, struct roster_arena *arena, struct group_list *out)
{
    if (count == 1) {
        return groups_of(conn, tenant, members[0], arena, &out[0]);
    }
    return count == 0 ? STORE_OK : read_all(conn, tenant, members, count, arena, out);
}

enum store_outcome groups_direct(struct conn *conn, int64_t tenant, int64_t member, int64_t after,
                                 size_t limit, struct roster_arena *arena, struct group_list *out)
{
    size_t cap = 0;
    *out = (struct group_list){0};
    struct sql q = sql_begin(conn, STATEMENT_GROUPS_DIRECT);
    sql_i64(&q, 1, tenant);
    sql_i64(&q, 2, member);
    sql_i64(&q, 3, after);
    sql_i64(&q, 4, (int64_t)limit);
    while (out->count < limit && sql_step(&q) == SQL_ROW) {
        if (!add_direct(&q, arena, &cap, out)) {
            sql_fail(&q);
        }
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
