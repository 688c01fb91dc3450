// scim/patch.h: PATCH in two halves, so that a server can do one of them early.
//
// The first half needs bytes and a registry: the message becomes a list of operations with bound
// paths and checked values. The second half needs the current resource. Attributes that a store
// keeps outside the document (the members of a group) are named `external`: operations on them are
// checked but not applied; they come back as a list, in order.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_PATCH_H
#define SCIM_PATCH_H

#include "roster/patch.h"
#include "scim/resource.h"

enum patch_op { PATCH_ADD, PATCH_REPLACE, PATCH_REMOVE };

struct patch_operation {
    enum patch_op op;
    struct path path;  // bound; for a value without path one operation a member stands here
    struct roster_json *value;  // canonical; NULL: unassigned (null, [] or, under its quirk, "")
    bool has_values;            // remove of `value` only: a list (quirk), or members[value eq …]
    int index;                  // of the operation in the message, for errors
    struct patch_operation *next;
};

// A value was sent that no resource holds; it must not meet what it excludes (attr->not_with).
struct patch_guard {
    const struct schema *extension;
    const struct attr *attr;
    int index;
    struct patch_guard *next;
};

struct patch {
    // The last operation on `password`, which is no part of any resource; NULL: it is removed.
    const struct roster_json *password;
    bool has_password;
    struct patch_guard *guards;
    struct patch_operation *first;
    struct patch_operation *last;
    size_t count;
};

enum edge_op {
    EDGE_ADD,      // `values` join the set
    EDGE_REMOVE,   // `values` leave it, where they are in it
    EDGE_REPLACE,  // the set becomes `values`; NULL empties it
    EDGE_FILTER,   // the elements that match `filter` leave it
};

// One change of an external attribute, in the order of the message.
struct edge_change {
    enum edge_op op;
    const struct attr *attr;
    const struct roster_json *values;  // array of canonical elements {"value": ..., ...}
    const struct roster_filter *filter;
    int index;
    struct edge_change *next;
};

// First half. Errors: INVALID_SYNTAX (message), INVALID_PATH, INVALID_FILTER, INVALID_VALUE,
// MUTABILITY, NO_TARGET (remove without path), each with err->operation; TOO_LARGE, TOO_MANY.
// Operations on what no resource holds, such as `password`, are left out of the list.
MUST_CHECK bool patch_parse(const struct scope *scope, const struct roster_json *message,
                            struct patch *out, struct roster_error *err);
// Second half, on a tree that may be edited: throw it away on failure. Calls resource_finish.
// `external` may be NULL; *edges gets the list for it, whose values belong to the patch. The patch
// is not changed and can be applied again. Errors also: NO_TARGET, MUTABILITY, TOO_MANY (work), and
// with operation -1 those of resource_finish.
MUST_CHECK bool patch_apply(const struct scope *scope, const struct patch *patch,
                            struct roster_json *resource, const struct attr *external,
                            struct edge_change **edges, struct roster_error *err);

#endif
