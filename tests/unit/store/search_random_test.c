// search_random_test.c: what the store finds is what the evaluator says, on random filters.
//
// roster_filter_match over all resources is the truth. A plan that calls itself exact must give
// just those rows, any other a superset of them; counts, pages and orders must agree.
// SPDX-License-Identifier: Apache-2.0
#include "store/people.h"

#include "scim/compare.h"

#include <stdlib.h>

enum { USERS = 300, GROUPS = 40, FILTERS = 700 };

struct found {
    int64_t *rows;
    size_t count;
};

struct case_state {
    struct crowd crowd;
    const struct roster_resource_type *type;
    const struct resource_row *all;
    size_t all_count;
    struct roster_json **views;
    str text;
    const struct roster_filter *filter;
    struct search search;
    struct search_plan *plan;
    struct search_traits traits;
    size_t exact_count;
    size_t sorted_count;
    size_t tried;
    size_t few_count;
};

static bool note_row(void *ctx, const struct hit *hit)
{
    struct found *found = ctx;
    found->rows[found->count++] = hit->row.row;
    return true;
}

static const struct resource_row *row_of(const struct case_state *c, int64_t number, size_t *at)
{
    for (*at = 0; *at < c->all_count; (*at)++) {
        if (c->all[*at].row == number) {
            return &c->all[*at];
        }
    }
    return NULL;
}

static bool matches(struct case_state *c, size_t at)
{
    return c->filter == NULL || roster_filter_match(c->filter, c->views[at], c->crowd.rig->arena);
}

static bool has(const struct found *found, int64_t row)
{
    for (size_t at = 0; at < found->count; at++) {
        if (found->rows[at] == row) {
            return true;
        }
    }
    return false;
}

static void expect_same_set(struct case_state *c, const struct found *found)
{
    for (size_t at = 0; at < found->count; at++) {
        size_t place = 0;
        const struct resource_row *row = row_of(c, found->rows[at], &place);
        if (row == NULL) {
            fail_msg("%.*s: found a row of somebody else", STR_ARGS(c->text));
        }
        if (c->traits.exact && !matches(c, place)) {
            fail_msg("%.*s: called exact, but found %.*s", STR_ARGS(c->text),
                     STR_ARGS(row->document));
        }
        for (size_t other = 0; other < at; other++) {
            if (found->rows[other] == found->rows[at]) {
                fail_msg("%.*s: gave a row twice", STR_ARGS(c->text));
            }
        }
    }
    for (size_t at = 0; at < c->all_count; at++) {
        if (matches(c, at) && !has(found, c->all[at].row)) {
            fail_msg("%.*s: did not find %.*s", STR_ARGS(c->text), STR_ARGS(c->all[at].document));
        }
    }
}

static void expect_counts(struct case_state *c, const struct found *found)
{
    int64_t count = 0;
    assert_int_equal(search_count(c->crowd.rig->reader, c->plan, 0, &count), STORE_OK);
    if (count != (int64_t)found->count) {
        fail_msg("%.*s: counted %lld, found %zu", STR_ARGS(c->text), (long long)count,
                 found->count);
    }
    assert_int_equal(search_count(c->crowd.rig->reader, c->plan, 5, &count), STORE_OK);
    assert_true(found->count <= 5 ? count == (int64_t)found->count : count > 5);
}

static void expect_pages(struct case_state *c, const struct found *found)
{
    struct rig *rig = c->crowd.rig;
    size_t limit = 1 + crowd_random(&c->crowd, 90);
    size_t skip = 0;
    size_t count = limit;
    while (count > 0) {
        struct hit *hits = NULL;
        assert_int_equal(
            search_page(rig->reader, c->plan, (int64_t)skip, limit, rig->arena, &hits, &count),
            STORE_OK);
        for (size_t at = 0; at < count; at++) {
            if (skip + at >= found->count || hits[at].row.row != found->rows[skip + at]) {
                fail_msg("%.*s: the page at %zu differs", STR_ARGS(c->text), skip);
            }
        }
        skip += count;
    }
    assert_int_equal(skip, found->count);
}

// What comes behind `from`, or before it, is just what the list has there.
static size_t expect_part(struct case_state *c, const struct found *found, struct search *search,
                          size_t at, struct place *from)
{
    struct rig *rig = c->crowd.rig;
    struct roster_error err = {0};
    struct search_plan *plan = NULL;
    struct hit *hits = NULL;
    size_t count = 0;
    int64_t rest = 0;
    size_t limit = 1 + crowd_random(&c->crowd, 60);
    search->from = at == 0 ? NULL : from;
    assert_true(search_compile(rig->store, search, rig->arena, &plan, &err));
    assert_int_equal(search_count_rest(rig->reader, plan, 0, &rest), STORE_OK);
    if (rest != (int64_t)(found->count - at)) {
        fail_msg("%.*s: counted %lld behind the place %zu of %zu", STR_ARGS(c->text),
                 (long long)rest, at, found->count);
    }
    assert_int_equal(search_page(rig->reader, plan, 0, limit, rig->arena, &hits, &count), STORE_OK);
    assert_int_equal(count, limit < found->count - at ? limit : found->count - at);
    for (size_t i = 0; i < count; i++) {
        size_t place = search->backward ? found->count - 1 - at - i : at + i;
        if (hits[i].row.row != found->rows[place]) {
            fail_msg("%.*s: the page behind the place %zu differs", STR_ARGS(c->text), at);
        }
    }
    if (count > 0) {
        *from = hits[count - 1].place;
    }
    return count;
}

// Walking by places, in either direction, cuts the list into pages.
static void expect_walk(struct case_state *c, const struct found *found, bool backward)
{
    struct search search = c->search;
    struct place from = {0};
    size_t at = 0;
    size_t count = 1;
    search.backward = backward;
    while (count > 0) {
        count = expect_part(c, found, &search, at, &from);
        at += count;
    }
    assert_int_equal(at, found->count);
}

static bool take_first(void *ctx, const struct roster_json *value)
{
    *(const struct roster_json **)ctx = value;
    return true;
}

// The key that decides the order; false when there is no value.
static bool sort_key(struct case_state *c, size_t at, str *key)
{
    const struct path *path = c->search.sort;
    const struct roster_json *value = NULL;
    return path_walk(path, c->views[at], take_first, &value) &&
           value_key(path->sub != NULL ? path->sub : path->attr, value, c->crowd.rig->arena, key);
}

static int in_order(struct case_state *c, int64_t left, int64_t right)
{
    size_t at[2];
    str keys[2] = {{0}};
    (void)row_of(c, left, &at[0]);
    (void)row_of(c, right, &at[1]);
    bool has_left = sort_key(c, at[0], &keys[0]);
    bool has_right = sort_key(c, at[1], &keys[1]);
    int order = has_left != has_right ? (has_left ? -1 : 1)
                                      : (has_left ? str_compare(keys[0], keys[1]) : 0);
    order = order != 0 ? order : (left > right) - (left < right);
    return c->search.descending ? -order : order;
}

static bool is_id(const struct path *path)
{
    return path != NULL && str_equal(path->attr->name, STR("id"));
}

static void expect_order(struct case_state *c, const struct found *found)
{
    for (size_t at = 1; at < found->count; at++) {
        int64_t left = found->rows[at - 1];
        int64_t right = found->rows[at];
        bool good = c->search.sort == NULL ? left < right
                                           : is_id(c->search.sort) || in_order(c, left, right) < 0;
        if (!good) {
            fail_msg("%.*s: sorted by %.*s, but %lld comes before %lld", STR_ARGS(c->text),
                     STR_ARGS(c->search.sort->text), (long long)left, (long long)right);
        }
    }
}

static void choose_sort(struct case_state *c, struct path *sort)
{
    static const char *const names[] = {"userName",     "displayName", "meta.lastModified",
                                        "meta.created", "id",          "title",
                                        "emails.value"};
    struct rig *rig = c->crowd.rig;
    struct roster_quirks quirks = roster_quirks_of(ROSTER_PROFILE_INTEROP);
    struct scope scope = {c->type, &quirks, rig->arena};
    struct roster_error err = {0};
    c->search.sort = NULL;
    c->search.descending = crowd_random(&c->crowd, 2) == 0;
    if (crowd_random(&c->crowd, 3) == 0) {
        return;
    }
    const char *name = names[crowd_random(&c->crowd, COUNT_OF(names))];
    assert_true(path_parse_name(&scope, str_of(name), sort, &err));
    c->search.sort = sort->unknown ? NULL : sort;
}

static bool choose_filter(struct case_state *c)
{
    struct rig *rig = c->crowd.rig;
    struct roster_quirks quirks = roster_quirks_of(ROSTER_PROFILE_INTEROP);
    struct scope scope = {c->type, &quirks, rig->arena};
    struct roster_error err = {0};
    c->text = crowd_filter(&c->crowd, c->type);
    return filter_parse(&scope, c->text, &c->filter, &err);
}

static void try_one(struct case_state *c)
{
    struct rig *rig = c->crowd.rig;
    struct path sort = {0};
    struct roster_error err = {0};
    struct found found = {arena_array(rig->arena, c->all_count * 2, sizeof(int64_t)), 0};
    choose_sort(c, &sort);
    c->search.tenant = rig->tenant;
    c->search.source = rig->source;
    c->search.type = c->type;
    c->search.indexes = c->type == rig->user ? rig->user_set : rig->group_set;
    c->search.filter = c->filter;
    assert_true(search_compile(rig->store, &c->search, rig->arena, &c->plan, &err));
    c->traits = search_traits(c->plan);
    assert_int_equal(search_each(rig->reader, c->plan, rig->arena, note_row, &found), STORE_OK);
    expect_same_set(c, &found);
    expect_counts(c, &found);
    expect_pages(c, &found);
    if (c->traits.sorted) {
        expect_order(c, &found);
        expect_walk(c, &found, false);
        expect_walk(c, &found, true);
    }
    c->tried++;
    c->exact_count += c->traits.exact;
    c->sorted_count += c->traits.sorted;
    c->few_count += c->traits.cost == SEARCH_POINT;
}

static void run(uint64_t seed, bool long_values, bool groups)
{
    struct rig rig = {0};
    rig_open(&rig);
    struct case_state c = {.crowd = {.rig = &rig, .seed = seed, .long_values = long_values}};
    crowd_make(&c.crowd, USERS, GROUPS);
    c.type = groups ? rig.group : rig.user;
    c.all = groups ? c.crowd.groups : c.crowd.users;
    c.all_count = groups ? c.crowd.group_count : c.crowd.user_count;
    c.views = arena_array(rig.arena, c.all_count, sizeof(*c.views));
    for (size_t at = 0; at < c.all_count; at++) {
        c.views[at] = crowd_view(&c.crowd, c.type, &c.all[at]);
    }
    c.filter = NULL;
    c.text = STR("no filter");
    for (int at = 0; at < 30; at++) {
        try_one(&c);
    }
    for (int at = 0; at < FILTERS; at++) {
        struct arena_mark mark = arena_mark(rig.arena);
        if (choose_filter(&c)) {
            try_one(&c);
        }
        arena_rewind(rig.arena, mark);
    }
    print_message("# %zu filters: %zu exact, %zu sorted, %zu by probe\n", c.tried, c.exact_count,
                  c.sorted_count, c.few_count);
    assert_true(c.tried > FILTERS / 2);
    assert_true(c.exact_count > c.tried / 4);
    rig_close(&rig);
}

static void random_filters_over_users_find_what_matches(void **state)
{
    run(UINT64_C(0x1234567), false, false);
}

static void random_filters_over_long_values_find_what_matches(void **state)
{
    run(UINT64_C(0x89abcde), true, false);
}

static void random_filters_over_groups_find_what_matches(void **state)
{
    run(UINT64_C(0x5555aaaa), false, true);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(random_filters_over_users_find_what_matches),
    cmocka_unit_test(random_filters_over_long_values_find_what_matches),
    cmocka_unit_test(random_filters_over_groups_find_what_matches),
};

RUN(tests)
