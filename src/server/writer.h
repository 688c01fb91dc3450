// server/writer.h: the thread that writes.
//
// Requests are queued by the loops and taken in batches: the commit of one batch is the time in
// which the next one gathers. Administration runs here too, between two batches.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_WRITER_H
#define SERVER_WRITER_H

#include "server/app.h"

struct writer;

// `complete` is called on the writer's thread for every request, after its commit.
MUST_CHECK struct writer *writer_open(struct app *app, void (*complete)(struct pending *pending),
                                      struct roster_error *err);
// Queues a list (linked by next), in order. Returns what did not fit: NULL when all did.
MUST_CHECK struct pending *writer_submit(struct writer *writer, struct pending *first);
// See server_call.
MUST_CHECK bool writer_call(struct writer *writer, void (*fn)(void *ctx, struct conn *conn),
                            void *ctx);
// Writes what is queued, then ends the thread. NULL is accepted.
void writer_close(struct writer *writer);

#endif
