// json/split.h: an object with one long array, taken apart without reading all of it at once.
//
// The elements of the array are found as slices of the text; each is read by roster_json_read when
// it is needed, and its memory given back before the next. The text as a whole is valid JSON
// exactly when it could be split and every slice can be read.
// SPDX-License-Identifier: Apache-2.0
#ifndef JSON_SPLIT_H
#define JSON_SPLIT_H

#include "json/value.h"

struct json_split {
    struct roster_json *rest;  // the object without the array
    bool has_array;            // false: no such member, or it is no array and stands in `rest`
    const str *elements;       // into the text
    size_t count;              // of all elements, also of those that are more than were kept
};

// Finds the member `name` (ignoring case) of the object that `text` is, and up to `max` of its
// elements. Refused: INVALID_SYNTAX as by roster_json_read, also for a text that is no object.
MUST_CHECK bool json_split(str text, str name, size_t max, struct roster_arena *arena,
                           struct json_split *out, struct roster_error *err);

#endif
