// rate.c: the generic cell rate algorithm: a token bucket that is one moment in time.
//
// The bucket has full - now worth of requests missing. A request is served while what is missing,
// with it, is no more than the bucket holds.
// SPDX-License-Identifier: Apache-2.0
#include "auth/rate.h"

#include "base/limits.h"

#include <stdio.h>

static bool take_number(str text, uint32_t *out)
{
    int64_t value = 0;
    if (!str_to_i64(text, &value) || value < 1 || value > RATE_MAX) {
        return false;
    }
    *out = (uint32_t)value;
    return true;
}

static uint32_t usual_burst(uint32_t per_s)
{
    uint32_t burst = per_s > RATE_MAX / 5 ? RATE_MAX : per_s * 5;
    return burst < RATE_BURST_MIN ? RATE_BURST_MIN : burst;
}

bool rate_parse(str text, struct rate *out)
{
    str first = {0};
    str second = {0};
    struct rate rate = {0};
    if (str_equal(text, STR("unlimited"))) {
        *out = rate;
        return true;
    }
    bool has_burst = str_cut(text, '/', &first, &second);
    if (!take_number(first, &rate.per_s)) {
        return false;
    }
    rate.burst = usual_burst(rate.per_s);
    if (has_burst && !take_number(second, &rate.burst)) {
        return false;
    }
    *out = rate;
    return true;
}

void rate_print(struct rate rate, char out[RATE_TEXT_LEN])
{
    if (rate.per_s == 0) {
        snprintf(out, RATE_TEXT_LEN, "unlimited");
    } else {
        snprintf(out, RATE_TEXT_LEN, "%u/%u", rate.per_s, rate.burst);
    }
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

bool bucket_take(struct bucket *bucket, struct rate rate, int64_t now_us, int units, int *wait_s)
{
    const int64_t second_ns = INT64_C(1000000000);
    assert(units >= 0 && units <= RATE_UNITS_MAX);
    if (rate.per_s == 0 || units == 0) {
        return true;
    }
    const int64_t now_ns = now_us * 1000;
    const int64_t unit_ns = second_ns / rate.per_s;
    const int64_t room_ns = unit_ns * rate.burst;
    // A debt that was made under a slower rate must not outlive it.
    const int64_t latest_ns = now_ns + room_ns + unit_ns * RATE_UNITS_MAX;
    int64_t seen_ns = atomic_load_explicit(&bucket->full_ns, memory_order_relaxed);
    int64_t full_ns = 0;
    do {
        full_ns = smaller(larger(seen_ns, now_ns), latest_ns);
        int64_t wait_ns = full_ns + unit_ns - room_ns - now_ns;
        if (wait_ns > 0) {
            *wait_s = (int)((wait_ns + second_ns - 1) / second_ns);
            return false;
        }
        full_ns += unit_ns * units;
    } while (!atomic_compare_exchange_weak_explicit(&bucket->full_ns, &seen_ns, full_ns,
                                                    memory_order_relaxed, memory_order_relaxed));
    return true;
}
