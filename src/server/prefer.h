// server/prefer.h: the preference of a client for a short or a whole answer (RFC 7240).
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_PREFER_H
#define SERVER_PREFER_H

#include "http/http.h"

enum preference { PREFER_NONE, PREFER_MINIMAL, PREFER_REPRESENTATION };

// The first `return` of the Prefer headers; other preferences and values are ignored.
enum preference preference_read(const struct http_exchange *exchange);
// "return=minimal": the value of Preference-Applied.
str preference_name(enum preference preference);

#endif
