// server/shares.h: what each tenant takes of the server: a record a tenant, shared by all threads.
//
// A record is made when the first credential of its tenant is looked up and stays as long as the
// server: there are as many as tenants that use it, each some hundred bytes.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_SHARES_H
#define SERVER_SHARES_H

#include "auth/rate.h"
#include "base/limits.h"
#include "base/text.h"
#include "server/fair.h"

struct share {
    // On a line of its own: every request of the tenant changes it, on every thread.
    _Alignas(64) struct bucket bucket;
    _Atomic uint64_t throttled;  // requests that were answered 429
    _Atomic int bulk_jobs;       // under way
    _Atomic int64_t bulk_bytes;  // that they may come to take
    _Atomic int64_t loop_us;     // server/crowd.h
    struct fair_lane writes;     // under the lock of the writer
    struct fair_lane works;      // under the lock of the workers
    int64_t tenant;
    struct share *next;
    char name[TENANT_NAME_MAX + 1];
};

struct shares;

MUST_CHECK struct shares *shares_open(void);  // NULL: no memory
void shares_close(struct shares *shares);     // NULL is accepted
// The record of a tenant, which is made if there is none. NULL: no memory.
MUST_CHECK struct share *shares_find(struct shares *shares, int64_t tenant, str name);
// The series of /metrics that name a tenant; only tenants that were ever refused have one.
void shares_write(struct shares *shares, struct text *out);

#endif
