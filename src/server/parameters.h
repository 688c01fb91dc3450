// server/parameters.h: the query of a URL.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_PARAMETERS_H
#define SERVER_PARAMETERS_H

#include "scim/message.h"

// Reads the known parameters, names ignoring case; unknown ones are ignored (P-102). Refused:
// INVALID_VALUE for a number that is none or a repeated parameter, BAD_REQUEST for a bad escape.
MUST_CHECK bool parameters_read(str query, struct roster_arena *arena, struct search_request *out,
                                struct roster_error *err);

#endif
