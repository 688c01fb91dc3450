// cli/check_print.h: what a run of the probe found, for people and for programs.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_CHECK_PRINT_H
#define CLI_CHECK_PRINT_H

#include "cli/commands.h"
#include "probe/probe.h"

// How many checks ended how.
struct check_counts {
    size_t passed;
    size_t failed;   // a MUST is not met
    size_t advised;  // a SHOULD is not met
    size_t noted;
    size_t skipped;
};
struct check_counts check_count(const struct probe_report *report);

// Each failure on a line of its own, then the summary; with `all` every check.
void check_print(struct text *out, const struct probe_report *report, str url, bool all);
// NULL when the arena is full.
struct roster_json *check_json(struct roster_arena *arena, const struct probe_report *report,
                               str url);

// The checks that there are.
int check_print_list(struct call *call);

#endif
