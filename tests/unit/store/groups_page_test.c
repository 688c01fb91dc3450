// groups_page_test.c: the groups of a page of members: right, and at a cost of what they show.
// SPDX-License-Identifier: Apache-2.0
#include "store/conn.h"
#include "store/rig.h"

enum { GROUPS = 400, USERS = 200 };

struct graph {
    struct rig rig;
    int64_t users[USERS];
    struct resource_row groups[GROUPS];
    size_t group_count;
};

static int open_graph(void **state)
{
    static struct graph graph;
    graph = (struct graph){0};
    rig_open(&graph.rig);
    *state = &graph;
    return 0;
}

static int close_graph(void **state)
{
    struct graph *graph = *state;
    rig_close(&graph->rig);
    return 0;
}

static void make(struct graph *graph, size_t users, size_t groups)
{
    struct rig *rig = &graph->rig;
    rig_begin(rig);
    for (size_t at = 0; at < users; at++) {
        struct resource_row row;
        str json = {0};
        assert_true(arena_format(rig->arena, &json, "{\"userName\":\"u%zu\"}", at));
        struct given_resource given = {.json = json.ptr};
        assert_int_equal(rig_insert(rig, &given, &row), STORE_OK);
        graph->users[at] = row.row;
    }
    for (size_t at = 0; at < groups; at++) {
        struct given_resource given = {.type = rig->group, .json = "{\"displayName\":\"g\"}"};
        assert_int_equal(rig_insert(rig, &given, &graph->groups[at]), STORE_OK);
    }
    graph->group_count = groups;
    rig_commit(rig);
}

static void put_edge(struct graph *graph, size_t group, int64_t row, int type)
{
    struct rig *rig = &graph->rig;
    struct member_row member = {.row = row, .type = type, .id = graph->groups[0].id};
    enum store_outcome got =
        member_insert(rig->writer, rig->tenant, graph->groups[group].row, &member);
    assert_true(got == STORE_OK || got == STORE_TAKEN);
}

static void add_user(struct graph *graph, size_t group, size_t user)
{
    put_edge(graph, group, graph->users[user], TYPE_NUMBER_USER);
}

static void nest(struct graph *graph, size_t above, size_t below)
{
    put_edge(graph, above, graph->groups[below].row, TYPE_NUMBER_GROUP);
}

static void read_page(struct graph *graph, size_t count, struct roster_arena *arena,
                      struct group_list *out)
{
    struct rig *rig = &graph->rig;
    assert_int_equal(groups_of_each(rig->reader, rig->tenant, graph->users, count, arena, out),
                     STORE_OK);
}

static void expect_group(const struct graph *graph, const struct group_list *list, size_t at,
                         size_t group, bool direct)
{
    const struct group_row *row = &list->rows[at];
    assert_true(at < list->count);
    assert_int_equal(row->row, graph->groups[group].row);
    assert_true(str_equal(row->id, graph->groups[group].id));
    assert_true(str_equal(row->display, STR("shown")));
    assert_int_equal(row->revision, 1);
    assert_int_equal(row->direct, direct);
}

static void a_page_takes_memory_for_the_groups_it_shows(void **state)
{
    enum { EACH = 25 };
    struct graph *graph = *state;
    struct group_list lists[USERS];
    struct roster_arena *arena = roster_arena_open(MIB(64));
    make(graph, USERS, GROUPS);
    rig_begin(&graph->rig);
    for (size_t user = 0; user < USERS; user++) {
        for (size_t at = 0; at < EACH; at++) {
            add_user(graph, (user * 7 + at * 16) % GROUPS, user);
        }
    }
    rig_commit(&graph->rig);
    read_page(graph, USERS, arena, lists);
    for (size_t user = 0; user < USERS; user++) {
        assert_int_equal(lists[user].count, EACH);
    }
    // 5,000 rows, and as much again for all that was needed on the way.
    assert_true(arena_used(arena) < USERS * EACH * 2 * sizeof(struct group_row));
    roster_arena_close(arena);
}

static void direct_groups_come_first_and_each_group_comes_once(void **state)
{
    struct graph *graph = *state;
    struct group_list lists[3];
    make(graph, 3, 6);
    rig_begin(&graph->rig);
    add_user(graph, 4, 0);
    add_user(graph, 1, 0);
    add_user(graph, 1, 2);
    nest(graph, 0, 1);
    nest(graph, 0, 4);
    nest(graph, 4, 1);
    nest(graph, 2, 0);
    rig_commit(&graph->rig);
    read_page(graph, 3, graph->rig.arena, lists);
    assert_int_equal(lists[0].count, 4);
    expect_group(graph, &lists[0], 0, 1, true);
    expect_group(graph, &lists[0], 1, 4, true);
    expect_group(graph, &lists[0], 2, 0, false);
    expect_group(graph, &lists[0], 3, 2, false);
    assert_int_equal(lists[1].count, 0);
    assert_int_equal(lists[2].count, 4);
    expect_group(graph, &lists[2], 0, 1, true);
    expect_group(graph, &lists[2], 1, 0, false);
    expect_group(graph, &lists[2], 2, 4, false);
    expect_group(graph, &lists[2], 3, 2, false);
}

static void a_cycle_is_followed_once(void **state)
{
    struct graph *graph = *state;
    struct group_list list;
    make(graph, 1, 3);
    rig_begin(&graph->rig);
    add_user(graph, 0, 0);
    nest(graph, 1, 0);
    nest(graph, 2, 1);
    nest(graph, 0, 2);
    nest(graph, 0, 0);
    rig_commit(&graph->rig);
    read_page(graph, 1, graph->rig.arena, &list);
    assert_int_equal(list.count, 3);
    for (size_t at = 0; at < 3; at++) {
        expect_group(graph, &list, at, at, at == 0);
    }
    // A group in a cycle is above itself.
    assert_int_equal(groups_of(graph->rig.reader, graph->rig.tenant, graph->groups[2].row,
                               graph->rig.arena, &list),
                     STORE_OK);
    assert_int_equal(list.count, 3);
    expect_group(graph, &list, 0, 0, true);
    expect_group(graph, &list, 1, 1, false);
    expect_group(graph, &list, 2, 2, false);
}

static void nesting_is_followed_to_its_bound(void **state)
{
    struct graph *graph = *state;
    struct group_list list;
    make(graph, 1, GROUPS_DEPTH_MAX + 2);
    rig_begin(&graph->rig);
    add_user(graph, 0, 0);
    for (size_t at = 1; at < graph->group_count; at++) {
        nest(graph, at, at - 1);
    }
    rig_commit(&graph->rig);
    read_page(graph, 1, graph->rig.arena, &list);
    assert_int_equal(list.count, GROUPS_DEPTH_MAX);
    expect_group(graph, &list, GROUPS_DEPTH_MAX - 1, GROUPS_DEPTH_MAX - 1, false);
}

static void the_same_member_twice_has_the_same_groups(void **state)
{
    struct graph *graph = *state;
    struct group_list lists[2];
    make(graph, 2, 2);
    graph->users[1] = graph->users[0];
    rig_begin(&graph->rig);
    add_user(graph, 0, 0);
    nest(graph, 1, 0);
    rig_commit(&graph->rig);
    read_page(graph, 2, graph->rig.arena, lists);
    for (size_t at = 0; at < 2; at++) {
        assert_int_equal(lists[at].count, 2);
        expect_group(graph, &lists[at], 0, 0, true);
        expect_group(graph, &lists[at], 1, 1, false);
    }
}

// What a damaged store may hold: edges to groups that are not there.
static void an_edge_without_a_group_shows_less(void **state)
{
    struct graph *graph = *state;
    struct group_list list;
    make(graph, 1, 2);
    rig_begin(&graph->rig);
    add_user(graph, 0, 0);
    add_user(graph, 1, 0);
    rig_commit(&graph->rig);
    rig_stop(&graph->rig);
    rig_sql(&graph->rig, "DELETE FROM resource WHERE row = (SELECT min(group_row) FROM member)");
    rig_start(&graph->rig);
    read_page(graph, 1, graph->rig.arena, &list);
    assert_int_equal(list.count, 1);
    expect_group(graph, &list, 0, 1, true);
}

// Groups with the row numbers 1,000,001 and on, made behind the store's back.
static void make_many(struct graph *graph, long count)
{
    str sql = {0};
    assert_true(arena_format(
        graph->rig.arena, &sql,
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < %ld)"
        " INSERT INTO resource SELECT 1000000 + n, tenant, 2, CAST(n AS BLOB), revision,"
        " created_ms, modified_ms, encoding, 0, display, external_ids, document, owner"
        " FROM n, (SELECT * FROM resource LIMIT 1)",
        count));
    rig_sql(&graph->rig, sql.ptr);
}

static void a_member_of_too_many_groups_shows_the_first_and_takes_none_from_others(void **state)
{
    struct graph *graph = *state;
    struct group_list lists[4];
    make(graph, 4, 2);
    rig_begin(&graph->rig);
    add_user(graph, 1, 2);
    rig_commit(&graph->rig);
    rig_stop(&graph->rig);
    make_many(graph, GROUPS_USER_MAX + 100);
    for (size_t user = 0; user < 4; user += user == 0 ? 1 : 2) {
        str sql = {0};
        assert_true(arena_format(graph->rig.arena, &sql,
                                 "INSERT INTO member SELECT tenant, row, %lld, x'00', 1"
                                 " FROM resource WHERE row > 1000000",
                                 (long long)graph->users[user]));
        rig_sql(&graph->rig, sql.ptr);
    }
    rig_start(&graph->rig);
    read_page(graph, 4, graph->rig.arena, lists);
    assert_int_equal(lists[0].count, GROUPS_USER_MAX);
    assert_int_equal(lists[0].rows[0].row, 1000001);
    assert_int_equal(lists[0].rows[GROUPS_USER_MAX - 1].row, 1000000 + GROUPS_USER_MAX);
    assert_int_equal(lists[1].count, GROUPS_USER_MAX);
    assert_int_equal(lists[2].count, 1);
    expect_group(graph, &lists[2], 0, 1, true);
    assert_int_equal(lists[3].count, GROUPS_USER_MAX);
}

// Groups that are all nested in each other.
static void make_mesh(struct graph *graph, long groups)
{
    make(graph, 1, 1);
    rig_stop(&graph->rig);
    make_many(graph, groups);
    rig_sql(&graph->rig, "INSERT INTO member SELECT a.tenant, a.row, b.row, x'00', 2"
                         " FROM resource a, resource b WHERE a.row > 1000000 AND b.row > 1000000");
    rig_start(&graph->rig);
}

// 220 groups, each in each: 48,400 edges.
static void groups_that_are_all_nested_in_one_another_end(void **state)
{
    struct graph *graph = *state;
    struct group_list list;
    struct roster_arena *arena = roster_arena_open(MIB(64));
    make_mesh(graph, 220);
    assert_int_equal(groups_of(graph->rig.reader, graph->rig.tenant, 1000001, arena, &list),
                     STORE_OK);
    assert_int_equal(list.count, 220);
    assert_true(arena_used(arena) < KIB(100));
    roster_arena_close(arena);
}

static void more_nesting_than_a_loop_follows_takes_a_deadline(void **state)
{
    struct graph *graph = *state;
    struct group_list list;
    make_mesh(graph, 240);
    struct conn *reader = graph->rig.reader;
    assert_int_equal(groups_of(reader, graph->rig.tenant, 1000001, graph->rig.arena, &list),
                     STORE_LARGE);
    conn_deadline(reader, 60000);
    assert_int_equal(groups_of(reader, graph->rig.tenant, 1000001, graph->rig.arena, &list),
                     STORE_OK);
    assert_int_equal(list.count, 240);
    conn_deadline(reader, 0);
    assert_int_equal(groups_of(reader, graph->rig.tenant, 1000001, graph->rig.arena, &list),
                     STORE_LARGE);
    assert_int_equal(arena_used(reader->scratch), 0);
}

static void more_nesting_than_anyone_follows_is_never_shown_in_part(void **state)
{
    struct graph *graph = *state;
    struct group_list list;
    make_mesh(graph, 400);
    conn_deadline(graph->rig.reader, 60000);
    assert_int_equal(
        groups_of(graph->rig.reader, graph->rig.tenant, 1000001, graph->rig.arena, &list),
        STORE_LARGE);
}

// Members of a page that stand together, with others between them, far apart and backwards.
static void a_page_shows_the_same_however_its_members_stand(void **state)
{
    enum { MEMBERS = 40, SOME_GROUPS = 40, EACH = 7, PAGE = 10 };
    static const struct {
        size_t first;
        size_t step;
    } pages[] = {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {39, (size_t)-1}, {37, (size_t)-4}};
    struct graph *graph = *state;
    struct rig *rig = &graph->rig;
    make(graph, MEMBERS, SOME_GROUPS);
    rig_begin(rig);
    for (size_t user = 0; user < MEMBERS; user++) {
        for (size_t at = 0; at < user % EACH; at++) {
            add_user(graph, (user + at) % SOME_GROUPS, user);
        }
    }
    rig_commit(rig);
    for (size_t page = 0; page < COUNT_OF(pages); page++) {
        int64_t members[PAGE];
        struct group_list lists[PAGE];
        for (size_t at = 0; at < PAGE; at++) {
            members[at] = graph->users[pages[page].first + at * pages[page].step];
        }
        assert_int_equal(groups_of_each(rig->reader, rig->tenant, members, PAGE, rig->arena, lists),
                         STORE_OK);
        for (size_t at = 0; at < PAGE; at++) {
            size_t user = pages[page].first + at * pages[page].step;
            struct group_list alone;
            assert_int_equal(groups_of(rig->reader, rig->tenant, members[at], rig->arena, &alone),
                             STORE_OK);
            assert_int_equal(alone.count, user % EACH);
            assert_int_equal(lists[at].count, user % EACH);
            for (size_t group = 0; group < alone.count; group++) {
                assert_int_equal(lists[at].rows[group].row, alone.rows[group].row);
                assert_true(lists[at].rows[group].direct);
            }
        }
    }
}

// Three users in groups of which each is nested in the next.
static void make_chain(struct graph *graph, size_t groups)
{
    make(graph, 3, groups);
    rig_begin(&graph->rig);
    for (size_t at = 0; at + 1 < groups; at++) {
        add_user(graph, at, at % 3);
        nest(graph, at + 1, at);
    }
    rig_commit(&graph->rig);
}

static void a_full_arena_is_a_failure_wherever_it_ends(void **state)
{
    struct graph *graph = *state;
    struct group_list lists[3];
    enum store_outcome got = STORE_FAILED;
    long allocation = 0;
    make_chain(graph, 70);
    for (; got != STORE_OK && allocation < 1000; allocation++) {
        struct roster_arena *arena = roster_arena_open(MIB(64));
        arena_fail_at(arena, allocation);
        got = groups_of_each(graph->rig.reader, graph->rig.tenant, graph->users, 3, arena, lists);
        assert_true(got == STORE_OK || got == STORE_FAILED);
        roster_arena_close(arena);
    }
    assert_int_equal(got, STORE_OK);
    assert_true(allocation > 10);
}

static void a_full_scratch_is_a_failure_and_is_empty_again(void **state)
{
    struct graph *graph = *state;
    struct roster_arena *scratch = graph->rig.reader->scratch;
    struct group_list lists[3];
    enum store_outcome got = STORE_FAILED;
    long allocation = 0;
    make_chain(graph, 70);
    for (; got != STORE_OK && allocation < 1000; allocation++) {
        arena_fail_at(scratch, allocation);
        got = groups_of_each(graph->rig.reader, graph->rig.tenant, graph->users, 3,
                             graph->rig.arena, lists);
        assert_true(got == STORE_OK || got == STORE_FAILED);
        assert_int_equal(arena_used(scratch), 0);
    }
    arena_fail_at(scratch, -1);
    assert_int_equal(got, STORE_OK);
    assert_true(allocation > 10);
}

struct model {
    bool has[USERS][GROUPS];     // user in group
    bool above[GROUPS][GROUPS];  // [below][above]
};

// The groups of a user, level by level over the matrix.
static size_t model_groups(const struct model *model, size_t user, size_t groups, bool *shown)
{
    size_t count = 0;
    memcpy(shown, model->has[user], groups * sizeof(*shown));
    for (int depth = 1; depth < GROUPS_DEPTH_MAX; depth++) {
        bool level[GROUPS] = {false};
        for (size_t at = 0; at < groups * groups; at++) {
            level[at % groups] |= shown[at / groups] && model->above[at / groups][at % groups];
        }
        for (size_t at = 0; at < groups; at++) {
            shown[at] |= level[at];
        }
    }
    for (size_t at = 0; at < groups; at++) {
        count += shown[at];
    }
    return count;
}

static void any_page_shows_what_the_edges_say(void **state)
{
    enum { SOME_USERS = 30, SOME_GROUPS = 40 };
    struct graph *graph = *state;
    static struct model model;
    struct group_list lists[SOME_USERS];
    uint64_t seed = 7;
    make(graph, SOME_USERS, SOME_GROUPS);
    rig_begin(&graph->rig);
    for (int edge = 0; edge < 90; edge++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
        size_t group = (size_t)(seed >> 33) % SOME_GROUPS;
        size_t member = (size_t)(seed >> 48) % SOME_USERS;
        if (edge % 3 == 0) {
            nest(graph, group, member);
            model.above[member][group] = true;
        } else {
            add_user(graph, group, member);
            model.has[member][group] = true;
        }
    }
    rig_commit(&graph->rig);
    read_page(graph, SOME_USERS, graph->rig.arena, lists);
    for (size_t user = 0; user < SOME_USERS; user++) {
        bool shown[GROUPS];
        assert_int_equal(lists[user].count, model_groups(&model, user, SOME_GROUPS, shown));
        for (size_t at = 0; at < lists[user].count; at++) {
            const struct group_row *row = &lists[user].rows[at];
            size_t group = (size_t)(row->row - graph->groups[0].row);
            assert_true(shown[group]);
            assert_int_equal(row->direct, model.has[user][group]);
            assert_true(at == 0 || lists[user].rows[at - 1].direct >= row->direct);
            shown[group] = false;
        }
    }
}

#define IN_GRAPH(what_it_says)                                                                     \
    cmocka_unit_test_setup_teardown(what_it_says, open_graph, close_graph)

static const struct CMUnitTest tests[] = {
    IN_GRAPH(a_page_takes_memory_for_the_groups_it_shows),
    IN_GRAPH(direct_groups_come_first_and_each_group_comes_once),
    IN_GRAPH(a_page_shows_the_same_however_its_members_stand),
    IN_GRAPH(a_cycle_is_followed_once),
    IN_GRAPH(nesting_is_followed_to_its_bound),
    IN_GRAPH(the_same_member_twice_has_the_same_groups),
    IN_GRAPH(an_edge_without_a_group_shows_less),
    IN_GRAPH(a_member_of_too_many_groups_shows_the_first_and_takes_none_from_others),
    IN_GRAPH(groups_that_are_all_nested_in_one_another_end),
    IN_GRAPH(more_nesting_than_a_loop_follows_takes_a_deadline),
    IN_GRAPH(more_nesting_than_anyone_follows_is_never_shown_in_part),
    IN_GRAPH(a_full_arena_is_a_failure_wherever_it_ends),
    IN_GRAPH(a_full_scratch_is_a_failure_and_is_empty_again),
    IN_GRAPH(any_page_shows_what_the_edges_say),
};

RUN(tests)
