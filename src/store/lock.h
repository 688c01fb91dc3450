// store/lock.h: one process owns a store: an flock on PATH.lock, held for life.
//
// The file stays behind when it is released: removing it could split owners between two files of
// the same name.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include "base/check.h"
#include "base/error.h"

// The path in "sqlite:PATH"; NULL and `err` for any other URL.
const char *lock_place(const char *url, struct roster_error *err);
// The descriptor that holds the lock, or -1 and `err`.
int lock_take(const char *place, struct roster_error *err);
void lock_give(int lock);  // -1 is accepted
bool lock_is_taken(const char *place);

#endif
