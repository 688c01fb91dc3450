// search.c: compiling a search and running it.
//
// Row numbers come from a composed statement and rows from a fixed one, so that no document is
// carried through a sort; only where all are wanted they come at once.
// SPDX-License-Identifier: Apache-2.0
#include "store/search.h"

#include "store/conn.h"
#include "store/row.h"
#include "store/set.h"

struct search_plan {
    int64_t tenant;
    int64_t source;
    int type;
    struct search_traits traits;
    const struct set *set;
    const struct argument *arguments;
    // The rows are those of `legs`, one after the other; a plan that matches nothing has none.
    str legs[2];
    int leg_count;
    str count;       // empty: all resources of the type
    bool is_rest;    // `count` counts what is left out of all of them
    bool continues;  // by row number
    bool whole;      // the one leg gives whole resources, not their numbers
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
    struct sort sort = {.kind = SORT_OTHER, .descending = search->descending};
    const struct path *path = search->sort;
    if (path == NULL) {
        return (struct sort){.kind = SORT_ROW};
    }
    if (is_common(path, "id", NULL)) {
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

static void add_leg(struct search_plan *plan, str text)
{
    plan->legs[plan->leg_count++] = text;
}

// P-179: those without a value come last in ascending order and first in descending order.
static void write_sorted(struct where *where, const struct sort *sort, struct search_plan *plan)
{
    bool absent = sort->kind == SORT_INDEX && sort->index->marks_absent;
    if (absent && sort->descending) {
        add_leg(plan, query_absent(where, plan->set, sort->index));
    }
    add_leg(plan, query_sorted(where, plan->set, sort));
    if (absent && !sort->descending) {
        add_leg(plan, query_absent(where, plan->set, sort->index));
    }
}

static void write_legs(struct where *where, const struct sort *sort, struct search_plan *plan)
{
    bool by_row = sort->kind == SORT_ROW || !plan->traits.sorted;
    if (plan->set->kind == SET_NONE) {
        return;
    }
    bool descending = sort->kind == SORT_ROW && sort->descending;
    plan->continues = by_row && !descending;
    plan->whole = by_row && plan->set->kind == SET_ALL;
    if (plan->whole) {
        add_leg(plan, query_whole(where, descending));
    } else if (by_row) {
        add_leg(plan, query_rows(where, plan->set, descending));
    } else {
        write_sorted(where, sort, plan);
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
        search->filter == NULL ? set_all(&where, true) : where_filter(&where, search->filter);
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
        .traits = {cost_of(set, &sort, sorted), set->exact, sorted || set->kind == SET_NONE},
    };
    write_legs(&where, &sort, plan);
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
    sql_i64(&q, PARAMETER_AFTER, 0);
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

static enum store_outcome count_found(struct conn *conn, const struct search_plan *plan,
                                      int64_t limit, int64_t *count)
{
    struct sql q = begin(conn, plan, plan->count, limit);
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
        return count_found(conn, plan, max > 0 ? max + 1 : LIMIT_NONE, count);
    }
    int64_t left_out = 0;
    enum store_outcome got = count_all(conn, plan, count);
    if (got == STORE_OK && plan->is_rest) {
        got = count_found(conn, plan, LIMIT_NONE, &left_out);
    }
    *count -= left_out;
    return got;
}

// What a run over row numbers does with each; false stops it.
struct visit {
    struct conn *conn;
    const struct search_plan *plan;
    bool (*take)(struct visit *visit, struct sql *q);
    enum store_outcome failure;
    bool stopped;
    int64_t count;  // rows that the leg gave
    // A page
    struct roster_arena *arena;
    struct resource_row *rows;
    size_t row_count;
    size_t row_cap;
    // Each candidate
    bool (*each)(void *ctx, const struct resource_row *row);
    void *ctx;
};

static enum store_outcome run_leg(struct visit *visit, str text, int64_t skip, int64_t after,
                                  int64_t limit)
{
    struct sql q = begin(visit->conn, visit->plan, text, limit);
    sql_i64(&q, PARAMETER_AFTER, after);
    sql_i64(&q, PARAMETER_SKIP, skip);
    visit->count = 0;
    while (!visit->stopped && sql_step(&q) == SQL_ROW) {
        visit->count++;
        visit->stopped = !visit->take(visit, &q);
    }
    enum store_outcome got = sql_end(&q);
    return visit->failure != STORE_OK ? visit->failure : got;
}

// The resource that `q` stands on, or that it gives the number of. STORE_NONE: without a snapshot
// it may be deleted between the two statements.
static enum store_outcome load(struct visit *visit, struct sql *q, struct resource_row *row)
{
    if (visit->plan->whole) {
        row_read(q, visit->plan->source, visit->arena, row);
        return q->outcome == SQL_ROW ? STORE_OK : STORE_FAILED;
    }
    return row_load(visit->conn, visit->plan->tenant, sql_column_i64(q, COLUMN_ROW),
                    visit->plan->source, visit->arena, row);
}

static bool take_row(struct visit *visit, struct sql *q)
{
    struct resource_row *rows =
        arena_room(visit->arena, visit->rows, visit->row_count, &visit->row_cap, sizeof(*rows));
    if (rows == NULL) {
        visit->failure = STORE_FAILED;
        return false;
    }
    visit->rows = rows;
    enum store_outcome got = load(visit, q, &rows[visit->row_count]);
    visit->failure = got == STORE_NONE ? STORE_OK : got;
    visit->row_count += got == STORE_OK;
    return visit->failure == STORE_OK;
}

static bool ignore_row(struct visit *visit, struct sql *q)
{
    return true;
}

// How many rows the first leg has: asked only when the page begins behind them.
static enum store_outcome count_leg(struct visit *visit, str text, int64_t *count)
{
    struct visit counting = {
        .conn = visit->conn, .plan = visit->plan, .take = ignore_row, .failure = STORE_OK};
    enum store_outcome got = run_leg(&counting, text, 0, 0, LIMIT_NONE);
    *count = counting.count;
    return got;
}

static enum store_outcome run_page(struct visit *visit, int64_t skip, int64_t after, size_t limit)
{
    const struct search_plan *plan = visit->plan;
    enum store_outcome got = STORE_OK;
    for (int at = 0; at < plan->leg_count && limit > 0 && got == STORE_OK; at++) {
        got = run_leg(visit, plan->legs[at], skip, after, (int64_t)limit);
        limit -= (size_t)visit->count;
        bool behind = at + 1 < plan->leg_count && limit > 0 && skip > 0 && visit->count == 0;
        int64_t passed = skip;
        if (got == STORE_OK && behind) {
            got = count_leg(visit, plan->legs[at], &passed);
        }
        skip -= passed;
    }
    return got;
}

enum store_outcome search_page(struct conn *conn, const struct search_plan *plan, int64_t skip,
                               int64_t after, size_t limit, struct roster_arena *arena,
                               struct resource_row **rows, size_t *count)
{
    struct visit visit = {
        .conn = conn, .plan = plan, .take = take_row, .failure = STORE_OK, .arena = arena};
    assert(after == 0 || plan->continues);
    assert(skip >= 0);
    enum store_outcome got = run_page(&visit, skip, after, limit);
    *rows = visit.rows;
    *count = visit.row_count;
    return got;
}

static bool show_row(struct visit *visit, struct sql *q)
{
    struct resource_row row;
    bool more = true;
    struct arena_mark mark = arena_mark(visit->arena);
    enum store_outcome got = load(visit, q, &row);
    if (got == STORE_OK) {
        more = visit->each(visit->ctx, &row);
    }
    visit->failure = got == STORE_NONE ? STORE_OK : got;
    arena_rewind(visit->arena, mark);
    return more && visit->failure == STORE_OK;
}

enum store_outcome search_each(struct conn *conn, const struct search_plan *plan,
                               struct roster_arena *scratch,
                               bool (*each)(void *ctx, const struct resource_row *row), void *ctx)
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
        got = run_leg(&visit, plan->legs[at], 0, 0, LIMIT_NONE);
    }
    return got;
}
