// limit_test.c: who asks too much is told when to come back, on a clock of the test.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { SECOND_US = 1000000 };

static struct rig rig;
static struct secret tokens[2];

static struct rig_reply send_as(const char *token, const char *method, const char *path,
                                const char *body)
{
    static char authorization[160];
    snprintf(authorization, sizeof(authorization), "Bearer %s", token);
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, str_of(method), str_of(path), headers, COUNT_OF(headers), str_of(body));
}

static struct rig_reply ask(int tenant)
{
    return send_as(tokens[tenant].text, "GET", "/scim/v2/Users?count=0", "");
}

static int retry_after(const struct rig_reply *reply)
{
    int64_t seconds = 0;
    for (size_t at = 0; at < reply->reply->header_count; at++) {
        if (strcmp(reply->reply->headers[at].name, "Retry-After") == 0) {
            assert_true(str_to_i64(reply->reply->headers[at].value, &seconds));
        }
    }
    return (int)seconds;
}

// Asks until it is refused; how often it was served. 0: not within `max`.
static int served(int tenant, int max, struct rig_reply *refused)
{
    for (int count = 0; count < max; count++) {
        *refused = ask(tenant);
        if (refused->status != 200) {
            return count;
        }
    }
    return 0;
}

static void a_tenant_over_its_rate_is_told_when_to_come_back(void **state)
{
    struct rig_reply reply;
    assert_int_equal(served(0, 1000, &reply), 10);
    assert_int_equal(reply.status, 429);
    assert_int_equal(retry_after(&reply), 1);
    assert_true(str_contains(reply.body, STR("\"status\":\"429\"")));
    assert_true(str_contains(reply.body, STR("more than 1 requests a second (10 at once)")));
    rig_skip(&rig, SECOND_US);
    assert_int_equal(ask(0).status, 200);
    assert_int_equal(ask(0).status, 429);
}

static void another_tenant_is_served_meanwhile(void **state)
{
    struct rig_reply reply;
    assert_int_equal(served(0, 1000, &reply), 10);
    assert_int_equal(served(1, 200, &reply), 0);
}

static void all_tokens_of_a_tenant_share_its_rate(void **state)
{
    struct secret second;
    struct rig_reply reply;
    assert_int_equal(served(0, 1000, &reply), 10);
    rig_token(&rig, "slow", "", &second);
    assert_int_equal(send_as(second.text, "GET", "/scim/v2/Users?count=0", "").status, 429);
}

static void a_new_rate_holds_at_once(void **state)
{
    struct rig_reply reply;
    assert_int_equal(served(0, 1000, &reply), 10);
    rig_set(&rig, "slow", "rate", "unlimited");
    assert_int_equal(served(0, 100, &reply), 0);
    rig_set(&rig, "slow", "rate", "1/10");
    rig_skip(&rig, 20 * SECOND_US);
    assert_int_equal(served(0, 1000, &reply), 10);
}

static void a_tenant_without_a_rate_has_that_of_the_server(void **state)
{
    struct rig_reply reply;
    app_set_rate(&rig.app, (struct rate){2, 7});
    assert_int_equal(served(1, 1000, &reply), 7);
    app_set_rate(&rig.app, (struct rate){0});
    assert_int_equal(served(1, 200, &reply), 0);
}

#define OPERATION "{\"method\":\"DELETE\",\"path\":\"/Users/nobody\"}"

static void each_operation_of_a_bulk_job_counts(void **state)
{
    const char *body = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],"
                       "\"Operations\":[" OPERATION "," OPERATION "," OPERATION "," OPERATION "]}";
    struct rig_reply reply;
    assert_int_equal(send_as(tokens[0].text, "POST", "/scim/v2/Bulk", body).status, 200);
    assert_int_equal(served(0, 1000, &reply), 6);
    // Refused by the rate that its operations would take, and none of them ran.
    rig_skip(&rig, SECOND_US);
    reply = send_as(tokens[0].text, "POST", "/scim/v2/Bulk", body);
    assert_int_equal(reply.status, 429);
    assert_int_equal(retry_after(&reply), 1);
    assert_true(str_contains(reply.body, STR("urn:ietf:params:scim:api:messages:2.0:Error")));
}

static void failed_credentials_of_an_address_are_refused_and_a_good_one_is_not(void **state)
{
    struct rig_reply reply = {0};
    int refused = 0;
    do {
        reply = send_as("rst_wrong", "GET", "/scim/v2/Users", "");
        refused += reply.status == 401;
    } while (reply.status == 401 && refused < 10 * GUESSES_BURST);
    assert_true(refused >= GUESSES_BURST && refused < 2 * GUESSES_BURST);
    assert_int_equal(reply.status, 429);
    assert_int_equal(retry_after(&reply), 1);
    assert_int_equal(ask(1).status, 200);
    // Without a credential nothing was guessed.
    assert_int_equal(rig_send(&rig, STR("GET"), STR("/scim/v2/Users"), NULL, 0, (str){0}).status,
                     401);
    rig_skip(&rig, SECOND_US);
    assert_int_equal(send_as("rst_wrong", "GET", "/scim/v2/Users", "").status, 401);
}

static void metrics_name_the_tenant_for_this_machine_alone(void **state)
{
    const struct http_header proxied[] = {{STR("X-Forwarded-For"), STR("192.0.2.1")}};
    struct rig_reply reply;
    const str series = STR("\nroster_tenant_throttled_total{tenant=\"slow\"} 1\n");
    assert_int_equal(served(0, 1000, &reply), 10);
    reply = rig_send(&rig, STR("GET"), STR("/metrics"), NULL, 0, (str){0});
    assert_true(str_contains(reply.body, series));
    assert_true(str_contains(reply.body, STR("\nroster_throttled_total 1\n")));
    assert_false(str_contains(reply.body, STR("other")));
    reply = rig_send(&rig, STR("GET"), STR("/metrics"), proxied, 1, (str){0});
    assert_false(str_contains(reply.body, STR("slow")));
    assert_true(str_contains(reply.body, STR("\nroster_throttled_total 1\n")));
}

// How many of `count` pages, each of 5 ms, went to a worker.
static int pages_on_workers(int tenant, int count, bool beside_another)
{
    int waited = 0;
    for (int at = 0; at < count; at++) {
        const int64_t from_us = rig.now_us;
        rig.tick_us = 5000;
        waited += send_as(tokens[tenant].text, "GET", "/scim/v2/Users", "").waited;
        rig.tick_us = 0;
        rig.now_us = from_us + 5000;  // only the page took time
        if (beside_another && at % 5 == 0) {
            assert_int_equal(send_as(tokens[1 - tenant].text, "GET", "/scim/v2/Me", "").waited, 0);
        }
    }
    return waited;
}

static void pages_of_a_tenant_alone_stay_on_the_loop(void **state)
{
    rig_set(&rig, "slow", "rate", "unlimited");
    assert_int_equal(pages_on_workers(0, 100, false), 0);
    // One tenant comes when the other has gone.
    rig_skip(&rig, 2 * SECOND_US);
    assert_int_equal(pages_on_workers(1, 100, false), 0);
}

static void pages_beside_another_tenant_go_to_the_workers_behind_their_part(void **state)
{
    rig_set(&rig, "slow", "rate", "unlimited");
    int waited = pages_on_workers(0, 100, true);
    assert_in_range(waited, 50, 99);
    // The other one has gone.
    rig_skip(&rig, 2 * SECOND_US);
    (void)ask(0);
    assert_int_equal(pages_on_workers(0, 100, false), 0);
}

static int create(int tenant, const char *endpoint, const char *name)
{
    char path[64];
    char body[128];
    snprintf(path, sizeof(path), "/scim/v2/%s", endpoint);
    snprintf(body, sizeof(body), "{\"%s\":\"%s\"}",
             strcmp(endpoint, "Users") == 0 ? "userName" : "displayName", name);
    return send_as(tokens[tenant].text, "POST", path, body).status;
}

static void a_tenant_has_as_many_users_and_groups_as_it_may_have(void **state)
{
    rig_set(&rig, "other", "users-max", "2");
    rig_set(&rig, "other", "groups-max", "1");
    assert_int_equal(create(1, "Users", "ana"), 201);
    assert_int_equal(create(1, "Groups", "team"), 201);
    assert_int_equal(create(1, "Groups", "crew"), 403);
    assert_int_equal(create(1, "Users", "bob"), 201);
    assert_int_equal(create(1, "Users", "cyd"), 403);
    // What is there already is said to be there.
    assert_int_equal(create(1, "Users", "bob"), 409);
    struct rig_reply reply =
        send_as(tokens[1].text, "POST", "/scim/v2/Users", "{\"userName\":\"cyd\"}");
    assert_true(str_contains(reply.body, STR("the tenant has 2 of at most 2 users")));
    assert_true(str_contains(reply.body, STR("users-max")));
    assert_int_equal(create(0, "Users", "cyd"), 201);  // of another tenant
    rig_set(&rig, "other", "users-max", "default");
    assert_int_equal(create(1, "Users", "cyd"), 201);
    rig_set(&rig, "other", "users-max", "1");
    assert_int_equal(create(1, "Users", "dee"), 403);  // below what is there already
}

#define CREATE(name)                                                                               \
    "{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"" name                                  \
    "\",\"data\":{\"userName\":\"" name "\"}}"

static void a_bulk_job_counts_what_it_has_made_itself(void **state)
{
    const char *body = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:BulkRequest\"],"
                       "\"Operations\":[" CREATE("a") "," CREATE("b") "," CREATE("c") "]}";
    rig_set(&rig, "other", "users-max", "2");
    struct rig_reply reply = send_as(tokens[1].text, "POST", "/scim/v2/Bulk", body);
    assert_int_equal(reply.status, 200);
    assert_true(str_contains(reply.body, STR("\"status\":\"403\"")));
    reply = send_as(tokens[1].text, "GET", "/scim/v2/Users?count=0", "");
    assert_true(str_contains(reply.body, STR("\"totalResults\":2")));
}

static struct rig_reply ask_without(const char *path)
{
    return rig_send(&rig, STR("GET"), str_of(path), NULL, 0, (str){0});
}

// Who shows a credential is not counted, and neither is a load balancer that asks how it is.
static void an_address_without_a_credential_has_a_rate_of_its_own(void **state)
{
    static const char *const counted[] = {"/metrics", "/scim/v2/ServiceProviderConfig",
                                          "/t/other/scim/v2/ServiceProviderConfig",
                                          "/.well-known/oauth-authorization-server"};
    static const char *const free_of_it[] = {"/healthz", "/readyz"};
    for (int at = 0; at < STRANGERS_BURST; at++) {
        assert_int_equal(ask_without(counted[(size_t)at % COUNT_OF(counted)]).status, 200);
    }
    for (size_t at = 0; at < COUNT_OF(counted); at++) {
        struct rig_reply reply = ask_without(counted[at]);
        assert_int_equal(reply.status, 429);
        assert_true(str_contains(reply.body, STR("without a credential")));
        assert_int_equal(retry_after(&reply), 1);
    }
    for (size_t at = 0; at < COUNT_OF(free_of_it); at++) {
        assert_int_equal(ask_without(free_of_it[at]).status, 200);
    }
    assert_int_equal(send_as(tokens[1].text, "GET", "/scim/v2/ServiceProviderConfig", "").status,
                     200);
}

static void suspend(const char *tenant, bool suspended)
{
    struct roster_error err = {0};
    struct tenant_row row = {0};
    roster_arena_reset(rig.arena);
    struct admin admin = {.writer = store_writer(rig.store),
                          .env = &env_system,
                          .arena = rig.arena,
                          .actor = "test",
                          .address = ""};
    assert_true(tenants_suspend(&admin, str_of(tenant), suspended, &row, &err));
    app_forget_actors(&rig.app);
}

static void a_suspended_tenant_is_told_so_and_how_it_comes_back(void **state)
{
    suspend("other", true);
    struct rig_reply reply = ask(1);
    assert_int_equal(reply.status, 401);
    assert_true(str_contains(reply.body, STR("the tenant is suspended")));
    assert_true(str_contains(reply.body, STR("roster tenant resume")));
    // Only who has a token of it learns that.
    reply = send_as("rst_wrong", "GET", "/t/other/scim/v2/Users", "");
    assert_int_equal(reply.status, 401);
    assert_false(str_contains(reply.body, STR("suspended")));
    suspend("other", false);
    assert_int_equal(ask(1).status, 200);
}

static void a_cursor_does_not_outlive_a_suspension_and_goes_on_behind_it(void **state)
{
    char path[1024];
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(create(1, "Users", "ana"), 201);
    assert_int_equal(create(1, "Users", "bob"), 201);
    struct rig_reply reply = send_as(tokens[1].text, "GET", "/scim/v2/Users?count=1&cursor", "");
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str cursor = json_find_text(json, STR("nextCursor"));
    assert_true(cursor.len > 0);
    snprintf(path, sizeof(path), "/scim/v2/Users?count=1&cursor=%.*s", STR_ARGS(cursor));
    suspend("other", true);
    assert_int_equal(send_as(tokens[1].text, "GET", path, "").status, 401);
    suspend("other", false);
    assert_int_equal(send_as(tokens[1].text, "GET", path, "").status, 200);
}

static int setup(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "slow", "interop");
    rig_token(&rig, "slow", "", &tokens[0]);
    rig_set(&rig, "slow", "rate", "1/10");
    rig_tenant(&rig, "other", "interop");
    rig_token(&rig, "other", "", &tokens[1]);
    return 0;
}

static int teardown(void **state)
{
    rig_close(&rig);
    return 0;
}

#define RIGGED(what_it_says) cmocka_unit_test_setup_teardown(what_it_says, setup, teardown)

static const struct CMUnitTest tests[] = {
    RIGGED(a_tenant_over_its_rate_is_told_when_to_come_back),
    RIGGED(another_tenant_is_served_meanwhile),
    RIGGED(all_tokens_of_a_tenant_share_its_rate),
    RIGGED(a_new_rate_holds_at_once),
    RIGGED(a_tenant_without_a_rate_has_that_of_the_server),
    RIGGED(each_operation_of_a_bulk_job_counts),
    RIGGED(failed_credentials_of_an_address_are_refused_and_a_good_one_is_not),
    RIGGED(an_address_without_a_credential_has_a_rate_of_its_own),
    RIGGED(pages_of_a_tenant_alone_stay_on_the_loop),
    RIGGED(pages_beside_another_tenant_go_to_the_workers_behind_their_part),
    RIGGED(a_tenant_has_as_many_users_and_groups_as_it_may_have),
    RIGGED(a_bulk_job_counts_what_it_has_made_itself),
    RIGGED(a_suspended_tenant_is_told_so_and_how_it_comes_back),
    RIGGED(a_cursor_does_not_outlive_a_suspension_and_goes_on_behind_it),
    RIGGED(metrics_name_the_tenant_for_this_machine_alone),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
