// roster/patch.h: apply a PATCH message to a resource (RFC 7644 section 3.5.2).
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_PATCH_H
#define ROSTER_PATCH_H

#include "roster/json.h"
#include "roster/quirks.h"
#include "roster/registry.h"

// Applies the PatchOp message to `resource`. All or nothing: on success *out is the changed copy,
// on failure *out is untouched and `err->operation` the index of the operation that failed, or -1.
// `resource` itself is never changed. *out equals `resource` when nothing changed.
ROSTER_API ROSTER_MUST_CHECK bool
roster_patch_apply(const struct roster_resource_type *type, const struct roster_json *resource,
                   const struct roster_json *message, struct roster_quirks *quirks,
                   struct roster_arena *arena, struct roster_json **out, struct roster_error *err);

#endif
