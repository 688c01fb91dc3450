// keyring.c: keys in memory, and when a new one is due.
// SPDX-License-Identifier: Apache-2.0
#include "sys/keyring.h"

#include "base/limits.h"
#include "sys/key_file.h"
#include "sys/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    struct key_file file;
    bool used;
    bool saved;
    int64_t retry_ms;  // when saving is tried again
};

struct keyring {
    const struct env *env;
    struct key_place place;
    pthread_mutex_t making;  // held by who makes and saves a key, over its I/O
    pthread_mutex_t lock;    // of what follows; never held over I/O
    struct entry entries[KEYS_MAX];
};

static void forget(struct entry *entry)
{
    secret_wipe(entry, sizeof(*entry));
}

static struct entry *room_in(struct keyring *ring)
{
    struct entry *oldest = &ring->entries[0];
    for (size_t at = 0; at < KEYS_MAX; at++) {
        struct entry *entry = &ring->entries[at];
        if (!entry->used) {
            return entry;
        }
        oldest = entry->file.created_ms < oldest->file.created_ms ? entry : oldest;
    }
    return oldest;
}

static void put(struct keyring *ring, const struct entry *entry)
{
    pthread_mutex_lock(&ring->lock);
    *room_in(ring) = *entry;
    pthread_mutex_unlock(&ring->lock);
}

static void take_file(void *ctx, const struct key_file *file)
{
    struct entry entry = {.file = *file, .used = true, .saved = true};
    put(ctx, &entry);
    forget(&entry);
}

struct keyring *keyring_open(const char *folder, const char *name, const struct env *env)
{
    struct keyring *ring = calloc(1, sizeof(*ring));
    if (ring == NULL) {
        return NULL;
    }
    ring->env = env;
    pthread_mutex_init(&ring->making, NULL);
    pthread_mutex_init(&ring->lock, NULL);
    if (!key_place_init(&ring->place, folder, name)) {
        keyring_close(ring);
        return NULL;
    }
    key_files_each(&ring->place, take_file, ring);
    return ring;
}

void keyring_close(struct keyring *ring)
{
    if (ring == NULL) {
        return;
    }
    key_place_release(&ring->place);
    pthread_mutex_destroy(&ring->making);
    pthread_mutex_destroy(&ring->lock);
    secret_wipe(ring->entries, sizeof(ring->entries));
    free(ring);
}

// The youngest key that is not too old to seal with. A clock that was set back makes a new one.
static bool find_fresh(struct keyring *ring, int64_t now_ms, struct entry *out)
{
    const struct entry *best = NULL;
    pthread_mutex_lock(&ring->lock);
    for (size_t at = 0; at < KEYS_MAX; at++) {
        const struct entry *entry = &ring->entries[at];
        int64_t age_ms = now_ms - entry->file.created_ms;
        if (entry->used && age_ms >= 0 && age_ms < KEY_FRESH_MS &&
            (best == NULL || entry->file.created_ms > best->file.created_ms)) {
            best = entry;
        }
    }
    if (best != NULL) {
        *out = *best;
    }
    pthread_mutex_unlock(&ring->lock);
    return best != NULL && (best->saved || best->retry_ms > now_ms);
}

// Any key that may still open, for sealing while another thread makes the next one.
static bool find_kept(struct keyring *ring, int64_t now_ms, struct entry *out)
{
    bool found = false;
    pthread_mutex_lock(&ring->lock);
    for (size_t at = 0; at < KEYS_MAX && !found; at++) {
        const struct entry *entry = &ring->entries[at];
        int64_t age_ms = now_ms - entry->file.created_ms;
        found = entry->used && age_ms >= 0 && age_ms < KEY_KEPT_MS - KEY_SEALS_MS;
        if (found) {
            *out = *entry;
        }
    }
    pthread_mutex_unlock(&ring->lock);
    return found;
}

static void save(struct keyring *ring, struct entry *entry, int64_t now_ms)
{
    entry->saved = key_file_write(&ring->place, &entry->file);
    if (!entry->saved) {
        entry->retry_ms = now_ms + KEY_RETRY_MS;
        log_event(LOG_LEVEL_ERROR, "key_not_saved", LOG_TEXT("folder", str_of(ring->place.folder)));
    }
}

static void note_saved(struct keyring *ring, const struct entry *saved)
{
    pthread_mutex_lock(&ring->lock);
    for (size_t at = 0; at < KEYS_MAX; at++) {
        struct entry *entry = &ring->entries[at];
        if (entry->used && entry->file.id == saved->file.id) {
            *entry = *saved;
        }
    }
    pthread_mutex_unlock(&ring->lock);
}

// Takes what is too old to open anything out of memory and, later, off the disk.
static size_t drop_old(struct keyring *ring, int64_t now_ms, uint32_t dropped[KEYS_MAX])
{
    size_t count = 0;
    pthread_mutex_lock(&ring->lock);
    for (size_t at = 0; at < KEYS_MAX; at++) {
        struct entry *entry = &ring->entries[at];
        if (entry->used && now_ms - entry->file.created_ms >= KEY_KEPT_MS) {
            dropped[count++] = entry->file.id;
            forget(entry);
        }
    }
    pthread_mutex_unlock(&ring->lock);
    return count;
}

// Called with `making` held.
static void make(struct keyring *ring, int64_t now_ms, struct entry *out)
{
    uint32_t dropped[KEYS_MAX];
    *out = (struct entry){.file = {.created_ms = now_ms}, .used = true};
    env_random(ring->env, &out->file.id, sizeof(out->file.id));
    env_random(ring->env, out->file.key.bytes, sizeof(out->file.key.bytes));
    save(ring, out, now_ms);
    put(ring, out);
    size_t count = drop_old(ring, now_ms, dropped);
    for (size_t at = 0; at < count; at++) {
        key_file_remove(&ring->place, dropped[at]);
    }
}

static void renew(struct keyring *ring, int64_t now_ms, struct entry *out)
{
    // Another thread may have been faster.
    if (find_fresh(ring, now_ms, out)) {
        return;
    }
    if (out->used) {
        save(ring, out, now_ms);
        note_saved(ring, out);
    } else {
        make(ring, now_ms, out);
    }
}

void keyring_current(struct keyring *ring, uint32_t *id, struct seal_key *key)
{
    struct entry entry = {0};
    int64_t now_ms = env_now_ms(ring->env);
    if (!find_fresh(ring, now_ms, &entry)) {
        bool mine = pthread_mutex_trylock(&ring->making) == 0;
        if (!mine && !entry.used && !find_kept(ring, now_ms, &entry)) {
            pthread_mutex_lock(&ring->making);
            mine = true;
        }
        if (mine) {
            entry = (struct entry){0};
            renew(ring, now_ms, &entry);
            pthread_mutex_unlock(&ring->making);
        }
    }
    *id = entry.file.id;
    *key = entry.file.key;
    forget(&entry);
}

bool keyring_find(struct keyring *ring, uint32_t id, struct seal_key *key)
{
    bool found = false;
    pthread_mutex_lock(&ring->lock);
    for (size_t at = 0; at < KEYS_MAX && !found; at++) {
        const struct entry *entry = &ring->entries[at];
        found = entry->used && entry->file.id == id;
        if (found) {
            *key = entry->file.key;
        }
    }
    pthread_mutex_unlock(&ring->lock);
    return found;
}
