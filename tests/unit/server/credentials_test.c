// credentials_test.c: the life of a credential: used, noted, replaced, warned of, ended.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include "server/endings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)

static struct rig rig;

static int open_rig(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    return 0;
}

static int close_rig(void **state)
{
    rig_close(&rig);
    return 0;
}

static int status_with(const struct secret *token)
{
    char authorization[80];
    snprintf(authorization, sizeof(authorization), "Bearer %s", token->text);
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, STR("GET"), STR("/scim/v2/Users"), headers, 1, (str){0}).status;
}

static struct token_row load(int64_t token)
{
    struct admin admin = rig_admin(&rig);
    struct token_row row = {0};
    assert_int_equal(token_load(admin.writer, token, rig.arena, &row), STORE_OK);
    return row;
}

static void tend(void)
{
    app_tend(&rig.app, store_writer(rig.store));
}

static void both_secrets_work_in_the_overlap_and_then_the_old_one_is_dead(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret old;
    struct secret new;
    struct token_row row = {0};
    struct roster_error err = {0};
    int64_t token = rig_token_as(&rig, &request, &old);
    struct admin admin = rig_admin(&rig);
    assert_true(tokens_rotate(&admin, token, DAY_MS, &new, &row, &err));
    assert_int_equal(status_with(&old), 200);
    assert_int_equal(status_with(&new), 200);
    rig.ahead_ms += DAY_MS - MINUTE_MS;
    assert_int_equal(status_with(&old), 200);
    rig.ahead_ms += MINUTE_MS;
    assert_int_equal(status_with(&old), 401);
    assert_int_equal(status_with(&new), 200);
}

static void a_use_is_written_with_its_address_behind_the_request(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    int64_t token = rig_token_as(&rig, &request, &secret);
    tend();
    assert_int_equal(status_with(&secret), 200);
    assert_int_equal(load(token).used_ms, 0);
    tend();
    struct token_row row = load(token);
    assert_true(row.used_ms > 0);
    assert_true(str_equal(row.used_address, STR("127.0.0.1")));
}

static void a_credential_is_noted_once_a_minute(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    int64_t token = rig_token_as(&rig, &request, &secret);
    assert_int_equal(status_with(&secret), 200);
    tend();
    int64_t first_ms = load(token).used_ms;
    rig.ahead_ms += MINUTE_MS / 2;
    assert_int_equal(status_with(&secret), 200);
    tend();
    assert_int_equal(load(token).used_ms, first_ms);
    rig.ahead_ms += MINUTE_MS / 2;
    assert_int_equal(status_with(&secret), 200);
    tend();
    assert_true(load(token).used_ms >= first_ms + MINUTE_MS);
}

static void a_refused_credential_leaves_no_use(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    struct token_row row = {0};
    struct roster_error err = {0};
    int64_t token = rig_token_as(&rig, &request, &secret);
    struct admin admin = rig_admin(&rig);
    assert_true(tokens_revoke(&admin, token, &row, &err));
    assert_int_equal(status_with(&secret), 401);
    tend();
    assert_int_equal(load(token).used_ms, 0);
}

static void a_store_that_fails_loses_uses_and_nothing_else(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    int64_t token = rig_token_as(&rig, &request, &secret);
    bool met = true;
    for (long call = 1; met; call++) {
        rig.ahead_ms += MINUTE_MS;
        assert_int_equal(status_with(&secret), 200);
        store_fail_at(rig.store, call);
        tend();
        met = store_fail_left(rig.store) <= 0;
        store_fail_at(rig.store, -1);
        assert_false(conn_in_transaction(store_writer(rig.store)));
        if (conn_commit_failed(store_writer(rig.store))) {
            assert_true(store_reopen_writer(rig.store));
        }
        assert_true(met || call > 4);
    }
    rig.ahead_ms += MINUTE_MS;
    assert_int_equal(status_with(&secret), 200);
    tend();
    assert_true(load(token).used_ms > 0);
}

static const struct {
    const char *name;
    int64_t life_ms;    // from its making to its end
    int64_t looked_ms;  // before the end, as the next; 0: there was no look before
    int64_t now_ms;
    int distance;
} distance_cases[] = {
    {"far from its end", 90 * DAY_MS, 41 * DAY_MS, 40 * DAY_MS, 0},
    {"comes within 30 days", 90 * DAY_MS, 30 * DAY_MS + 1, 30 * DAY_MS, 30},
    {"is within them already", 90 * DAY_MS, 30 * DAY_MS, 29 * DAY_MS, 0},
    {"comes within 14 days", 90 * DAY_MS, 15 * DAY_MS, 13 * DAY_MS, 14},
    {"comes within 7 days", 90 * DAY_MS, 8 * DAY_MS, 6 * DAY_MS, 7},
    {"comes within a day", 90 * DAY_MS, 2 * DAY_MS, DAY_MS, 1},
    {"passes several at once", 90 * DAY_MS, 40 * DAY_MS, HOUR_MS, 1},
    {"the server starts within 14 days of it", 90 * DAY_MS, 0, 10 * DAY_MS, 14},
    {"the server starts far from it", 90 * DAY_MS, 0, 31 * DAY_MS, 0},
    {"lives for 12 hours", HOUR_MS * 12, 0, HOUR_MS, 0},
    {"lives for 10 days and comes within 14", 10 * DAY_MS, 0, 10 * DAY_MS, 0},
    {"lives for 10 days and comes within 7", 10 * DAY_MS, 8 * DAY_MS, 7 * DAY_MS, 7},
};

static void each_distance_is_warned_of_once(void **state)
{
    const int64_t ends_ms = 1000 * DAY_MS;
    for (size_t at = 0; at < COUNT_OF(distance_cases); at++) {
        const struct token_row row = {.created_ms = ends_ms - distance_cases[at].life_ms,
                                      .expires_ms = ends_ms};
        int64_t looked_ms =
            distance_cases[at].looked_ms == 0 ? 0 : ends_ms - distance_cases[at].looked_ms;
        int distance = ending_distance(&row, looked_ms, ends_ms - distance_cases[at].now_ms);
        if (distance != distance_cases[at].distance) {
            fail_msg("%s: %d", distance_cases[at].name, distance);
        }
    }
}

static bool metrics_have(const char *line)
{
    struct rig_reply reply = rig_send(&rig, STR("GET"), STR("/metrics"), NULL, 0, (str){0});
    return str_contains(reply.body, str_of(line));
}

static void the_next_end_of_each_tenant_is_a_metric(void **state)
{
    rig_tenant(&rig, "quiet", "interop");
    rig_tenant(&rig, "ending", "interop");
    struct secret secret;
    const struct token_request requests[] = {
        {.tenant = STR("quiet")},
        {.tenant = STR("ending"), .expires_ms = env_now_ms(&rig.env) + 10 * DAY_MS},
        {.tenant = STR("ending"), .expires_ms = env_now_ms(&rig.env) + 2 * DAY_MS},
    };
    int64_t last = 0;
    for (size_t at = 0; at < COUNT_OF(requests); at++) {
        last = rig_token_as(&rig, &requests[at], &secret);
    }
    tend();
    // A little less than two days, for time goes on.
    assert_true(metrics_have("roster_credential_expiry_seconds{tenant=\"ending\"} 1727") ||
                metrics_have("roster_credential_expiry_seconds{tenant=\"ending\"} 172800"));
    assert_false(metrics_have("tenant=\"quiet\""));
    struct admin admin = rig_admin(&rig);
    struct token_row row = {0};
    struct roster_error err = {0};
    assert_true(tokens_revoke(&admin, last, &row, &err));
    tend();
    assert_true(metrics_have("roster_credential_expiry_seconds{tenant=\"ending\"} 863") ||
                metrics_have("roster_credential_expiry_seconds{tenant=\"ending\"} 864000"));
}

static const struct {
    const char *name, *text, *standard;  // standard NULL: refused
} scope_cases[] = {
    {"reading alone", "read", "read"},
    {"nothing said means writing", "", "write"},
    {"a scope for a type", "write:Group", "write:Group"},
    {"several, with blanks", "read , write:Group", "read,write:Group"},
    {"the name of a type is spelt as the type spells it", "read:user", "read:User"},
    {"twice the same", "read:User,read:user", "read:User"},
    {"an unknown word", "delete", NULL},
    {"an unknown type", "read:Robot", NULL},
    {"an endpoint instead of a type", "read:Users", NULL},
    {"no type behind the colon", "read:", NULL},
    {"no verb", ":User", NULL},
    {"separators alone", " , ", NULL},
    {"another case of the verb", "Read", NULL},
};

static void scopes_are_read_strictly_and_kept_in_standard_form(void **state)
{
    for (size_t at = 0; at < COUNT_OF(scope_cases); at++) {
        const struct token_request request = {.tenant = STR("acme"),
                                              .scopes = str_of(scope_cases[at].text)};
        struct admin admin = rig_admin(&rig);
        struct secret secret;
        struct token_row row = {0};
        struct roster_error err = {0};
        bool added = tokens_add(&admin, &request, &secret, &row, &err);
        if (added != (scope_cases[at].standard != NULL) ||
            (added && !str_equal(row.scopes, str_of(scope_cases[at].standard))) ||
            (!added && !str_contains(str_of(err.detail), STR("scope")))) {
            fail_msg("%s: %.*s %s", scope_cases[at].name, STR_ARGS(row.scopes), err.detail);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_secrets_work_in_the_overlap_and_then_the_old_one_is_dead),
        cmocka_unit_test(a_use_is_written_with_its_address_behind_the_request),
        cmocka_unit_test(a_credential_is_noted_once_a_minute),
        cmocka_unit_test(a_refused_credential_leaves_no_use),
        cmocka_unit_test(a_store_that_fails_loses_uses_and_nothing_else),
        cmocka_unit_test(each_distance_is_warned_of_once),
        cmocka_unit_test(the_next_end_of_each_tenant_is_a_metric),
        cmocka_unit_test(scopes_are_read_strictly_and_kept_in_standard_form),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
