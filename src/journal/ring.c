// ring.c: positions that only grow; what stands at one is at its remainder.
//
// Each string has a word before it: its length, or SKIP for "go on at the start". A ring that was
// empty goes on at the start too, and says so in `restart`: a word could be overwritten before it
// is read, for the whole ring is free then.
// SPDX-License-Identifier: Apache-2.0
#include "journal/ring.h"

#include "base/limits.h"
#include "sys/sys.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SKIP UINT64_MAX

enum { WORD = sizeof(uint64_t), NEXT_LINES = 3 };

struct ring {
    char *bytes;
    uint64_t size;
    // Of the thread that writes.
    uint64_t write_at;
    uint64_t reserved_at;
    uint64_t seen_taken;  // what `taken` was when it was looked at last, or where all is free from
    char apart[CACHE_LINE_BYTES];
    _Atomic uint64_t published;
    _Atomic uint64_t restart;  // what is before it was taken
    char apart_too[CACHE_LINE_BYTES];
    _Atomic uint64_t taken;
    // Of the thread that reads: what was peeked at.
    uint64_t read_from;
    uint64_t read_to;
};

struct ring *ring_open(size_t size)
{
    struct ring *ring = calloc(1, sizeof(*ring));
    assert(size >= CACHE_LINE_BYTES && (size & (size - 1)) == 0);
    if (ring == NULL) {
        return NULL;
    }
    ring->bytes = malloc(size);
    ring->size = size;
    if (ring->bytes == NULL) {
        free(ring);
        return NULL;
    }
    return ring;
}

void ring_close(struct ring *ring)
{
    if (ring != NULL) {
        free(ring->bytes);
        free(ring);
    }
}

static uint64_t padded(uint64_t len)
{
    return (len + WORD - 1) & ~(uint64_t)(WORD - 1);
}

static char *place_of(const struct ring *ring, uint64_t at)
{
    return ring->bytes + (at & (ring->size - 1));
}

static uint64_t left_to_end(const struct ring *ring, uint64_t at)
{
    return ring->size - (at & (ring->size - 1));
}

// A ring that is empty begins anew at its start, so that the same memory is written again and
// again, and the rest of it only when much waits.
static void look_at_taken(struct ring *ring)
{
    uint64_t left = left_to_end(ring, ring->write_at);
    uint64_t taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
    if (taken == ring->write_at && left < ring->size) {
        ring->write_at += left;
        ring->seen_taken = ring->write_at;
        atomic_store_explicit(&ring->restart, ring->write_at, memory_order_relaxed);
    } else if (taken > ring->seen_taken) {
        ring->seen_taken = taken;
    }
}

char *ring_reserve(struct ring *ring, size_t len)
{
    uint64_t need = WORD + padded(len);
    assert(need <= ring->size / 4);
    look_at_taken(ring);
    uint64_t at = ring->write_at;
    uint64_t left = left_to_end(ring, at);
    uint64_t start = left < need ? at + left : at;
    if (start + need - ring->seen_taken > ring->size) {
        return NULL;
    }
    if (start != at) {
        memcpy(place_of(ring, at), &(uint64_t){SKIP}, WORD);
    }
    ring->reserved_at = start;
    return place_of(ring, start) + WORD;
}

// The memory that the next string will likely stand in comes while its request is worked on.
static void fetch_next(const struct ring *ring)
{
    for (size_t line = 0; line < NEXT_LINES; line++) {
        __builtin_prefetch(place_of(ring, ring->write_at + line * CACHE_LINE_BYTES), 1);
    }
}

void ring_publish(struct ring *ring, size_t len, bool *much)
{
    memcpy(place_of(ring, ring->reserved_at), &(uint64_t){len}, WORD);
    ring->write_at = ring->reserved_at + WORD + padded(len);
    atomic_store_explicit(&ring->published, ring->write_at, memory_order_release);
    fetch_next(ring);
    *much = ring->write_at - ring->seen_taken >= ring->size / 4;
}

uint64_t ring_end(struct ring *ring)
{
    return atomic_load_explicit(&ring->published, memory_order_acquire);
}

bool ring_peek(struct ring *ring, uint64_t end, char **bytes, size_t *len)
{
    uint64_t at = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    uint64_t word = SKIP;
    if (at == end) {
        return false;
    }
    uint64_t restart = atomic_load_explicit(&ring->restart, memory_order_relaxed);
    at = at < restart ? restart : at;
    memcpy(&word, place_of(ring, at), WORD);
    if (word == SKIP) {
        at += left_to_end(ring, at);
        memcpy(&word, place_of(ring, at), WORD);
    }
    *bytes = place_of(ring, at) + WORD;
    *len = (size_t)word;
    ring->read_from = at;
    ring->read_to = at + WORD + padded(word);
    return true;
}

void ring_take(struct ring *ring, bool wipe)
{
    if (wipe) {
        secret_wipe(place_of(ring, ring->read_from), ring->read_to - ring->read_from);
    }
    atomic_store_explicit(&ring->taken, ring->read_to, memory_order_release);
}
