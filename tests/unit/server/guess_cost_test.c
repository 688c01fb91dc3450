// guess_cost_test.c: a guess that is nearly right costs what any guess costs.
//
// Time itself is nothing to assert about. What the server does for a guess is: how often it asks
// the store, and what it answers. Neither may depend on how much of a secret was guessed.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { CALLS_MAX = 1000000, RANDOM_BYTES = 32 };

// Secrets of a choice: random bytes are 0 but from `differs` on, where they are 1.
struct chosen {
    int given;
    int differs;
};

static struct rig rig;

static void give(void *ctx, void *out, size_t len)
{
    struct chosen *chosen = ctx;
    unsigned char *bytes = out;
    for (size_t at = 0; at < len; at++) {
        bytes[at] = chosen->given++ >= chosen->differs;
    }
}

static int64_t now_ms(void *ctx)
{
    return env_now_ms(&rig.env);
}

static struct secret secret_that_differs_at(enum secret_kind kind, int place)
{
    struct chosen chosen = {.differs = place};
    const struct env env = {.now_ms = now_ms, .random = give, .ctx = &chosen};
    struct secret secret;
    secret_make(&env, kind, &secret);
    return secret;
}

// The token whose random bytes are all 0.
static void add_the_token(void)
{
    struct chosen chosen = {.differs = RANDOM_BYTES};
    const struct env env = {.now_ms = now_ms, .random = give, .ctx = &chosen};
    struct admin admin = rig_admin(&rig);
    const struct token_request request = {.tenant = STR("acme")};
    struct secret secret;
    struct token_row row = {0};
    struct roster_error err = {0};
    admin.env = &env;
    assert_true(tokens_add(&admin, &request, &secret, &row, &err));
}

struct cost {
    long calls;
    int status;
    char body[512];
};

static struct cost cost_of(const struct secret *secret)
{
    char authorization[80];
    struct cost cost = {0};
    snprintf(authorization, sizeof(authorization), "Bearer %s", secret->text);
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    store_fail_at(rig.store, CALLS_MAX);
    struct rig_reply reply = rig_send(&rig, STR("GET"), STR("/scim/v2/Users?count=0"), headers,
                                      COUNT_OF(headers), (str){0});
    cost.calls = CALLS_MAX - store_fail_left(rig.store);
    cost.status = reply.status;
    snprintf(cost.body, sizeof(cost.body), "%.*s", STR_ARGS(reply.body));
    store_fail_at(rig.store, -1);
    return cost;
}

static void a_guess_that_is_nearly_right_costs_what_any_guess_costs(void **state)
{
    const struct secret far = secret_that_differs_at(SECRET_TOKEN, 0);
    (void)cost_of(&far);  // the first request behind a change of credentials looks at that, too
    const struct cost cost = cost_of(&far);
    assert_int_equal(cost.status, 401);
    assert_true(cost.calls > 0);
    for (int place = 1; place < RANDOM_BYTES; place++) {
        const struct secret near = secret_that_differs_at(SECRET_TOKEN, place);
        const struct cost other = cost_of(&near);
        assert_int_equal(other.status, 401);
        assert_int_equal(other.calls, cost.calls);
        assert_string_equal(other.body, cost.body);
    }
    const struct secret right = secret_that_differs_at(SECRET_TOKEN, RANDOM_BYTES);
    assert_int_equal(cost_of(&right).status, 200);
}

static int set_up(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    add_the_token();
    return 0;
}

static int tear_down(void **state)
{
    rig_close(&rig);
    return 0;
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_guess_that_is_nearly_right_costs_what_any_guess_costs,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
