// walks.c: a table of places, in sets of which the least recently used place makes room.
//
// One lock for all threads, held for a look at eight places and never over I/O.
// SPDX-License-Identifier: Apache-2.0
#include "core/walks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct remembered {
    struct cursor_binding binding;
    int64_t index;
    int64_t noted_ms;
    uint64_t used;  // by the table's count of uses; 0: empty
    uint64_t connection;
    bool taken;  // its walk has gone on from here
    struct walk walk;
    char key[SORT_KEY_MAX];
};

struct walks {
    pthread_mutex_t lock;
    uint64_t uses;
    struct remembered places[WALKS_SETS][WALKS_WAYS];
};

struct walks *walks_open(void)
{
    struct walks *walks = calloc(1, sizeof(*walks));
    if (walks != NULL) {
        pthread_mutex_init(&walks->lock, NULL);
    }
    return walks;
}

void walks_close(struct walks *walks)
{
    if (walks != NULL) {
        pthread_mutex_destroy(&walks->lock);
        free(walks);
    }
}

static struct remembered *set_of(struct walks *walks, const struct walk_key *key)
{
    str bytes = {(const char *)key->binding.bytes, sizeof(key->binding.bytes)};
    return walks->places[str_hash(bytes, (uint64_t)key->index) % WALKS_SETS];
}

static bool is_for(const struct remembered *place, const struct walk_key *key)
{
    return place->used > 0 && place->index == key->index && key->now_ms >= place->noted_ms &&
           key->now_ms - place->noted_ms < WALK_MS &&
           memcmp(&place->binding, &key->binding, sizeof(key->binding)) == 0;
}

static bool same_connection(const struct remembered *place, const struct walk_key *key)
{
    return key->connection != 0 && place->connection == key->connection;
}

// One connection is taken for one walk: who reads a page again goes on from what it shows now.
static bool is_same_walk(const struct remembered *place, const struct walk_key *key,
                         const struct walk *walk)
{
    return is_for(place, key) && place->connection == key->connection &&
           (key->connection != 0 || place_compare(&place->walk.place, &walk->place) == 0);
}

// Else the place that was unused for longest.
static struct remembered *room_for(struct walks *walks, const struct walk_key *key,
                                   const struct walk *walk)
{
    struct remembered *set = set_of(walks, key);
    struct remembered *room = &set[0];
    for (size_t at = 0; at < WALKS_WAYS; at++) {
        if (is_same_walk(&set[at], key, walk)) {
            return &set[at];
        }
        room = set[at].used < room->used ? &set[at] : room;
    }
    return room;
}

void walks_note(struct walks *walks, const struct walk_key *key, const struct walk *walk)
{
    str order = walk->place.key;
    assert(order.len <= SORT_KEY_MAX);
    pthread_mutex_lock(&walks->lock);
    struct remembered *place = room_for(walks, key, walk);
    *place = (struct remembered){
        .binding = key->binding,
        .index = key->index,
        .noted_ms = key->now_ms,
        .used = ++walks->uses,
        .connection = key->connection,
        .walk = *walk,
    };
    if (order.len > 0) {
        memcpy(place->key, order.ptr, order.len);
    }
    place->walk.place.key = (str){place->key, order.len};
    pthread_mutex_unlock(&walks->lock);
}

// Whether `a` rather than `b` is what a request goes on from.
static bool is_better(const struct walk_key *key, const struct remembered *a,
                      const struct remembered *b)
{
    if (same_connection(a, key) != same_connection(b, key)) {
        return same_connection(a, key);
    }
    if (a->taken != b->taken) {
        return !a->taken;
    }
    int order = place_compare(&a->walk.place, &b->walk.place);
    return key->descending ? order > 0 : order < 0;
}

// *sure: the walk that it belongs to goes on, so others need not look at it any more.
static struct remembered *choose(struct walks *walks, const struct walk_key *key, bool *sure)
{
    struct remembered *set = set_of(walks, key);
    struct remembered *best = NULL;
    size_t open = 0;
    for (size_t at = 0; at < WALKS_WAYS; at++) {
        struct remembered *place = &set[at];
        if (is_for(place, key)) {
            open += !place->taken;
            best = best == NULL || is_better(key, place, best) ? place : best;
        }
    }
    *sure = best != NULL && (open <= 1 || same_connection(best, key));
    return best;
}

bool walks_find(struct walks *walks, const struct walk_key *key, struct roster_arena *arena,
                struct walk *out)
{
    bool sure = false;
    pthread_mutex_lock(&walks->lock);
    struct remembered *place = choose(walks, key, &sure);
    bool found = place != NULL && arena_copy(arena, place->walk.place.key, &out->place.key);
    if (found) {
        str order = out->place.key;
        *out = place->walk;
        out->place.key = order;
        place->used = ++walks->uses;
        place->taken |= sure;
    }
    pthread_mutex_unlock(&walks->lock);
    return found;
}
