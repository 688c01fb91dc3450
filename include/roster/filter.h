// roster/filter.h: parse a filter once, then match it many times (RFC 7644 section 3.4.2.2).
//
// A filter is immutable, lives in the arena it was parsed into and may point into the text it was
// parsed from. Names are bound to a resource type while parsing, so matching looks nothing up.
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_FILTER_H
#define ROSTER_FILTER_H

#include "roster/json.h"
#include "roster/quirks.h"
#include "roster/registry.h"

struct roster_filter;

// Parses `text` for resources of `type`. Refused with INVALID_FILTER and the byte at which it went
// wrong, or SENSITIVE for an attribute that is never returned.
ROSTER_API ROSTER_MUST_CHECK bool roster_filter_parse(const struct roster_resource_type *type,
                                                      roster_str text, struct roster_quirks *quirks,
                                                      struct roster_arena *arena,
                                                      const struct roster_filter **out,
                                                      struct roster_error *err);

// Whether the resource matches. `scratch` is used for folding and rewound; a full scratch arena is
// no match.
ROSTER_API bool roster_filter_match(const struct roster_filter *filter,
                                    const struct roster_json *resource,
                                    struct roster_arena *scratch);

// Canonical text: parse(print(f)) equals f. False when the arena is full.
ROSTER_API ROSTER_MUST_CHECK bool roster_filter_print(const struct roster_filter *filter,
                                                      struct roster_arena *arena, roster_str *out);

#endif
