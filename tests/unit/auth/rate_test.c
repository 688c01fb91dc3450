// rate_test.c: buckets in virtual time.
// SPDX-License-Identifier: Apache-2.0
#include "auth/rate.h"

#include "base/limits.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { THREADS = 4, SECOND_US = 1000000 };

static void rates_are_written_as_a_second_and_at_once(void **state)
{
    static const struct {
        const char *text;
        const char *means;  // NULL: refused
    } cases[] = {
        {"100/200", "100/200"},
        {"25", "25/125"},
        {"1", "1/100"},
        {"1000000/1", "1000000/1"},
        {"1000000", "1000000/1000000"},
        {"unlimited", "unlimited"},
        {"0", NULL},
        {"0/5", NULL},
        {"5/0", NULL},
        {"-1", NULL},
        {"1000001", NULL},
        {"5/", NULL},
        {"/5", NULL},
        {"5/5/5", NULL},
        {"fast", NULL},
        {"", NULL},
        {" 5", NULL},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct rate rate = {0};
        char text[RATE_TEXT_LEN] = "";
        assert_int_equal(rate_parse(str_of(cases[at].text), &rate), cases[at].means != NULL);
        if (cases[at].means != NULL) {
            rate_print(rate, text);
            assert_string_equal(text, cases[at].means);
        }
    }
}

// How many of `count` requests, `gap_us` apart, are served.
static int served(struct bucket *bucket, struct rate rate, int64_t *now_us, int count,
                  int64_t gap_us)
{
    int taken = 0;
    int wait_s = 0;
    for (int at = 0; at < count; at++) {
        taken += bucket_take(bucket, rate, *now_us, 1, &wait_s);
        *now_us += gap_us;
    }
    return taken;
}

static void a_client_within_its_rate_is_always_served(void **state)
{
    static const struct rate rates[] = {{25, 100}, {25, 1}, {1, 1}, {3, 7}, {1000, 5000}};
    for (size_t at = 0; at < COUNT_OF(rates); at++) {
        struct bucket bucket = {0};
        int64_t now_us = 5;
        int64_t gap_us = (SECOND_US + rates[at].per_s - 1) / rates[at].per_s;
        assert_int_equal(served(&bucket, rates[at], &now_us, 10000, gap_us), 10000);
    }
}

static void a_burst_is_served_and_no_request_more(void **state)
{
    struct bucket bucket = {0};
    const struct rate rate = {25, 100};
    int64_t now_us = 5;
    assert_int_equal(served(&bucket, rate, &now_us, 1000, 0), 100);
    now_us += SECOND_US;
    assert_int_equal(served(&bucket, rate, &now_us, 1000, 0), 25);
    now_us += INT64_C(3600) * SECOND_US;
    assert_int_equal(served(&bucket, rate, &now_us, 1000, 0), 100);
}

static void without_a_rate_nothing_is_refused(void **state)
{
    struct bucket bucket = {0};
    int64_t now_us = 5;
    assert_int_equal(served(&bucket, (struct rate){0}, &now_us, 1000, 0), 1000);
}

// The same bucket with a fraction of a token in place of a moment: slow, and plainly right.
struct slow_bucket {
    int64_t millionths;  // of a request
    int64_t at_us;
};

static bool slow_take(struct slow_bucket *bucket, struct rate rate, int64_t now_us, int units)
{
    int64_t full = (int64_t)rate.burst * SECOND_US;
    bucket->millionths += (now_us - bucket->at_us) * rate.per_s;
    bucket->millionths = bucket->millionths < full ? bucket->millionths : full;
    bucket->at_us = now_us;
    if (bucket->millionths < SECOND_US) {
        return false;
    }
    bucket->millionths -= (int64_t)units * SECOND_US;
    return true;
}

static uint32_t random_below(uint64_t *seed, uint32_t bound)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*seed >> 33) % bound;
}

// Rates that divide a second into whole nanoseconds, so that both mean exactly the same.
static void a_bucket_that_is_one_number_is_the_bucket_of_the_books(void **state)
{
    static const struct rate rates[] = {{25, 100}, {1, 1}, {1000, 5000}, {8, 3}, {1000000, 10}};
    uint64_t seed = 7;
    for (size_t at = 0; at < COUNT_OF(rates); at++) {
        struct rate rate = rates[at];
        struct bucket bucket = {0};
        struct slow_bucket slow = {(int64_t)rate.burst * SECOND_US, 1};
        int64_t now_us = 1;
        for (int step = 0; step < 20000; step++) {
            int wait_s = 0;
            int units = random_below(&seed, 50) == 0 ? 1 + (int)random_below(&seed, 1000) : 1;
            now_us += random_below(&seed, 2 * SECOND_US / rate.per_s + 1);
            bool taken = bucket_take(&bucket, rate, now_us, units, &wait_s);
            assert_int_equal(taken, slow_take(&slow, rate, now_us, units));
        }
    }
}

static void who_waits_as_long_as_told_gets_through_and_not_a_second_earlier(void **state)
{
    static const struct rate rates[] = {{25, 100}, {1, 5}, {3, 7}, {1000, 5000}, {999983, 17}};
    uint64_t seed = 11;
    for (size_t at = 0; at < COUNT_OF(rates); at++) {
        struct bucket bucket = {0};
        int64_t now_us = 9;
        int refused = 0;
        for (int step = 0; step < 20000; step++) {
            int wait_s = 0;
            int ignored = 0;
            int units = random_below(&seed, 20) == 0 ? 1000 : 1;
            if (bucket_take(&bucket, rates[at], now_us, units, &wait_s)) {
                continue;
            }
            refused++;
            assert_true(wait_s >= 1);
            int64_t early_us = now_us + (int64_t)(wait_s - 1) * SECOND_US;
            assert_false(bucket_take(&bucket, rates[at], early_us, 1, &ignored));
            now_us += (int64_t)wait_s * SECOND_US;
            assert_true(bucket_take(&bucket, rates[at], now_us, 1, &ignored));
        }
        assert_true(refused > 100);
    }
}

static void a_bulk_job_counts_its_operations_and_leaves_a_debt(void **state)
{
    struct bucket bucket = {0};
    const struct rate rate = {25, 100};
    int wait_s = 0;
    assert_true(bucket_take(&bucket, rate, 5, 1000, &wait_s));
    assert_false(bucket_take(&bucket, rate, 5, 1, &wait_s));
    assert_int_equal(wait_s, 37);  // 901 requests at 25 a second
    assert_true(bucket_take(&bucket, rate, 5 + 37 * SECOND_US, 1, &wait_s));
}

static void a_debt_does_not_outlive_the_rate_it_was_made_under(void **state)
{
    struct bucket bucket = {0};
    int wait_s = 0;
    assert_true(bucket_take(&bucket, (struct rate){1, 1}, 5, 1000, &wait_s));
    assert_false(bucket_take(&bucket, (struct rate){1, 1}, 5, 1, &wait_s));
    assert_int_equal(wait_s, 1000);
    assert_false(bucket_take(&bucket, (struct rate){1000, 5000}, 5, 1, &wait_s));
    assert_int_equal(wait_s, 2);
}

static struct bucket shared;
static _Atomic int shared_taken;

static void *take_shared(void *ctx)
{
    int64_t now_us = 5;
    atomic_fetch_add(&shared_taken, served(&shared, (struct rate){1, 50000}, &now_us, 20000, 0));
    return NULL;
}

static void threads_share_a_bucket_and_take_no_request_twice(void **state)
{
    pthread_t threads[THREADS];
    for (size_t at = 0; at < THREADS; at++) {
        assert_int_equal(pthread_create(&threads[at], NULL, take_shared, NULL), 0);
    }
    for (size_t at = 0; at < THREADS; at++) {
        pthread_join(threads[at], NULL);
    }
    assert_int_equal(atomic_load(&shared_taken), 50000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rates_are_written_as_a_second_and_at_once),
    cmocka_unit_test(a_client_within_its_rate_is_always_served),
    cmocka_unit_test(a_burst_is_served_and_no_request_more),
    cmocka_unit_test(without_a_rate_nothing_is_refused),
    cmocka_unit_test(a_bucket_that_is_one_number_is_the_bucket_of_the_books),
    cmocka_unit_test(who_waits_as_long_as_told_gets_through_and_not_a_second_earlier),
    cmocka_unit_test(a_bulk_job_counts_its_operations_and_leaves_a_debt),
    cmocka_unit_test(a_debt_does_not_outlive_the_rate_it_was_made_under),
    cmocka_unit_test(threads_share_a_bucket_and_take_no_request_twice),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
