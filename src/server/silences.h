// server/silences.h: sources that are quiet for longer than they usually are: a log line, a metric,
// and a mark in the list of tenants. A provider whose job has stopped deactivates nobody.
//
// Everything happens on the writer's thread, once in TEND_MS, with what server/uses.h has noted: no
// request pays for it. Time in which this server did not run is nobody's silence.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_SILENCES_H
#define SERVER_SILENCES_H

#include "store/silence.h"
#include "store/tenant.h"

struct silences;

MUST_CHECK struct silences *silences_open(void);  // NULL: no memory
void silences_close(struct silences *silences);   // NULL is accepted
// Begins or goes on with a tour: reads, at the first one, how long the server was away.
void silences_begin(struct silences *silences, struct conn *writer, int64_t now_ms);
// Inside the transaction that writes the use: the credential was used at `used_ms`.
MUST_CHECK enum store_outcome silences_heard(struct silences *silences, struct conn *writer,
                                             int64_t credential, int64_t used_ms);
// Raises what is due, SILENCE_LOOKS_MAX at a time. A store that fails leaves it for the next look.
void silences_look(struct silences *silences, struct conn *writer, int64_t now_ms);
// Sources that are silent now. From any thread.
int64_t silences_count(const struct silences *silences);

#endif
