// ring.c: positions that only grow; what stands at one is at its remainder.
//
// Each string has a word before it: its length, or SKIP for "go on at the start".
// SPDX-License-Identifier: Apache-2.0
#include "journal/ring.h"

#include "sys/sys.h"

#include <stdatomic.h>
#include <stdlib.h>

#define SKIP UINT64_MAX

enum { WORD = sizeof(uint64_t), LINE_BYTES = 64, NEXT_LINES = 6 };

struct ring {
    char *bytes;
    uint64_t size;
    // Of the thread that writes.
    uint64_t write_at;
    uint64_t reserved_to;
    uint64_t seen_taken;  // what `taken` was when it was looked at last
    char apart[LINE_BYTES];
    _Atomic uint64_t published;
    char apart_too[LINE_BYTES];
    _Atomic uint64_t taken;
    // Of the thread that reads.
    uint64_t read_to;
};

struct ring *ring_open(size_t size)
{
    struct ring *ring = calloc(1, sizeof(*ring));
    assert(size >= LINE_BYTES && (size & (size - 1)) == 0);
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

static bool has_room(struct ring *ring, uint64_t end)
{
    if (end - ring->seen_taken > ring->size) {
        ring->seen_taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
    }
    return end - ring->seen_taken <= ring->size;
}

char *ring_reserve(struct ring *ring, size_t len)
{
    uint64_t need = WORD + padded(len);
    uint64_t at = ring->write_at;
    uint64_t left = left_to_end(ring, at);
    assert(need <= ring->size / 4);
    uint64_t start = left < need ? at + left : at;
    if (!has_room(ring, start + need)) {
        return NULL;
    }
    if (start != at) {
        memcpy(place_of(ring, at), &(uint64_t){SKIP}, WORD);
    }
    memcpy(place_of(ring, start), &(uint64_t){len}, WORD);
    ring->reserved_to = start + need;
    return place_of(ring, start) + WORD;
}

// The memory that the next string will likely stand in comes while its request is worked on.
static void fetch_next(const struct ring *ring)
{
    for (size_t line = 0; line < NEXT_LINES; line++) {
        __builtin_prefetch(place_of(ring, ring->write_at + line * LINE_BYTES), 1);
    }
}

void ring_publish(struct ring *ring, bool *much)
{
    ring->write_at = ring->reserved_to;
    atomic_store_explicit(&ring->published, ring->write_at, memory_order_release);
    fetch_next(ring);
    *much = ring->write_at - ring->seen_taken >= ring->size / 4;
    if (*much) {
        ring->seen_taken = atomic_load_explicit(&ring->taken, memory_order_acquire);
        *much = ring->write_at - ring->seen_taken >= ring->size / 4;
    }
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
    memcpy(&word, place_of(ring, at), WORD);
    if (word == SKIP) {
        at += left_to_end(ring, at);
        memcpy(&word, place_of(ring, at), WORD);
    }
    *bytes = place_of(ring, at) + WORD;
    *len = (size_t)word;
    ring->read_to = at + WORD + padded(word);
    return true;
}

void ring_take(struct ring *ring, bool wipe)
{
    uint64_t at = atomic_load_explicit(&ring->taken, memory_order_relaxed);
    uint64_t left = left_to_end(ring, at);
    uint64_t len = ring->read_to - at;
    if (wipe) {
        secret_wipe(place_of(ring, at), len < left ? len : left);
    }
    if (wipe && len > left) {
        secret_wipe(ring->bytes, len - left);
    }
    atomic_store_explicit(&ring->taken, ring->read_to, memory_order_release);
}
