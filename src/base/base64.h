// base/base64.h: octets as text (RFC 4648), as binary values have them (RFC 7643 section 2.3.6).
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/check.h"
#include "base/text.h"

// Decodes either alphabet of RFC 4648, with or without padding, whitespace skipped (P-015).
// `out` has room for text.len / 4 * 3 + 3 bytes; *len gets how many were written. False when it is
// not base64.
MUST_CHECK bool base64_decode(str text, unsigned char *out, size_t *len);

// Appends the octets in the URL-safe alphabet, without padding.
void base64url_add(struct text *out, const unsigned char *octets, size_t len);
// Reads what base64url_add wrote, and no other spelling of the same octets. `out` as above; the
// arena gives room for the comparison.
MUST_CHECK bool base64url_read(str text, struct roster_arena *arena, unsigned char *out,
                               size_t *len);

#endif
