// store/checkpoint.h: moving the log into the file beside the writer.
//
// A checkpoint writes thousands of pages and syncs them: tens of milliseconds that no create should
// wait for. So a thread does it while commits go on, pass after pass, until only the pages of the
// last moments are left; then the writer moves these itself between two transactions, which is the
// only moment when the log can begin anew. A log that grows past LOG_BYTES_HARD nevertheless is
// waited for: its length bounds the time of a start after a crash.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_CHECKPOINT_H
#define STORE_CHECKPOINT_H

#include "store/store.h"

struct checkpointer;

// Called by the writer between transactions. *checkpointer is made when it is first needed.
void checkpoint(struct checkpointer **checkpointer, struct conn *writer);
void checkpointer_close(struct checkpointer *checkpointer);  // NULL is accepted

#endif
