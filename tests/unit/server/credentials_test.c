// credentials_test.c: the life of a credential: used, noted, replaced, warned of, ended.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include "base/base64.h"
#include "core/clients.h"
#include "server/endings.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

// One request with that Authorization header.
static struct rig_reply send_as(const char *authorization, const char *method, const char *path,
                                const char *body)
{
    const struct http_header headers[] = {
        {STR("Authorization"), str_of(authorization)},
        {STR("Content-Type"), STR("application/x-www-form-urlencoded")}};
    bool named = authorization[0] != '\0';
    return rig_send(&rig, str_of(method), str_of(path), headers + !named, 1 + named, str_of(body));
}

// The answer of the token endpoint to a client; its access token, where it gets one, in *access.
static int ask(const char *id, const struct secret *secret, char access[ACCESS_TEXT_MAX + 8])
{
    char body[256];
    snprintf(body, sizeof(body), "grant_type=client_credentials&client_id=%s&client_secret=%s", id,
             secret->text);
    struct rig_reply reply = send_as("", "POST", "/oauth/token", body);
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    if (reply.status == 200) {
        str token = json_find_text(json, STR("access_token"));
        snprintf(access, ACCESS_TEXT_MAX + 8, "Bearer %.*s", STR_ARGS(token));
    }
    return reply.status;
}

static int status_of(const char *authorization)
{
    return send_as(authorization, "GET", "/scim/v2/Users", "").status;
}

static char first_access[ACCESS_TEXT_MAX + 8];
static char second_access[ACCESS_TEXT_MAX + 8];

static void two_secrets_of_a_client_live_and_a_third_ends_the_oldest(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secrets[3];
    struct token_row row = {0};
    struct roster_error err = {0};
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secrets[0]);
    struct admin admin = rig_admin(&rig);
    assert_true(clients_rotate(&admin, str_of(id), CLIENT_KEEPS, &secrets[1], &row, &err));
    assert_int_equal(ask(id, &secrets[0], first_access), 200);
    assert_int_equal(ask(id, &secrets[1], second_access), 200);
    admin = rig_admin(&rig);
    assert_true(clients_rotate(&admin, str_of(id), DAY_MS, &secrets[2], &row, &err));
    assert_int_equal(ask(id, &secrets[0], first_access), 401);
    assert_int_equal(status_of(first_access), 401);
    assert_int_equal(ask(id, &secrets[1], second_access), 200);
    assert_int_equal(ask(id, &secrets[2], first_access), 200);
    rig.ahead_ms += DAY_MS;
    assert_int_equal(ask(id, &secrets[1], second_access), 401);
    assert_int_equal(ask(id, &secrets[2], first_access), 200);
}

static void revoking_a_client_ends_its_access_tokens_at_once(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    struct token_row *first = NULL;
    struct roster_error err = {0};
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secret);
    assert_int_equal(ask(id, &secret, first_access), 200);
    assert_int_equal(status_of(first_access), 200);
    struct admin admin = rig_admin(&rig);
    assert_true(clients_revoke(&admin, str_of(id), 0, &first, &err));
    assert_int_equal(status_of(first_access), 401);
    assert_int_equal(ask(id, &secret, second_access), 401);
}

static void one_secret_is_revoked_and_the_other_goes_on(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secrets[2];
    struct token_row row = {0};
    struct token_row *first = NULL;
    struct roster_error err = {0};
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secrets[0]);
    struct admin admin = rig_admin(&rig);
    assert_true(clients_rotate(&admin, str_of(id), CLIENT_KEEPS, &secrets[1], &row, &err));
    assert_int_equal(ask(id, &secrets[1], second_access), 200);
    admin = rig_admin(&rig);
    assert_true(clients_revoke(&admin, str_of(id), row.token - 1, &first, &err));
    assert_int_equal(ask(id, &secrets[0], first_access), 401);
    assert_int_equal(status_of(second_access), 200);
    admin = rig_admin(&rig);
    assert_false(clients_revoke(&admin, str_of(id), row.token + 1, &first, &err));
    assert_int_equal(err.code, ROSTER_ERR_NOT_FOUND);
}

static void an_access_token_ends_after_the_life_that_the_tenant_set(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secret);
    assert_int_equal(ask(id, &secret, first_access), 200);
    rig_set(&rig, "acme", "access-seconds", "21600");
    assert_int_equal(ask(id, &secret, second_access), 200);
    rig.ahead_ms += HOUR_MS - MINUTE_MS;
    assert_int_equal(status_of(first_access), 200);
    rig.ahead_ms += MINUTE_MS;
    assert_int_equal(status_of(first_access), 401);
    assert_int_equal(status_of(second_access), 200);
    rig.ahead_ms += 5 * HOUR_MS;
    assert_int_equal(status_of(second_access), 401);
    rig_set(&rig, "acme", "access-seconds", "default");
}

static void an_access_token_lives_no_longer_than_its_secret(void **state)
{
    const struct token_request request = {.tenant = STR("acme"),
                                          .expires_ms = env_now_ms(&rig.env) + 10 * MINUTE_MS};
    struct secret secret;
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secret);
    assert_int_equal(ask(id, &secret, first_access), 200);
    assert_int_equal(status_of(first_access), 200);
    rig.ahead_ms += 10 * MINUTE_MS;
    assert_int_equal(status_of(first_access), 401);
}

static void an_access_token_outlives_a_day_s_change_of_keys(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secret);
    rig_set(&rig, "acme", "access-seconds", "21600");
    assert_int_equal(ask(id, &secret, first_access), 200);
    rig.ahead_ms += DAY_MS - HOUR_MS;
    assert_int_equal(ask(id, &secret, first_access), 200);
    rig.ahead_ms += 5 * HOUR_MS;
    assert_int_equal(ask(id, &secret, second_access), 200);  // sealed with the next key
    assert_int_equal(status_of(first_access), 200);
    assert_int_equal(status_of(second_access), 200);
    rig_set(&rig, "acme", "access-seconds", "default");
}

static void a_changed_access_token_opens_nothing(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secret);
    assert_int_equal(ask(id, &secret, first_access), 200);
    for (size_t at = strlen("Bearer rat_"); first_access[at] != '\0'; at++) {
        char kept = first_access[at];
        first_access[at] = kept == 'A' ? 'B' : 'A';
        rig_skip(&rig, INT64_C(60000000));  // for failures are counted
        assert_int_equal(status_of(first_access), 401);
        first_access[at] = kept;
    }
    assert_int_equal(status_of(first_access), 200);
}

static void a_store_that_fails_is_503_at_the_token_endpoint(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secret);
    int failed = 0;
    bool met = true;
    for (long call = 1; met; call++) {
        struct admin admin = rig_admin(&rig);  // a new snapshot each time
        assert_non_null(admin.writer);
        store_fail_at(rig.store, call);
        int status = ask(id, &secret, first_access);
        met = store_fail_left(rig.store) <= 0;
        store_fail_at(rig.store, -1);
        assert_true(status == 503 || (status == 200 && (!met || call == 1)));
        failed += status == 503;
    }
    assert_true(failed > 0);
}

static void a_tenant_that_is_suspended_gives_no_access_tokens(void **state)
{
    const struct token_request request = {.tenant = STR("resting")};
    struct secret secret;
    struct tenant_row row = {0};
    struct roster_error err = {0};
    char id[CLIENT_ID_LEN + 1];
    rig_tenant(&rig, "resting", "interop");
    rig_client_as(&rig, &request, id, &secret);
    assert_int_equal(ask(id, &secret, first_access), 200);
    struct admin admin = rig_admin(&rig);
    assert_true(tenants_suspend(&admin, STR("resting"), true, &row, &err));
    assert_int_equal(ask(id, &secret, second_access), 401);
    assert_int_equal(status_of(first_access), 401);
}

static void guesses_at_the_token_endpoint_are_slowed_and_a_client_is_not(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    struct secret wrong;
    char id[CLIENT_ID_LEN + 1];
    rig_client_as(&rig, &request, id, &secret);
    secret_make(&rig.env, SECRET_CLIENT, &wrong);
    int status = 401;
    for (int at = 0; status == 401; at++) {
        assert_true(at < 10000);
        status = ask(id, &wrong, first_access);
    }
    assert_int_equal(status, 429);
    assert_int_equal(ask(id, &secret, first_access), 200);
    rig_skip(&rig, INT64_C(3600000000));
    assert_int_equal(ask(id, &wrong, first_access), 401);
}

static void switching_basic_off_is_felt_at_once(void **state)
{
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    struct text text;
    char id[CLIENT_ID_LEN + 1];
    char both[128];
    char authorization[256];
    rig_client_as(&rig, &request, id, &secret);
    int len = snprintf(both, sizeof(both), "%s:%s", id, secret.text);
    text_init(&text, rig.arena, KIB(1));
    base64url_add(&text, (const unsigned char *)both, (size_t)len);
    snprintf(authorization, sizeof(authorization), "Basic %.*s", STR_ARGS(text_str(&text)));
    assert_int_equal(status_of(authorization), 401);
    rig_set(&rig, "acme", "basic", "on");
    assert_int_equal(status_of(authorization), 200);
    rig_set(&rig, "acme", "basic", "off");
    assert_int_equal(status_of(authorization), 401);
}

static const struct {
    const char *name, *has, *wanted, *gets;  // gets NULL: refused; empty: all that it has
} narrow_cases[] = {
    {"nothing asked for", "read,write:Group", "", ""},
    {"what it has", "read,write:Group", "read write:Group", "read write:Group"},
    {"less than it has", "write", "read:User", "read:User"},
    {"reading of what it may write", "write:Group", "read:Group", "read:Group"},
    {"writing of what it may read", "read:Group", "write:Group", NULL},
    {"another type", "write:Group", "read:User", NULL},
    {"all types of one", "write:Group", "write", NULL},
    {"the name that some providers send", "read", "scim", ""},
    {"the default scope of a resource", "read", "api://x/.default", ""},
    {"no scope at all", "write", "openid", NULL},
    {"one of two is none", "write", "read openid", NULL},
};

static void a_client_gets_no_more_scopes_than_it_has(void **state)
{
    for (size_t at = 0; at < COUNT_OF(narrow_cases); at++) {
        str gets = {0};
        bool ok =
            scope_narrow(str_of(narrow_cases[at].has), str_of(narrow_cases[at].wanted), &gets);
        if (ok != (narrow_cases[at].gets != NULL) ||
            (ok && !str_equal(gets, str_of(narrow_cases[at].gets)))) {
            fail_msg("%s: %d %.*s", narrow_cases[at].name, ok, STR_ARGS(gets));
        }
    }
}

// What is granted is sealed in the access token, which has room for so much.
static void scopes_that_no_token_has_room_for_are_refused(void **state)
{
    static const str word = STR_INIT("read ");
    char wanted[SCOPES_TEXT_MAX + 5];
    str gets = {0};
    for (size_t at = 0; at < sizeof(wanted); at++) {
        wanted[at] = word.ptr[at % word.len];
    }
    assert_true(scope_narrow(STR("write"), (str){wanted, SCOPES_TEXT_MAX - 3}, &gets));
    assert_false(scope_narrow(STR("write"), (str){wanted, sizeof(wanted)}, &gets));
}

// What is logged while the server tends.
static void tend_logged(char *out, size_t size)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    int kept = dup(STDERR_FILENO);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    tend();
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(ends[1]);
    close(kept);
    ssize_t len = read(ends[0], out, size - 1);
    out[len > 0 ? len : 0] = '\0';
    close(ends[0]);
}

static void an_end_that_comes_near_is_logged_once_with_its_remedy(void **state)
{
    static char line[8192];
    const struct token_request request = {.tenant = STR("acme"),
                                          .label = STR("the label"),
                                          .expires_ms = env_now_ms(&rig.env) + 90 * DAY_MS};
    struct secret secret;
    (void)rig_token_as(&rig, &request, &secret);
    tend();
    rig.ahead_ms += 61 * DAY_MS;
    tend_logged(line, sizeof(line));
    assert_non_null(strstr(line, "\"event\":\"credential-ends\",\"tenant\":\"acme\""));
    assert_non_null(strstr(line, "\"label\":\"the label\""));
    assert_non_null(strstr(line, "\"within_days\":30"));
    assert_non_null(strstr(line, "roster token rotate"));
    assert_null(strstr(line, secret.text));
    tend_logged(line, sizeof(line));
    assert_null(strstr(line, "credential-ends"));
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
        cmocka_unit_test(an_end_that_comes_near_is_logged_once_with_its_remedy),
        cmocka_unit_test(the_next_end_of_each_tenant_is_a_metric),
        cmocka_unit_test(scopes_are_read_strictly_and_kept_in_standard_form),
        cmocka_unit_test(a_client_gets_no_more_scopes_than_it_has),
        cmocka_unit_test(scopes_that_no_token_has_room_for_are_refused),
        cmocka_unit_test(two_secrets_of_a_client_live_and_a_third_ends_the_oldest),
        cmocka_unit_test(revoking_a_client_ends_its_access_tokens_at_once),
        cmocka_unit_test(one_secret_is_revoked_and_the_other_goes_on),
        cmocka_unit_test(an_access_token_ends_after_the_life_that_the_tenant_set),
        cmocka_unit_test(an_access_token_lives_no_longer_than_its_secret),
        cmocka_unit_test(an_access_token_outlives_a_day_s_change_of_keys),
        cmocka_unit_test(a_changed_access_token_opens_nothing),
        cmocka_unit_test(a_store_that_fails_is_503_at_the_token_endpoint),
        cmocka_unit_test(a_tenant_that_is_suspended_gives_no_access_tokens),
        cmocka_unit_test(switching_basic_off_is_felt_at_once),
        cmocka_unit_test(guesses_at_the_token_endpoint_are_slowed_and_a_client_is_not),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
