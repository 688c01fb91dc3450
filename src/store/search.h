// store/search.h: filters, order and pages over resources of one type.
//
// A plan narrows to a superset of what a filter means and says whether it is exact; where it is
// not, the caller checks each row with roster_filter_match, which defines the meaning. No SQL
// leaves this layer, no text of a client enters SQL.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/resource.h"

// Where a resource stands in an order. Places compare by their members in turn. Descending and
// backward is the exact reverse: who has no value comes last, equal keys are in the order of rows.
struct place {
    int type;     // number of the type, where types come one after the other; else 0
    bool absent;  // has no value of what is sorted by
    str key;      // of that value, as in scim/compare.h, at most SORT_KEY_MAX bytes of it
    int64_t row;
};
int place_compare(const struct place *a, const struct place *b);
// The key by which ids are in order.
MUST_CHECK bool place_id_key(str id, struct roster_arena *arena, str *key);

struct search {
    int64_t tenant;
    int64_t source;  // whose externalId is searched and shown
    bool owned;      // only what belongs to `owner`, and so do members and groups in the filter
    int64_t owner;
    const struct roster_resource_type *type;
    const struct index_set *indexes;
    const struct roster_filter *filter;  // NULL: all
    const struct path *sort;             // NULL: order of creation
    bool descending;
    bool backward;             // in the reverse order
    const struct place *from;  // only what comes behind it; NULL: from the beginning. Only for
                               // plans that turn out to be sorted: others take no notice.
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
    bool steady;  // and a page costs the same wherever it begins
};

// A candidate and where it stands (its type is left 0).
struct hit {
    struct resource_row row;
    struct place place;
};

MUST_CHECK bool search_compile(struct store *store, const struct search *search,
                               struct roster_arena *arena, struct search_plan **out,
                               struct roster_error *err);
struct search_traits search_traits(const struct search_plan *plan);

// Candidates, counted up to `max` (a larger number means more than max; 0: no limit). All resources
// of a tenant are counted in constant time.
MUST_CHECK enum store_outcome search_count(struct conn *conn, const struct search_plan *plan,
                                           int64_t max, int64_t *count);
// The same of those behind search.from, for sorted plans.
MUST_CHECK enum store_outcome search_count_rest(struct conn *conn, const struct search_plan *plan,
                                                int64_t max, int64_t *count);
// Candidates in the plan's order after skipping `skip`; at most `limit`.
MUST_CHECK enum store_outcome search_page(struct conn *conn, const struct search_plan *plan,
                                          int64_t skip, size_t limit, struct roster_arena *arena,
                                          struct hit **hits, size_t *count);
// Calls `each` for every candidate; the hit lives during the call only, in `scratch`, which is
// rewound. Stops when `each` returns false.
MUST_CHECK enum store_outcome search_each(struct conn *conn, const struct search_plan *plan,
                                          struct roster_arena *scratch,
                                          bool (*each)(void *ctx, const struct hit *hit),
                                          void *ctx);

#endif
