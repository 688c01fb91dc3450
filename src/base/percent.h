// base/percent.h: percent-encoding of paths and queries (RFC 3986 section 2.1).
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include "base/arena.h"

// Decodes %XX in `in` into the arena, or gives `in` itself where there is nothing to decode; '+'
// means a space when `plus` is set. False for a bad escape, %00 or a full arena.
ARENA_MUST_CHECK bool percent_decode(str in, bool plus, struct roster_arena *arena, str *out);

#endif
