// core/location.h: where a resource is, as an absolute URI.
//
// Own ids need no escape; imported ones may have any character, and are then percent-encoded as one
// segment of a path (RFC 3986 section 3.3). Nothing that could end a JSON string is left.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_LOCATION_H
#define CORE_LOCATION_H

#include "base/check.h"
#include "base/text.h"

// BASE/Users/ID; without an id the endpoint itself.
void location_write(struct text *out, str base, str endpoint, str id);
// The same as a text of its own. False when the arena is full.
MUST_CHECK bool location_make(struct roster_arena *arena, str base, str endpoint, str id, str *out);

#endif
