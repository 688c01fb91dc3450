// member_test.c: edges, and the groups of a member, nested and in circles.
// SPDX-License-Identifier: Apache-2.0
#include "store/rig.h"

static struct resource_row add_user(struct rig *rig, const char *name)
{
    str json = {0};
    assert_true(arena_format(rig->arena, &json, "{\"userName\":\"%s\"}", name));
    return rig_create(rig, &(struct given_resource){.json = json.ptr});
}

static struct resource_row add_group(struct rig *rig)
{
    return rig_create(
        rig, &(struct given_resource){.type = rig->group, .json = "{\"displayName\":\"g\"}"});
}

static enum store_outcome join(struct rig *rig, const struct resource_row *group,
                               const struct resource_row *member)
{
    struct member_row row = {member->row, member->type, member->id, {0}};
    rig_begin(rig);
    enum store_outcome got = member_insert(rig->writer, rig->tenant, group->row, &row);
    rig_commit(rig);
    return got;
}

static void an_edge_is_there_once(void **state)
{
    struct rig *rig = *state;
    struct resource_row user = add_user(rig, "a");
    struct resource_row group = add_group(rig);
    assert_int_equal(member_find(rig->reader, rig->tenant, group.row, user.row), STORE_NONE);
    assert_int_equal(join(rig, &group, &user), STORE_OK);
    assert_int_equal(join(rig, &group, &user), STORE_TAKEN);
    assert_int_equal(member_find(rig->reader, rig->tenant, group.row, user.row), STORE_OK);
    rig_begin(rig);
    assert_int_equal(member_delete(rig->writer, rig->tenant, group.row, user.row), STORE_OK);
    assert_int_equal(member_delete(rig->writer, rig->tenant, group.row, user.row), STORE_NONE);
    rig_commit(rig);
}

static void members_come_in_pages(void **state)
{
    enum { COUNT = 25, PAGE = 10 };
    struct rig *rig = *state;
    struct resource_row group = add_group(rig);
    struct resource_row users[COUNT];
    int64_t after = 0;
    size_t seen = 0;
    size_t count = 1;
    for (int at = 0; at < COUNT; at++) {
        char name[16];
        snprintf(name, sizeof(name), "u%d", at);
        users[at] = add_user(rig, name);
        assert_int_equal(join(rig, &group, &users[at]), STORE_OK);
    }
    while (count > 0) {
        struct member_row *members = NULL;
        assert_int_equal(member_page(rig->reader, rig->tenant, group.row, after, PAGE, seen > 0,
                                     rig->arena, &members, &count),
                         STORE_OK);
        assert_true(count <= PAGE);
        for (size_t at = 0; at < count; at++, seen++) {
            assert_int_equal(members[at].row, users[seen].row);
            assert_int_equal(members[at].type, TYPE_NUMBER_USER);
            expect_str(members[at].id, users[seen].id);
            expect_str(members[at].display, seen >= PAGE ? STR("shown") : (str){0});
            after = members[at].row;
        }
    }
    assert_int_equal(seen, COUNT);
    int64_t gone = 0;
    rig_begin(rig);
    assert_int_equal(member_delete_all(rig->writer, rig->tenant, group.row, &gone), STORE_OK);
    rig_commit(rig);
    assert_int_equal(gone, COUNT);
}

static void direct_groups_come_first_and_each_once(void **state)
{
    struct rig *rig = *state;
    struct group_list groups = {0};
    struct resource_row user = add_user(rig, "a");
    struct resource_row top = add_group(rig);
    struct resource_row left = add_group(rig);
    struct resource_row right = add_group(rig);
    assert_int_equal(join(rig, &left, &user), STORE_OK);
    assert_int_equal(join(rig, &right, &user), STORE_OK);
    assert_int_equal(join(rig, &top, &left), STORE_OK);
    assert_int_equal(join(rig, &top, &right), STORE_OK);
    assert_int_equal(groups_of(rig->reader, rig->tenant, user.row, rig->arena, &groups), STORE_OK);
    assert_int_equal(groups.count, 3);
    assert_int_equal(groups.rows[0].row, left.row);
    assert_int_equal(groups.rows[1].row, right.row);
    assert_int_equal(groups.rows[2].row, top.row);
    assert_true(groups.rows[0].direct && groups.rows[1].direct && !groups.rows[2].direct);
    expect_str(groups.rows[2].id, top.id);
    expect_str(groups.rows[2].display, STR("shown"));
    assert_int_equal(groups.rows[2].revision, 1);
}

static void groups_in_a_circle_are_followed_once(void **state)
{
    struct rig *rig = *state;
    struct group_list groups = {0};
    struct resource_row user = add_user(rig, "a");
    struct resource_row one = add_group(rig);
    struct resource_row two = add_group(rig);
    assert_int_equal(join(rig, &one, &user), STORE_OK);
    assert_int_equal(join(rig, &two, &one), STORE_OK);
    assert_int_equal(join(rig, &one, &two), STORE_OK);
    assert_int_equal(join(rig, &one, &one), STORE_OK);
    assert_int_equal(groups_of(rig->reader, rig->tenant, user.row, rig->arena, &groups), STORE_OK);
    assert_int_equal(groups.count, 2);
    assert_int_equal(groups_of(rig->reader, rig->tenant, one.row, rig->arena, &groups), STORE_OK);
    assert_int_equal(groups.count, 2);
}

static void nesting_is_followed_to_its_limit(void **state)
{
    enum { DEPTH = GROUPS_DEPTH_MAX + 4 };
    struct rig *rig = *state;
    struct group_list groups = {0};
    struct resource_row below = add_user(rig, "a");
    int64_t user = below.row;
    for (int depth = 0; depth < DEPTH; depth++) {
        struct resource_row group = add_group(rig);
        assert_int_equal(join(rig, &group, &below), STORE_OK);
        below = group;
    }
    assert_int_equal(groups_of(rig->reader, rig->tenant, user, rig->arena, &groups), STORE_OK);
    assert_int_equal(groups.count, GROUPS_DEPTH_MAX);
}

static void groups_of_a_page_belong_to_their_members(void **state)
{
    enum { USERS = 60, GROUPS = 70 };
    struct rig *rig = *state;
    int64_t members[USERS];
    struct resource_row groups[GROUPS];
    struct group_list out[USERS];
    for (int at = 0; at < GROUPS; at++) {
        groups[at] = add_group(rig);
    }
    for (int at = 0; at < USERS; at++) {
        char name[16];
        snprintf(name, sizeof(name), "u%d", at);
        struct resource_row user = add_user(rig, name);
        members[at] = user.row;
        for (int group = 0; group < at % 7; group++) {
            assert_int_equal(join(rig, &groups[(at + group * 11) % GROUPS], &user), STORE_OK);
        }
    }
    assert_int_equal(groups_of_each(rig->reader, rig->tenant, members, USERS, rig->arena, out),
                     STORE_OK);
    for (int at = 0; at < USERS; at++) {
        struct group_list alone = {0};
        assert_int_equal(out[at].count, at % 7);
        assert_int_equal(groups_of(rig->reader, rig->tenant, members[at], rig->arena, &alone),
                         STORE_OK);
        assert_int_equal(alone.count, out[at].count);
        for (size_t group = 0; group < alone.count; group++) {
            assert_int_equal(alone.rows[group].row, out[at].rows[group].row);
        }
    }
}

static void direct_groups_come_in_pages(void **state)
{
    struct rig *rig = *state;
    struct group_list page = {0};
    struct resource_row user = add_user(rig, "a");
    struct resource_row groups[5];
    for (int at = 0; at < 5; at++) {
        groups[at] = add_group(rig);
        assert_int_equal(join(rig, &groups[at], &user), STORE_OK);
    }
    assert_int_equal(groups_direct(rig->reader, rig->tenant, user.row, 0, 3, rig->arena, &page),
                     STORE_OK);
    assert_int_equal(page.count, 3);
    assert_int_equal(
        groups_direct(rig->reader, rig->tenant, user.row, page.rows[2].row, 3, rig->arena, &page),
        STORE_OK);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.rows[0].row, groups[3].row);
    expect_str(page.rows[1].id, groups[4].id);
}

static const struct CMUnitTest tests[] = {
    IN_RIG(an_edge_is_there_once),
    IN_RIG(members_come_in_pages),
    IN_RIG(direct_groups_come_first_and_each_once),
    IN_RIG(groups_in_a_circle_are_followed_once),
    IN_RIG(nesting_is_followed_to_its_limit),
    IN_RIG(groups_of_a_page_belong_to_their_members),
    IN_RIG(direct_groups_come_in_pages),
};

RUN(tests)
