// auth/guesses.h: credentials that failed, and requests without any, counted by the address that
// sent them.
//
// Only such a request is ever refused for others before it: an address stands for many clients (a
// proxy, the shared addresses of an identity provider), and whoever has a valid credential gets in.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_GUESSES_H
#define AUTH_GUESSES_H

#include "auth/rate.h"
#include "base/str.h"

struct guesses;

// `rate` is that of one address. `seed` is random: nobody can choose addresses that share a place
// in the table. NULL: no memory.
MUST_CHECK struct guesses *guesses_open(uint64_t seed, struct rate rate);
void guesses_close(struct guesses *guesses);  // NULL is accepted
// Counts one of a numeric address; of IPv6 the first 64 bits count. False: there were too
// many, and the next one counts *wait_s seconds later. Any thread may call it.
MUST_CHECK bool guesses_take(struct guesses *guesses, str address, int64_t now_us, int *wait_s);

#endif
