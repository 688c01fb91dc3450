// store/pending.h: what the writer keeps between statements and writes once a batch: counters of
// resources, ends of audit chains, and blocks of numbers.
//
// Everything here is right again at commit (pending_flush) and forgotten on rollback
// (pending_drop). Only the writer connection has it.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "store/store.h"
#include "sys/sys.h"

struct pending;

MUST_CHECK struct pending *pending_open(void);
void pending_close(struct pending *pending);  // NULL is accepted

// Series of numbers that are never used twice.
enum number {
    NUMBER_TENANT,
    NUMBER_SOURCE,
    NUMBER_TOKEN,
    NUMBER_ATTRIBUTE,
    NUMBER_TYPE,
    NUMBER_ROW,
    NUMBER_DETAIL
};
MUST_CHECK enum store_outcome number_take(struct conn *writer, enum number series, int64_t *out);

// What is counted beside the resources of each type.
enum { COUNTER_INACTIVE = -1, COUNTER_MEMBERS = -2 };
// Adds to the number of resources of a type, or to one of these.
MUST_CHECK enum store_outcome counter_add(struct conn *writer, int64_t tenant, int type,
                                          int64_t more);
// The number of resources of a type, those of this transaction among them.
MUST_CHECK enum store_outcome counter_read(struct conn *writer, int64_t tenant, int type,
                                           int64_t *count);
// Raises *created_ms to that of the newest resource of the type, so that the order of creation is
// the order of creation times even when the clock is set back.
MUST_CHECK enum store_outcome counter_stamp(struct conn *writer, int64_t tenant, int type,
                                            int64_t *created_ms);

// The end of a tenant's audit chain. The pointer is good until the next call of chain_end.
struct chain {
    int64_t tenant;
    int64_t sequence;  // of the last row; 0: none yet
    unsigned char digest[DIGEST_LEN];
    bool dirty;
};
MUST_CHECK enum store_outcome chain_end(struct conn *writer, int64_t tenant, struct chain **out);
// A context for digests of the writer's thread.
struct digest *pending_digest(struct conn *writer);

// Writes the counters, so that they can be read on this connection. Readers: nothing to do.
MUST_CHECK enum store_outcome counters_flush(struct conn *conn);
MUST_CHECK enum store_outcome pending_flush(struct conn *writer);
void pending_drop(struct conn *writer);

#endif
