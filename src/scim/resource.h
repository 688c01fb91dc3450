// scim/resource.h: whole resources: what a client sent, checked and in canonical form.
//
// A canonical resource has: names in the spelling of the schema, no unassigned attribute, no
// read-only attribute but `schemas` and (once stored) `id`, values of the right JSON type, at most
// one primary value, extension containers behind everything else, and in a manager `value` first.
// Member order otherwise is as sent. `externalId` stays in the tree; the server takes it out.
// Never in the tree: what is never returned, such as `password`, and the `$ref` of links (manager,
// members), which the server computes from `value` when it shows them.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_RESOURCE_H
#define SCIM_RESOURCE_H

#include "roster/resource.h"
#include "scim/path.h"

// POST: checks a body and gives the canonical resource. Errors: INVALID_SYNTAX (schemas, shape),
// INVALID_VALUE (type, required, primaries).
MUST_CHECK bool resource_check(const struct scope *scope, const struct roster_json *body,
                               struct roster_json **out, struct roster_error *err);
// PUT, first half, without the current state: like resource_check but an absent required attribute
// is an error only if it is not kept; and defaults are not filled in. What the client cleared on
// purpose (null or []) stands in *out as null: `members` absent and `members` null differ. So *out
// is for resource_replace and for reading, not for storing.
MUST_CHECK bool resource_check_replace(const struct scope *scope, const struct roster_json *body,
                                       struct roster_json **out, struct roster_error *err);
// PUT, second half: what the resource becomes when `sent` (from resource_check_replace) replaces
// `current`. Immutable values must agree (MUTABILITY); write-only and immutable ones that are
// absent are kept; `active` and edges under their quirks (P-209 ff., section 11). Members come out
// in the order of the schema. Who keeps members outside `current` looks into `sent` for them:
// absent (put-keeps-members decides), null (none) or a list.
MUST_CHECK bool resource_replace(const struct scope *scope, const struct roster_json *current,
                                 const struct roster_json *sent, struct roster_json **out,
                                 struct roster_error *err);
// What holds at the end of every write: required attributes, required extensions, and `schemas`
// recomputed. Edits in place. Drops containers and complex values that became empty.
MUST_CHECK bool resource_finish(const struct scope *scope, struct roster_json *resource,
                                struct roster_error *err);
// A schema may come to require what older resources do not have. A change of them that is not about
// it goes through all the same, or nobody could be deactivated any more: what was lacking before
// may be lacking afterwards.
struct lacks {
    const void **items;  // attributes and extensions of the registry
    size_t count;
};
// False when the arena is full.
MUST_CHECK bool resource_lacks(const struct scope *scope, const struct roster_json *resource,
                               struct lacks *out, struct roster_error *err);
MUST_CHECK bool resource_finish_change(const struct scope *scope, struct roster_json *resource,
                                       const struct lacks *lacks, struct roster_error *err);
// Writes `schemas` from what is there. False when the arena is full.
MUST_CHECK bool resource_list_schemas(const struct scope *scope, struct roster_json *resource);
// One value for one attribute in canonical form (NULL *out: it is unassigned). Used by PATCH.
// `element`: the value stands for one element of a multi-valued attribute.
MUST_CHECK bool resource_check_value(const struct scope *scope, const struct attr *attr,
                                     const struct roster_json *value, bool element,
                                     struct roster_json **out, struct roster_error *err);
// The container of an attribute in a resource: the resource itself or the extension object. With
// `make`, a missing extension object is appended. NULL when absent, or the arena is full.
struct roster_json *resource_container(struct roster_json *resource, const struct schema *extension,
                                       bool make, struct roster_arena *arena);

#endif
