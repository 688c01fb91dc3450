// silence_test.c: sources that stop calling are missed, and nobody else is.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"
#include "server/silences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define NOW (INT64_C(20832) * DAY)

static struct rig rig;

struct source {
    int64_t token;
    char authorization[80];
};
static struct source entra;
static struct source okta;

static void open_source(struct source *source, const char *name)
{
    const struct token_request request = {
        .tenant = STR("acme"), .source = str_of(name), .scopes = STR("write")};
    struct secret token;
    source->token = rig_token_as(&rig, &request, &token);
    snprintf(source->authorization, sizeof(source->authorization), "Bearer %.*s", TOKEN_TEXT_LEN,
             token.text);
}

static void call(const struct source *source)
{
    const struct http_header own[] = {{STR("Authorization"), str_of(source->authorization)}};
    struct rig_reply reply =
        rig_send(&rig, STR("GET"), STR("/scim/v2/Users?count=1"), own, COUNT_OF(own), (str){0});
    assert_int_equal(reply.status, 200);
}

// Time passes, and the writer looks after things as it does every minute.
static void wait_for(int64_t ms)
{
    rig_clock(&rig, rig.stopped_ms + ms);
    app_tend(&rig.app, store_writer(rig.store));
}

// The writer looks after things as soon as it is there.
static void restart(void)
{
    rig_restart(&rig);
    app_tend(&rig.app, store_writer(rig.store));
}

// Calls every forty minutes for so long.
static void keep_calling(const struct source *source, int64_t ms)
{
    for (int64_t at = 0; at < ms; at += 40 * MINUTE) {
        wait_for(40 * MINUTE);
        call(source);
    }
    wait_for(MINUTE);
}

static void assert_silent(const char *names)
{
    struct admin admin = rig_admin(&rig);
    struct tenant_row row = {0};
    struct roster_error err = {0};
    assert_true(tenants_show(&admin, STR("acme"), &row, &err));
    assert_true(str_equal(row.silent, str_of(names)));
    assert_int_equal(silences_count(rig.app.silences), names[0] == '\0' ? 0 : 1);
}

static void suspend(bool suspended)
{
    struct admin admin = rig_admin(&rig);
    struct tenant_row row = {0};
    struct roster_error err = {0};
    assert_true(tenants_suspend(&admin, STR("acme"), suspended, &row, &err));
}

static void a_source_that_stops_is_missed_until_it_calls_again(void **state)
{
    keep_calling(&entra, 4 * DAY);
    assert_silent("");
    wait_for(3 * HOUR);
    assert_silent("");
    wait_for(HOUR);
    assert_silent("entra");
    const struct http_header none[] = {{STR("Host"), STR("rig")}};
    struct rig_reply reply =
        rig_send(&rig, STR("GET"), STR("/metrics"), none, COUNT_OF(none), (str){0});
    assert_true(str_contains(reply.body, STR("\nroster_silent_sources 1\n")));
    call(&entra);
    wait_for(MINUTE);
    assert_silent("");
}

static void each_source_is_missed_by_its_own_habit(void **state)
{
    for (int day = 0; day < 5; day++) {
        call(&okta);
        keep_calling(&entra, DAY);
    }
    wait_for(4 * HOUR);
    assert_silent("entra");
    keep_calling(&entra, DAY);
    assert_silent("");
    keep_calling(&entra, 3 * DAY);
    assert_silent("okta");
}

static void nobody_is_missed_who_was_never_known(void **state)
{
    call(&entra);
    keep_calling(&okta, DAY);
    wait_for(30 * DAY);
    assert_silent("");
}

static void a_restart_forgets_nothing(void **state)
{
    keep_calling(&entra, 4 * DAY);
    restart();
    wait_for(10 * MINUTE);
    restart();
    wait_for(4 * HOUR);
    assert_silent("entra");
    restart();
    wait_for(MINUTE);
    assert_silent("entra");
}

// While there was no server, nobody could call.
static void a_server_that_was_away_misses_nobody_for_it(void **state)
{
    keep_calling(&entra, 4 * DAY);
    rig_clock(&rig, rig.stopped_ms + 9 * DAY);
    restart();
    wait_for(2 * HOUR);
    assert_silent("");
    call(&entra);
    wait_for(MINUTE);
    wait_for(4 * HOUR);  // and the nine days were not learned as a habit
    assert_silent("entra");
}

// What was noted in a future that never came must not keep what is true from being noted.
static void a_clock_that_was_ahead_for_a_while_keeps_nobody_from_being_missed(void **state)
{
    keep_calling(&entra, 4 * DAY);
    const int64_t right_ms = rig.stopped_ms;
    wait_for(400 * DAY);
    call(&entra);
    wait_for(MINUTE);
    rig_clock(&rig, right_ms + 2 * MINUTE);
    app_tend(&rig.app, store_writer(rig.store));
    keep_calling(&entra, 4 * HOUR);
    assert_silent("");
    wait_for(4 * HOUR);
    assert_silent("entra");
}

static void a_tenant_that_is_suspended_is_silent_on_purpose(void **state)
{
    keep_calling(&entra, 4 * DAY);
    wait_for(4 * HOUR);
    assert_silent("entra");
    suspend(true);
    wait_for(DAY);
    assert_silent("");
    suspend(false);
    wait_for(3 * HOUR);
    assert_silent("");
    wait_for(HOUR);
    assert_silent("entra");
}

static void whose_tokens_were_revoked_is_not_missed(void **state)
{
    keep_calling(&entra, 4 * DAY);
    struct admin admin = rig_admin(&rig);
    struct token_row row = {0};
    struct roster_error err = {0};
    assert_true(tokens_revoke(&admin, entra.token, &row, &err));
    wait_for(5 * DAY);
    assert_silent("");
}

static void a_setting_holds_at_once(void **state)
{
    call(&entra);
    wait_for(MINUTE);
    rig_set(&rig, "acme", "silence-alarm", "6h");
    wait_for(6 * HOUR - 2 * MINUTE);
    assert_silent("");
    wait_for(MINUTE);
    assert_silent("entra");
    rig_set(&rig, "acme", "silence-alarm", "off");
    wait_for(MINUTE);
    assert_silent("");
    rig_set(&rig, "acme", "silence-alarm", "5m");
    wait_for(MINUTE);
    assert_silent("entra");
}

// Rows that are due come first, so one of nobody would be looked at again and again.
static void what_is_nobodys_any_more_is_looked_at_once(void **state)
{
    const struct silence_row stray = {.tenant = 999, .source = 1, .heard_ms = 1, .alarm_at_ms = 1};
    struct conn *writer = store_writer(rig.store);
    struct silence_row *due = NULL;
    assert_int_equal(conn_begin(writer), STORE_OK);
    assert_int_equal(silence_save(writer, &stray), STORE_OK);
    assert_int_equal(conn_commit(writer), STORE_OK);
    assert_int_equal(silence_due(writer, NOW, 10, rig.arena, &due), STORE_OK);
    assert_non_null(due);
    wait_for(MINUTE);
    assert_int_equal(silence_due(writer, NOW, 10, rig.arena, &due), STORE_OK);
    assert_null(due);
}

static int set_up(void **state)
{
    rig_open(&rig);
    rig_clock(&rig, NOW);
    rig_tenant(&rig, "acme", "interop");
    open_source(&entra, "entra");
    open_source(&okta, "okta");
    wait_for(0);
    return 0;
}

static int tear_down(void **state)
{
    rig_close(&rig);
    return 0;
}

#define WITH_RIG(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, set_up, tear_down)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        WITH_RIG(a_source_that_stops_is_missed_until_it_calls_again),
        WITH_RIG(each_source_is_missed_by_its_own_habit),
        WITH_RIG(nobody_is_missed_who_was_never_known),
        WITH_RIG(a_restart_forgets_nothing),
        WITH_RIG(a_server_that_was_away_misses_nobody_for_it),
        WITH_RIG(a_clock_that_was_ahead_for_a_while_keeps_nobody_from_being_missed),
        WITH_RIG(a_tenant_that_is_suspended_is_silent_on_purpose),
        WITH_RIG(whose_tokens_were_revoked_is_not_missed),
        WITH_RIG(a_setting_holds_at_once),
        WITH_RIG(what_is_nobodys_any_more_is_looked_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
