// search.c: compiling a search and running it.
//
// Row numbers come from a composed statement and rows from a fixed one, so that no document is
// carried through a sort; only where all are wanted they come at once.
// SPDX-License-Identifier: Apache-2.0
#include "store/search.h"

#include "scim/compare.h"
#include "store/conn.h"
#include "store/id.h"
#include "store/row.h"
#include "store/set.h"
#include "sys/log.h"

struct search_plan {
    int64_t tenant;
    int64_t source;
    int type;
    struct search_traits traits;
    const struct set *set;
    const struct argument *arguments;
    struct sort sort;
    int64_t after;  // row number that all rows lie behind
    // The rows are those of `legs`, one after the other; a plan that matches nothing has none.
    struct leg legs[2];
    int leg_count;
    str count;     // empty: all resources of the type
    bool is_rest;  // `count` counts what is left out of all of them
    bool whole;    // the one leg gives whole resources, not their numbers
};

enum { LIMIT_NONE = 0 };

static bool is_common(const struct path *path, const char *attr, const char *sub)
{
    str has = path->sub == NULL ? (str){0} : path->sub->name;
    return path->attr->schema == NULL && path->attr->parent == NULL &&
           str_equal(path->attr->name, str_of(attr)) && str_equal(has, str_of(sub));
}

static struct sort sort_of(const struct search *search)
{
    const struct path *path = search->sort;
    struct sort sort = {
        .kind = SORT_OTHER,
        .descending = (path != NULL && search->descending) != search->backward,
        .from = search->from,
    };
    if (path == NULL) {
        sort.kind = SORT_ROW;
    } else if (is_common(path, "id", NULL)) {
        sort.kind = SORT_ID;
    } else if (is_common(path, "meta", "lastModified")) {
        sort.kind = SORT_MODIFIED;
    } else if (is_common(path, "meta", "created")) {
        sort.kind = SORT_ROW;  // row numbers are in the order of creation times
    } else {
        sort.index = index_of_path(search->indexes, path);
        // Only an index in which every resource stands gives an order of all.
        bool whole =
            sort.index != NULL && !sort.index->attr->multi_valued && !sort.index->only_false &&
            (sort.index->marks_absent || (sort.index->unique && sort.index->attr->required &&
                                          sort.index->attr->schema->builtin));
        sort.kind = whole ? SORT_INDEX : SORT_OTHER;
    }
    return sort;
}

// Whether the store puts the rows into order. Few rows are sorted more cheaply by the caller, who
// looks at them anyway; cut keys do not give an order.
static bool is_sortable(struct where *where, const struct set *set, const struct sort *sort)
{
    if (sort->kind == SORT_ROW) {
        return true;
    }
    if (sort->kind == SORT_OTHER || set->rank == RANK_FEW) {
        return false;
    }
    return sort->kind != SORT_INDEX ||
           !store_is_truncated(where->store, where->search->tenant, sort->index->number);
}

static enum search_cost cost_of(const struct set *set, const struct sort *sort, bool sorted)
{
    if (set->kind == SET_ALL && set->exact) {
        return SEARCH_INDEX;
    }
    if (sorted && sort->kind != SORT_ROW) {
        return query_is_direct(set, sort) && set->exact ? SEARCH_INDEX : SEARCH_SCAN;
    }
    if (set->rank == RANK_FEW) {
        return SEARCH_POINT;
    }
    return set->rank <= RANK_RANGE ? SEARCH_INDEX : SEARCH_SCAN;
}

// Whether every row that is read belongs to the page, however deep that is.
static bool is_steady(const struct set *set, const struct sort *sort)
{
    switch (sort->kind) {
    case SORT_ROW:
        return set->kind == SET_ALL || set->rank == RANK_FEW ||
               (set->kind == SET_ROWS && set->rank == RANK_MANY && set->beside.len == 0 &&
                !set->repeats);
    case SORT_MODIFIED:
        return set->kind == SET_ALL;
    case SORT_INDEX:
        return query_is_all_direct(set, sort);
    case SORT_ID:  // the index of ids holds those of all types
    case SORT_OTHER:
        break;
    }
    return false;
}

static struct leg *next_leg(struct search_plan *plan)
{
    assert(plan->leg_count < (int)COUNT_OF(plan->legs));
    return &plan->legs[plan->leg_count++];
}

// P-179: those without a value come last in ascending order and first in descending order. Behind a
// place in one leg the other is done with, or still to come.
static void write_sorted(struct where *where, struct search_plan *plan)
{
    const struct sort *sort = &plan->sort;
    const struct place *from = sort->from;
    // Where the filter itself asks for a value of that index, nobody without one matches.
    bool absent =
        sort->kind == SORT_INDEX && sort->index->marks_absent && !query_is_direct(plan->set, sort);
    struct sort whole = *sort;
    whole.from = NULL;
    if (absent && sort->descending && (from == NULL || from->absent)) {
        *next_leg(plan) = query_absent(where, plan->set, sort);
    }
    if (from == NULL || !from->absent || sort->descending) {
        bool begun = from != NULL && !from->absent;
        *next_leg(plan) = query_sorted(where, plan->set, begun ? sort : &whole);
    }
    if (absent && !sort->descending) {
        *next_leg(plan) = query_absent(where, plan->set, sort);
    }
}

// Only the legs by row number know this number; a place among those with a value has no meaning
// there.
static int64_t after_of(const struct sort *sort)
{
    bool by_row = sort->kind == SORT_ROW || (sort->from != NULL && sort->from->absent);
    if (sort->from != NULL && by_row) {
        return sort->from->row;
    }
    return sort->descending ? INT64_MAX : 0;
}

static void write_legs(struct where *where, struct search_plan *plan)
{
    if (plan->set->kind == SET_NONE) {
        return;
    }
    if (!plan->traits.sorted) {
        plan->sort = (struct sort){.kind = SORT_ROW};
    }
    plan->after = after_of(&plan->sort);
    plan->whole = plan->sort.kind == SORT_ROW && plan->set->kind == SET_ALL;
    if (plan->whole) {
        *next_leg(plan) = query_whole(where, &plan->sort);
    } else if (plan->sort.kind == SORT_ROW) {
        *next_leg(plan) = query_rows(where, plan->set, &plan->sort);
    } else {
        write_sorted(where, plan);
    }
}

static void write_count(struct where *where, struct search_plan *plan)
{
    const struct set *set = plan->set;
    plan->is_rest = set->kind == SET_NOT;
    if (set->kind != SET_ALL && set->kind != SET_NONE) {
        plan->count = query_count(where, plan->is_rest ? set->child : set);
    }
}

bool search_compile(struct store *store, const struct search *search, struct roster_arena *arena,
                    struct search_plan **out, struct roster_error *err)
{
    struct where where;
    struct search_plan *plan = arena_alloc(arena, sizeof(*plan));
    where_init(&where, store, search, arena);
    const struct set *set =
        where_owned(&where, search->filter == NULL ? set_all(&where, true)
                                                   : where_filter(&where, search->filter));
    if (plan == NULL || set == NULL) {
        return fail_memory(err);
    }
    struct sort sort = sort_of(search);
    bool sorted = is_sortable(&where, set, &sort);
    *plan = (struct search_plan){
        .tenant = search->tenant,
        .source = search->source,
        .type = search->type->number,
        .set = set,
        .sort = sort,
        .traits = {.cost = cost_of(set, &sort, sorted),
                   .exact = set->exact,
                   .sorted = sorted || set->kind == SET_NONE},
    };
    plan->traits.steady = sorted && set->exact && is_steady(set, &sort);
    write_legs(&where, plan);
    write_count(&where, plan);
    plan->arguments = where.arguments;
    *out = plan;
    return !where.full || fail_memory(err);
}

struct search_traits search_traits(const struct search_plan *plan)
{
    return plan->traits;
}

static struct sql begin(struct conn *conn, const struct search_plan *plan, str text, int64_t limit)
{
    struct sql q = sql_begin_text(conn, text);
    int parameter = PARAMETER_FIRST;
    sql_i64(&q, PARAMETER_TENANT, plan->tenant);
    sql_i64(&q, PARAMETER_TYPE, plan->type);
    sql_i64(&q, PARAMETER_AFTER, plan->after);
    sql_i64(&q, PARAMETER_LIMIT, limit == LIMIT_NONE ? INT64_MAX : limit);
    sql_i64(&q, PARAMETER_SKIP, 0);
    for (const struct argument *argument = plan->arguments; argument != NULL;
         argument = argument->next) {
        if (argument->is_number) {
            sql_i64(&q, parameter++, argument->number);
        } else {
            sql_blob(&q, parameter++, argument->bytes);
        }
    }
    return q;
}

static enum store_outcome count_all(struct conn *conn, const struct search_plan *plan,
                                    int64_t *count)
{
    enum store_outcome got = counters_flush(conn);
    if (got != STORE_OK) {
        return got;
    }
    struct sql q = sql_begin(conn, STATEMENT_COUNTER_FIND);
    sql_i64(&q, 1, plan->tenant);
    sql_i64(&q, 2, plan->type);
    *count = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
    return sql_end(&q);
}

static enum store_outcome count_found(struct conn *conn, const struct search_plan *plan, str text,
                                      int64_t limit, int64_t *count)
{
    struct sql q = begin(conn, plan, text, limit);
    *count = sql_step(&q) == SQL_ROW ? sql_column_i64(&q, 0) : 0;
    return sql_end(&q);
}

enum store_outcome search_count(struct conn *conn, const struct search_plan *plan, int64_t max,
                                int64_t *count)
{
    *count = 0;
    if (plan->set->kind == SET_NONE) {
        return STORE_OK;
    }
    if (plan->count.len > 0 && !plan->is_rest) {
        return count_found(conn, plan, plan->count, max > 0 ? max + 1 : LIMIT_NONE, count);
    }
    int64_t left_out = 0;
    enum store_outcome got = count_all(conn, plan, count);
    if (got == STORE_OK && plan->is_rest) {
        got = count_found(conn, plan, plan->count, LIMIT_NONE, &left_out);
    }
    *count -= left_out;
    return got;
}

enum store_outcome search_count_rest(struct conn *conn, const struct search_plan *plan, int64_t max,
                                     int64_t *count)
{
    enum store_outcome got = STORE_OK;
    assert(plan->traits.sorted);
    *count = 0;
    for (int at = 0; at < plan->leg_count && got == STORE_OK && (max == 0 || *count <= max); at++) {
        int64_t more = 0;
        got = count_found(conn, plan, plan->legs[at].count, max > 0 ? max + 1 : LIMIT_NONE, &more);
        *count += more;
    }
    return got;
}

// What a run over row numbers does with each; false stops it.
struct visit {
    struct conn *conn;
    const struct search_plan *plan;
    const struct leg *leg;
    bool (*take)(struct visit *visit, struct sql *q);
    enum store_outcome failure;
    bool stopped;
    int64_t count;  // rows that the leg gave
    // A page
    struct roster_arena *arena;
    struct hit *hits;
    size_t hit_count;
    size_t hit_cap;
    // Each candidate
    bool (*each)(void *ctx, const struct hit *hit);
    void *ctx;
};

static enum store_outcome run_leg(struct visit *visit, const struct leg *leg, int64_t skip,
                                  int64_t limit)
{
    struct sql q = begin(visit->conn, visit->plan, leg->page, limit);
    sql_i64(&q, PARAMETER_SKIP, skip);
    visit->leg = leg;
    visit->count = 0;
    while (!visit->stopped && sql_step(&q) == SQL_ROW) {
        visit->count++;
        visit->stopped = !visit->take(visit, &q);
    }
    enum store_outcome got = sql_end(&q);
    return visit->failure != STORE_OK ? visit->failure : got;
}

int place_compare(const struct place *a, const struct place *b)
{
    if (a->type != b->type) {
        return a->type < b->type ? -1 : 1;
    }
    if (a->absent != b->absent) {
        return a->absent ? 1 : -1;
    }
    int order = str_compare(a->key, b->key);
    return order != 0 ? order : (a->row > b->row) - (a->row < b->row);
}

bool place_id_key(str id, struct roster_arena *arena, str *key)
{
    struct id_form form = id_make(id);
    return arena_copy(arena, id_str(&form), key);
}

enum { COLUMN_KEY = 1 };  // of the leg by an index

// A longer key than any that is written is damage; a place made of it would be no place.
static bool read_key(const struct visit *visit, struct sql *q, int64_t row, str *key)
{
    str stored = sql_column(q, COLUMN_KEY);
    if (stored.len > INDEX_KEY_MAX) {
        log_event(LOG_LEVEL_ERROR, "index_damaged", LOG_NUMBER("row", row));
        return false;
    }
    return arena_copy(visit->arena, stored, key);
}

static bool read_place(const struct visit *visit, struct sql *q, struct hit *hit)
{
    struct place *place = &hit->place;
    *place = (struct place){.row = hit->row.row, .absent = visit->leg->absent};
    switch (visit->plan->sort.kind) {
    case SORT_INDEX:
        return place->absent || read_key(visit, q, hit->row.row, &place->key);
    case SORT_MODIFIED:
        return time_key(hit->row.modified_ms, visit->arena, &place->key);
    case SORT_ID:
        return place_id_key(hit->row.id, visit->arena, &place->key);
    case SORT_ROW:
    case SORT_OTHER:
        break;
    }
    return true;
}

// The resource that `q` stands on, or that it gives the number of. STORE_NONE: without a snapshot
// it may be deleted between the two statements.
static enum store_outcome load(struct visit *visit, struct sql *q, struct hit *hit)
{
    enum store_outcome got = STORE_OK;
    if (visit->plan->whole) {
        row_read(q, visit->plan->source, visit->arena, &hit->row);
        got = q->outcome == SQL_ROW ? STORE_OK : STORE_FAILED;
    } else {
        got = row_load(visit->conn, visit->plan->tenant, sql_column_i64(q, COLUMN_ROW),
                       visit->plan->source, visit->arena, &hit->row);
    }
    return got == STORE_OK && !read_place(visit, q, hit) ? STORE_FAILED : got;
}

static bool take_row(struct visit *visit, struct sql *q)
{
    struct hit *hits =
        arena_room(visit->arena, visit->hits, visit->hit_count, &visit->hit_cap, sizeof(*hits));
    if (hits == NULL) {
        visit->failure = STORE_FAILED;
        return false;
    }
    visit->hits = hits;
    enum store_outcome got = load(visit, q, &hits[visit->hit_count]);
    visit->failure = got == STORE_NONE ? STORE_OK : got;
    visit->hit_count += got == STORE_OK;
    return visit->failure == STORE_OK;
}

static enum store_outcome run_page(struct visit *visit, int64_t skip, size_t limit)
{
    const struct search_plan *plan = visit->plan;
    enum store_outcome got = STORE_OK;
    for (int at = 0; at < plan->leg_count && limit > 0 && got == STORE_OK; at++) {
        const struct leg *leg = &plan->legs[at];
        got = run_leg(visit, leg, skip, (int64_t)limit);
        limit -= (size_t)visit->count;
        // How many rows the first leg has is asked only when the page begins behind them.
        bool behind = at + 1 < plan->leg_count && limit > 0 && skip > 0 && visit->count == 0;
        int64_t passed = skip;
        if (got == STORE_OK && behind) {
            got = count_found(visit->conn, plan, leg->count, LIMIT_NONE, &passed);
        }
        skip -= passed;
    }
    return got;
}

enum store_outcome search_page(struct conn *conn, const struct search_plan *plan, int64_t skip,
                               size_t limit, struct roster_arena *arena, struct hit **hits,
                               size_t *count)
{
    struct visit visit = {
        .conn = conn, .plan = plan, .take = take_row, .failure = STORE_OK, .arena = arena};
    assert(skip >= 0);
    enum store_outcome got = run_page(&visit, skip, limit);
    *hits = visit.hits;
    *count = visit.hit_count;
    return got;
}

static bool show_row(struct visit *visit, struct sql *q)
{
    struct hit hit;
    bool more = true;
    struct arena_mark mark = arena_mark(visit->arena);
    enum store_outcome got = load(visit, q, &hit);
    if (got == STORE_OK) {
        more = visit->each(visit->ctx, &hit);
    }
    visit->failure = got == STORE_NONE ? STORE_OK : got;
    arena_rewind(visit->arena, mark);
    return more && visit->failure == STORE_OK;
}

enum store_outcome search_each(struct conn *conn, const struct search_plan *plan,
                               struct roster_arena *scratch,
                               bool (*each)(void *ctx, const struct hit *hit), void *ctx)
{
    struct visit visit = {.conn = conn,
                          .plan = plan,
                          .take = show_row,
                          .failure = STORE_OK,
                          .arena = scratch,
                          .each = each,
                          .ctx = ctx};
    enum store_outcome got = STORE_OK;
    for (int at = 0; at < plan->leg_count && !visit.stopped && got == STORE_OK; at++) {
        got = run_leg(&visit, &plan->legs[at], 0, LIMIT_NONE);
    }
    return got;
}
