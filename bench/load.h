// load.h: what one run of the load generator is told, and what it counts.
// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "bench/form.h"
#include "bench/histogram.h"
#include "bench/reply.h"

#include <stdio.h>

enum { FORMS_MAX = 4, STATUS_MAX = 600 };

struct options {
    uint16_t port;
    unsigned connections;
    double seconds;  // 0: until `jobs` are done
    uint64_t jobs;   // 0: until `seconds` have passed
    double rate;     // jobs a second, at random moments; 0: as fast as answers come
    int status;      // that every reply has to have
    uint64_t first;  // number of the first item
    uint64_t count;  // items; 0: without end
    bool random;     // items at random, else one after the other
    uint64_t seed;
    const char *values;            // file with one line for each item
    const char *contains;          // what each eighth reply is searched for
    const char *save;              // file that gets "number TAB id" for each reply
    const char *forms[FORMS_MAX];  // requests of one job, on one connection
    unsigned form_count;
};

struct counts {
    uint64_t requests;    // answered
    uint64_t wrong;       // answered with another status, or without what they had to contain
    uint64_t broken;      // connection lost before the answer
    uint64_t unanswered;  // still open when patience ended
    uint64_t reconnects;  // connections that the server closed between requests
    uint64_t statuses[STATUS_MAX];
    uint64_t body_bytes;
    size_t body_min;
    size_t body_max;
    int64_t elapsed_ns;
    struct histogram histogram;
    char first_wrong[400];
};

// Reads the command line; ends the program with a message when it is wrong.
void options_parse(int argc, char **argv, struct options *out);
// One line of JSON.
void counts_print(const struct counts *counts, FILE *out);

#endif
