// scim/path.h: attribute paths, bound to a resource type (RFC 7644 sections 3.10 and 3.5.2).
//
//   [URI:]attr[.sub]      attr[filter]      attr[filter].sub      URI   (a whole extension)
//
// The longest known schema URI is taken before anything is split at ':' or '.' .
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_PATH_H
#define SCIM_PATH_H

#include "roster/filter.h"
#include "scim/schema.h"

struct path {
    const struct schema *extension;      // the container; NULL for core and common attributes
    const struct attr *attr;             // NULL: the whole extension
    const struct attr *sub;              // NULL: the attribute itself
    const struct roster_filter *filter;  // NULL: no brackets. Bound to the sub-attributes of attr
    bool unknown;                        // well-formed, but no such attribute: nothing above is set
    str text;
};

// What a parser of paths and filters needs to know.
struct scope {
    const struct roster_resource_type *type;
    struct roster_quirks *quirks;
    struct roster_arena *arena;
};

// Names without brackets, as in sortBy, attributes and filters. A name that is unknown gives
// `unknown`; false is only for malformed text (INVALID_PATH) and memory. Unqualified names of one
// extension only are found there too (P-141).
MUST_CHECK bool path_parse_name(const struct scope *scope, str text, struct path *out,
                                struct roster_error *err);
// Whole PATCH paths, with brackets. Errors: INVALID_PATH, INVALID_FILTER (inside the brackets).
MUST_CHECK bool path_parse(const struct scope *scope, str text, struct path *out,
                           struct roster_error *err);
// Canonical spelling: "name.givenName", "urn:…:User:department".
void path_print(const struct path *path, struct text *out);

// The values that `path` (filter ignored) names in a resource: calls `each` for every simple value
// or, for a complex attribute without sub, for every element. Stops when `each` returns true;
// returns whether one did.
bool path_walk(const struct path *path, const struct roster_json *resource,
               bool (*each)(void *ctx, const struct roster_json *value), void *ctx);

#endif
