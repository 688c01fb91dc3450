// guesses_test.c: failed credentials by address, in virtual time.
// SPDX-License-Identifier: Apache-2.0
#include "auth/guesses.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct rate rate = {GUESSES_PER_S, GUESSES_BURST};

static int counted(struct guesses *guesses, const char *address, int64_t now_us, int count)
{
    int wait_s = 0;
    int taken = 0;
    for (int at = 0; at < count; at++) {
        taken += guesses_take(guesses, str_of(address), now_us, &wait_s);
    }
    return taken;
}

static void an_address_has_its_failures_and_then_waits(void **state)
{
    struct guesses *guesses = guesses_open(3, rate);
    int wait_s = 0;
    assert_int_equal(counted(guesses, "192.0.2.7", 5, 1000), GUESSES_BURST);
    assert_false(guesses_take(guesses, STR("192.0.2.7"), 5, &wait_s));
    assert_int_equal(wait_s, 1);
    assert_int_equal(counted(guesses, "192.0.2.7", 1000005, 1000), GUESSES_PER_S);
    assert_int_equal(counted(guesses, "192.0.2.8", 5, 1000), GUESSES_BURST);
    guesses_close(guesses);
}

static void addresses_that_one_client_can_choose_from_count_as_one(void **state)
{
    static const struct {
        const char *first;
        const char *second;
        bool same;
    } cases[] = {
        {"2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true},
        {"2001:db8:0:1::1", "2001:db8:0:2::1", false},
        {"::ffff:192.0.2.7", "192.0.2.7", true},
        {"::ffff:192.0.2.7", "::ffff:192.0.2.8", false},
        {"192.0.2.7", "192.0.3.7", false},
        {"", "", true},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct guesses *guesses = guesses_open(at, rate);
        assert_int_equal(counted(guesses, cases[at].first, 5, 1000), GUESSES_BURST);
        assert_int_equal(counted(guesses, cases[at].second, 5, 1000),
                         cases[at].same ? 0 : GUESSES_BURST);
        guesses_close(guesses);
    }
}

// A flood from ever new networks must not make room for one that is being refused.
static void who_is_refused_stays_refused_in_a_flood_of_others(void **state)
{
    struct guesses *guesses = guesses_open(9, rate);
    int wait_s = 0;
    assert_int_equal(counted(guesses, "192.0.2.7", 5, 1000), GUESSES_BURST);
    for (int at = 0; at < 100000; at++) {
        char address[ADDRESS_TEXT_MAX + 1];
        snprintf(address, sizeof(address), "2001:db8:%x:%x::1", at / 65536, at % 65536);
        assert_true(guesses_take(guesses, str_of(address), 6, &wait_s));
    }
    assert_false(guesses_take(guesses, STR("192.0.2.7"), 6, &wait_s));
    guesses_close(guesses);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_address_has_its_failures_and_then_waits),
    cmocka_unit_test(addresses_that_one_client_can_choose_from_count_as_one),
    cmocka_unit_test(who_is_refused_stays_refused_in_a_flood_of_others),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
