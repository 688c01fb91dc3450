// histogram.h: latencies, counted in buckets of 1.6 % width.
// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

enum { HISTOGRAM_BUCKETS = 64 * 40 };  // up to 9 hours in nanoseconds

struct histogram {
    uint64_t counts[HISTOGRAM_BUCKETS];
    uint64_t total;
    int64_t max_ns;
};

void histogram_add(struct histogram *histogram, int64_t ns);
// The value that `share` (0 to 1) of all values do not exceed, in microseconds.
double histogram_at(const struct histogram *histogram, double share);

#endif
