// where.c: a filter tree to sets, from the leaves up.
// SPDX-License-Identifier: Apache-2.0
#include "store/set.h"

#include <stdarg.h>
#include <stdio.h>

enum { CONDITION_MAX = 1024 };

void where_init(struct where *where, struct store *store, const struct search *search,
                struct roster_arena *arena)
{
    *where = (struct where){
        .store = store, .search = search, .arena = arena, .next_parameter = PARAMETER_FIRST};
    where->tail = &where->arguments;
}

static int add_argument(struct where *where, const struct argument *from)
{
    struct argument *argument = arena_alloc(where->arena, sizeof(*argument));
    if (argument == NULL) {
        where->full = true;
        return PARAMETER_FIRST;
    }
    *argument = *from;
    *where->tail = argument;
    where->tail = &argument->next;
    assert(where->next_parameter < STATEMENT_PARAMETERS_MAX);
    return where->next_parameter++;
}

int where_number(struct where *where, int64_t number)
{
    return add_argument(where, &(struct argument){.is_number = true, .number = number});
}

int where_bytes(struct where *where, str bytes)
{
    return add_argument(where, &(struct argument){.bytes = bytes});
}

static struct set *new_set(struct where *where, enum set_kind kind, enum set_rank rank, bool exact)
{
    struct set *set = arena_alloc(where->arena, sizeof(*set));
    if (set == NULL) {
        where->full = true;
        return NULL;
    }
    set->kind = kind;
    set->rank = rank;
    set->exact = exact;
    return set;
}

struct set *set_all(struct where *where, bool exact)
{
    return new_set(where, SET_ALL, RANK_ALL, exact);
}

struct set *set_none(struct where *where)
{
    return new_set(where, SET_NONE, RANK_FEW, true);
}

// Never the complement of a superset: what is left out of it might match.
struct set *set_not(struct where *where, struct set *child)
{
    if (child == NULL) {
        return NULL;
    }
    if (!child->exact) {
        return set_all(where, false);
    }
    if (child->kind == SET_ALL) {
        return set_none(where);
    }
    if (child->kind == SET_NONE) {
        return set_all(where, true);
    }
    if (child->kind == SET_NOT) {
        return child->child;
    }
    struct set *set = new_set(where, SET_NOT, RANK_ALL, true);
    if (set != NULL) {
        set->child = child;
    }
    return set;
}

struct set *set_or(struct where *where, struct set *a, struct set *b)
{
    struct set *set = new_set(where, SET_OR, RANK_FEW, true);
    if (set == NULL || a == NULL || b == NULL) {
        return NULL;
    }
    set->rank = a->rank > b->rank ? a->rank : b->rank;
    set->exact = a->exact && b->exact;
    set->child = a;
    a->next = b;
    return set;
}

struct set *set_rows(struct where *where, const char *table, const char *column, enum set_rank rank,
                     const char *format, ...)
{
    char text[CONDITION_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    assert(len > 0 && (size_t)len < sizeof(text));
    struct set *set = new_set(where, SET_ROWS, rank, true);
    if (set == NULL || !arena_copy(where->arena, (str){text, (size_t)len}, &set->condition)) {
        where->full = true;
        return NULL;
    }
    set->table = table;
    set->column = column;
    return set;
}

// Whether a single row can be tested by probes.
static bool probes(const struct set *set)
{
    if (set->kind == SET_ROWS) {
        return set->probes;
    }
    const struct set *child = set->child;
    while (child != NULL && probes(child)) {
        child = child->next;
    }
    return child == NULL;
}

// The cheapest child first: it gives the rows, the others test them. Where these are few, a test
// that reads part of an index costs more than looking at the documents, so it is left out.
static void arrange(struct set *set)
{
    struct set **at = &set->child;
    while ((*at)->rank != set->rank) {
        at = &(*at)->next;
    }
    struct set *first = *at;
    *at = first->next;
    first->next = set->child;
    set->child = first;
    set->repeats = first->repeats;
    at = &first->next;
    while (set->rank == RANK_FEW && *at != NULL) {
        if (probes(*at)) {
            at = &(*at)->next;
        } else {
            *at = (*at)->next;
            set->exact = false;
        }
    }
}

// A list of one is its child, which is what rows may come off in order.
static struct set *without_list(struct set *set)
{
    if (set == NULL || set->child->next != NULL) {
        return set;
    }
    set->child->exact = set->exact;
    return set->child;
}

static struct set *where_and(struct where *where, const struct roster_filter *filter)
{
    struct set *set = new_set(where, SET_AND, RANK_ALL, true);
    struct set **tail = set == NULL ? NULL : &set->child;
    const struct roster_filter *term = filter->child;
    for (; term != NULL && set != NULL; term = term->next) {
        struct set *child = where_filter(where, term);
        if (child == NULL || child->kind == SET_NONE) {
            return child;
        }
        set->exact &= child->exact;
        if (child->kind != SET_ALL) {
            set->rank = child->rank < set->rank ? child->rank : set->rank;
            *tail = child;
            tail = &child->next;
        }
    }
    if (set != NULL && set->child == NULL) {
        return set_all(where, set->exact);
    }
    if (set != NULL) {
        arrange(set);
    }
    return without_list(set);
}

// One more term that every row must satisfy, in front of those that there are.
static struct set *narrow(struct where *where, struct set *term, struct set *set)
{
    if (set->kind == SET_NONE) {
        return set;
    }
    if (set->kind == SET_ALL) {
        term->exact = set->exact;
        return term;
    }
    struct set *both = new_set(where, SET_AND, RANK_ALL, set->exact);
    if (both == NULL) {
        return NULL;
    }
    both->child = term;
    both->rank = set->rank < term->rank ? set->rank : term->rank;
    term->next = set->kind == SET_AND ? set->child : set;
    arrange(both);
    return both;
}

struct set *where_owned(struct where *where, struct set *set)
{
    int64_t owner = where->search->owner;
    if (!where->search->owned || set == NULL) {
        return set;
    }
    // The index has no rows of the default source. Saying so behind the equality lets the engine
    // take it for others; before it, it would read a range.
    enum set_rank rank = owner == 0 ? RANK_ALL : RANK_MANY;
    struct set *owned =
        set_rows(where, "resource", "row", rank, "type = $%d AND owner = $%d AND owner %s 0",
                 PARAMETER_TYPE, where_number(where, owner), owner == 0 ? "=" : ">");
    if (owned == NULL) {
        return NULL;
    }
    owned->probes = true;
    return narrow(where, owned, set);
}

static struct set *where_or(struct where *where, const struct roster_filter *filter)
{
    struct set *set = new_set(where, SET_OR, RANK_FEW, true);
    struct set **tail = set == NULL ? NULL : &set->child;
    const struct roster_filter *term = filter->child;
    for (; term != NULL && set != NULL; term = term->next) {
        struct set *child = where_filter(where, term);
        if (child == NULL || child->kind == SET_ALL) {
            return child;
        }
        if (child->kind == SET_NONE) {
            continue;
        }
        set->rank = child->rank > set->rank ? child->rank : set->rank;
        set->exact &= child->exact;
        *tail = child;
        tail = &child->next;
    }
    return set != NULL && set->child == NULL ? set_none(where) : without_list(set);
}

static struct set *where_term(struct where *where, const struct roster_filter *filter)
{
    const struct path *path = &filter->path;
    const struct index *index = index_of_path(where->search->indexes, path);
    if (index != NULL) {
        return where_index(where, filter, index);
    }
    if (path->attr->schema == NULL) {
        return where_common(where, filter);
    }
    return where_edges(where, filter);
}

struct set *where_filter(struct where *where, const struct roster_filter *filter)
{
    switch (filter->kind) {
    case FILTER_AND:
        return where_and(where, filter);
    case FILTER_OR:
        return where_or(where, filter);
    case FILTER_NOT:
        return set_not(where, where_filter(where, filter->child));
    case FILTER_VALUES:
        return where_values(where, filter);
    case FILTER_NEVER:
        return set_none(where);
    case FILTER_PRESENT:
    case FILTER_EQ:
    case FILTER_NE:
    case FILTER_CO:
    case FILTER_SW:
    case FILTER_EW:
    case FILTER_GT:
    case FILTER_GE:
    case FILTER_LT:
    case FILTER_LE:
        return where_term(where, filter);
    }
    return set_all(where, false);
}
