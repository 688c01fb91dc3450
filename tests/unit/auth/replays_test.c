// replays_test.c: assertions are taken once, and no tenant takes the room of the others.
// SPDX-License-Identifier: Apache-2.0
#include "auth/replays.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { NOW_MS = 1000, ENDS_MS = 2000, GREEDY = 1, OTHER = 2, OTHERS_ASSERTIONS = 1000 };

static enum replay_outcome take(struct replays *replays, int64_t tenant, int number, int64_t now_ms)
{
    unsigned char digest[DIGEST_LEN];
    char text[64];
    int len = snprintf(text, sizeof(text), "%lld %d", (long long)tenant, number);
    digest_of((str){text, (size_t)len}, digest);
    return replays_take(replays, tenant, digest, ENDS_MS, now_ms);
}

static void an_assertion_is_taken_once_until_it_ends(void **state)
{
    struct replays *replays = replays_open();
    assert_non_null(replays);
    assert_int_equal(take(replays, OTHER, 1, NOW_MS), REPLAY_FIRST);
    assert_int_equal(take(replays, OTHER, 1, NOW_MS), REPLAY_AGAIN);
    assert_int_equal(take(replays, OTHER, 2, NOW_MS), REPLAY_FIRST);
    assert_int_equal(take(replays, OTHER, 1, ENDS_MS), REPLAY_FIRST);
    replays_close(replays);
}

static void a_tenant_that_signs_many_leaves_room_for_others(void **state)
{
    struct replays *replays = replays_open();
    int taken = 0;
    assert_non_null(replays);
    for (int at = 0; at < 2 * REPLAYS_MAX; at++) {
        taken += take(replays, GREEDY, at, NOW_MS) == REPLAY_FIRST;
    }
    assert_true(taken > REPLAYS_MAX / 3 && taken < REPLAYS_MAX * 2 / 3);
    for (int at = 0; at < OTHERS_ASSERTIONS; at++) {
        assert_int_equal(take(replays, OTHER, at, NOW_MS), REPLAY_FIRST);
    }
    replays_close(replays);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_assertion_is_taken_once_until_it_ends),
        cmocka_unit_test(a_tenant_that_signs_many_leaves_room_for_others),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
