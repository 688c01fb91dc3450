// core/search.h: queries over one type or all: filter, sort, page (RFC 7644 section 3.4.2).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_SEARCH_H
#define CORE_SEARCH_H

#include "core/represent.h"
#include "scim/message.h"

struct search_call {
    const struct roster_resource_type *type;  // NULL: all types
    const struct search_request *request;
    bool in_body;  // from .search: a sensitive filter is refused as a filter, not as a URL
};

struct search_result {
    struct answer answer;
    int64_t total;
    size_t items;
    int64_t steps;  // that were spent on documents and filters, of SEARCH_STEPS_MAX
};

// A ListResponse. Refused: INVALID_FILTER, INVALID_VALUE, TOO_MANY, SENSITIVE. Never NOT_FOUND.
MUST_CHECK enum outcome search_run(const struct context *ctx, const struct search_call *call,
                                   struct search_result *out, struct roster_error *err);

#endif
