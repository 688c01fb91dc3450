// cli/vocabulary.h: the words of the protocol and of shipped schemas, which say nothing of anybody.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_VOCABULARY_H
#define CLI_VOCABULARY_H

#include "base/arena.h"
#include "base/check.h"

struct vocabulary;

// NULL when the arena is full.
MUST_CHECK const struct vocabulary *vocabulary_open(struct roster_arena *arena);
// Whether `word`, letters and digits only, is one of them, in any case.
bool vocabulary_has(const struct vocabulary *vocabulary, str word);

#endif
