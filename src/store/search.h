// store/search.h: filters, order and pages over resources of one type.
//
// A plan narrows to a superset of what a filter means and says whether it is exact; where it is
// not, the caller checks each row with roster_filter_match, which defines the meaning. No SQL
// leaves this layer, no text of a client enters SQL.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/resource.h"

struct search {
    int64_t tenant;
    int64_t source;  // whose externalId is searched and shown
    const struct roster_resource_type *type;
    const struct index_set *indexes;
    const struct roster_filter *filter;  // NULL: all
    const struct path *sort;             // NULL: order of creation
    bool descending;
};

struct search_plan;

enum search_cost {
    SEARCH_POINT,  // a probe of an index: few rows whatever the size of the tenant
    SEARCH_INDEX,  // rows come off an index in order; counting is linear in the matches
    SEARCH_SCAN,   // looks at every resource of the tenant
};

struct search_traits {
    enum search_cost cost;
    bool exact;   // rows are exactly the matches
    bool sorted;  // rows come in the order that was asked for
};

MUST_CHECK bool search_compile(struct store *store, const struct search *search,
                               struct roster_arena *arena, struct search_plan **out,
                               struct roster_error *err);
struct search_traits search_traits(const struct search_plan *plan);

// Candidates, counted up to `max` (a larger number means more than max; 0: no limit). All resources
// of a tenant are counted in constant time.
MUST_CHECK enum store_outcome search_count(struct conn *conn, const struct search_plan *plan,
                                           int64_t max, int64_t *count);
// Candidates in the plan's order after skipping `skip`; at most `limit`. `after` > 0 starts behind
// that row number instead (plans without sort only).
MUST_CHECK enum store_outcome search_page(struct conn *conn, const struct search_plan *plan,
                                          int64_t skip, int64_t after, size_t limit,
                                          struct roster_arena *arena, struct resource_row **rows,
                                          size_t *count);
// Calls `each` for every candidate; the row lives during the call only, in `scratch`, which is
// rewound. Stops when `each` returns false.
MUST_CHECK enum store_outcome search_each(struct conn *conn, const struct search_plan *plan,
                                          struct roster_arena *scratch,
                                          bool (*each)(void *ctx, const struct resource_row *row),
                                          void *ctx);

#endif
