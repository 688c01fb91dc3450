// store/attribute.h: which attributes are indexed, and the numbers they have in the store.
//
// A number is given when a store first meets an attribute of a type, and never to another one.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_ATTRIBUTE_H
#define STORE_ATTRIBUTE_H

#include "scim/schema.h"
#include "store/store.h"

struct declaration {
    const char *path;       // as it stands in the store
    const char *extension;  // URI; NULL: core
    const char *attr;
    const char *sub;     // NULL: the attribute itself
    const char *beside;  // path of a unique attribute that often has the same value; NULL: none
    int type;            // number of the resource type
    bool names_one;      // a value belongs to few resources, however many there are
    bool marks_absent;   // a row says when there is no value
    bool only_false;     // true is not indexed: it would be one row for nearly everybody
};

extern const struct declaration declarations[];
extern const size_t declaration_count;

// Reads the numbers, gives missing ones, and reads which values are truncated.
MUST_CHECK bool attributes_load(struct store *store, struct roster_error *err);

#endif
