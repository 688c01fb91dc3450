// roster/resource.h: checking what a client sent and choosing what it gets to see.
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_RESOURCE_H
#define ROSTER_RESOURCE_H

#include "roster/json.h"
#include "roster/quirks.h"
#include "roster/registry.h"

// Checks the body of a create (RFC 7644 section 3.3) and gives it in canonical form: names in the
// spelling of the schema, read-only and unassigned attributes left out, defaults filled in,
// `schemas` computed from what is there.
ROSTER_API ROSTER_MUST_CHECK bool
roster_resource_check(const struct roster_resource_type *type, const struct roster_json *body,
                      struct roster_quirks *quirks, struct roster_arena *arena,
                      struct roster_json **out, struct roster_error *err);

// The view of `resource` under the parameters `attributes` and `excludedAttributes`: names with
// commas between them, either may be empty (RFC 7644 section 3.9). Both at once: INVALID_VALUE.
ROSTER_API ROSTER_MUST_CHECK bool
roster_resource_project(const struct roster_resource_type *type, const struct roster_json *resource,
                        roster_str attributes, roster_str excluded, struct roster_arena *arena,
                        struct roster_json **out, struct roster_error *err);

#endif
