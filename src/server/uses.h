// server/uses.h: when and from where each credential was used last, on its way into the store.
//
// A thread notes a credential that it uses at most once in USE_NOTE_MS; the writer's thread writes
// what was noted, one transaction in TEND_MS. No request waits for it. What a crash loses is a
// minute of last uses.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_USES_H
#define SERVER_USES_H

#include "store/store.h"

struct silences;
struct uses;

MUST_CHECK struct uses *uses_open(void);  // NULL: no memory
void uses_close(struct uses *uses);       // NULL is accepted
// From any thread. With USES_MAX credentials waiting, others are left for their next note.
void uses_note(struct uses *uses, int64_t credential, int64_t now_ms, str address);
// On the writer's thread, outside of a transaction: writes what waits, and lets `silences` hear of
// it. What the store refuses is forgotten.
void uses_write(struct uses *uses, struct silences *silences, struct conn *writer);

#endif
