// core/etag.h: versions and conditional requests (RFC 7644 section 3.14, P-283 ff.).
//
// A tag is W/"REV" or W/"REV-HASH": the revision, and a hash over the derived values of this
// representation. Writes compare the revision only, If-None-Match the whole tag.
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

// `derived` 0: no derived values.
struct etag etag_make(int64_t revision, uint32_t derived);
str etag_str(const struct etag *tag);

// Whether the value of a conditional header is a list of tags, quoted or (as some send) bare.
bool etag_list_is_valid(str header);
// If-None-Match: `*` or a tag equal to this one, W/ ignored.
bool etag_list_has(str header, const struct etag *tag);
// If-Match: `*` or a tag of this revision.
bool etag_list_has_revision(str header, int64_t revision);

#endif
