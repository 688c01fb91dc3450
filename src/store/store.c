// store.c: opening and closing a store and its connections.
// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include "scim/fold.h"
#include "store/attribute.h"
#include "store/checkpoint.h"
#include "store/conn.h"
#include "store/lock.h"
#include "store/migrate.h"
#include "store/rebuild.h"
#include "store/sql.h"
#include "sys/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool make_writer(struct store *store, struct roster_error *err)
{
    store->writer = conn_open(store, true, STORE_WRITER_CACHE_KIB, err);
    return store->writer != NULL;
}

static bool init(struct store *store, const struct store_options *options, struct roster_error *err)
{
    const char *place = lock_place(options->url, err);
    if (place == NULL) {
        return false;
    }
    store->url = strdup(options->url);
    store->arena = roster_arena_open(MIB(1));
    if (store->url == NULL || store->arena == NULL) {
        return fail_memory(err);
    }
    store->place = store->url + (place - options->url);
    snprintf(store->keys_version, sizeof(store->keys_version), "%s rules %d", options->unicode,
             FOLD_RULES);
    store->page_max = options->page_max;
    store->fail_at = options->fail_at;
    store->driver = options->fail_at == 0 ? &driver_sqlite : &driver_fault;
    store->statements = statements_sqlite;
    return true;
}

struct store *store_open(const struct store_options *options, struct roster_error *err)
{
    assert(options->url != NULL && options->unicode != NULL);
    struct store *store = calloc(1, sizeof(*store));
    if (store == NULL) {
        fail_memory(err);
        return NULL;
    }
    store->lock = -1;
    pthread_rwlock_init(&store->truncated_lock, NULL);
    bool opened = init(store, options, err);
    if (opened) {
        store->lock = lock_take(store->place, err);
        opened = store->lock >= 0;
    }
    opened = opened && make_writer(store, err) && migrate(store->writer, err) &&
             attributes_load(store, err) && rebuild_keys(store, err);
    if (!opened) {
        store_close(store);
        return NULL;
    }
    return store;
}

const char *store_url(const struct store *store)
{
    return store->url;
}

void store_close(struct store *store)
{
    if (store == NULL) {
        return;
    }
    checkpointer_close(store->checkpointer);
    // The last connection to close moves the log into the file.
    (void)conn_end(store->writer);
    lock_give(store->lock);
    pthread_rwlock_destroy(&store->truncated_lock);
    roster_arena_close(store->arena);
    free(store->truncated);
    free(store->url);
    free(store);
}

bool store_is_owned(const char *url)
{
    struct roster_error ignored = {0};
    const char *place = lock_place(url, &ignored);
    return place != NULL && lock_is_taken(place);
}

bool store_socket_path(const char *url, struct roster_arena *arena, str *out)
{
    struct roster_error ignored = {0};
    const char *place = lock_place(url, &ignored);
    return place != NULL && arena_format(arena, out, "%s.sock", place);
}

bool store_journal_path(const char *url, struct roster_arena *arena, str *out)
{
    struct roster_error ignored = {0};
    const char *place = lock_place(url, &ignored);
    return place != NULL && arena_format(arena, out, "%s.journal", place);
}

struct store *conn_store(struct conn *conn)
{
    return conn->store;
}

bool store_keys_place(const struct store *store, const char *purpose, struct roster_arena *arena,
                      str *folder, str *name)
{
    const char *slash = strrchr(store->place, '/');
    int len = slash == NULL ? 0 : (int)(slash + 1 - store->place);
    return arena_format(arena, folder, "%.*skeys", len, store->place) &&
           arena_format(arena, name, "%s-%s", store->place + len, purpose);
}

struct conn *store_writer(struct store *store)
{
    return store->writer;
}

static void log_refusal(const struct roster_error *err)
{
    log_event(LOG_LEVEL_ERROR, "store_not_opened", LOG_TEXT("message", str_of(err->detail)));
}

bool store_reopen_writer(struct store *store)
{
    struct roster_error err = {0};
    (void)conn_end(store->writer);
    bool opened = make_writer(store, &err);
    if (!opened) {
        log_refusal(&err);
    }
    return opened;
}

struct conn *store_reader(struct store *store, size_t cache_kib)
{
    struct roster_error err = {0};
    struct conn *conn = conn_open(store, false, cache_kib, &err);
    if (conn == NULL) {
        log_refusal(&err);
    }
    return conn;
}

void store_fail_at(struct store *store, long call)
{
    assert(store->driver == &driver_fault);
    store->fail_at = call;
}

long store_fail_left(const struct store *store)
{
    return store->fail_at;
}
