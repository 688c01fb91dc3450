// replays.c: a table of digests; the place of one that has ended is free.
//
// What is looked at of it is shared as queues are: a tenant may have as much as is still free, so
// one that signs many leaves room for the others.
// SPDX-License-Identifier: Apache-2.0
#include "auth/replays.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PROBES_MAX = 64 };

struct replay {
    unsigned char digest[DIGEST_LEN];
    int64_t tenant;
    int64_t expires_ms;  // 0: free
};

struct replays {
    pthread_mutex_t mutex;
    struct replay table[REPLAYS_MAX];
};

struct replays *replays_open(void)
{
    struct replays *replays = calloc(1, sizeof(*replays));
    if (replays != NULL) {
        pthread_mutex_init(&replays->mutex, NULL);
    }
    return replays;
}

void replays_close(struct replays *replays)
{
    if (replays != NULL) {
        pthread_mutex_destroy(&replays->mutex);
        free(replays);
    }
}

static enum replay_outcome take(struct replays *replays, int64_t tenant,
                                const unsigned char digest[DIGEST_LEN], int64_t expires_ms,
                                int64_t now_ms)
{
    struct replay *place = NULL;
    uint32_t first = 0;
    int own = 0;
    int unused = 0;
    memcpy(&first, digest, sizeof(first));
    for (uint32_t probe = 0; probe < PROBES_MAX; probe++) {
        struct replay *replay = &replays->table[(first + probe) % REPLAYS_MAX];
        bool over = replay->expires_ms <= now_ms;
        if (!over && replay->tenant == tenant && memcmp(replay->digest, digest, DIGEST_LEN) == 0) {
            return REPLAY_AGAIN;
        }
        place = place == NULL && over ? replay : place;
        own += !over && replay->tenant == tenant;
        unused += over;
    }
    if (own >= unused) {
        return REPLAY_FULL;
    }
    assert(place != NULL);
    place->tenant = tenant;
    memcpy(place->digest, digest, DIGEST_LEN);
    place->expires_ms = expires_ms;
    return REPLAY_FIRST;
}

enum replay_outcome replays_take(struct replays *replays, int64_t tenant,
                                 const unsigned char digest[DIGEST_LEN], int64_t expires_ms,
                                 int64_t now_ms)
{
    pthread_mutex_lock(&replays->mutex);
    enum replay_outcome outcome = take(replays, tenant, digest, expires_ms, now_ms);
    pthread_mutex_unlock(&replays->mutex);
    return outcome;
}
