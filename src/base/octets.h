// base/octets.h: numbers as octets, the most significant first.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_OCTETS_H
#define BASE_OCTETS_H

#include <stddef.h>
#include <stdint.h>

// Writes the low `len` octets of a number; returns where the next one goes.
static inline unsigned char *octets_put(unsigned char *to, uint64_t number, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        to[at] = (unsigned char)(number >> (8 * (len - 1 - at)));
    }
    return to + len;
}

// Reads `len` octets and moves behind them.
static inline uint64_t octets_take(const unsigned char **from, size_t len)
{
    uint64_t number = 0;
    for (size_t at = 0; at < len; at++) {
        number = number << 8 | (*from)[at];
    }
    *from += len;
    return number;
}

#endif
