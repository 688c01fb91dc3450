// server/media.h: media types of requests and replies (RFC 7644 section 3.8, P-096 ff.).
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_MEDIA_H
#define SERVER_MEDIA_H

#include "base/check.h"
#include "base/str.h"
#include "roster/quirks.h"

enum media { MEDIA_SCIM, MEDIA_JSON, MEDIA_NONE };

// What an Accept header (empty: none) gets: MEDIA_JSON only where that alone is acceptable,
// MEDIA_NONE where nothing we have is and accept-anything is off.
enum media media_negotiate(str accept, struct roster_quirks *quirks);
// Whether a body of this Content-Type (empty: none) is taken.
bool media_is_taken(str content_type, struct roster_quirks *quirks);
str media_name(enum media media);

#endif
