// find_cursor.c: the page behind a cursor, and the cursors to its neighbours.
//
// Each type's part is read by key from where the page begins, one resource more than it shows: that
// there is one more is what makes a next page. A sorted query over several types merges their
// parts. Only what no index puts in order is looked at as a whole.
// SPDX-License-Identifier: Apache-2.0
#include "core/query.h"

#include <stdlib.h>

static bool is_inline_part(const struct query *q, const struct search_part *part)
{
    const struct search_traits *traits = &part->traits;
    if (traits->cost == SEARCH_POINT) {
        return part_is_direct(part) || part_is_small(q, part, COLLECT_INLINE_MAX);
    }
    if (!part_is_direct(part) || (!part->whole && traits->cost != SEARCH_INDEX)) {
        return false;
    }
    return traits->steady || (!part->whole && part_is_small(q, part, COUNT_INLINE_MAX));
}

static bool is_inline(const struct query *q)
{
    for (size_t at = 0; at < q->part_count; at++) {
        const struct search_part *part = &q->parts[at];
        if (!part->skipped && !is_inline_part(q, part)) {
            return false;
        }
    }
    return true;
}

// Up to `limit` of the part's resources.
static enum outcome take(const struct query *q, const struct search_part *part, size_t limit,
                         struct found_page *found, struct roster_error *err)
{
    if (part_is_direct(part)) {
        return part_take(q, part, 0, limit, found, err);
    }
    struct page page = q->page;
    struct found_page some = {0};
    page.limit = limit;
    page.stops = true;
    enum outcome outcome = collect(q->ctx, part, 1, &page, &some, err);
    for (size_t at = 0; outcome == OUTCOME_DONE && at < some.count; at++) {
        found->items[found->count++] = some.items[at];
    }
    return outcome;
}

static int compare_ascending(const void *a, const void *b)
{
    return place_compare(&((const struct found *)a)->place, &((const struct found *)b)->place);
}

static int compare_descending(const void *a, const void *b)
{
    return compare_ascending(b, a);
}

static enum outcome take_parts(struct query *q, struct found_page *found, struct roster_error *err)
{
    size_t limit = q->page.limit + 1;
    enum outcome outcome = OUTCOME_DONE;
    found->items =
        arena_array(q->ctx->arena, limit * (q->sorted ? q->part_count : 1), sizeof(*found->items));
    if (found->items == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    for (size_t at = 0; at < q->part_count && outcome == OUTCOME_DONE; at++) {
        const struct search_part *part = &q->parts[q->page.backward ? q->part_count - 1 - at : at];
        size_t left = q->sorted ? limit : limit - found->count;
        if (!part->skipped && left > 0) {
            outcome = take(q, part, left, found, err);
        }
    }
    if (outcome == OUTCOME_DONE && q->sorted && q->part_count > 1 && found->count > 0) {
        qsort(found->items, found->count, sizeof(*found->items),
              q->page.descending != q->page.backward ? compare_descending : compare_ascending);
    }
    return outcome;
}

static void turn_around(struct found_page *found)
{
    for (size_t at = 0; at < found->count / 2; at++) {
        struct found *other = &found->items[found->count - 1 - at];
        struct found kept = found->items[at];
        found->items[at] = *other;
        *other = kept;
    }
}

static bool print(struct query *q, const struct found *from, bool backward, str *out,
                  struct roster_error *err)
{
    const struct context *ctx = q->ctx;
    struct cursor cursor = {
        .edge = from == NULL,
        .backward = backward,
        .uncounted = q->uncounted,
        .issued_ms = env_now_ms(ctx->env),
        .count = q->page.limit,
    };
    if (from != NULL) {
        cursor.place = from->place;
    }
    return cursor_print(ctx->keys, query_binding(q), &cursor, ctx->env, ctx->arena, out) ||
           fail_memory(err);
}

// On the side that the page was reached from there is a page, unless it was reached from an edge.
// A page that was emptied meanwhile shows the way to the edge that it has moved to.
static bool print_cursors(struct query *q, const struct found_page *found, bool more,
                          struct roster_error *err)
{
    bool came = q->page.from != NULL;
    bool before = q->page.backward ? more : came;
    bool after = q->page.backward ? came : more;
    const struct found *first = found->count > 0 ? &found->items[0] : NULL;
    const struct found *last = found->count > 0 ? &found->items[found->count - 1] : NULL;
    return (!before || print(q, first, true, &q->previous, err)) &&
           (!after || print(q, last, false, &q->next, err));
}

// The total where it costs little: all of a type is a counter, and short stretches of an index are
// counted. What the first page does without, the others do without too.
static enum outcome count(struct query *q, struct found_page *found, struct roster_error *err)
{
    for (size_t at = 0; at < q->part_count && !q->uncounted; at++) {
        const struct search_part *part = &q->parts[at];
        int64_t more = 0;
        if (!part->traits.exact || (!part->whole && part->traits.cost == SEARCH_SCAN)) {
            q->uncounted = true;
            break;
        }
        int64_t max = part->whole ? 0 : COUNT_INLINE_MAX;
        enum store_outcome got = search_count(q->ctx->conn, part->plan, max, &more);
        if (got != STORE_OK && got != STORE_NONE) {
            return outcome_of_store(got, err);
        }
        q->uncounted = max > 0 && more > max;
        found->total += more;
    }
    return OUTCOME_DONE;
}

enum outcome find_by_cursor(struct query *q, struct found_page *found, struct roster_error *err)
{
    if (!q->ctx->on_worker && !is_inline(q)) {
        return OUTCOME_DEFER;
    }
    enum outcome outcome = take_parts(q, found, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    bool more = found->count > q->page.limit;
    bool whole = !more && q->page.from == NULL;
    found->count = more ? q->page.limit : found->count;
    if (q->page.backward) {
        turn_around(found);
    }
    q->uncounted = q->cursor.uncounted && !whole;
    if (whole) {
        found->total = (int64_t)found->count;
    } else {
        found->total = 0;
        outcome = count(q, found, err);
    }
    return outcome != OUTCOME_DONE || print_cursors(q, found, more, err) ? outcome
                                                                         : OUTCOME_REFUSED;
}
