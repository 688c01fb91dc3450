// shelf.h: canned answers for the probe.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_PROBE_SHELF_H
#define TESTS_UNIT_PROBE_SHELF_H

#include "probe/probe.h"

enum { CANS_MAX = 12, LOG_BYTES = 16384 };

// For requests that begin so; the first that fits and is not used up is taken. Others get 404.
struct can {
    const char *request;  // "GET /Users"
    enum http_sent sent;
    int status;
    const char *body;
    const char *location;
    int times;  // 0: for ever
};

struct shelf {
    struct can cans[CANS_MAX];
    int used[CANS_MAX];
    char log[LOG_BYTES];  // "GET /Users|"
    size_t stop_at;       // requests after which the watch says stop; 0: never
    size_t requests;
};

// What the names of a run on canned answers begin with.
#define SHELF_RUN "roster-check-11111111"

// Runs the checks against http://h with the token "secret-token".
struct probe_report shelf_run(struct shelf *shelf, const char *only, struct roster_arena *arena);

#endif
