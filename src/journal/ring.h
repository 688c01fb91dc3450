// journal/ring.h: a bounded queue of byte strings from one thread to one other, without a lock.
//
// What one thread has reserved and published the other peeks at, in order, and takes. A full ring
// refuses: nobody waits.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_RING_H
#define JOURNAL_RING_H

#include "base/check.h"
#include "base/str.h"

struct ring;

// `size` is a power of two. NULL without memory.
MUST_CHECK struct ring *ring_open(size_t size);
void ring_close(struct ring *ring);  // NULL is accepted

// The one thread. NULL: there is no room now. `len` is at most a quarter of the ring.
char *ring_reserve(struct ring *ring, size_t len);
// `len` bytes of what was reserved last are written. *much: a quarter of the ring or more waits.
void ring_publish(struct ring *ring, size_t len, bool *much);

// The other thread. Up to where the ring was published.
uint64_t ring_end(struct ring *ring);
// The next string before `end`; false when there is none. Valid until ring_take.
bool ring_peek(struct ring *ring, uint64_t end, char **bytes, size_t *len);
// Gives the room of what was peeked at back; `wipe`: it held a secret.
void ring_take(struct ring *ring, bool wipe);

#endif
