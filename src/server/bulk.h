// server/bulk.h: how a bulk job goes between the workers and the writer.
//
//   handle_bulk ─ WORK ─ work_bulk ─ WRITE ─ run_bulk_turn ─┬─ DONE ─ finish_bulk
//                          ▲                  ▲             ├─ WRITE (its time was over)
//                          └──────────────────┴─────────────┴─ WORK (prepare the next ones)
//
// Each time it goes to the end of a queue, so that others get their turns in between.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_BULK_H
#define SERVER_BULK_H

#include "server/app.h"

// On a worker: plans the job, or prepares its next operations. Sets pending->step.
void work_bulk(struct pending *pending);
// On the writer, inside a transaction: runs what is prepared until it is time to stop, at least one
// operation, or none when nothing is prepared any more. pending->outcome is OUTCOME_BROKEN when the
// transaction has to be rolled back.
void run_bulk_turn(struct pending *pending, int64_t until_us);
// Between two turns of the job other schemas came: what is prepared is prepared again by them.
// False: err is UNAVAILABLE.
MUST_CHECK bool take_bulk_schemas(struct pending *pending, struct conn *writer, int64_t schemas);
// Where the job goes behind a turn: sets pending->step.
void route_bulk(struct pending *pending);
// Ends the job for the reason in pending->err: as a whole when nothing ran, otherwise what did not
// run fails, and the answer says so.
void end_bulk(struct pending *pending);
// On the thread of its loop: the answer.
void finish_bulk(struct pending *pending);
// Gives its memory back. Without a job it does nothing.
void release_bulk(struct pending *pending);

#endif
