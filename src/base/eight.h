// base/eight.h: questions about eight bytes at once.
//
// Of each byte of a word the highest bit tells: subtracting n borrows into it where the byte is
// below n, and a byte that equals c is 0 after `word ^ c`, so below 1. A borrow may reach the byte
// above it, but only from one that was found already, so the answers are exact.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_EIGHT_H
#define BASE_EIGHT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EIGHT_EACH UINT64_C(0x0101010101010101)

static inline uint64_t eight_load(const char *bytes)
{
    uint64_t word = 0;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

// Whether a byte is below `limit`, which is at most 0x80.
static inline bool eight_has_below(uint64_t word, unsigned char limit)
{
    return ((word - EIGHT_EACH * limit) & ~word & EIGHT_EACH * 0x80) != 0;
}

static inline bool eight_has(uint64_t word, unsigned char byte)
{
    return eight_has_below(word ^ EIGHT_EACH * byte, 1);
}

#endif
