// server/journal.h: from a request that was answered to its record in the journal.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_JOURNAL_H
#define SERVER_JOURNAL_H

#include "server/app.h"

// On the thread of the lane, when exchange->reply is filled. `waited`: for the writer or a worker.
// Does nothing without a journal, and for the pages of the server itself.
void journal_note(struct lane *lane, const struct pending *pending, int64_t took_us, bool waited);

#endif
