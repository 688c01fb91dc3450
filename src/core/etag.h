// core/etag.h: versions and conditional requests (RFC 7644 section 3.14, P-283 ff.).
//
// A tag is W/"REV" or W/"REV-HASH": the revision, and a hash over the derived values of this
// representation. Writes and If-Match compare the revision only, If-None-Match of a read the whole
// tag.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ETAG_H
#define CORE_ETAG_H

#include "base/check.h"
#include "base/str.h"

enum { ETAG_LEN_MAX = 40 };

struct etag {
    char text[ETAG_LEN_MAX];
    size_t len;
};

// Values of the conditional headers; empty: not sent.
struct conditions {
    str if_match;
    str if_none_match;
};

// `derived` 0: no derived values.
struct etag etag_make(int64_t revision, uint32_t derived);
// For what has no revision: a hash of the text.
struct etag etag_of_text(str text);
str etag_str(const struct etag *tag);

// Whether the value of a conditional header is a list of tags, quoted or (as some send) bare.
bool etag_list_is_valid(str header);
// If-None-Match: `*` or a tag equal to this one, W/ ignored.
bool etag_list_has(str header, const struct etag *tag);
// If-Match, and If-None-Match of a write: `*` or a tag of this revision.
bool etag_list_has_revision(str header, int64_t revision);

#endif
