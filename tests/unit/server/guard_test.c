// guard_test.c: a provider that takes too much away at once is held; everyday traffic never is.
// SPDX-License-Identifier: Apache-2.0
#include "server/guard_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static void a_provider_that_deactivates_everybody_is_stopped(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    int64_t rows = audit_rows();
    assert_int_equal(deactivate_all(), 4);
    assert_int_equal(audit_rows(), rows + 4 + 1);  // what passed, and one event
    struct guard_view view = view_of("default", GUARD_DEACTIVATIONS);
    assert_int_equal(view.state, GUARD_HELD);
    assert_int_equal(view.spent, 4);
    assert_int_equal(view.row.held_count, PEOPLE - 4);
    assert_int_equal(atomic_load(&rig.app.metrics.held[GUARD_DEACTIVATIONS]), PEOPLE - 4);
    struct rig_reply reply = send_text("GET", "/scim/v2/Users?filter=active+eq+true&count=0", "");
    assert_true(str_contains(reply.body, STR("\"totalResults\":36")));
}

static void who_is_held_is_told_why_and_when_to_come_back(void **state)
{
    static const char *const parts[] = {
        "\"status\":\"429\"",
        "urn:ietf:params:scim:api:messages:2.0:Error",
        "held",
        "nothing was changed",
        "5 deactivations within 1d",
        "budget of 4",
        "roster guard show --tenant acme",
    };
    int64_t seconds = 0;
    add_people(0, PEOPLE);
    let_days_pass();
    (void)deactivate_all();
    struct rig_reply reply =
        change("PUT", "Users", people[PEOPLE - 1], "{\"userName\":\"u39\",\"active\":false}");
    assert_int_equal(reply.status, 429);
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        assert_true(str_contains(reply.body, str_of(parts[i])));
    }
    assert_true(str_to_i64(header_of(reply, "Retry-After"), &seconds));
    assert_int_equal(seconds, GUARD_RETRY_S_MAX);
    rig_clock(&rig, rig.stopped_ms + DAY - 7000);
    reply = change("PUT", "Users", people[PEOPLE - 1], "{\"userName\":\"u39\",\"active\":false}");
    assert_int_equal(reply.status, 429);
    assert_true(str_equal(header_of(reply, "Retry-After"), STR("7")));
    rig_clock(&rig, rig.stopped_ms + 7000);
    reply = change("PUT", "Users", people[PEOPLE - 1], "{\"userName\":\"u39\",\"active\":false}");
    assert_int_equal(reply.status, 200);
}

static void who_is_inactive_already_costs_nothing_and_who_comes_back_gives_nothing(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    assert_int_equal(set_active(0, "false"), 200);
    for (int again = 0; again < 20; again++) {
        assert_int_equal(set_active(0, "false"), 200);
    }
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).spent, 1);
    for (size_t at = 0; at < 3; at++) {
        assert_int_equal(set_active(0, "true"), 200);
        assert_int_equal(set_active(0, "false"), 200);
    }
    assert_int_equal(set_active(0, "true"), 200);
    assert_int_equal(set_active(0, "false"), 429);
    assert_int_equal(set_active(0, "\"True\""), 200);  // a hold stops nothing else
}

static void deletions_are_held_and_cost_no_deactivations(void **state)
{
    size_t passed = 0;
    add_people(0, PEOPLE);
    let_days_pass();
    for (size_t at = 0; at < PEOPLE; at++) {
        passed += change("DELETE", "Users", people[at], "").status == 204;
    }
    assert_int_equal(passed, 5);
    assert_int_equal(set_active(PEOPLE - 1, "false"), 200);
    struct rig_reply reply = change("GET", "Users", people[PEOPLE - 1], "");
    assert_int_equal(reply.status, 200);
}

static void who_makes_people_for_a_test_may_take_them_away_again(void **state)
{
    for (size_t round = 0; round < 60; round++) {
        add_people(0, 5);
        for (size_t at = 0; at < 5; at++) {
            if (at < 3) {
                assert_int_equal(set_active(at, "false"), 200);
            }
            assert_int_equal(change("DELETE", "Users", people[at], "").status, 204);
        }
    }
}

static void people_who_are_replaced_one_by_one_are_still_lost(void **state)
{
    int held = 0;
    add_people(0, PEOPLE);
    let_days_pass();
    for (size_t at = 0; at < 10; at++) {
        int status = change("DELETE", "Users", people[at], "").status;
        held += status == 429;
        if (status == 204) {
            add_people(at, at + 1);
        }
    }
    assert_int_equal(held, 5);
}

static void a_large_group_is_emptied_by_nobody(void **state)
{
    add_people(0, MEMBERS);
    add_group(MEMBERS);
    assert_int_equal(
        change("PUT", "Groups", group, "{\"displayName\":\"g\",\"members\":[]}").status, 429);
    assert_int_equal(change("PATCH", "Groups", group,
                            "{\"Operations\":[{\"op\":\"remove\",\"path\":\"members\"}]}")
                         .status,
                     429);
    assert_int_equal(
        patch_group("{\"op\":\"remove\",\"path\":\"members\",\"value\":", 0, MEMBERS, "}]}"), 429);
    assert_int_equal(change("DELETE", "Groups", group, "").status, 429);
    assert_int_equal(view_of("default", GUARD_REMOVALS).spent, 0);
    struct rig_reply reply = change("GET", "Groups", group, "");
    assert_true(str_contains(reply.body, str_of(people[MEMBERS - 1])));
    // A fifth may go, in whatever form.
    assert_int_equal(
        patch_group("{\"op\":\"replace\",\"path\":\"members\",\"value\":", 40, MEMBERS, "}]}"),
        204);
    assert_int_equal(view_of("default", GUARD_REMOVALS).spent, 40);
    assert_int_equal(
        patch_group("{\"op\":\"remove\",\"path\":\"members\",\"value\":", 40, 41, "}]}"), 429);
}

static void what_comes_back_within_the_request_was_never_lost(void **state)
{
    add_people(0, MEMBERS);
    add_group(MEMBERS);
    assert_int_equal(patch_group("{\"op\":\"remove\",\"path\":\"members\"},"
                                 "{\"op\":\"add\",\"path\":\"members\",\"value\":",
                                 0, MEMBERS, "}]}"),
                     204);
    assert_int_equal(patch_group("{\"op\":\"remove\",\"path\":\"members[type eq \\\"User\\\"]\"},"
                                 "{\"op\":\"add\",\"path\":\"members\",\"value\":",
                                 10, MEMBERS, "}]}"),
                     204);
    assert_int_equal(view_of("default", GUARD_REMOVALS).spent, 10);
    // Twice the same member, and one who is not there: one is lost.
    assert_int_equal(patch_group("{\"op\":\"remove\",\"path\":\"members\",\"value\":", 9, 11,
                                 "},{\"op\":\"remove\",\"path\":\"members\",\"value\":[]}]}"),
                     204);
    assert_int_equal(view_of("default", GUARD_REMOVALS).spent, 11);
}

static void a_team_that_moves_costs_nothing(void **state)
{
    add_people(0, 30);
    add_group(30);
    for (int round = 0; round < 10; round++) {
        assert_int_equal(
            patch_group("{\"op\":\"remove\",\"path\":\"members\",\"value\":", 0, 20, "}]}"), 204);
        assert_int_equal(
            patch_group("{\"op\":\"add\",\"path\":\"members\",\"value\":", 0, 20, "}]}"), 204);
    }
}

static void a_group_that_is_deleted_costs_its_members(void **state)
{
    add_people(0, 60);
    add_group(20);
    assert_int_equal(change("DELETE", "Groups", group, "").status, 204);
    assert_int_equal(view_of("default", GUARD_REMOVALS).spent, 20);
    let_days_pass();
    add_group(60);
    assert_int_equal(change("DELETE", "Groups", group, "").status, 429);
}

// Who is inactive already is none of those who could be lost.
static void the_share_is_of_those_who_are_active(void **state)
{
    rig_set(&rig, "acme", "guard", "off");
    add_people(0, MEMBERS);
    for (size_t at = 0; at < MEMBERS - 40; at++) {
        assert_int_equal(set_active(at, "false"), 200);
    }
    for (size_t at = 0; at < 50; at++) {
        assert_int_equal(change("DELETE", "Users", people[at], "").status, 204);
    }
    let_days_pass();
    set_budgets();
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).limit, 4);
    assert_int_equal(view_of("default", GUARD_DELETIONS).limit, 15);
    rig_restart(&rig);
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).limit, 4);
}

// A month of a company: two leave a day, two come.
static void everyday_traffic_is_never_held(void **state)
{
    add_people(0, 100);
    add_group(60);
    for (size_t day = 0; day < 30; day++) {
        rig_clock(&rig, rig.stopped_ms + DAY);
        assert_int_equal(patch_group("{\"op\":\"remove\",\"path\":\"members\",\"value\":", day * 2,
                                     day * 2 + 2, "}]}"),
                         204);
        for (size_t at = 0; at < 2; at++) {
            assert_int_equal(set_active(day * 2 + at, "false"), 200);
            assert_int_equal(change("DELETE", "Users", people[day * 2 + at], "").status, 204);
            add_people(100 + day * 2 + at, 101 + day * 2 + at);
        }
    }
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).row.held_count, 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_GUARD(a_provider_that_deactivates_everybody_is_stopped),
        WITH_GUARD(who_is_held_is_told_why_and_when_to_come_back),
        WITH_GUARD(who_is_inactive_already_costs_nothing_and_who_comes_back_gives_nothing),
        WITH_GUARD(deletions_are_held_and_cost_no_deactivations),
        WITH_GUARD(who_makes_people_for_a_test_may_take_them_away_again),
        WITH_GUARD(people_who_are_replaced_one_by_one_are_still_lost),
        WITH_GUARD(a_large_group_is_emptied_by_nobody),
        WITH_GUARD(what_comes_back_within_the_request_was_never_lost),
        WITH_GUARD(a_team_that_moves_costs_nothing),
        WITH_GUARD(a_group_that_is_deleted_costs_its_members),
        WITH_GUARD(the_share_is_of_those_who_are_active),
        WITH_GUARD(everyday_traffic_is_never_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
