// keys.c: one table of documents for all threads, under one lock that nobody holds while he waits
// for the network or a disk.
// SPDX-License-Identifier: Apache-2.0
#include "auth/keys.h"

#include "auth/key_source.h"
#include "sys/log.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND_US INT64_C(1000000)

struct entry {
    char source[ISSUER_URL_MAX + 1];
    struct jwks *keys;  // NULL: none were had yet
    struct file_mark mark;
    int64_t fetched_us;  // the last success
    int64_t fetched_ms;
    int64_t fresh_us;  // up to when it needs no look
    int64_t tried_us;  // the last attempt that failed, or that an unknown kid was the reason of
    int64_t asked_us;  // when it was of use last
    bool tried;
    int failures;  // in a row
    bool due;      // somebody uses it, and it is old
    bool missed;   // somebody waits for a key that is not in it
    bool noted;    // nothing new to be taken
    char error[256];
};

struct issuer_keys {
    struct issuer_keys_options options;
    struct key_source *source;
    struct keys_counts counts;
    pthread_mutex_t mutex;
    // Under the mutex:
    struct entry *entries[KEY_SOURCES_MAX];
    size_t count;
};

static void entry_free(struct entry *entry)
{
    if (entry->keys != NULL) {
        jwks_release(entry->keys);
        free(entry->keys);
    }
    free(entry);
}

struct issuer_keys *issuer_keys_open(const struct issuer_keys_options *options,
                                     struct roster_error *err)
{
    struct issuer_keys *keys = calloc(1, sizeof(*keys));
    if (keys == NULL) {
        fail_memory(err);
        return NULL;
    }
    keys->options = *options;
    pthread_mutex_init(&keys->mutex, NULL);
    keys->source = key_source_open(options->may_ask, options->ctx, options->ca_path, err);
    if (keys->source == NULL) {
        issuer_keys_close(keys);
        return NULL;
    }
    return keys;
}

void issuer_keys_close(struct issuer_keys *keys)
{
    if (keys == NULL) {
        return;
    }
    for (size_t at = 0; at < keys->count; at++) {
        entry_free(keys->entries[at]);
    }
    key_source_close(keys->source);
    pthread_mutex_destroy(&keys->mutex);
    free(keys);
}

void issuer_keys_stop(struct issuer_keys *keys)
{
    key_source_stop(keys->source);
}

const struct keys_counts *issuer_keys_counts(const struct issuer_keys *keys)
{
    return &keys->counts;
}

static struct entry *find_entry(struct issuer_keys *keys, str source)
{
    for (size_t at = 0; at < keys->count; at++) {
        if (str_equal(str_of(keys->entries[at]->source), source)) {
            return keys->entries[at];
        }
    }
    return NULL;
}

// A place for a new entry: behind the last one, or that of the one that was of no use for longest.
static size_t find_place(const struct issuer_keys *keys)
{
    size_t oldest = 0;
    if (keys->count < KEY_SOURCES_MAX) {
        return keys->count;
    }
    for (size_t at = 1; at < keys->count; at++) {
        oldest = keys->entries[at]->asked_us < keys->entries[oldest]->asked_us ? at : oldest;
    }
    return oldest;
}

static struct entry *add_entry(struct issuer_keys *keys, str source)
{
    struct entry *entry = source.len > ISSUER_URL_MAX ? NULL : calloc(1, sizeof(*entry));
    if (entry == NULL) {
        return NULL;
    }
    memcpy(entry->source, source.ptr, source.len);
    entry->noted = true;
    size_t at = find_place(keys);
    if (at == keys->count) {
        keys->count++;
    } else {
        entry_free(keys->entries[at]);
    }
    keys->entries[at] = entry;
    return entry;
}

static int64_t floor_of(const struct entry *entry)
{
    int doubled = entry->failures > 1 ? entry->failures - 1 : 0;
    doubled = doubled > KEYS_FLOOR_DOUBLED_MAX ? KEYS_FLOOR_DOUBLED_MAX : doubled;
    return key_source_is_file(str_of(entry->source)) ? KEYS_FILE_FLOOR_S * SECOND_US
                                                     : KEYS_FLOOR_S * SECOND_US << doubled;
}

static bool may_try(const struct entry *entry, int64_t now_us)
{
    return !entry->tried || now_us - entry->tried_us >= floor_of(entry);
}

static bool is_usable(const struct entry *entry, int64_t now_us)
{
    return entry->keys != NULL && (key_source_is_file(str_of(entry->source)) ||
                                   now_us - entry->fetched_us < KEYS_KEEP_S * SECOND_US);
}

static enum keys_outcome find_key(struct issuer_keys *keys, str source, str kid, enum key_alg alg,
                                  struct public_key **out)
{
    int64_t now_us = env_monotonic_us(keys->options.env);
    struct entry *entry = find_entry(keys, source);
    entry = entry != NULL ? entry : add_entry(keys, source);
    if (entry == NULL) {
        return KEYS_NONE;
    }
    entry->asked_us = now_us;
    *out = is_usable(entry, now_us) ? jwks_find(entry->keys, kid, alg) : NULL;
    if (*out != NULL) {
        public_key_take(*out);
        entry->due |= now_us >= entry->fresh_us;
        return KEYS_FOUND;
    }
    entry->missed |= may_try(entry, now_us);
    return entry->missed ? KEYS_WANTED : KEYS_NONE;
}

enum keys_outcome issuer_keys_find(struct issuer_keys *keys, str source, str kid, enum key_alg alg,
                                   struct public_key **out)
{
    *out = NULL;
    pthread_mutex_lock(&keys->mutex);
    enum keys_outcome outcome = find_key(keys, source, kid, alg, out);
    pthread_mutex_unlock(&keys->mutex);
    return outcome;
}

static void take_failure(struct issuer_keys *keys, struct entry *entry,
                         const struct roster_error *err)
{
    entry->failures++;
    entry->tried = true;
    entry->tried_us = env_monotonic_us(keys->options.env);
    snprintf(entry->error, sizeof(entry->error), "%s", err->detail);
    atomic_fetch_add_explicit(&keys->counts.failed, 1, memory_order_relaxed);
    log_event(LOG_LEVEL_WARNING, "issuer-keys-failed", LOG_TEXT("source", str_of(entry->source)),
              LOG_TEXT("detail", str_of(entry->error)));
}

// True: others than before.
static bool take_keys(struct issuer_keys *keys, struct entry *entry, struct fetched *got)
{
    bool missed = entry->keys != NULL && entry->missed;
    bool changed = entry->keys == NULL || !jwks_same_keys(entry->keys, got->keys);
    if (entry->keys != NULL) {
        jwks_release(entry->keys);
        free(entry->keys);
    }
    entry->keys = got->keys;
    entry->mark = got->mark;
    entry->failures = 0;
    entry->error[0] = '\0';
    entry->fetched_us = env_monotonic_us(keys->options.env);
    entry->fetched_ms = env_now_ms(keys->options.env);
    entry->fresh_us = entry->fetched_us + got->fresh_s * SECOND_US;
    // What was fetched for its age or for the first time leaves the next unknown kid its try.
    entry->tried = missed;
    entry->tried_us = entry->fetched_us;
    atomic_fetch_add_explicit(&keys->counts.fetched, 1, memory_order_relaxed);
    if (changed) {
        log_event(LOG_LEVEL_INFO, "issuer-keys", LOG_TEXT("source", str_of(entry->source)),
                  LOG_NUMBER("keys", entry->keys->count));
    }
    return changed;
}

// Without the mutex while it is fetched. Others add entries meanwhile, and may drop this one.
static bool fetch(struct issuer_keys *keys, const char *source)
{
    struct fetched got = {0};
    struct roster_error err = {0};
    bool changed = false;
    bool ok = key_source_get(keys->source, source, &got, &err);
    pthread_mutex_lock(&keys->mutex);
    struct entry *entry = find_entry(keys, str_of(source));
    if (entry == NULL) {
        if (ok) {
            jwks_release(got.keys);
            free(got.keys);
        }
    } else {
        changed = ok && take_keys(keys, entry, &got);
        if (!ok) {
            take_failure(keys, entry, &err);
        }
        entry->missed = false;
        entry->due = false;
        entry->noted = false;
    }
    pthread_mutex_unlock(&keys->mutex);
    return changed;
}

bool issuer_keys_fetch(struct issuer_keys *keys, str source)
{
    char copy[ISSUER_URL_MAX + 1] = "";
    pthread_mutex_lock(&keys->mutex);
    const struct entry *entry = find_entry(keys, source);
    bool wanted = entry != NULL && entry->missed;
    if (wanted) {
        memcpy(copy, entry->source, sizeof(copy));
    }
    pthread_mutex_unlock(&keys->mutex);
    return wanted && fetch(keys, copy);
}

// The source at that place, when it is to be looked at now.
static bool take_due(struct issuer_keys *keys, size_t at, char source[ISSUER_URL_MAX + 1],
                     struct file_mark *mark)
{
    int64_t now_us = env_monotonic_us(keys->options.env);
    pthread_mutex_lock(&keys->mutex);
    const struct entry *entry = at < keys->count ? keys->entries[at] : NULL;
    bool is_file = entry != NULL && key_source_is_file(str_of(entry->source));
    bool due = entry != NULL && (is_file || entry->due || entry->missed) && may_try(entry, now_us);
    if (due) {
        memcpy(source, entry->source, ISSUER_URL_MAX + 1);
        *mark = entry->mark;
    }
    pthread_mutex_unlock(&keys->mutex);
    return due;
}

bool issuer_keys_tend(struct issuer_keys *keys)
{
    char source[ISSUER_URL_MAX + 1];
    struct file_mark mark;
    bool changed = false;
    for (size_t at = 0; at < KEY_SOURCES_MAX; at++) {
        if (take_due(keys, at, source, &mark) &&
            (!key_source_is_file(str_of(source)) || file_mark_is_other(source, &mark))) {
            changed |= fetch(keys, source);
        }
    }
    return changed;
}

void issuer_keys_keep_note(struct issuer_keys *keys, const struct keys_note *note)
{
    pthread_mutex_lock(&keys->mutex);
    for (size_t at = 0; at < keys->count; at++) {
        if (strcmp(keys->entries[at]->source, note->source) == 0) {
            keys->entries[at]->noted = false;
        }
    }
    pthread_mutex_unlock(&keys->mutex);
}

bool issuer_keys_take_note(struct issuer_keys *keys, struct keys_note *out)
{
    struct entry *entry = NULL;
    pthread_mutex_lock(&keys->mutex);
    for (size_t at = 0; entry == NULL && at < keys->count; at++) {
        entry = keys->entries[at]->noted ? NULL : keys->entries[at];
    }
    if (entry != NULL) {
        *out = (struct keys_note){
            .fetched_ms = entry->fetched_ms,
            .key_count = entry->keys != NULL ? entry->keys->count : 0,
        };
        memcpy(out->source, entry->source, sizeof(out->source));
        memcpy(out->error, entry->error, sizeof(out->error));
        entry->noted = true;
    }
    pthread_mutex_unlock(&keys->mutex);
    return entry != NULL;
}
