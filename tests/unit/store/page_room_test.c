// page_room_test.c: pages take memory for the rows that come, not for those that were allowed.
// SPDX-License-Identifier: Apache-2.0
#include "store/rig.h"

enum { FEW = 3, MANY = 40, ALLOWED = 100000 };

struct room {
    struct rig rig;
    struct roster_arena *arena;  // of what is measured
    struct resource_row group;
    int64_t user;  // a member of all groups
};

static struct member_row member_of(const struct resource_row *row)
{
    return (struct member_row){.row = row->row, .type = row->type, .id = row->id};
}

static int open_room(void **state)
{
    static struct room room;
    room = (struct room){0};
    struct rig *rig = &room.rig;
    rig_open(rig);
    room.arena = roster_arena_open(MIB(64));
    room.group = rig_create(rig, &(struct given_resource){.type = rig->group, .json = "{}"});
    rig_begin(rig);
    for (size_t at = 0; at < MANY; at++) {
        struct resource_row row;
        struct member_row member;
        str json = {0};
        assert_true(arena_format(rig->arena, &json, "{\"userName\":\"u%zu\"}", at));
        struct given_resource user = {.json = json.ptr};
        assert_int_equal(rig_insert(rig, &user, &row), STORE_OK);
        member = member_of(&row);
        room.user = row.row;
        assert_int_equal(member_insert(rig->writer, rig->tenant, room.group.row, &member),
                         STORE_OK);
    }
    rig_commit(rig);
    *state = &room;
    return 0;
}

static int close_room(void **state)
{
    struct room *room = *state;
    roster_arena_close(room->arena);
    rig_close(&room->rig);
    return 0;
}

static void a_page_of_members_takes_room_for_those_there_are(void **state)
{
    struct room *room = *state;
    struct member_row *members = NULL;
    size_t count = 0;
    assert_int_equal(member_page(room->rig.reader, room->rig.tenant, room->group.row, 0, ALLOWED,
                                 true, room->arena, &members, &count),
                     STORE_OK);
    assert_int_equal(count, MANY);
    assert_true(arena_used(room->arena) < KIB(16));
    for (size_t at = 1; at < count; at++) {
        assert_true(members[at].row > members[at - 1].row);
        assert_int_equal(members[at].id.len, UUID_TEXT_LEN);
        assert_true(str_equal(members[at].display, STR("shown")));
    }
}

static void a_page_of_members_ends_at_its_limit(void **state)
{
    struct room *room = *state;
    static const size_t limits[] = {0, 1, FEW, MANY - 1, MANY, MANY + 1};
    for (size_t at = 0; at < COUNT_OF(limits); at++) {
        struct member_row *members = NULL;
        size_t count = 0;
        assert_int_equal(member_page(room->rig.reader, room->rig.tenant, room->group.row, 0,
                                     limits[at], false, room->arena, &members, &count),
                         STORE_OK);
        assert_int_equal(count, limits[at] < MANY ? limits[at] : MANY);
    }
}

static void a_group_without_members_takes_no_room(void **state)
{
    struct room *room = *state;
    struct member_row *members = NULL;
    size_t count = 1;
    assert_int_equal(member_page(room->rig.reader, room->rig.tenant, room->group.row + 1000, 0,
                                 ALLOWED, true, room->arena, &members, &count),
                     STORE_OK);
    assert_int_equal(count, 0);
    assert_int_equal(arena_used(room->arena), 0);
}

static void direct_groups_take_room_for_those_there_are(void **state)
{
    struct room *room = *state;
    struct group_list groups;
    assert_int_equal(groups_direct(room->rig.reader, room->rig.tenant, room->user, 0, ALLOWED,
                                   room->arena, &groups),
                     STORE_OK);
    assert_int_equal(groups.count, 1);
    assert_int_equal(groups.rows[0].row, room->group.row);
    assert_true(groups.rows[0].direct);
    assert_true(arena_used(room->arena) < KIB(2));
}

static void a_page_of_a_search_takes_room_for_what_was_found(void **state)
{
    struct room *room = *state;
    struct rig *rig = &room->rig;
    struct roster_error err = {0};
    struct search_plan *plan = NULL;
    struct hit *hits = NULL;
    size_t count = 0;
    struct search search = {.tenant = rig->tenant, .type = rig->user, .indexes = rig->user_set};
    assert_true(search_compile(rig->store, &search, rig->arena, &plan, &err));
    assert_int_equal(
        search_page(rig->reader, plan, MANY - FEW, ALLOWED, room->arena, &hits, &count), STORE_OK);
    assert_int_equal(count, FEW);
    assert_int_equal(hits[FEW - 1].row.row, room->user);
    assert_true(arena_used(room->arena) < KIB(8));
}

static void a_full_arena_fails_a_page_wherever_it_ends(void **state)
{
    struct room *room = *state;
    struct rig *rig = &room->rig;
    enum store_outcome got = STORE_FAILED;
    long allocation = 0;
    for (; got != STORE_OK && allocation < 1000; allocation++) {
        struct member_row *members = NULL;
        size_t count = 0;
        roster_arena_reset(room->arena);
        arena_fail_at(room->arena, allocation);
        got = member_page(rig->reader, rig->tenant, room->group.row, 0, ALLOWED, true, room->arena,
                          &members, &count);
        assert_true(got == STORE_OK || got == STORE_FAILED);
    }
    assert_int_equal(got, STORE_OK);
    assert_true(allocation > MANY);
}

#define IN_ROOM(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, open_room, close_room)

static const struct CMUnitTest tests[] = {
    IN_ROOM(a_page_of_members_takes_room_for_those_there_are),
    IN_ROOM(a_page_of_members_ends_at_its_limit),
    IN_ROOM(a_group_without_members_takes_no_room),
    IN_ROOM(direct_groups_take_room_for_those_there_are),
    IN_ROOM(a_page_of_a_search_takes_room_for_what_was_found),
    IN_ROOM(a_full_arena_fails_a_page_wherever_it_ends),
};

RUN(tests)
