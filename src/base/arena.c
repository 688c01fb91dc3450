// arena.c: chunked bump allocator with a hard cap.
//
// Blocks form a list, newest first. The first block is kept by reset, so that a server that reuses
// an arena for each request allocates nothing in its steady state.
// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include "base/limits.h"

#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(ptr, size) ((void)(ptr), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(ptr, size) ((void)(ptr), (void)(size))
#endif

enum { ALIGN = alignof(max_align_t), ARRAY_CAP_FIRST = 8 };

struct block {
    struct block *older;
    size_t size;
    size_t used;
    alignas(max_align_t) unsigned char memory[];
};

struct roster_arena {
    struct block *newest;
    size_t total;  // bytes in use, over all blocks
    size_t max;
    long fail_at;
};

// Apart: a gcc that sees where these bytes come from takes poisoning them for reading them.
__attribute__((noinline)) static struct block *block_open(size_t size)
{
    struct block *block = malloc(sizeof(*block) + size);
    if (block != NULL) {
        block->older = NULL;
        block->size = size;
        block->used = 0;
        ASAN_POISON_MEMORY_REGION(block->memory, size);
    }
    return block;
}

static void block_close(struct block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->memory, block->size);
    free(block);
}

struct roster_arena *roster_arena_open(size_t bytes_max)
{
    struct roster_arena *arena = calloc(1, sizeof(*arena));
    if (arena == NULL) {
        return NULL;
    }
    arena->max = bytes_max;
    arena->fail_at = -1;
    return arena;
}

void roster_arena_reset(struct roster_arena *arena)
{
    struct block *block = arena->newest;
    while (block != NULL && block->older != NULL) {
        struct block *older = block->older;
        block_close(block);
        block = older;
    }
    if (block != NULL && block->size > ARENA_BLOCK_BYTES) {
        block_close(block);
        block = NULL;
    }
    if (block != NULL) {
        block->used = 0;
        ASAN_POISON_MEMORY_REGION(block->memory, block->size);
    }
    arena->newest = block;
    arena->total = 0;
}

void roster_arena_close(struct roster_arena *arena)
{
    if (arena == NULL) {
        return;
    }
    for (struct block *block = arena->newest; block != NULL;) {
        struct block *older = block->older;
        block_close(block);
        block = older;
    }
    free(arena);
}

static bool add_block(struct roster_arena *arena, size_t size)
{
    struct block *block = block_open(size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES);
    if (block == NULL) {
        return false;
    }
    block->older = arena->newest;
    arena->newest = block;
    return true;
}

// Sizes are rounded up so that every allocation starts aligned.
static size_t rounded(size_t size)
{
    return (size + ALIGN - 1) / ALIGN * ALIGN;
}

static void *take(struct roster_arena *arena, size_t size)
{
    if (arena->fail_at >= 0 && arena->fail_at-- == 0) {
        return NULL;
    }
    if (size > arena->max || rounded(size) > arena->max - arena->total) {
        return NULL;
    }
    size_t whole = rounded(size);
    struct block *block = arena->newest;
    if (block == NULL || block->size - block->used < whole) {
        if (!add_block(arena, whole)) {
            return NULL;
        }
        block = arena->newest;
    }
    void *memory = block->memory + block->used;
    block->used += whole;
    arena->total += whole;
    ASAN_UNPOISON_MEMORY_REGION(memory, size);
    return memory;
}

void *arena_alloc(struct roster_arena *arena, size_t size)
{
    void *memory = take(arena, size);
    return memory == NULL ? NULL : memset(memory, 0, size);
}

void *arena_array(struct roster_arena *arena, size_t count, size_t size)
{
    size_t bytes = 0;
    return __builtin_mul_overflow(count, size, &bytes) ? NULL : arena_alloc(arena, bytes);
}

static bool is_last(const struct roster_arena *arena, const void *old, size_t old_size)
{
    const struct block *block = arena->newest;
    return old != NULL && block != NULL && rounded(old_size) <= block->used &&
           (const unsigned char *)old == block->memory + block->used - rounded(old_size);
}

char *arena_grow_bytes(struct roster_arena *arena, char *old, size_t old_size, size_t new_size)
{
    assert(new_size >= old_size);
    struct block *block = arena->newest;
    size_t more = rounded(new_size) - rounded(old_size);
    if (is_last(arena, old, old_size) && block->size - block->used >= more &&
        more <= arena->max - arena->total && arena->fail_at < 0) {
        block->used += more;
        arena->total += more;
        ASAN_UNPOISON_MEMORY_REGION(old, new_size);
        return old;
    }
    char *memory = take(arena, new_size);
    if (memory != NULL && old_size > 0) {
        memcpy(memory, old, old_size);
    }
    return memory;
}

void *arena_grow(struct roster_arena *arena, void *old, size_t old_size, size_t new_size)
{
    char *memory = arena_grow_bytes(arena, old, old_size, new_size);
    if (memory != NULL) {
        memset(memory + old_size, 0, new_size - old_size);
    }
    return memory;
}

void *arena_room(struct roster_arena *arena, void *array, size_t count, size_t *cap, size_t size)
{
    assert(count <= *cap);
    assert(size > 0 && size <= ARENA_BLOCK_BYTES);
    if (count < *cap) {
        return array;
    }
    size_t more = *cap == 0 ? ARRAY_CAP_FIRST : *cap * 2;
    void *grown = arena_grow(arena, array, *cap * size, more * size);
    *cap = grown == NULL ? *cap : more;
    return grown;
}

bool arena_copy(struct roster_arena *arena, str from, str *out)
{
    char *memory = take(arena, from.len + 1);
    if (memory == NULL) {
        return false;
    }
    if (from.len > 0) {
        memcpy(memory, from.ptr, from.len);
    }
    memory[from.len] = '\0';
    *out = (str){memory, from.len};
    return true;
}

bool arena_format(struct roster_arena *arena, str *out, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *memory = len < 0 ? NULL : take(arena, (size_t)len + 1);
    if (memory == NULL) {
        return false;
    }
    va_start(args, format);
    vsnprintf(memory, (size_t)len + 1, format, args);
    va_end(args);
    *out = (str){memory, (size_t)len};
    return true;
}

bool arena_join(struct roster_arena *arena, str *out, const str *parts, size_t count)
{
    size_t len = 0;
    for (size_t at = 0; at < count; at++) {
        len += parts[at].len;
    }
    char *memory = take(arena, len + 1);
    if (memory == NULL) {
        return false;
    }
    *out = (str){memory, len};
    for (size_t at = 0; at < count; at++) {
        if (parts[at].len > 0) {
            memcpy(memory, parts[at].ptr, parts[at].len);
            memory += parts[at].len;
        }
    }
    *memory = '\0';
    return true;
}

size_t arena_used(const struct roster_arena *arena)
{
    return arena->total;
}

size_t arena_max(const struct roster_arena *arena)
{
    return arena->max;
}

void arena_fail_at(struct roster_arena *arena, long allocation)
{
    arena->fail_at = allocation;
}

struct arena_mark arena_mark(const struct roster_arena *arena)
{
    return (struct arena_mark){arena->newest, arena->newest == NULL ? 0 : arena->newest->used,
                               arena->total};
}

void arena_rewind(struct roster_arena *arena, struct arena_mark mark)
{
    while (arena->newest != mark.block && arena->newest != NULL) {
        struct block *older = arena->newest->older;
        if (older == NULL && mark.block == NULL) {
            break;  // the first block came after the mark: keep it for the next use, empty
        }
        block_close(arena->newest);
        arena->newest = older;
    }
    if (arena->newest != NULL) {
        struct block *block = arena->newest;
        block->used = mark.used;
        ASAN_POISON_MEMORY_REGION(block->memory + mark.used, block->size - mark.used);
    }
    arena->total = mark.total;
}
