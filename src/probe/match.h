// probe/match.h: does JSON look as it should?
//
// A pattern is JSON too. What it names has to be there, what it does not name may be:
//   null                     unassigned: missing, null or empty
//   "*"                      anything that is assigned
//   "*string" "*array" ...   any value of that kind (string, number, boolean, object, array)
//   "urn:..."                equal, ignoring case
//   {"a": 1}                 an object whose member a matches
//   {"a": [x, y]}            as many elements as here, each matching another one, in any order
//   {"a+": [x]}              these among others
//   {"a-": [x]}              none of these
//   {"a-": 1}                another value, or none
//   {"a<": [x, y]}           exactly these in this order
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_MATCH_H
#define PROBE_MATCH_H

#include "json/value.h"

// Whether it matches; when not, `why` gets one sentence with the place, safe to print.
bool match_json(const struct roster_json *pattern, const struct roster_json *actual,
                struct text *why);

// The kinds of member that the last byte of its name in a pattern asks for.
enum match_kind { MATCH_PLAIN, MATCH_SOME, MATCH_NONE, MATCH_ORDER };
// Splits a pattern's name into the member's and its kind.
str match_name(str key, enum match_kind *kind);

#endif
