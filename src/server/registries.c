// registries.c: a direct-mapped table of registries under one lock.
// SPDX-License-Identifier: Apache-2.0
#include "server/registries.h"

#include "base/limits.h"
#include "sys/log.h"

#include <pthread.h>
#include <stdlib.h>

struct registries {
    struct store *store;
    pthread_mutex_t lock;
    struct tenant_registry *kept[REGISTRIES_KEPT];
};

struct registries *registries_open(struct store *store)
{
    struct registries *registries = calloc(1, sizeof(*registries));
    if (registries != NULL) {
        registries->store = store;
        pthread_mutex_init(&registries->lock, NULL);
    }
    return registries;
}

void registries_close(struct registries *registries)
{
    if (registries == NULL) {
        return;
    }
    for (size_t at = 0; at < REGISTRIES_KEPT; at++) {
        tenant_registry_give(registries->kept[at]);
    }
    pthread_mutex_destroy(&registries->lock);
    free(registries);
}

static struct tenant_registry **slot_of(struct registries *registries, int64_t tenant)
{
    return &registries->kept[(uint64_t)tenant % REGISTRIES_KEPT];
}

static struct tenant_registry *take_kept(struct registries *registries, int64_t tenant,
                                         int64_t revision)
{
    pthread_mutex_lock(&registries->lock);
    struct tenant_registry *kept = *slot_of(registries, tenant);
    bool fits = kept != NULL && kept->tenant == tenant && kept->revision == revision;
    kept = fits ? tenant_registry_take(kept) : NULL;
    pthread_mutex_unlock(&registries->lock);
    return kept;
}

// Two threads may have built the same one: the last stays. A thread whose snapshot is older must
// not put its registry over a newer one.
static void keep(struct registries *registries, struct tenant_registry *built)
{
    struct tenant_registry *gone = NULL;
    pthread_mutex_lock(&registries->lock);
    struct tenant_registry **slot = slot_of(registries, built->tenant);
    bool older =
        *slot != NULL && (*slot)->tenant == built->tenant && (*slot)->revision > built->revision;
    if (!older) {
        gone = *slot;
        *slot = tenant_registry_take(built);
    }
    pthread_mutex_unlock(&registries->lock);
    tenant_registry_give(gone);
}

bool registries_find(struct registries *registries, struct conn *conn, int64_t tenant,
                     int64_t revision, struct tenant_registry **out)
{
    struct roster_error err = {0};
    *out = NULL;
    if (revision == 0) {
        return true;
    }
    *out = take_kept(registries, tenant, revision);
    if (*out != NULL) {
        return true;
    }
    *out = tenant_registry_open(registries->store, conn, tenant, revision, &err);
    if (*out == NULL) {
        log_event(LOG_LEVEL_ERROR, "schemas-unusable", LOG_NUMBER("tenant", tenant),
                  LOG_TEXT("detail", str_of(err.detail)));
        return false;
    }
    keep(registries, *out);
    return true;
}
