// auth/rate.h: how many requests a second, and when the next one may come.
//
// A bucket holds `burst` requests and fills at `per_s` a second. Its whole state is one number, the
// moment at which it is full again, so that all threads share it without a lock. Time comes in from
// outside: nothing here looks at a clock.
//
// Whoever takes n units needs one in the bucket and is charged all n: a bulk job may leave a debt,
// which the requests behind it wait for.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_RATE_H
#define AUTH_RATE_H

#include "base/check.h"
#include "base/str.h"

#include <stdatomic.h>

struct rate {
    uint32_t per_s;  // 0: unlimited
    uint32_t burst;
};

// Zero is a full bucket.
struct bucket {
    _Atomic int64_t full_ns;  // on the clock of now_us
};

// "100/200" (a second, and at once), "100" (five seconds' worth at once, at least RATE_BURST_MIN),
// "unlimited". False for anything else, and for numbers outside 1 to RATE_MAX.
MUST_CHECK bool rate_parse(str text, struct rate *out);
enum { RATE_TEXT_LEN = 24 };
// As rate_parse reads it, with a NUL.
void rate_print(struct rate rate, char out[RATE_TEXT_LEN]);

// Takes up to RATE_UNITS_MAX units. False: none is there, nothing was taken, and *wait_s whole
// seconds later one will be, unless others take it first. `now_us` never goes back.
MUST_CHECK bool bucket_take(struct bucket *bucket, struct rate rate, int64_t now_us, int units,
                            int *wait_s);

#endif
