// core/collect.h: searching by looking at candidates one by one, where no index says it all.
//
// The evaluator decides what matches; what cannot be read in order is sorted in memory. For worker
// threads, but for candidates that are few by construction.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_COLLECT_H
#define CORE_COLLECT_H

#include "core/represent.h"
#include "scim/filter.h"
#include "store/search.h"

// One type's part of a query.
struct search_part {
    const struct roster_resource_type *type;
    const struct roster_filter *filter;  // NULL: all
    const struct path *sort;             // NULL: order of creation
    struct search_plan *plan;
    struct search_traits traits;
    int place_type;   // what its places say of their type
    bool lacks_sort;  // the query is sorted by what this type has not: all its values are absent
    bool skipped;     // nothing of it is behind page.from
    bool begun;       // page.from is in it
    bool whole;       // all resources of the type: they are counted already
};

struct page {
    int64_t skip;
    size_t limit;
    bool descending;
    bool backward;                 // towards the beginning; what is found is in that order then
    bool stops;                    // found.total does not matter: stop at the limit
    const struct place *from;      // only what comes behind it; NULL: all
    struct filter_budget *budget;  // of the whole query
};

struct found {
    struct resource_row row;
    struct place place;
    const struct search_part *part;
};

struct found_page {
    struct found *items;
    size_t count;
    int64_t total;
};

// Whether `place` comes behind `from` in the direction of the page.
bool page_is_behind(const struct page *page, const struct place *place, const struct place *from);
// What the store says of a place, as the query has it.
struct place part_place(const struct search_part *part, struct place place);
// All parts in turn; with a sort, over all parts together. Refused: TOO_MANY. DEFER: the budget of
// a loop thread was not enough, a worker has more.
MUST_CHECK enum outcome collect(const struct context *ctx, const struct search_part *parts,
                                size_t part_count, const struct page *page, struct found_page *out,
                                struct roster_error *err);

#endif
