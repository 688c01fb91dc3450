// core/collect.h: searching by looking at candidates one by one, where no index says it all.
//
// The evaluator decides what matches; what cannot be read in order is sorted in memory. For worker
// threads, but for candidates that are few by construction.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_COLLECT_H
#define CORE_COLLECT_H

#include "core/represent.h"
#include "store/search.h"

// One type's part of a query.
struct search_part {
    const struct roster_resource_type *type;
    const struct roster_filter *filter;  // NULL: all
    const struct path *sort;             // NULL: order of creation
    struct search_plan *plan;
    struct search_traits traits;
};

struct page {
    int64_t skip;
    size_t limit;
    bool descending;
};

struct found {
    struct resource_row row;
    const struct search_part *part;
};

struct found_page {
    struct found *items;
    size_t count;
    int64_t total;
};

// All parts in turn; with a sort, over all parts together. Refused: TOO_MANY.
MUST_CHECK enum outcome collect(const struct context *ctx, const struct search_part *parts,
                                size_t part_count, const struct page *page, struct found_page *out,
                                struct roster_error *err);

#endif
