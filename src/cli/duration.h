// cli/duration.h: lengths of time as people write them.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include "base/check.h"
#include "base/error.h"

// "45s", "30m", "12h", "90d", "2w": a whole number above 0 and a unit, at most 100 years.
MUST_CHECK bool duration_parse(str text, int64_t *ms);
// When something was: a duration before now, an RFC 3339 time, or a date, which means its first
// moment in UTC. Refused with BAD_REQUEST.
MUST_CHECK bool moment_parse(str text, int64_t now_ms, int64_t *ms, struct roster_error *err);
// When something ends: a duration from now, an RFC 3339 time to come, or "never" (0).
MUST_CHECK bool expiry_parse(str text, int64_t now_ms, int64_t *ms, struct roster_error *err);

#endif
