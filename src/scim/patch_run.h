// scim/patch_run.h: the second half of a PATCH while it runs.
//
// Input is a tree that may be edited freely and is thrown away when an operation fails. Values of
// operations are copied into it, never moved: a patch can be applied again.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_PATCH_RUN_H
#define SCIM_PATCH_RUN_H

#include "scim/filter.h"
#include "scim/patch.h"
#include "scim/value_index.h"

struct patch_run {
    const struct scope *scope;
    struct roster_json *resource;
    struct roster_error *err;
    struct filter_budget budget;  // what it may still look at

    // The list that consecutive operations add to and remove from by value; NULL when there is
    // none. Its removed elements are null until patch_close_index.
    struct roster_json *list;
    struct value_index index;
    bool has_holes;
};

// Counts the work; TOO_MANY when there was too much.
MUST_CHECK bool patch_visit(struct patch_run *run, size_t count);
// Whether the filter of the operation selects an element. False: TOO_MANY, or no memory.
MUST_CHECK bool patch_select(struct patch_run *run, const struct roster_filter *filter,
                             const struct roster_json *element, bool *matches);
void patch_close_index(struct patch_run *run);

// What an operation does to a kind of target: patch_single.c, patch_list.c, patch_values.c.
bool patch_single(struct patch_run *run, const struct patch_operation *op);
bool patch_sub(struct patch_run *run, const struct patch_operation *op);
bool patch_list(struct patch_run *run, const struct patch_operation *op);
bool patch_values(struct patch_run *run, const struct patch_operation *op);
bool patch_value_subs(struct patch_run *run, const struct patch_operation *op);

// Where the attribute of the operation lives; NULL when it is not there and `make` is false.
MUST_CHECK bool patch_container(struct patch_run *run, const struct patch_operation *op, bool make,
                                struct roster_json **out);
// Whether the operation takes something away.
bool patch_is_removal(const struct patch_operation *op);
// Sets or, with NULL or null, removes a sub-attribute. Equal values stay as they are.
MUST_CHECK bool patch_set_sub(struct patch_run *run, enum patch_op op, struct roster_json *object,
                              const struct attr *sub, const struct roster_json *value);
// patch_set_sub for each member of `value`.
MUST_CHECK bool patch_merge(struct patch_run *run, enum patch_op op, const struct attr *attr,
                            struct roster_json *object, const struct roster_json *value);
// Whether two single values of a simple attribute mean the same.
MUST_CHECK bool patch_same_value(struct patch_run *run, const struct attr *attr,
                                 const struct roster_json *a, const struct roster_json *b,
                                 bool *same);
// Appends to a list, which is not the indexed one, what it does not hold yet.
MUST_CHECK bool patch_append(struct patch_run *run, const struct attr *attr,
                             struct roster_json *list, const struct roster_json *values);
// A new element of which the filter of the operation is true (P-240), else NO_TARGET.
MUST_CHECK bool patch_make_element(struct patch_run *run, const struct patch_operation *op,
                                   struct roster_json **out);
// Puts a copy of a value where a member of that name stands, or appends it.
MUST_CHECK bool patch_put_copy(struct patch_run *run, struct roster_json *object, str name,
                               const struct roster_json *value);

#endif
