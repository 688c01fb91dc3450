// histogram.c: 64 buckets for each power of two.
// SPDX-License-Identifier: Apache-2.0
#include "bench/histogram.h"

enum { STEP_BITS = 6, STEPS = 1 << STEP_BITS };

static unsigned bucket_of(uint64_t ns)
{
    if (ns < STEPS) {
        return (unsigned)ns;
    }
    unsigned power = 63U - (unsigned)__builtin_clzll(ns);
    unsigned step = (unsigned)(ns >> (power - STEP_BITS)) & (STEPS - 1U);
    unsigned bucket = (power - STEP_BITS + 1) * STEPS + step;
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

// The middle of a bucket.
static double value_of(unsigned bucket)
{
    if (bucket < STEPS) {
        return bucket;
    }
    unsigned power = bucket / STEPS - 1;
    return ((double)(STEPS + bucket % STEPS) + 0.5) * (double)(1ULL << power);
}

void histogram_add(struct histogram *histogram, int64_t ns)
{
    int64_t value = ns > 0 ? ns : 0;
    histogram->counts[bucket_of((uint64_t)value)]++;
    histogram->total++;
    if (value > histogram->max_ns) {
        histogram->max_ns = value;
    }
}

double histogram_at(const struct histogram *histogram, double share)
{
    double wanted = share * (double)histogram->total;
    uint64_t seen = 0;
    for (unsigned bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
        seen += histogram->counts[bucket];
        if (histogram->counts[bucket] > 0 && (double)seen >= wanted) {
            double max_us = (double)histogram->max_ns / 1e3;
            double us = value_of(bucket) / 1e3;
            return us < max_us ? us : max_us;
        }
    }
    return 0;
}
