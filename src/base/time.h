// base/time.h: RFC 3339 and XML Schema dateTime to and from milliseconds since 1970, UTC.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_TIME_H
#define BASE_TIME_H

#include "base/str.h"

enum { TIME_TEXT_LEN = 24 };  // 2026-11-24T10:00:00.000Z

// Writes exactly TIME_TEXT_LEN bytes, without NUL. Years 0000 to 9999; others are clamped.
void time_print(int64_t ms, char out[TIME_TEXT_LEN]);
// Any offset, 0 to 9 fraction digits, 24:00:00, leap seconds as the next second; without offset
// UTC (P-011). False when it is not a valid dateTime with both date and time.
bool time_parse(str text, int64_t *ms);
// The same, and what the fraction has beyond milliseconds: 0 to 999999 nanoseconds.
bool time_parse_exact(str text, int64_t *ms, int *rest_ns);

#endif
