// scim/compare.h: what a single JSON value means under an attribute: one key, one order.
//
// Every simple value has a key, a byte string such that two values are equal exactly when their
// keys are, and for ordered types key order is value order:
//   string, reference   fold_key under caseExact (ids and references exact)
//   userName            fold_username, in every tenant
//   boolean             "0" or "1"
//   integer, decimal    order-preserving text of the number (1 and 1.0 have one key)
//   dateTime            order-preserving text of the instant, to the nanosecond
//   binary              the decoded octets
// The store's index rows hold these keys.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_COMPARE_H
#define SCIM_COMPARE_H

#include "scim/schema.h"

enum key_outcome {
    KEY_FOUND,
    KEY_MISFIT,  // the value does not fit the type of the attribute
    KEY_FULL,    // the arena is full
};

MUST_CHECK enum key_outcome value_key_of(const struct attr *attr, const struct roster_json *value,
                                         struct roster_arena *arena, str *key);
// The same for a literal that is at hand as text: contents of a string, digits of a number, "true".
// An integer takes any number here: `gt 1.5` has a meaning.
MUST_CHECK enum key_outcome value_key_text_of(const struct attr *attr, str text,
                                              struct roster_arena *arena, str *key);
// Both for who need not know why there is no key: false for MISFIT and FULL.
MUST_CHECK bool value_key(const struct attr *attr, const struct roster_json *value,
                          struct roster_arena *arena, str *key);
MUST_CHECK bool value_key_text(const struct attr *attr, str text, struct roster_arena *arena,
                               str *key);
// The text in which co, sw and ew search: the key of a string; a reference as it is written, with
// its version segment. Never MISFIT.
MUST_CHECK enum key_outcome value_fold(const struct attr *attr, str text,
                                       struct roster_arena *arena, str *key);

// The key of an instant, and the instant of such a key. False: the arena is full; it is none.
MUST_CHECK bool time_key(int64_t ms, struct roster_arena *arena, str *key);
MUST_CHECK bool time_of_key(str key, int64_t *ms);

// Whether two values of one attribute are the same: simple ones by key, complex ones when all
// sub-attributes are, lists when they hold the same values in any order. Read-only sub-attributes
// do not count.
bool value_equal(const struct attr *attr, const struct roster_json *a, const struct roster_json *b,
                 struct roster_arena *scratch);

#endif
