// bulk_order.c: in which order the operations of a job run.
//
// Operations that refer to each other in a circle are one unit (a strongly connected component of
// the graph, found by Tarjan's algorithm without recursion). Units then leave one by one: always
// the one that was complete first in the request, of those that wait for nothing any more.
// SPDX-License-Identifier: Apache-2.0
#include "scim/bulk.h"

// Where the search is with one operation. 0 as `index` means: not seen.
struct visit {
    uint32_t index;
    uint32_t low;
    size_t edge;  // that is followed next
    uint32_t parent;
    bool on_stack;
};

struct unit {
    uint32_t first;    // operation; the others follow by graph.next
    uint32_t last;     // greatest number of its operations
    uint32_t waiting;  // references to operations of other units that have not run
    bool left;
};

struct graph {
    const struct bulk_node *nodes;
    size_t count;
    struct roster_arena *arena;
    struct bulk_order *out;
    struct visit *visits;
    uint32_t *stack;  // Tarjan's
    size_t stack_count;
    uint32_t seen_count;
    struct unit *units;
    uint32_t unit_count;
    uint32_t *next;  // of each operation: the next one of its unit
    size_t *from;    // of each operation: where those that wait for it begin in `waiters`
    uint32_t *waiters;
};

static size_t edge_count(const struct bulk_node *node)
{
    return node->need_count + (node->follows != BULK_NONE);
}

static uint32_t edge(const struct bulk_node *node, size_t at)
{
    return at < node->need_count ? node->needs[at] : node->follows;
}

static bool allocate(struct graph *g)
{
    size_t edges = 0;
    for (size_t at = 0; at < g->count; at++) {
        edges += edge_count(&g->nodes[at]);
    }
    g->visits = arena_array(g->arena, g->count + 1, sizeof(*g->visits));
    g->stack = arena_array(g->arena, g->count + 1, sizeof(*g->stack));
    g->units = arena_array(g->arena, g->count + 1, sizeof(*g->units));
    g->next = arena_array(g->arena, g->count + 1, sizeof(*g->next));
    g->from = arena_array(g->arena, g->count + 2, sizeof(*g->from));
    g->waiters = arena_array(g->arena, edges + 1, sizeof(*g->waiters));
    g->out->sequence = arena_array(g->arena, g->count + 1, sizeof(*g->out->sequence));
    g->out->place = arena_array(g->arena, g->count + 1, sizeof(*g->out->place));
    g->out->unit = arena_array(g->arena, g->count + 1, sizeof(*g->out->unit));
    g->out->circular = arena_array(g->arena, g->count + 1, sizeof(*g->out->circular));
    return g->visits != NULL && g->stack != NULL && g->units != NULL && g->next != NULL &&
           g->from != NULL && g->waiters != NULL && g->out->sequence != NULL &&
           g->out->place != NULL && g->out->unit != NULL && g->out->circular != NULL;
}

static void enter(struct graph *g, uint32_t at, uint32_t parent)
{
    g->visits[at] = (struct visit){++g->seen_count, g->seen_count, 0, parent, true};
    g->stack[g->stack_count++] = at;
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

// Everything on the stack above `root` refers to each other.
static void close_unit(struct graph *g, uint32_t root)
{
    uint32_t at = BULK_NONE;
    while (at != root) {
        at = g->stack[--g->stack_count];
        g->visits[at].on_stack = false;
        g->out->unit[at] = g->unit_count;
    }
    g->unit_count++;
}

// Goes one edge on from `at`, or back. Gives where the search is now; BULK_NONE at its end.
static uint32_t search_step(struct graph *g, uint32_t at)
{
    struct visit *visit = &g->visits[at];
    const struct bulk_node *node = &g->nodes[at];
    if (visit->edge < edge_count(node)) {
        uint32_t to = edge(node, visit->edge++);
        if (g->visits[to].index == 0) {
            enter(g, to, at);
            return to;
        }
        if (g->visits[to].on_stack) {
            visit->low = least(visit->low, g->visits[to].index);
        }
        return at;
    }
    if (visit->low == visit->index) {
        close_unit(g, at);
    }
    if (visit->parent != BULK_NONE) {
        struct visit *parent = &g->visits[visit->parent];
        parent->low = least(parent->low, visit->low);
    }
    return visit->parent;
}

static void find_units(struct graph *g)
{
    for (uint32_t root = 0; root < g->count; root++) {
        if (g->visits[root].index == 0) {
            enter(g, root, BULK_NONE);
            for (uint32_t at = root; at != BULK_NONE;) {
                at = search_step(g, at);
            }
        }
    }
}

static bool refers_to_itself(const struct bulk_node *node, uint32_t at)
{
    for (size_t need = 0; need < node->need_count; need++) {
        if (node->needs[need] == at) {
            return true;
        }
    }
    return false;
}

// The operations of each unit as a list in the order of the request.
static void fill_units(struct graph *g)
{
    for (uint32_t unit = 0; unit < g->unit_count; unit++) {
        g->units[unit] = (struct unit){.first = BULK_NONE};
    }
    for (uint32_t back = (uint32_t)g->count; back > 0; back--) {
        uint32_t at = back - 1;
        struct unit *unit = &g->units[g->out->unit[at]];
        unit->last = unit->first == BULK_NONE ? at : unit->last;
        g->next[at] = unit->first;
        unit->first = at;
    }
    for (uint32_t at = 0; at < g->count; at++) {
        const struct unit *unit = &g->units[g->out->unit[at]];
        g->out->circular[at] =
            g->next[unit->first] != BULK_NONE || refers_to_itself(&g->nodes[at], at);
    }
}

// Who waits for whom, by the operation that is waited for.
static void fill_waiters(struct graph *g)
{
    for (uint32_t at = 0; at < g->count; at++) {
        for (size_t e = 0; e < edge_count(&g->nodes[at]); e++) {
            g->from[edge(&g->nodes[at], e) + 2]++;
        }
    }
    for (size_t at = 2; at < g->count + 2; at++) {
        g->from[at] += g->from[at - 1];
    }
    for (uint32_t at = 0; at < g->count; at++) {
        for (size_t e = 0; e < edge_count(&g->nodes[at]); e++) {
            uint32_t to = edge(&g->nodes[at], e);
            g->waiters[g->from[to + 1]++] = at;
            g->units[g->out->unit[at]].waiting += (uint32_t)(g->out->unit[to] != g->out->unit[at]);
        }
    }
}

// Bounded by the square of BULK_OPERATIONS_MAX, over all calls.
static struct unit *next_unit(struct graph *g)
{
    struct unit *found = NULL;
    for (uint32_t at = 0; at < g->unit_count; at++) {
        struct unit *unit = &g->units[at];
        if (!unit->left && unit->waiting == 0 && (found == NULL || unit->last < found->last)) {
            found = unit;
        }
    }
    return found;
}

static void leave(struct graph *g, struct unit *unit, uint32_t *place)
{
    unit->left = true;
    for (uint32_t at = unit->first; at != BULK_NONE; at = g->next[at]) {
        g->out->sequence[*place] = at;
        g->out->place[at] = (*place)++;
        for (size_t w = g->from[at]; w < g->from[at + 1]; w++) {
            struct unit *waiter = &g->units[g->out->unit[g->waiters[w]]];
            waiter->waiting -= (uint32_t)(waiter != unit);
        }
    }
}

bool bulk_order(const struct bulk_node *nodes, size_t count, struct roster_arena *arena,
                struct bulk_order *out, struct roster_error *err)
{
    struct graph g = {.nodes = nodes, .count = count, .arena = arena, .out = out};
    uint32_t place = 0;
    if (!allocate(&g)) {
        return fail_memory(err);
    }
    find_units(&g);
    fill_units(&g);
    fill_waiters(&g);
    for (struct unit *unit = next_unit(&g); unit != NULL; unit = next_unit(&g)) {
        leave(&g, unit, &place);
    }
    assert(place == count);
    return true;
}

bool bulk_is_late(const struct bulk_order *order, uint32_t operation, uint32_t creator)
{
    return order->unit[operation] == order->unit[creator] &&
           order->place[creator] >= order->place[operation];
}
