// fair_test.c: lanes that share one or more servers, in time of the test.
// SPDX-License-Identifier: Apache-2.0
#include "server/fair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { LANES_MAX = 40, ITEMS_MAX = 20000, SERVERS_MAX = 4, QUEUE_MAX = 1000, NEVER = -1 };

// What comes: from whom, when, and for how long it will run.
struct job {
    struct fair_item item;
    int lane;
    int number;  // of its lane's
    int64_t comes_us;
    int64_t cost_us;
    int64_t began_us;  // NEVER: not yet
    int64_t ended_us;
};

struct server {
    struct job *job;  // NULL: idle
    struct fair_lane *lane;
    int64_t until_us;
};

struct world {
    struct fair fair;
    struct fair_lane lanes[LANES_MAX];
    int64_t used_us[LANES_MAX];
    int put[LANES_MAX];    // how many have come
    int begun[LANES_MAX];  // and run
    struct job jobs[ITEMS_MAX];
    size_t job_count;
    size_t next;  // that comes; 0: they are not in order yet
    struct server servers[SERVERS_MAX];
    int server_count;
    int running_max;
    int64_t now_us;
};

static struct world w;

static void open_world(int servers, int running_max)
{
    memset(&w, 0, sizeof(w));
    w.server_count = servers;
    w.running_max = running_max;
    assert_true(fair_open(&w.fair, 0, ITEMS_MAX, running_max));
}

static void close_world(void)
{
    fair_close(&w.fair);
}

static struct job *add(int lane, int64_t comes_us, int64_t cost_us)
{
    struct job *job = &w.jobs[w.job_count++];
    assert_true(w.job_count <= ITEMS_MAX);
    *job = (struct job){.lane = lane, .comes_us = comes_us, .cost_us = cost_us, .began_us = NEVER};
    return job;
}

static void add_many(int lane, int count, int64_t from_us, int64_t gap_us, int64_t cost_us)
{
    for (int at = 0; at < count; at++) {
        add(lane, from_us + at * gap_us, cost_us);
    }
}

static int by_time(const void *a, const void *b)
{
    const struct job *left = a;
    const struct job *right = b;
    return left->comes_us != right->comes_us ? (left->comes_us < right->comes_us ? -1 : 1)
                                             : left->lane - right->lane;
}

static bool may_any_run(void)
{
    for (int at = 0; at < LANES_MAX; at++) {
        if (w.lanes[at].count > 0 && w.lanes[at].running < w.running_max) {
            return true;
        }
    }
    return false;
}

static void start_all(void)
{
    for (int at = 0; at < w.server_count; at++) {
        struct server *server = &w.servers[at];
        struct fair_item *item = server->job == NULL ? fair_take(&w.fair, &server->lane) : NULL;
        if (item != NULL) {
            server->job = (struct job *)item;
            server->job->began_us = w.now_us;
            server->until_us = w.now_us + server->job->cost_us;
            // What stands in a lane runs in its order.
            assert_int_equal(server->job->number, w.begun[server->job->lane]++);
        }
        // Nobody rests while something waits that may run.
        assert_true(server->job != NULL || !may_any_run());
    }
}

static int64_t next_end(void)
{
    int64_t next_us = INT64_MAX;
    for (int at = 0; at < w.server_count; at++) {
        if (w.servers[at].job != NULL && w.servers[at].until_us < next_us) {
            next_us = w.servers[at].until_us;
        }
    }
    return next_us;
}

static void end_due(void)
{
    for (int at = 0; at < w.server_count; at++) {
        struct server *server = &w.servers[at];
        if (server->job != NULL && server->until_us <= w.now_us) {
            server->job->ended_us = w.now_us;
            w.used_us[server->job->lane] += server->job->cost_us;
            fair_charge(&w.fair, server->lane, server->job->cost_us);
            server->job = NULL;
        }
    }
}

// Lets everything come and run until `until_us`, or to the end.
static void run_world(int64_t until_us)
{
    if (w.next == 0) {
        qsort(w.jobs, w.job_count, sizeof(*w.jobs), by_time);
    }
    while (w.now_us < until_us) {
        for (; w.next < w.job_count && w.jobs[w.next].comes_us <= w.now_us; w.next++) {
            struct job *job = &w.jobs[w.next];
            job->number = w.put[job->lane]++;
            assert_true(fair_put(&w.fair, &w.lanes[job->lane], &job->item, true));
        }
        start_all();
        int64_t comes_us = w.next < w.job_count ? w.jobs[w.next].comes_us : INT64_MAX;
        int64_t ends_us = next_end();
        w.now_us = comes_us < ends_us ? comes_us : ends_us;
        if (w.now_us == INT64_MAX) {
            return;
        }
        end_due();
    }
}

static int64_t longest_wait(int lane)
{
    int64_t longest_us = 0;
    for (size_t at = 0; at < w.job_count; at++) {
        const struct job *job = &w.jobs[at];
        if (job->lane == lane) {
            assert_true(job->began_us != NEVER);
            int64_t waited_us = job->began_us - job->comes_us;
            longest_us = waited_us > longest_us ? waited_us : longest_us;
        }
    }
    return longest_us;
}

static void a_quiet_tenant_waits_for_one_request_of_each_other(void **state)
{
    static const struct {
        const char *name;
        int noisy;  // lanes with 200 requests each, at once
        int64_t noisy_us;
        int64_t quiet_us;
        int64_t longest_us;  // that the quiet one waits
    } cases[] = {
        {"beside one with heavy requests", 1, 5000, 40, 5000},
        {"beside one with light requests", 1, 10, 40, 10},
        {"beside ten with heavy requests", 10, 5000, 40, 50000},
        {"beside thirty with light requests", 30, 100, 40, 30 * 100},
    };
    for (size_t at = 0; at < sizeof(cases) / sizeof(cases[0]); at++) {
        print_message("  %s\n", cases[at].name);
        open_world(1, 1);
        for (int lane = 1; lane <= cases[at].noisy; lane++) {
            add_many(lane, 200, 0, 0, cases[at].noisy_us);
        }
        // Less than its share, so that only the others make it wait.
        int64_t round_us = cases[at].noisy_us * cases[at].noisy + cases[at].quiet_us;
        add_many(0, 50, 7, 2 * round_us, cases[at].quiet_us);
        run_world(INT64_MAX);
        assert_true(longest_wait(0) <= cases[at].longest_us);
        close_world();
    }
}

static void time_is_shared_and_not_requests(void **state)
{
    open_world(1, 1);
    add_many(1, 200, 0, 0, 5000);
    add_many(2, 2000, 0, 0, 100);
    run_world(300000);
    // Both had work all the time: each has had half of it, but for one request.
    assert_true(llabs(w.used_us[1] - w.used_us[2]) <= 5000 + 100);
    close_world();
}

// Who sends the next request only when the last one is answered must not look new each time.
static void one_after_the_other_gives_no_more_than_a_share(void **state)
{
    open_world(1, 1);
    add_many(2, 10000, 0, 0, 100);
    for (int at = 0; at < 100; at++) {
        add(1, at * 10000 + 50, 5000);
    }
    run_world(1000000);
    assert_true(w.used_us[1] <= 500000 + 5000);
    assert_true(w.used_us[2] >= 500000 - 5000);
    close_world();
}

static void what_was_used_while_nobody_waited_does_not_count(void **state)
{
    open_world(1, 1);
    add_many(1, 100, 0, 0, 5000);
    run_world(INT64_MAX);
    const int64_t from_us = w.now_us;
    assert_int_equal(w.used_us[1], 500000);
    w.job_count = 0;
    w.next = 0;
    w.now_us = from_us + 1000000;
    memset(w.used_us, 0, sizeof(w.used_us));
    memset(w.begun, 0, sizeof(w.begun));
    memset(w.put, 0, sizeof(w.put));
    add_many(1, 100, w.now_us, 0, 5000);
    add_many(2, 100, w.now_us, 0, 5000);
    run_world(w.now_us + 500000);
    assert_true(llabs(w.used_us[1] - w.used_us[2]) <= 5000);
    close_world();
}

static void of_three_servers_one_tenant_never_has_more_than_two(void **state)
{
    open_world(3, 2);
    add_many(1, 300, 0, 0, 2000000);
    add_many(0, 20, 7, 3000000, 1000);
    run_world(60000000);
    assert_int_equal(longest_wait(0), 0);
    close_world();
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

// The bound of start-time fair queuing: two lanes that both wait all the time are never further
// apart than one request of each. (Order and rest are asserted in start_all.)
static void whatever_comes_the_shares_are_equal_and_nobody_starves(void **state)
{
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t random = seed;
        int lanes = 2 + (int)random_below(&random, 10);
        int64_t dearest_us[LANES_MAX] = {0};
        open_world(1, 1);
        for (int lane = 0; lane < lanes; lane++) {
            int64_t usual_us = 1 + random_below(&random, 5000);
            for (int64_t at_us = 0; at_us < 500000; at_us += usual_us / 2 + 1) {
                int64_t cost_us = 1 + random_below(&random, (uint32_t)(2 * usual_us));
                dearest_us[lane] = cost_us > dearest_us[lane] ? cost_us : dearest_us[lane];
                if (w.job_count < ITEMS_MAX) {
                    add(lane, 0, cost_us);
                }
            }
        }
        run_world(100000 + random_below(&random, 50000));
        for (int a = 0; a < lanes; a++) {
            for (int b = 0; b < a && w.lanes[a].count > 0; b++) {
                if (w.lanes[b].count > 0) {
                    assert_true(llabs(w.used_us[a] - w.used_us[b]) <=
                                dearest_us[a] + dearest_us[b]);
                }
            }
        }
        run_world(INT64_MAX);
        for (size_t at = 0; at < w.job_count; at++) {
            assert_true(w.jobs[at].began_us != NEVER);
        }
        close_world();
    }
}

static void arrivals_at_random_keep_order_and_leave_no_server_idle(void **state)
{
    for (uint64_t seed = 1; seed <= 40; seed++) {
        uint64_t random = seed;
        open_world(1 + (int)random_below(&random, SERVERS_MAX), 1 + (int)random_below(&random, 3));
        for (int at = 0; at < 3000; at++) {
            add((int)random_below(&random, LANES_MAX), random_below(&random, 2000000),
                1 + random_below(&random, random_below(&random, 20) == 0 ? 20000 : 800));
        }
        run_world(INT64_MAX);
        for (size_t at = 0; at < w.job_count; at++) {
            assert_true(w.jobs[at].began_us != NEVER);
        }
        assert_int_equal(w.fair.count, 0);
        close_world();
    }
}

// How many of `count` the lane gets in.
static int put_many(struct fair *fair, struct fair_lane *lane, struct fair_item *items, int count)
{
    int taken = 0;
    for (int at = 0; at < count; at++) {
        taken += fair_put(fair, lane, &items[at], false);
    }
    return taken;
}

static void a_full_lane_leaves_room_for_others(void **state)
{
    static struct fair_item items[LANES_MAX][QUEUE_MAX + 1];
    struct fair fair;
    struct fair_lane lanes[LANES_MAX] = {0};
    assert_true(fair_open(&fair, QUEUE_MAX, 1, 1));
    assert_int_equal(put_many(&fair, &lanes[0], items[0], QUEUE_MAX), QUEUE_MAX / 2);
    assert_int_equal(put_many(&fair, &lanes[1], items[1], QUEUE_MAX), QUEUE_MAX / 4);
    assert_int_equal(put_many(&fair, &lanes[2], items[2], QUEUE_MAX), QUEUE_MAX / 8);
    for (int lane = 3; lane < 10; lane++) {
        assert_true(put_many(&fair, &lanes[lane], items[lane], 1) == 1);
    }
    // What has to go in goes in.
    assert_true(fair_put(&fair, &lanes[0], &items[0][QUEUE_MAX], true));
    assert_true(fair.count <= QUEUE_MAX + 1);
    fair_close(&fair);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_quiet_tenant_waits_for_one_request_of_each_other),
    cmocka_unit_test(time_is_shared_and_not_requests),
    cmocka_unit_test(one_after_the_other_gives_no_more_than_a_share),
    cmocka_unit_test(what_was_used_while_nobody_waited_does_not_count),
    cmocka_unit_test(of_three_servers_one_tenant_never_has_more_than_two),
    cmocka_unit_test(whatever_comes_the_shares_are_equal_and_nobody_starves),
    cmocka_unit_test(arrivals_at_random_keep_order_and_leave_no_server_idle),
    cmocka_unit_test(a_full_lane_leaves_room_for_others),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
