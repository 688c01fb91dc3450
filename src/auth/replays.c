// replays.c: a table of digests; the place of one that has ended is free.
// SPDX-License-Identifier: Apache-2.0
#include "auth/replays.h"

#include "base/limits.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { PROBES_MAX = 32 };

struct replay {
    unsigned char digest[DIGEST_LEN];
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

static enum replay_outcome take(struct replays *replays, const unsigned char digest[DIGEST_LEN],
                                int64_t expires_ms, int64_t now_ms)
{
    struct replay *place = NULL;
    uint32_t first = 0;
    memcpy(&first, digest, sizeof(first));
    for (uint32_t probe = 0; probe < PROBES_MAX; probe++) {
        struct replay *replay = &replays->table[(first + probe) % REPLAYS_MAX];
        bool over = replay->expires_ms <= now_ms;
        if (!over && memcmp(replay->digest, digest, DIGEST_LEN) == 0) {
            return REPLAY_AGAIN;
        }
        place = place == NULL && over ? replay : place;
    }
    if (place == NULL) {
        return REPLAY_FULL;
    }
    memcpy(place->digest, digest, DIGEST_LEN);
    place->expires_ms = expires_ms;
    return REPLAY_FIRST;
}

enum replay_outcome replays_take(struct replays *replays, const unsigned char digest[DIGEST_LEN],
                                 int64_t expires_ms, int64_t now_ms)
{
    pthread_mutex_lock(&replays->mutex);
    enum replay_outcome outcome = take(replays, digest, expires_ms, now_ms);
    pthread_mutex_unlock(&replays->mutex);
    return outcome;
}
