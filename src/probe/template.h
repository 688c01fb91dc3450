// probe/template.h: $variables in the texts of steps.
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_TEMPLATE_H
#define PROBE_TEMPLATE_H

#include "probe/check.h"

enum template_place {
    TEMPLATE_PLAIN,   // header values, and what people read
    TEMPLATE_JSON,    // inside strings of a body
    TEMPLATE_TARGET,  // inside a path or query
};

// Fills the variables in; what comes from the server is escaped for the place. A word behind '$'
// that is no variable stays as it is: "$ref". False when the arena is full.
MUST_CHECK bool template_fill(const struct probe *probe, const char *format,
                              enum template_place place, str *out);
// Encodes what a request target may not hold as it is: "/Users?filter=userName eq \"x\"". A '%'
// stays: it has been encoded already.
MUST_CHECK bool template_encode(str target, struct roster_arena *arena, str *out);
// Encodes what has to be one segment.
MUST_CHECK bool template_encode_segment(str segment, struct roster_arena *arena, str *out);

#endif
