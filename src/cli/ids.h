// cli/ids.h: ids of resources wherever they stand in a text.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_IDS_H
#define CLI_IDS_H

#include "base/text.h"

// Whether `text` begins with a UUID, in any case.
bool ids_begin(str text);

// Copies `text`; `each` writes what stands in place of each id (a UUID in lower case). False when
// it says so, or the arena is full.
typedef bool ids_each(void *ctx, str id, struct text *out);
ARENA_MUST_CHECK bool ids_replace(str text, ids_each *each, void *ctx, struct roster_arena *arena,
                                  str *out);

#endif
