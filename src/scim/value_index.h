// scim/value_index.h: finding the elements of a long list by what they stand for.
//
// Adding thousands of values to thousands must not compare each with each. The key of a complex
// element is the key of its `value`, that of a simple one its own (compare.h). Several elements may
// have one key. An element that became null is passed over: it is a hole until the list is swept.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_VALUE_INDEX_H
#define SCIM_VALUE_INDEX_H

#include "scim/schema.h"

struct value_slot {
    str key;
    struct roster_json *element;  // NULL: the slot is free
};

struct value_index {
    const struct attr *attr;
    struct roster_arena *arena;
    struct value_slot *slots;
    size_t mask;  // number of slots - 1; the number is a power of two
    size_t count;
    size_t expected;
    size_t steps;  // slots passed over; hostile keys that share a slot are refused in the end
};

// Allocates nothing yet. `expected`: how many elements may come; more are taken too.
void value_index_init(struct value_index *index, const struct attr *attr, size_t expected,
                      struct roster_arena *arena);
// The key of an element; empty when it has none, as a complex one without `value`.
MUST_CHECK bool value_index_key(const struct value_index *index, const struct roster_json *element,
                                str *key, struct roster_error *err);
// Both: TOO_MANY after VALUE_STEPS_MAX steps.
MUST_CHECK bool value_index_add(struct value_index *index, str key, struct roster_json *element,
                                struct roster_error *err);
// The first element with that key, or with `after` the next one behind it; NULL when there is none.
MUST_CHECK bool value_index_find(struct value_index *index, str key,
                                 const struct roster_json *after, struct roster_json **out,
                                 struct roster_error *err);

#endif
