// core/query.h: one query on its way: what search.c parses and find.c and find_cursor.c look for.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_QUERY_H
#define CORE_QUERY_H

#include "core/cursor.h"
#include "core/search.h"
#include "core/walks.h"

enum { PARTS_MAX = TYPES_TENANT_MAX + 2 };

struct query {
    const struct context *ctx;
    const struct search_call *call;
    struct search_part parts[PARTS_MAX];
    size_t part_count;
    const struct projection *projections[PARTS_MAX];
    struct path sorts[PARTS_MAX];
    struct page page;
    struct cursor_binding binding;  // once query_binding was called
    bool bound;
    bool sorted;  // by an attribute that one of the types has
    // By index
    int64_t start_index;
    struct walk walk;  // where the page goes on, when page.from is set
    // By cursor
    bool by_cursor;
    struct cursor cursor;
    str next;
    str previous;
    bool uncounted;  // there is no totalResults
    struct filter_budget budget;
};

// The page, and what is said of it, by index and by cursor. DEFER: not on a loop thread.
MUST_CHECK enum outcome find_by_index(struct query *q, struct found_page *found,
                                      struct roster_error *err);
MUST_CHECK enum outcome find_by_cursor(struct query *q, struct found_page *found,
                                       struct roster_error *err);

// A digest for cursors and walks, which most queries do without.
const struct cursor_binding *query_binding(struct query *q);
struct walk_key query_walk_key(struct query *q, int64_t index);

// Whether the store alone gives a part's rows: they match, and in the right order.
static inline bool part_is_direct(const struct search_part *part)
{
    return part->traits.exact && part->traits.sorted;
}
// Whether its candidates are at most `max`.
bool part_is_small(const struct query *q, const struct search_part *part, int64_t max);
// Rows that the store puts in order, behind those that were found already. found->items NULL: it is
// made as long as this takes.
MUST_CHECK enum outcome part_take(const struct query *q, const struct search_part *part,
                                  int64_t skip, size_t limit, struct found_page *found,
                                  struct roster_error *err);

#endif
