// base/duration.h: lengths of time as people write them: 90s, 30m, 12h, 90d, 2w.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/check.h"
#include "base/text.h"

// A positive whole number and one letter (s, m, h, d, w), at most 100 years, in milliseconds.
MUST_CHECK bool duration_parse(str text, int64_t *ms);
// In the largest unit that says it exactly: 24h comes back as 1d. Milliseconds are dropped.
void duration_print(struct text *out, int64_t ms);

#endif
