// scim/number.h: JSON numbers as exact decimals, and keys that sort like them.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_NUMBER_H
#define SCIM_NUMBER_H

#include "base/arena.h"
#include "base/check.h"
#include "base/limits.h"

// (-) 0.DIGITS * 10^exponent, without zeros at either end; no digits is zero.
struct number {
    bool negative;
    size_t count;
    int64_t exponent;
    char digits[NUMBER_DIGITS_MAX];
};

// False when the text is no number of RFC 8259 section 6, or beyond the limits.
bool number_parse(str text, struct number *out);
// Memcmp order of keys is the order of numbers; equal numbers have equal keys. False: arena full.
MUST_CHECK bool number_key(const struct number *number, struct roster_arena *arena, str *key);

#endif
