// search_cost_test.c: a page costs the same wherever it begins.
//
// What is counted are the steps of the engine's machine, so that the test says the same on every
// computer. Walks go to the end and back; no page may take half as many steps again as the first.
// SPDX-License-Identifier: Apache-2.0
#include "store/rig.h"

#include "store/conn.h"
#include "store/driver_sqlite.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define MANAGER ENTERPRISE ":manager.value"

enum { USERS = 3000, PAGE = 100 };

static int count_step(void *ctx)
{
    ++*(long *)ctx;
    return 0;
}

static void add_users(struct rig *rig)
{
    rig_begin(rig);
    for (int at = 0; at < USERS; at++) {
        struct arena_mark mark = arena_mark(rig->arena);
        struct resource_row row;
        char json[256];
        // Two thirds share a name, and some have none.
        int own = at % 3 == 0 ? at : 0;
        snprintf(json, sizeof(json),
                 "{\"userName\":\"p%d\",\"" ENTERPRISE "\":{\"manager\":{\"value\":\"%s\"}},"
                 "\"%s\":\"d%d\"}",
                 at * 7 % USERS, at % 5 == 2 ? "nobody" : "boss",
                 at % 10 == 7 ? "title" : "displayName", own);
        assert_int_equal(rig_insert(rig, &(struct given_resource){.json = json}, &row), STORE_OK);
        arena_rewind(rig->arena, mark);
    }
    rig_commit(rig);
}

struct cost_case {
    const char *filter;
    const char *sort;
    bool descending;
};

static void set_up(struct rig *rig, const struct cost_case *c, struct search *search,
                   struct path *sort)
{
    struct roster_quirks quirks = roster_quirks_of(ROSTER_PROFILE_RFC);
    struct scope scope = {rig->user, &quirks, rig->arena};
    struct roster_error err = {0};
    *search = (struct search){.tenant = rig->tenant,
                              .source = rig->source,
                              .type = rig->user,
                              .indexes = rig->user_set,
                              .descending = c->descending};
    if (c->filter != NULL) {
        assert_true(filter_parse(&scope, str_of(c->filter), &search->filter, &err));
    }
    if (c->sort != NULL) {
        assert_true(path_parse_name(&scope, str_of(c->sort), sort, &err));
        search->sort = sort;
    }
}

// The steps of one page; *from moves on. Returns how many it showed.
static size_t take_page(struct rig *rig, struct search *search, struct place *from, long *steps)
{
    struct roster_error err = {0};
    struct search_plan *plan = NULL;
    struct hit *hits = NULL;
    size_t count = 0;
    sqlite3 *db = ((struct sqlite_link *)rig->reader->link)->db;
    assert_true(search_compile(rig->store, search, rig->arena, &plan, &err));
    assert_true(search_traits(plan).steady);
    *steps = 0;
    sqlite3_progress_handler(db, 1, count_step, steps);
    assert_int_equal(search_page(rig->reader, plan, 0, PAGE, rig->arena, &hits, &count), STORE_OK);
    sqlite3_progress_handler(db, 0, NULL, NULL);
    if (count > 0) {
        *from = hits[count - 1].place;
    }
    return count;
}

static void expect_cost(const struct cost_case *c, bool backward, size_t page, long steps,
                        long first)
{
    if (steps * 2 > first * 3) {
        fail_msg("%s sorted by %s%s%s: page %zu takes %ld steps, the first %ld",
                 c->filter == NULL ? "everybody" : c->filter, c->sort == NULL ? "row" : c->sort,
                 c->descending ? " descending" : "", backward ? ", backward" : "", page, steps,
                 first);
    }
}

static void expect_level(struct rig *rig, const struct cost_case *c, bool backward)
{
    struct search search;
    struct path sort = {0};
    struct place from;
    long first = 0;
    long steps = 0;
    size_t count = PAGE;
    size_t pages = 1;
    set_up(rig, c, &search, &sort);
    search.backward = backward;
    assert_int_equal(take_page(rig, &search, &from, &first), PAGE);
    search.from = &from;
    // Down to the empty one: finding out that nothing is left is no walk of its own.
    while (count > 0) {
        count = take_page(rig, &search, &from, &steps);
        expect_cost(c, backward, ++pages, steps, first);
    }
    assert_true(pages > 3);
}

static void a_page_costs_the_same_at_any_depth(void **state)
{
    static const struct cost_case cases[] = {
        {NULL, NULL, false},
        {NULL, "meta.created", true},
        {NULL, "userName", false},
        {NULL, "userName", true},
        {NULL, "displayName", false},
        {NULL, "displayName", true},
        {NULL, "meta.lastModified", false},
        {NULL, "meta.lastModified", true},
        {"userName sw \"p\"", "userName", false},
        {"userName sw \"p\"", "userName", true},
        {"userName gt \"p0\"", "userName", false},
        {"userName le \"q\"", "userName", true},
        {"userName ge \"p0\"", "userName", true},
        {"displayName pr", "displayName", false},
        {"displayName gt \"c\"", "displayName", true},
        {MANAGER " eq \"boss\"", NULL, false},
    };
    struct rig *rig = *state;
    add_users(rig);
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct arena_mark mark = arena_mark(rig->arena);
        expect_level(rig, &cases[at], false);
        expect_level(rig, &cases[at], true);
        arena_rewind(rig->arena, mark);
    }
}

// 200 of a source behind 2,800 of others.
static void what_a_source_owns_is_found_without_the_others(void **state)
{
    static const struct cost_case all = {0};
    struct rig *rig = *state;
    struct search search;
    struct path sort = {0};
    struct place from;
    long whole = 0;
    long steps = 0;
    add_users(rig);
    rig_sql(rig, "UPDATE resource SET owner = 7 WHERE row > (SELECT max(row) - 200 FROM resource)");
    set_up(rig, &all, &search, &sort);
    assert_int_equal(take_page(rig, &search, &from, &whole), PAGE);
    search.owned = true;
    search.owner = 7;
    assert_int_equal(take_page(rig, &search, &from, &steps), PAGE);
    if (steps > 3 * whole) {
        fail_msg("a page of a source takes %ld steps, one of all %ld", steps, whole);
    }
}

static const struct CMUnitTest tests[] = {
    IN_RIG(what_a_source_owns_is_found_without_the_others),
    IN_RIG(a_page_costs_the_same_at_any_depth),
};

RUN(tests)
