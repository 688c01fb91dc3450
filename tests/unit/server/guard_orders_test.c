// guard_orders_test.c: what administrators say to the guard, what bulk jobs meet of it, and what it
// remembers.
// SPDX-License-Identifier: Apache-2.0
#include "server/guard_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { FAULTS_MAX = 400 };

static void each_source_has_a_budget_of_its_own(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    assert_int_equal(deactivate_all(), 4);
    use_source("okta");
    assert_int_equal(set_active(PEOPLE - 1, "false"), 200);
    assert_int_equal(view_of("okta", GUARD_DEACTIVATIONS).spent, 1);
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).spent, 4);
}

static void a_restart_forgets_nothing(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    assert_int_equal(set_active(0, "false"), 200);
    assert_int_equal(set_active(1, "false"), 200);
    rig_restart(&rig);
    assert_int_equal(set_active(2, "false"), 200);
    assert_int_equal(set_active(3, "false"), 200);
    assert_int_equal(set_active(4, "false"), 429);
    rig_restart(&rig);
    assert_int_equal(set_active(4, "false"), 429);
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).row.held_count, 2);
}

static void a_bulk_job_goes_on_without_what_is_held(void **state)
{
    int len = snprintf(body, sizeof(body), "{\"Operations\":[");
    add_people(0, PEOPLE);
    let_days_pass();
    for (size_t at = 0; at < 8; at++) {
        len += snprintf(body + len, sizeof(body) - (size_t)len,
                        "{\"method\":\"DELETE\",\"path\":\"/Users/%s\"},", people[at]);
    }
    snprintf(body + len, sizeof(body) - (size_t)len,
             "{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\",\"data\":"
             "{\"userName\":\"new\"}}]}");
    struct rig_reply reply = send_text("POST", "/scim/v2/Bulk", body);
    assert_int_equal(reply.status, 200);
    size_t held = 0;
    str rest = reply.body;
    for (str head; str_cut(rest, '}', &head, &rest);) {
        held += str_contains(head, STR("budget of 5"));
    }
    assert_int_equal(held, 3);
    assert_true(str_contains(reply.body, STR("\"status\":\"201\"")));
    assert_int_equal(atomic_load(&rig.app.metrics.held[GUARD_DELETIONS]), 3);
}

static void what_a_bulk_job_takes_back_is_never_held(void **state)
{
    add_people(0, 1);
    rig_set(&rig, "acme", "guard-removals", "0,0%/1d");
    snprintf(body, sizeof(body),
             "{\"Operations\":["
             "{\"method\":\"POST\",\"path\":\"/Groups\",\"bulkId\":\"a\",\"data\":{\"displayName\":"
             "\"a\",\"members\":[{\"value\":\"%s\"},{\"value\":\"bulkId:b\"}]}},"
             "{\"method\":\"POST\",\"path\":\"/Groups\",\"bulkId\":\"b\",\"data\":{\"displayName\":"
             "\"b\",\"members\":[{\"value\":\"bulkId:a\"},{\"value\":\"nobody\"}]}}]}",
             people[0]);
    rig_set(&rig, "acme", "skip-unknown-members", "off");
    struct rig_reply reply = send_text("POST", "/scim/v2/Bulk", body);
    assert_int_equal(reply.status, 200);
    assert_false(str_contains(reply.body, STR("429")));
    assert_true(str_contains(send_text("GET", "/scim/v2/Groups?count=0", "").body,
                             STR("\"totalResults\":0")));
}

static void an_administrator_lets_through_for_a_time_or_so_many(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    assert_int_equal(deactivate_all(), 4);
    release("", HOUR, 6);
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).state, GUARD_RELEASED);
    assert_int_equal(deactivate_all(), 4 + 6);
    int64_t rows = audit_rows();
    release("default", HOUR, -1);
    assert_int_equal(audit_rows(), rows + GUARD_KIND_COUNT);
    rig_clock(&rig, rig.stopped_ms + HOUR);
    assert_int_equal(set_active(20, "false"), 429);
    release("default", HOUR, -1);
    rig_clock(&rig, rig.stopped_ms + HOUR - 1);
    assert_int_equal(deactivate_all(), PEOPLE);
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).spent, 4);
}

static void an_administrator_denies_until_it_is_lifted(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    deny(GUARD_DEACTIVATIONS, false);
    struct rig_reply reply =
        change("PUT", "Users", people[0], "{\"userName\":\"u0\",\"active\":false}");
    assert_int_equal(reply.status, 429);
    assert_true(str_contains(reply.body, STR("an administrator denied deactivations")));
    assert_int_equal(change("DELETE", "Users", people[1], "").status, 204);
    let_days_pass();
    assert_int_equal(set_active(0, "false"), 429);
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).state, GUARD_DENIED);
    deny(GUARD_DEACTIVATIONS, true);
    assert_int_equal(set_active(0, "false"), 200);
    deny(GUARD_DEACTIVATIONS, false);
    release("default", HOUR, -1);
    assert_int_equal(set_active(2, "false"), 200);
}

static void the_event_is_told_once_an_hour_and_again_after_a_release(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    assert_int_equal(deactivate_all(), 4);
    int64_t rows = audit_rows();
    rig_clock(&rig, rig.stopped_ms + HOUR - 1);
    assert_int_equal(set_active(20, "false"), 429);
    assert_int_equal(audit_rows(), rows);
    rig_clock(&rig, rig.stopped_ms + 1);
    assert_int_equal(set_active(20, "false"), 429);
    assert_int_equal(set_active(20, "false"), 429);
    assert_int_equal(audit_rows(), rows + 1);
    release("default", HOUR, 1);
    rows = audit_rows();
    assert_int_equal(set_active(20, "false"), 200);
    assert_int_equal(set_active(21, "false"), 429);
    assert_int_equal(audit_rows(), rows + 2);
}

static void a_tenant_sets_its_budgets_or_none(void **state)
{
    add_people(0, PEOPLE);
    let_days_pass();
    rig_set(&rig, "acme", "guard-deactivations", "1,0%/1h");
    assert_int_equal(set_active(0, "false"), 200);
    assert_int_equal(set_active(1, "false"), 429);
    rig_set(&rig, "acme", "guard-deactivations", "1,50%/1h");
    assert_int_equal(set_active(1, "false"), 200);
    rig_set(&rig, "acme", "guard", "off");
    assert_int_equal(deactivate_all(), PEOPLE);
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).state, GUARD_OFF);
    rig_set(&rig, "acme", "guard", "on");
    assert_int_equal(view_of("default", GUARD_DEACTIVATIONS).limit, 10);
}

static void administration_is_never_held(void **state)
{
    const struct http_header own[] = {{STR("Authorization"), str_of(authorization)}};
    char path[ID_SIZE + 32];
    add_people(0, PEOPLE);
    let_days_pass();
    for (size_t at = 0; at < PEOPLE; at++) {
        roster_arena_reset(rig.arena);
        struct http_exchange *exchange = arena_alloc(rig.arena, sizeof(*exchange));
        assert_non_null(exchange);
        snprintf(path, sizeof(path), "/scim/v2/Users/%.36s", people[at]);
        *exchange = (struct http_exchange){.method = HTTP_DELETE,
                                           .method_text = STR("DELETE"),
                                           .path = str_of(path),
                                           .remote = STR("127.0.0.1"),
                                           .headers = own,
                                           .header_count = COUNT_OF(own),
                                           .arena = rig.arena};
        struct pending *pending = app_admit(&rig.lane, exchange);
        size_t count = 1;
        assert_non_null(pending);
        assert_int_equal(app_begin(&rig.lane, pending), STEP_WRITE);
        pending->actor.credential = 0;  // as the command line has none
        assert_true(rig_write(&rig, &pending, &count));
        assert_int_equal(pending->outcome, OUTCOME_DONE);
        app_release(pending);
        conn_rest(rig.lane.conn);
    }
}

// A write that was answered 200 was counted, and nothing else was.
static void what_passed_was_counted_whatever_call_of_the_store_fails(void **state)
{
    bool met = true;
    add_people(0, MEMBERS);
    let_days_pass();
    rig_set(&rig, "acme", "guard-deactivations", "1000,0%/1d");
    size_t who = 0;
    for (long call = 1; met && call < FAULTS_MAX && who < MEMBERS; call++) {
        int64_t before = view_of("default", GUARD_DEACTIVATIONS).spent;
        store_fail_at(rig.store, call);
        int status = set_active(who, "false");
        met = store_fail_left(rig.store) <= 0;
        store_fail_at(rig.store, -1);
        int64_t spent = view_of("default", GUARD_DEACTIVATIONS).spent;
        assert_true(status == 200 || status == 503 || status == 500);
        struct rig_reply reply = change("GET", "Users", people[who], "");
        bool active = str_contains(reply.body, STR("\"active\":true"));
        assert_true(status != 200 || !active);
        assert_int_equal(spent, before + !active);
        who += !active;
        (void)audit_rows();
    }
    assert_false(met);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_GUARD(each_source_has_a_budget_of_its_own),
        WITH_GUARD(a_restart_forgets_nothing),
        WITH_GUARD(a_bulk_job_goes_on_without_what_is_held),
        WITH_GUARD(what_a_bulk_job_takes_back_is_never_held),
        WITH_GUARD(an_administrator_lets_through_for_a_time_or_so_many),
        WITH_GUARD(an_administrator_denies_until_it_is_lifted),
        WITH_GUARD(the_event_is_told_once_an_hour_and_again_after_a_release),
        WITH_GUARD(a_tenant_sets_its_budgets_or_none),
        WITH_GUARD(administration_is_never_held),
        WITH_GUARD(what_passed_was_counted_whatever_call_of_the_store_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
