// roster/json.h: JSON values as the library reads, changes and prints them.
//
// A value is a tree in an arena. Member names keep the spelling that was read and are found
// ignoring ASCII case, as RFC 7643 section 2.1 wants. Numbers stay the text that was read.
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_JSON_H
#define ROSTER_JSON_H

#include "roster/types.h"

struct roster_json;

// Reads one whole JSON text (RFC 8259, UTF-8, a byte order mark is skipped). The tree does not
// point into `text`. Refused with INVALID_SYNTAX: syntax errors (with their offset), NUL and lone
// surrogates in strings, invalid UTF-8, member names that repeat ignoring case, depth over 64.
ROSTER_API ROSTER_MUST_CHECK bool roster_json_read(roster_str text, struct roster_arena *arena,
                                                   struct roster_json **out,
                                                   struct roster_error *err);

// Prints the value without spaces. False when the arena is full.
ROSTER_API ROSTER_MUST_CHECK bool roster_json_print(const struct roster_json *value,
                                                    struct roster_arena *arena, roster_str *out);

#endif
