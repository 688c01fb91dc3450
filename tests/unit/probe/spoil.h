// spoil.h: making good JSON bad, one place at a time, as a pattern names the places.
// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_UNIT_PROBE_SPOIL_H
#define TESTS_UNIT_PROBE_SPOIL_H

#include "json/value.h"

// In how many places a body that matches the pattern can be spoilt.
size_t spoil_count(const struct roster_json *pattern);
// Spoils the n-th place; what is needed comes from the arena.
void spoil_place(const struct roster_json *pattern, struct roster_json *actual, size_t n,
                 struct roster_arena *arena);

#endif
