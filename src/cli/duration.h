// cli/duration.h: points in time as people write them.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include "base/duration.h"
#include "base/error.h"

// When something was: a duration before now, an RFC 3339 time, or a date, which means its first
// moment in UTC. Refused with BAD_REQUEST.
MUST_CHECK bool moment_parse(str text, int64_t now_ms, int64_t *ms, struct roster_error *err);
// When something ends: a duration from now, an RFC 3339 time to come, or "never" (0).
MUST_CHECK bool expiry_parse(str text, int64_t now_ms, int64_t *ms, struct roster_error *err);

#endif
