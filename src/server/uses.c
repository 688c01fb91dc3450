// uses.c: a small hashed table that is filled by all threads and emptied by one.
// SPDX-License-Identifier: Apache-2.0
#include "server/uses.h"

#include "base/limits.h"
#include "server/silences.h"
#include "store/tenant.h"

#include <pthread.h>
#include <stdlib.h>

enum { PROBES_MAX = 16 };

struct use {
    int64_t credential;  // 0: the place is free
    int64_t used_ms;
    char address[ADDRESS_TEXT_MAX + 1];
};

struct uses {
    pthread_mutex_t lock;
    struct use *noted;    // under the lock
    struct use *writing;  // the writer's alone
    size_t count;         // under the lock
};

struct uses *uses_open(void)
{
    struct uses *uses = calloc(1, sizeof(*uses));
    if (uses == NULL) {
        return NULL;
    }
    pthread_mutex_init(&uses->lock, NULL);
    uses->noted = calloc(USES_MAX, sizeof(*uses->noted));
    uses->writing = calloc(USES_MAX, sizeof(*uses->writing));
    if (uses->noted == NULL || uses->writing == NULL) {
        uses_close(uses);
        return NULL;
    }
    return uses;
}

void uses_close(struct uses *uses)
{
    if (uses == NULL) {
        return;
    }
    free(uses->noted);
    free(uses->writing);
    pthread_mutex_destroy(&uses->lock);
    free(uses);
}

// The place of a credential, or a free one; NULL when all that are looked at are taken.
static struct use *find_place(struct use *table, int64_t credential)
{
    for (uint64_t probe = 0; probe < PROBES_MAX; probe++) {
        struct use *use = &table[((uint64_t)credential + probe) % USES_MAX];
        if (use->credential == credential || use->credential == 0) {
            return use;
        }
    }
    return NULL;
}

void uses_note(struct uses *uses, int64_t credential, int64_t now_ms, str address)
{
    size_t len = address.len < ADDRESS_TEXT_MAX ? address.len : ADDRESS_TEXT_MAX;
    pthread_mutex_lock(&uses->lock);
    struct use *use = find_place(uses->noted, credential);
    if (use != NULL && use->used_ms <= now_ms) {
        uses->count += use->credential == 0;
        use->credential = credential;
        use->used_ms = now_ms;
        if (len > 0) {
            memcpy(use->address, address.ptr, len);
        }
        use->address[len] = '\0';
    }
    pthread_mutex_unlock(&uses->lock);
}

// Gives the writer the full table and the threads the empty one.
static bool take_noted(struct uses *uses)
{
    pthread_mutex_lock(&uses->lock);
    bool any = uses->count > 0;
    if (any) {
        struct use *noted = uses->noted;
        uses->noted = uses->writing;
        uses->writing = noted;
        uses->count = 0;
    }
    pthread_mutex_unlock(&uses->lock);
    return any;
}

static bool touch_all(const struct use *table, struct silences *silences, struct conn *writer)
{
    for (size_t at = 0; at < USES_MAX; at++) {
        const struct use *use = &table[at];
        if (use->credential == 0) {
            continue;
        }
        enum store_outcome got =
            token_touch(writer, use->credential, use->used_ms, str_of(use->address));
        if (got == STORE_OK) {
            got = silences_heard(silences, writer, use->credential, use->used_ms);
        }
        // STORE_NONE: the tenant was removed, or another thread was later.
        if (got != STORE_OK && got != STORE_NONE) {
            return false;
        }
    }
    return true;
}

void uses_write(struct uses *uses, struct silences *silences, struct conn *writer)
{
    if (!take_noted(uses)) {
        return;
    }
    if (conn_begin(writer) == STORE_OK) {
        bool ok = touch_all(uses->writing, silences, writer) && conn_commit(writer) == STORE_OK;
        if (!ok && conn_in_transaction(writer)) {
            conn_rollback(writer);
        }
    }
    memset(uses->writing, 0, USES_MAX * sizeof(*uses->writing));
}
