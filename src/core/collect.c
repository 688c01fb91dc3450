// collect.c: candidates through the evaluator, and sorting in memory.
// SPDX-License-Identifier: Apache-2.0
#include "core/collect.h"

#include "base/limits.h"
#include "scim/compare.h"

#include <stdlib.h>

// What is kept of a match until the order is known.
struct sort_key {
    struct place place;
    str id;
    const struct search_part *part;
};

struct collector {
    const struct context *ctx;
    const struct search_part *part;
    const struct page *page;
    struct roster_arena *scratch;
    struct found_page *out;
    struct sort_key *keys;  // when sorting
    size_t key_count;
    size_t key_cap;
    bool sorting;
    unsigned parts;  // of a tree that filter or order look at: enum tree_part
    bool too_many;
    bool too_much;  // the budget was not enough
    bool no_memory;
    enum store_outcome failure;
};

static bool take_first(void *ctx, const struct roster_json *value)
{
    *(const struct roster_json **)ctx = value;
    return true;
}

static bool take_primary(void *ctx, const struct roster_json *value)
{
    return json_is(json_find(value, STR("primary")), JSON_TRUE) && take_first(ctx, value);
}

// RFC 7644 section 3.4.2.3: of a multi-valued attribute the primary value, else the first.
static const struct roster_json *sort_value_of(const struct path *sort,
                                               const struct roster_json *resource)
{
    const struct roster_json *value = NULL;
    if (!sort->attr->multi_valued || sort->sub == NULL) {
        path_walk(sort, resource, take_first, &value);
        return value;
    }
    struct path elements = *sort;
    elements.sub = NULL;
    if (!path_walk(&elements, resource, take_primary, &value)) {
        path_walk(&elements, resource, take_first, &value);
    }
    return json_find(value, sort->sub->name);
}

bool page_is_behind(const struct page *page, const struct place *place, const struct place *from)
{
    int order = place_compare(place, from);
    return page->descending != page->backward ? order < 0 : order > 0;
}

struct place part_place(const struct search_part *part, struct place place)
{
    place.type = part->place_type;
    place.absent |= part->lacks_sort;
    return place;
}

static bool is_id(const struct path *sort)
{
    return sort->attr->schema == NULL && str_equal(sort->attr->name, STR("id"));
}

// Where a resource stands that the store did not put in order. The key is in `scratch`.
static bool find_place(struct collector *c, const struct resource_row *row,
                       const struct roster_json *resource, struct place *out)
{
    const struct path *sort = c->part->sort;
    const struct roster_json *value = sort == NULL ? NULL : sort_value_of(sort, resource);
    *out = (struct place){.row = row->row, .absent = value == NULL};
    if (value == NULL) {
        return true;
    }
    if (is_id(sort)) {
        return place_id_key(row->id, c->scratch, &out->key);
    }
    const struct attr *attr = sort->sub != NULL ? sort->sub : sort->attr;
    enum key_outcome got = value_key_of(attr, value, c->scratch, &out->key);
    out->absent = got == KEY_MISFIT;
    out->key = str_head(out->key, out->key.len < SORT_KEY_MAX ? out->key.len : SORT_KEY_MAX);
    return got != KEY_FULL;
}

static bool add_key(struct collector *c, const struct resource_row *row,
                    const struct roster_json *resource)
{
    struct roster_arena *arena = c->ctx->arena;
    struct sort_key key = {.part = c->part};
    if (!find_place(c, row, resource, &key.place)) {
        c->no_memory = true;
        return false;
    }
    if (c->page->from != NULL && !page_is_behind(c->page, &key.place, c->page->from)) {
        return true;
    }
    if (c->key_count >= SORT_ROWS_MAX) {
        c->too_many = true;
        return false;
    }
    c->keys = arena_room(arena, c->keys, c->key_count, &c->key_cap, sizeof(*c->keys));
    if (c->keys == NULL || !arena_copy(arena, key.place.key, &key.place.key) ||
        !arena_copy(arena, row->id, &key.id)) {
        c->no_memory = true;
        return false;
    }
    c->keys[c->key_count++] = key;
    return true;
}

static bool copy_row(struct roster_arena *arena, const struct resource_row *row,
                     struct resource_row *out)
{
    *out = *row;
    return arena_copy(arena, row->id, &out->id) &&
           arena_copy(arena, row->document, &out->document) &&
           arena_copy(arena, row->display, &out->display) &&
           arena_copy(arena, row->external_id, &out->external_id);
}

static bool add_found(struct collector *c, const struct hit *hit)
{
    struct roster_arena *arena = c->ctx->arena;
    int64_t position = c->out->total++;
    if (position < c->page->skip || c->out->count >= c->page->limit) {
        return true;
    }
    struct found *found = &c->out->items[c->out->count++];
    found->part = c->part;
    found->place = part_place(c->part, hit->place);
    c->no_memory = !copy_row(arena, &hit->row, &found->row) ||
                   !arena_copy(arena, hit->place.key, &found->place.key);
    return !c->no_memory && !(c->page->stops && c->out->count == c->page->limit);
}

// False: the budget is over.
static bool spend(struct collector *c, size_t steps)
{
    c->page->budget->left -= (int64_t)steps;
    c->too_much |= c->page->budget->left < 0;
    return !c->too_much;
}

static size_t count_links(const struct roster_json *resource)
{
    const struct roster_json *members = json_find(resource, STR("members"));
    const struct roster_json *groups = json_find(resource, STR("groups"));
    return (members == NULL ? 0 : members->count) + (groups == NULL ? 0 : groups->count);
}

// The document of a candidate, with what is asked for beside it. False: this is the end.
static bool read_candidate(struct collector *c, const struct resource_row *row,
                           struct roster_json **out)
{
    if (!spend(c, 1 + row->document.len / FILTER_STEP_BYTES)) {
        return false;
    }
    c->failure = represent_tree(c->ctx, c->part->type, row, c->parts, c->scratch, out);
    return c->failure == STORE_OK && spend(c, c->parts == 0 ? 0 : count_links(*out));
}

// Whether the search goes on; *matches: what the filter says.
static bool ask_filter(struct collector *c, const struct roster_json *resource, bool *matches)
{
    enum filter_outcome got =
        filter_decide(c->part->filter, resource, false, c->page->budget, c->scratch);
    *matches = got == FILTER_MATCHES;
    c->no_memory |= got == FILTER_NO_MEMORY;
    c->too_much |= got == FILTER_TOO_MUCH;
    return got == FILTER_MATCHES || got == FILTER_DIFFERS;
}

static bool look_at(void *ctx, const struct hit *hit)
{
    struct collector *c = ctx;
    const struct resource_row *row = &hit->row;
    struct roster_json *resource = NULL;
    bool asks = c->part->filter != NULL && !c->part->traits.exact;
    bool matches = true;
    if ((asks || c->sorting) && !read_candidate(c, row, &resource)) {
        return false;
    }
    if (asks && !ask_filter(c, resource, &matches)) {
        return false;
    }
    if (!matches) {
        return true;
    }
    return c->sorting ? add_key(c, row, resource) : add_found(c, hit);
}

static bool uses(const struct search_part *part, const struct attr *attr)
{
    if (attr == NULL) {
        return false;
    }
    return (part->filter != NULL && filter_uses(part->filter, attr)) ||
           (part->sort != NULL && part->sort->attr == attr);
}

static int compare_ascending(const void *a, const void *b)
{
    return place_compare(&((const struct sort_key *)a)->place,
                         &((const struct sort_key *)b)->place);
}

static int compare_descending(const void *a, const void *b)
{
    return compare_ascending(b, a);
}

// Fetches the rows of the page once the order is known.
static enum outcome load_page(struct collector *c, struct roster_error *err)
{
    const struct context *ctx = c->ctx;
    if (c->key_count > 0) {
        qsort(c->keys, c->key_count, sizeof(*c->keys),
              c->page->descending != c->page->backward ? compare_descending : compare_ascending);
    }
    c->out->total = (int64_t)c->key_count;
    for (size_t at = (size_t)c->page->skip; at < c->key_count && c->out->count < c->page->limit;
         at++) {
        struct found *found = &c->out->items[c->out->count];
        found->part = c->keys[at].part;
        found->place = part_place(found->part, c->keys[at].place);
        enum store_outcome got =
            resource_find(ctx->conn, ctx->actor->tenant, found->part->type->number, c->keys[at].id,
                          ctx->actor->source, ctx->arena, &found->row);
        if (got != STORE_OK && got != STORE_NONE) {
            return outcome_of_store(got, err);
        }
        c->out->count += got == STORE_OK;
    }
    return OUTCOME_DONE;
}

static enum outcome collect_part(struct collector *c, struct roster_error *err)
{
    const struct attr *const *known = c->part->type->known;
    c->parts = (uses(c->part, known[KNOWN_GROUPS]) ? TREE_GROUPS : 0u) |
               (uses(c->part, known[KNOWN_MEMBERS]) ? TREE_MEMBERS : 0u) |
               (uses(c->part, known[KNOWN_MANAGER]) ? TREE_MANAGER : 0u);
    enum store_outcome got = search_each(c->ctx->conn, c->part->plan, c->scratch, look_at, c);
    if (c->no_memory) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    if (c->too_much && !c->ctx->on_worker) {
        return OUTCOME_DEFER;
    }
    if (c->too_many || c->too_much) {
        return outcome_of_store(STORE_TIMEOUT, err);
    }
    if (c->failure != STORE_OK) {
        return outcome_of_read(c->ctx, c->failure, err);
    }
    return outcome_of_store(got, err);
}

static bool is_sorting(const struct search_part *parts, size_t part_count)
{
    bool sorting = false;
    for (size_t at = 0; at < part_count; at++) {
        sorting |= parts[at].sort != NULL && (!parts[at].traits.sorted || part_count > 1);
    }
    return sorting;
}

enum outcome collect(const struct context *ctx, const struct search_part *parts, size_t part_count,
                     const struct page *page, struct found_page *out, struct roster_error *err)
{
    struct collector c = {.ctx = ctx, .page = page, .out = out};
    enum outcome outcome = OUTCOME_DONE;
    c.sorting = is_sorting(parts, part_count);
    c.scratch = roster_arena_open(ARENA_REQUEST_MAX);
    out->items = arena_array(ctx->arena, page->limit + 1, sizeof(*out->items));
    if (c.scratch == NULL || out->items == NULL) {
        roster_arena_close(c.scratch);
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    for (size_t at = 0; at < part_count && outcome == OUTCOME_DONE; at++) {
        c.part = &parts[at];
        outcome = c.part->skipped ? OUTCOME_DONE : collect_part(&c, err);
    }
    if (outcome == OUTCOME_DONE && c.sorting) {
        outcome = load_page(&c, err);
    }
    roster_arena_close(c.scratch);
    return outcome;
}
