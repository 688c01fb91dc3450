// scim/message.h: bodies of the protocol that are not resources.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_MESSAGE_H
#define SCIM_MESSAGE_H

#include "scim/path.h"

// A SearchRequest (RFC 7644 section 3.4.3), or the same parameters from a URL.
struct search_request {
    str filter;
    str sort_by;
    str sort_order;
    str attributes;  // comma-separated; lists of a body are joined
    str excluded;
    bool has_filter;  // a filter was given, even an empty one (which is refused)
    str cursor;       // RFC 9865; empty on the first page
    bool has_cursor;
    bool has_start_index;
    bool has_count;
    int64_t start_index;  // as sent; below 1 means 1
    int64_t count;        // as sent; below 0 means 0
};

// Reads a SearchRequest body. INVALID_SYNTAX for its schemas or shape, INVALID_VALUE for numbers.
MUST_CHECK bool search_request_read(const struct roster_json *body, struct roster_quirks *quirks,
                                    struct roster_arena *arena, struct search_request *out,
                                    struct roster_error *err);
// {"schemas":[Error],"status":"400","scimType":...,"detail":...} (RFC 7644 section 3.12).
void error_write(struct text *out, const struct roster_error *err);

#endif
