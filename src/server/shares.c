// shares.c: a hash table that only grows, under one lock that no ordinary request takes.
// SPDX-License-Identifier: Apache-2.0
#include "server/shares.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct shares {
    pthread_mutex_t lock;
    struct share *chains[SHARES_CHAINS];
};

struct shares *shares_open(void)
{
    struct shares *shares = calloc(1, sizeof(*shares));
    if (shares != NULL) {
        pthread_mutex_init(&shares->lock, NULL);
    }
    return shares;
}

void shares_close(struct shares *shares)
{
    if (shares == NULL) {
        return;
    }
    for (size_t at = 0; at < SHARES_CHAINS; at++) {
        for (struct share *share = shares->chains[at], *next = NULL; share != NULL; share = next) {
            next = share->next;
            free(share);
        }
    }
    pthread_mutex_destroy(&shares->lock);
    free(shares);
}

static struct share *make(int64_t tenant, str name)
{
    struct share *share = aligned_alloc(_Alignof(struct share), sizeof(*share));
    if (share != NULL) {
        memset(share, 0, sizeof(*share));
        share->tenant = tenant;
        size_t len = name.len < TENANT_NAME_MAX ? name.len : TENANT_NAME_MAX;
        memcpy(share->name, name.ptr, len);
    }
    return share;
}

struct share *shares_find(struct shares *shares, int64_t tenant, str name)
{
    struct share **chain = &shares->chains[(uint64_t)tenant % SHARES_CHAINS];
    pthread_mutex_lock(&shares->lock);
    struct share *share = *chain;
    while (share != NULL && share->tenant != tenant) {
        share = share->next;
    }
    if (share == NULL) {
        share = make(tenant, name);
        if (share != NULL) {
            share->next = *chain;
            *chain = share;
        }
    }
    pthread_mutex_unlock(&shares->lock);
    return share;
}

void shares_write(struct shares *shares, struct text *out)
{
    text_lit(out, "# HELP roster_tenant_throttled_total Requests of a tenant over its rate.\n"
                  "# TYPE roster_tenant_throttled_total counter\n");
    pthread_mutex_lock(&shares->lock);
    for (size_t at = 0; at < SHARES_CHAINS; at++) {
        for (struct share *share = shares->chains[at]; share != NULL; share = share->next) {
            uint64_t count = atomic_load_explicit(&share->throttled, memory_order_relaxed);
            if (count > 0) {
                text_format(out, "roster_tenant_throttled_total{tenant=\"%s\"} %llu\n", share->name,
                            (unsigned long long)count);
            }
        }
    }
    pthread_mutex_unlock(&shares->lock);
}
