// json/value.h: the tree behind roster/json.h, for the layers inside the product.
//
// Members and elements are linked lists in the order they were read; `count` is their number.
// Trees may be edited in place by their one owner. A value stands in one list at a time: use
// json_copy to put it into a second one.
// SPDX-License-Identifier: Apache-2.0
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include "base/check.h"
#include "base/error.h"
#include "base/text.h"
#include "roster/json.h"

enum json_kind {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT,
};

struct roster_json {
    enum json_kind kind;
    uint32_t count;  // members or elements
    str key;         // name, when this is a member of an object
    str text;        // string without escapes, or the digits of a number
    struct roster_json *first;
    struct roster_json *last;
    struct roster_json *next;  // in the list of the parent
};

// Constructors: NULL when the arena is full. Text is not copied.
MUST_CHECK struct roster_json *json_new(struct roster_arena *arena, enum json_kind kind);
MUST_CHECK struct roster_json *json_string(struct roster_arena *arena, str text);
MUST_CHECK struct roster_json *json_bool(struct roster_arena *arena, bool value);
MUST_CHECK struct roster_json *json_i64(struct roster_arena *arena, int64_t value);
// A deep copy that shares text with its origin; the key is kept, `next` is not.
MUST_CHECK struct roster_json *json_copy(struct roster_arena *arena,
                                         const struct roster_json *value);

// Member of an object, ignoring case; NULL when there is none or `object` is NULL or no object.
struct roster_json *json_find(const struct roster_json *object, str name);
// The text of a string member; the empty slice when there is none or it is no string.
str json_find_text(const struct roster_json *object, str name);
bool json_is(const struct roster_json *value, enum json_kind kind);  // NULL is nothing
bool json_is_bool(const struct roster_json *value);
// RFC 7643 section 2.5: missing, null and [] are the same state; NULL counts as missing.
bool json_is_unassigned(const struct roster_json *value);

// Appends an element, or a member whose key is set by the call.
void json_push(struct roster_json *array, struct roster_json *element);
void json_put(struct roster_json *object, str key, struct roster_json *value);
// Puts `value` where a member of that name stands, or appends it.
void json_replace(struct roster_json *object, str key, struct roster_json *value);
// Takes a child out of its parent. Asserts that it is one.
void json_remove(struct roster_json *parent, struct roster_json *child);

// Convenience for messages: each is json_put of a fresh value; false when the arena is full.
MUST_CHECK bool json_put_string(struct roster_json *object, struct roster_arena *arena, str key,
                                str text);
MUST_CHECK bool json_put_bool(struct roster_json *object, struct roster_arena *arena, str key,
                              bool value);
MUST_CHECK bool json_put_i64(struct roster_json *object, struct roster_arena *arena, str key,
                             int64_t value);

// Same kind and content; objects ignore the order and case of names, arrays do not ignore order.
bool json_equal(const struct roster_json *a, const struct roster_json *b);

// Prints compactly; strings escaped as RFC 8259 needs, never more.
void json_write(struct text *text, const struct roster_json *value);
void json_write_string(struct text *text, str string);

#endif
