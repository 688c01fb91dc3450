// collect.c: candidates through the evaluator, and sorting in memory.
// SPDX-License-Identifier: Apache-2.0
#include "core/collect.h"

#include "scim/compare.h"

#include <stdlib.h>

// What is kept of a match until the order is known.
struct sort_key {
    str key;
    str id;
    int64_t row;
    bool missing;
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
    bool uses_groups;
    bool uses_members;
    bool too_many;
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

static bool add_key(struct collector *c, const struct resource_row *row,
                    const struct roster_json *resource)
{
    struct roster_arena *arena = c->ctx->arena;
    if (c->key_count >= SORT_ROWS_MAX) {
        c->too_many = true;
        return false;
    }
    if (c->key_count == c->key_cap) {
        size_t cap = c->key_cap == 0 ? 64 : c->key_cap * 2;
        c->keys = arena_grow(arena, c->keys, c->key_cap * sizeof(*c->keys), cap * sizeof(*c->keys));
        c->key_cap = cap;
    }
    struct sort_key key = {.row = row->row, .part = c->part};
    const struct path *sort = c->part->sort;
    const struct roster_json *value = sort == NULL ? NULL : sort_value_of(sort, resource);
    str folded = {0};
    key.missing = value == NULL || !value_key(sort->sub != NULL ? sort->sub : sort->attr, value,
                                              c->scratch, &folded);
    if (c->keys == NULL || !arena_copy(arena, folded, &key.key) ||
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

static bool add_found(struct collector *c, const struct resource_row *row)
{
    int64_t position = c->out->total++;
    if (position < c->page->skip || c->out->count >= c->page->limit) {
        return true;
    }
    struct found *found = &c->out->items[c->out->count++];
    found->part = c->part;
    c->no_memory = !copy_row(c->ctx->arena, row, &found->row);
    return !c->no_memory;
}

static bool look_at(void *ctx, const struct resource_row *row)
{
    struct collector *c = ctx;
    struct roster_json *resource = NULL;
    bool match = c->part->filter != NULL && !c->part->traits.exact;
    if (match || c->sorting) {
        c->failure = represent_tree(c->ctx, c->part->type, row, c->uses_groups, c->uses_members,
                                    c->scratch, &resource);
        if (c->failure != STORE_OK) {
            return false;
        }
    }
    if (match && !roster_filter_match(c->part->filter, resource, c->scratch)) {
        return true;
    }
    return c->sorting ? add_key(c, row, resource) : add_found(c, row);
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
    const struct sort_key *left = a;
    const struct sort_key *right = b;
    if (left->missing != right->missing) {
        return left->missing ? 1 : -1;
    }
    int order = str_compare(left->key, right->key);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

static int compare_descending(const void *a, const void *b)
{
    const struct sort_key *left = a;
    const struct sort_key *right = b;
    if (left->missing != right->missing) {
        return left->missing ? -1 : 1;
    }
    int order = str_compare(right->key, left->key);
    return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

// Fetches the rows of the page once the order is known.
static enum outcome load_page(struct collector *c, struct roster_error *err)
{
    const struct context *ctx = c->ctx;
    if (c->key_count > 0) {
        qsort(c->keys, c->key_count, sizeof(*c->keys),
              c->page->descending ? compare_descending : compare_ascending);
    }
    c->out->total = (int64_t)c->key_count;
    for (size_t at = (size_t)c->page->skip; at < c->key_count && c->out->count < c->page->limit;
         at++) {
        struct found *found = &c->out->items[c->out->count];
        found->part = c->keys[at].part;
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
    c->uses_groups = uses(c->part, type_groups(c->part->type));
    c->uses_members = uses(c->part, type_members(c->part->type));
    enum store_outcome got = search_each(c->ctx->conn, c->part->plan, c->scratch, look_at, c);
    if (c->no_memory) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    if (c->too_many) {
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
        outcome = collect_part(&c, err);
    }
    if (outcome == OUTCOME_DONE && c.sorting) {
        outcome = load_page(&c, err);
    }
    roster_arena_close(c.scratch);
    return outcome;
}
