// history_list.c: the groups that somebody was in, and the list of what was done to him.
// SPDX-License-Identifier: Apache-2.0
#include "core/history.h"

#include "base/limits.h"
#include "core/admin.h"

#include <stdlib.h>

static bool is_listed(const struct history_membership *list, int64_t row)
{
    while (list != NULL && list->row != row) {
        list = list->next;
    }
    return list != NULL;
}

// A name that was erased, or a group without one, is the empty text.
static bool name_group(const struct context *ctx, str id, int64_t cut, str *display,
                       struct roster_error *err)
{
    struct history_resource group = {0};
    if (!history_resource_at(ctx, id, cut, &group, err)) {
        return false;
    }
    *display = json_find_text(group.document, STR("displayName"));
    return true;
}

struct climb {
    const struct context *ctx;
    int64_t cut;
    struct history_membership *first;
    struct history_membership **tail;
    size_t count;
};

// The groups of `row`, behind the list.
static bool climb_one(struct climb *c, int64_t row, const struct history_membership *via,
                      struct roster_error *err)
{
    struct history_group *group = NULL;
    enum store_outcome got = history_groups(c->ctx->conn, c->ctx->actor->tenant, row, c->cut,
                                            GROUPS_USER_MAX, c->ctx->arena, &group);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; group != NULL && c->count < GROUPS_USER_MAX; group = group->next) {
        if (is_listed(c->first, group->row)) {
            continue;
        }
        struct history_membership *out = arena_alloc(c->ctx->arena, sizeof(*out));
        if (out == NULL) {
            return fail_memory(err);
        }
        *out = (struct history_membership){.row = group->row, .id = group->id, .via = via};
        if (!name_group(c->ctx, group->id, c->cut, &out->display, err)) {
            return false;
        }
        *c->tail = out;
        c->tail = &out->next;
        c->count++;
    }
    return true;
}

bool history_groups_at(const struct context *ctx, int64_t row, int64_t cut,
                       struct history_membership **first, struct roster_error *err)
{
    struct climb c = {.ctx = ctx, .cut = cut, .tail = &c.first};
    *first = NULL;
    if (!climb_one(&c, row, NULL, err)) {
        return false;
    }
    // The list grows at its end while it is read, so this goes level by level.
    for (const struct history_membership *at = c.first; at != NULL; at = at->next) {
        int depth = 1;
        for (const struct history_membership *via = at->via; via != NULL; via = via->via) {
            depth++;
        }
        if (depth < GROUPS_DEPTH_MAX && !climb_one(&c, at->row, at, err)) {
            return false;
        }
    }
    *first = c.first;
    return true;
}

struct gathering {
    const struct context *ctx;
    struct history_entry **entries;
    size_t count;
    size_t cap;
};

static bool gather(struct gathering *g, const struct history_entry *entry, struct roster_error *err)
{
    struct history_entry *copy = arena_alloc(g->ctx->arena, sizeof(*copy));
    // NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers
    void *room = arena_room(g->ctx->arena, g->entries, g->count, &g->cap, sizeof(*g->entries));
    if (copy == NULL || room == NULL) {
        return fail_memory(err);
    }
    *copy = *entry;
    g->entries = room;
    g->entries[g->count++] = copy;
    return true;
}

static bool gather_deltas(struct gathering *g, int64_t row, size_t limit, struct roster_error *err)
{
    struct history_delta *delta = NULL;
    enum store_outcome got = history_deltas(g->ctx->conn, g->ctx->actor->tenant, row, INT64_MAX,
                                            limit, g->ctx->arena, &delta);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; delta != NULL; delta = delta->next) {
        const struct history_entry entry = {.row = {.change = delta->change},
                                            .is_membership = true,
                                            .added = delta->added,
                                            .group = delta->change.id};
        if (!gather(g, &entry, err)) {
            return false;
        }
    }
    return true;
}

// Its own changes, and those of its edges: of each row that it had, if it was made more than once.
static bool gather_all(struct gathering *g, str id, size_t limit, struct roster_error *err)
{
    struct audit_row *own = NULL;
    int64_t row = 0;
    enum store_outcome got = history_before(g->ctx->conn, g->ctx->actor->tenant, id, INT64_MAX,
                                            limit, g->ctx->arena, &own);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; own != NULL; own = own->next) {
        const struct history_entry entry = {.row = *own};
        if (!gather(g, &entry, err)) {
            return false;
        }
        if (own->change.row != row && !gather_deltas(g, own->change.row, limit, err)) {
            return false;
        }
        row = own->change.row;
    }
    return true;
}

// The newest first. Those of one change stay as they were gathered: by place, from its end.
static int newer(const void *a, const void *b)
{
    const struct history_entry *left = *(const struct history_entry *const *)a;
    const struct history_entry *right = *(const struct history_entry *const *)b;
    int64_t l = left->row.change.sequence;
    int64_t r = right->row.change.sequence;
    return (l < r) - (l > r);
}

bool history_entries(const struct context *ctx, str id, size_t limit, struct history_entry **first,
                     bool *more, struct roster_error *err)
{
    struct gathering g = {.ctx = ctx};
    *first = NULL;
    if (!gather_all(&g, id, limit + 1, err)) {
        return false;
    }
    *more = g.count > limit;
    if (g.count > 0) {
        // NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers
        qsort(g.entries, g.count, sizeof(*g.entries), newer);
    }
    for (size_t at = 0; at < g.count && at < limit; at++) {
        struct history_entry *entry = g.entries[at];
        if (entry->is_membership &&
            !name_group(ctx, entry->group, entry->row.change.sequence, &entry->display, err)) {
            return false;
        }
        entry->next = *first;
        *first = entry;
    }
    return true;
}
