// find.c: the page at an index.
//
// A page that follows one that was answered before goes on behind its last resource, so that what
// was deleted or made meanwhile neither hides anybody nor ends the walk early; others are counted
// off from the beginning.
// SPDX-License-Identifier: Apache-2.0
#include "core/query.h"
#include "store/audit.h"

// Whether the store alone gives the page: what it finds is right and in the right order.
static bool is_direct(const struct query *q)
{
    for (size_t at = 0; at < q->part_count; at++) {
        const struct search_part *part = &q->parts[at];
        if (!part_is_direct(part) || (q->part_count > 1 && part->sort != NULL)) {
            return false;
        }
    }
    return true;
}

// Whether a loop thread may do it: only probes, or a shallow page of everything.
static bool is_inline(const struct query *q)
{
    for (size_t at = 0; at < q->part_count; at++) {
        const struct search_part *part = &q->parts[at];
        bool shallow = q->page.skip <= PAGE_DEPTH_INLINE && part_is_direct(part) &&
                       (part->whole || part->traits.cost == SEARCH_INDEX);
        if (part->traits.cost != SEARCH_POINT && !shallow) {
            return false;
        }
    }
    return true;
}

bool part_is_small(const struct query *q, const struct search_part *part, int64_t max)
{
    int64_t count = 0;
    return search_count(q->ctx->conn, part->plan, max, &count) == STORE_OK && count <= max;
}

// Whether the candidates of every part are few enough to be looked at one by one on a loop.
static bool is_few(const struct query *q)
{
    for (size_t at = 0; at < q->part_count; at++) {
        if (!part_is_small(q, &q->parts[at], COLLECT_INLINE_MAX)) {
            return false;
        }
    }
    return true;
}

// Nothing of the tenant has changed since the walk was noted, so it has passed as many as then.
static bool is_unchanged(const struct query *q, const struct search_part *part)
{
    int64_t sequence = 0;
    return part->begun && part->whole && q->walk.sequence > 0 &&
           change_sequence(q->ctx->conn, q->ctx->actor->tenant, &sequence) == STORE_OK &&
           sequence == q->walk.sequence;
}

// The part's resources that come behind page.from, or all.
static enum outcome count_part(const struct query *q, const struct search_part *part,
                               int64_t *count, struct roster_error *err)
{
    const struct context *ctx = q->ctx;
    bool unchanged = is_unchanged(q, part);
    bool rest = part->begun && !unchanged;
    bool bounded = !ctx->on_worker && (!part->whole || rest);
    int64_t max = bounded ? COUNT_INLINE_MAX : 0;
    enum store_outcome got = rest ? search_count_rest(ctx->conn, part->plan, max, count)
                                  : search_count(ctx->conn, part->plan, max, count);
    if (got != STORE_OK && got != STORE_NONE) {
        return outcome_of_store(got, err);
    }
    *count -= unchanged ? q->walk.passed : 0;
    return bounded && *count > COUNT_INLINE_MAX ? OUTCOME_DEFER : OUTCOME_DONE;
}

enum outcome part_take(const struct query *q, const struct search_part *part, int64_t skip,
                       size_t limit, struct found_page *found, struct roster_error *err)
{
    struct hit *hits = NULL;
    size_t count = 0;
    if (limit == 0) {
        return OUTCOME_DONE;
    }
    enum store_outcome got =
        search_page(q->ctx->conn, part->plan, skip, limit, q->ctx->arena, &hits, &count);
    if (got != STORE_OK && got != STORE_NONE) {
        return outcome_of_store(got, err);
    }
    if (found->items == NULL) {
        found->items = arena_array(q->ctx->arena, count + 1, sizeof(*found->items));
    }
    if (found->items == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    for (size_t at = 0; at < count; at++) {
        found->items[found->count++] =
            (struct found){hits[at].row, part_place(part, hits[at].place), part};
    }
    return OUTCOME_DONE;
}

// How many of the part's resources come before what a next page shows of it; -1: unknown.
static int64_t passed_by(const struct query *q, const struct search_part *part, int64_t left)
{
    int64_t all = 0;
    return search_count(q->ctx->conn, part->plan, 0, &all) == STORE_OK ? all - left : -1;
}

// A probe finds few, and when those do not fill the page, they are counted with it.
static bool is_probe(const struct search_part *part)
{
    return !part->whole && part->traits.cost == SEARCH_POINT;
}

static enum outcome find_part(struct query *q, const struct search_part *part,
                              struct found_page *found, struct roster_error *err)
{
    int64_t count = 0;
    int64_t skip = q->page.skip > found->total ? q->page.skip - found->total : 0;
    size_t before = found->count;
    size_t room = q->page.limit - before;
    bool taken = is_probe(part) && skip == 0 && room > 0;
    enum outcome outcome = taken ? part_take(q, part, 0, room, found, err) : OUTCOME_DONE;
    if (taken && outcome == OUTCOME_DONE && found->count - before < room) {
        found->total += (int64_t)(found->count - before);
        return OUTCOME_DONE;
    }
    if (outcome == OUTCOME_DONE) {
        outcome = count_part(q, part, &count, err);
    }
    found->total += count;
    if (taken || outcome != OUTCOME_DONE || skip >= count) {
        return outcome;
    }
    outcome = part_take(q, part, skip, room, found, err);
    if (part->whole && found->count > before) {
        q->walk.passed = passed_by(q, part, count - skip - (int64_t)(found->count - before));
    }
    return outcome;
}

static enum outcome find_direct(struct query *q, struct found_page *found, struct roster_error *err)
{
    enum outcome outcome = OUTCOME_DONE;
    if (q->part_count > 1) {
        found->items = arena_array(q->ctx->arena, q->page.limit + 1, sizeof(*found->items));
    }
    if (q->part_count > 1 && found->items == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    for (size_t at = 0; at < q->part_count && outcome == OUTCOME_DONE; at++) {
        if (!q->parts[at].skipped) {
            outcome = find_part(q, &q->parts[at], found, err);
        }
    }
    return outcome;
}

// So that a request for what comes next goes on from here.
static void note_walk(struct query *q, const struct found_page *found)
{
    const struct context *ctx = q->ctx;
    int64_t next = q->start_index + (int64_t)found->count;
    if (found->count == 0 || next > found->total) {
        return;
    }
    const struct found *last = &found->items[found->count - 1];
    struct walk walk = {.place = last->place, .passed = q->walk.passed};
    bool counted = is_direct(q) && last->part->whole && walk.passed >= 0;
    if (!counted || change_sequence(ctx->conn, ctx->actor->tenant, &walk.sequence) != STORE_OK) {
        walk.sequence = 0;
    }
    struct walk_key key = query_walk_key(q, next);
    walks_note(ctx->walks, &key, &walk);
}

enum outcome find_by_index(struct query *q, struct found_page *found, struct roster_error *err)
{
    bool direct = is_direct(q);
    if (!q->ctx->on_worker && (!is_inline(q) || (!direct && !is_few(q)))) {
        return OUTCOME_DEFER;
    }
    enum outcome outcome = direct ? find_direct(q, found, err)
                                  : collect(q->ctx, q->parts, q->part_count, &q->page, found, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    found->total += q->page.from != NULL ? q->start_index - 1 : 0;
    note_walk(q, found);
    return OUTCOME_DONE;
}
