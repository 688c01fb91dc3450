// server/workers.h: the threads for reads that are too long for a loop.
//
// Tenants take turns, so that one tenant's scans do not stand in front of everybody else's.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_WORKERS_H
#define SERVER_WORKERS_H

#include "server/app.h"

struct workers;

// `complete` is called on a worker's thread for every request that was run.
MUST_CHECK struct workers *workers_open(struct app *app, void (*complete)(struct pending *pending),
                                        struct roster_error *err);
// False: the queue is full, or the workers stop.
MUST_CHECK bool workers_submit(struct workers *workers, struct pending *pending);
// Runs what is queued, then ends the threads; who submits afterwards is refused. NULL is accepted.
void workers_stop(struct workers *workers);
// Stopped or not. Nobody may submit any more. NULL is accepted.
void workers_close(struct workers *workers);

#endif
