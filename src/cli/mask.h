// cli/mask.h: answers of two servers, made comparable.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_MASK_H
#define CLI_MASK_H

#include "json/value.h"

// The ids that a server made, by the order in which they were seen first.
struct mask {
    struct roster_arena *arena;
    str *ids;
    size_t count;
    size_t cap;
};

// The body with "#n" in place of the n-th id, and without members that are never twice the same:
// created, lastModified, version, cursors. In a body that is no JSON only ids are replaced. False:
// the arena of the mask is full, or there are more than REPLAY_IDS_MAX ids.
MUST_CHECK bool mask_body(struct mask *mask, str body, struct roster_arena *arena, str *out);

#endif
