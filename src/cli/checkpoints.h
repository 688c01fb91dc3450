// cli/checkpoints.h: checkpoints that a server writes by itself, into a folder outside the store.
//
// One when it starts, one each interval, and one when it stops, each in a file of its own that is
// never written again: checkpoint-2026-11-24T100000.000Z.jsonl. Where no chain has grown since the
// last one, none is written. Nothing is ever deleted. A failure is logged and tried again at the
// next interval.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_CHECKPOINTS_H
#define CLI_CHECKPOINTS_H

#include "store/store.h"
#include "sys/sys.h"

struct checkpoints_options {
    struct store *store;
    const struct env *env;
    const char *folder;
    int64_t interval_ms;
};

struct checkpoints;

// Writes the first one. NULL and `err` when that fails: better now than never noticed.
MUST_CHECK struct checkpoints *checkpoints_open(const struct checkpoints_options *options,
                                                struct roster_error *err);
// Writes the last one. The store is still open. NULL is accepted.
void checkpoints_close(struct checkpoints *checkpoints);

#endif
