// server/fetcher.h: the thread that fetches the keys of issuers.
//
// Requests that wait for keys stand in one bounded queue, in their order; each goes on when its
// document was had, or could not be had. A document that several wait for is fetched once.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_FETCHER_H
#define SERVER_FETCHER_H

#include "server/app.h"

struct fetcher;

// `complete` is called on the fetcher's thread for every request that waited.
MUST_CHECK struct fetcher *fetcher_open(struct app *app, void (*complete)(struct pending *pending),
                                        struct roster_error *err);
// False: the queue is full, or the server stops.
MUST_CHECK bool fetcher_submit(struct fetcher *fetcher, struct pending *pending);
// Gives up what is under way, completes what waits, ends the thread. NULL is accepted.
void fetcher_stop(struct fetcher *fetcher);
void fetcher_close(struct fetcher *fetcher);  // NULL is accepted

MUST_CHECK bool fetch_open(struct app *app, struct roster_error *err);
// On the writer's thread, outside of a transaction: writes what became of each source of keys.
void fetch_note(struct app *app, struct conn *writer);

#endif
