// sight.c: leaving out what belongs to others.
// SPDX-License-Identifier: Apache-2.0
#include "core/sight.h"

bool sight_is_limited(const struct context *ctx, const struct roster_resource_type *type)
{
    return ctx->actor->sees_own && (type == NULL || !type->managed);
}

enum store_outcome sight_of(const struct context *ctx, enum store_outcome got,
                            const struct resource_row *row)
{
    const struct actor *actor = ctx->actor;
    bool hidden = got == STORE_OK && actor->sees_own && row->owner != actor->owner &&
                  sight_is_limited(ctx, registry_type_number(ctx->view->registry, row->type));
    return hidden ? STORE_NONE : got;
}

enum store_outcome sight_page(const struct context *ctx, int64_t group, int64_t after, size_t looks,
                              bool with_display, struct roster_arena *arena,
                              struct member_page *page)
{
    const struct actor *actor = ctx->actor;
    if (actor->sees_own) {
        return member_page_owned(ctx->conn, actor->tenant, group, actor->owner, after, looks, arena,
                                 page);
    }
    *page = (struct member_page){.after = after};
    enum store_outcome got = member_page(ctx->conn, actor->tenant, group, after, looks,
                                         with_display, arena, &page->rows, &page->count);
    page->looked = page->count;
    page->more = page->count == looks;
    page->after = page->count == 0 ? after : page->rows[page->count - 1].row;
    return got;
}

// Page for page, until there are as many as are wanted.
static enum store_outcome gather_own(const struct context *ctx, int64_t group, int64_t after,
                                     size_t limit, struct roster_arena *arena,
                                     struct member_row **members, size_t *count)
{
    struct member_page page = {.after = after, .more = true};
    size_t cap = 0;
    while (page.more && *count < limit) {
        enum store_outcome got =
            sight_page(ctx, group, page.after, MEMBERS_PAGE_MAX, true, arena, &page);
        if (got != STORE_OK) {
            return got;
        }
        for (size_t at = 0; at < page.count && *count < limit; at++) {
            struct member_row *rows = arena_room(arena, *members, *count, &cap, sizeof(*rows));
            if (rows == NULL) {
                return STORE_FAILED;
            }
            rows[(*count)++] = page.rows[at];
            *members = rows;
        }
    }
    return STORE_OK;
}

enum store_outcome sight_members(const struct context *ctx, int64_t group, int64_t after,
                                 size_t limit, bool with_display, struct roster_arena *arena,
                                 struct member_row **members, size_t *count)
{
    const struct actor *actor = ctx->actor;
    *members = NULL;
    *count = 0;
    return actor->sees_own ? gather_own(ctx, group, after, limit, arena, members, count)
                           : member_page(ctx->conn, actor->tenant, group, after, limit,
                                         with_display, arena, members, count);
}

void sight_groups(const struct context *ctx, struct group_list *groups)
{
    size_t kept = 0;
    for (size_t at = 0; ctx->actor->sees_own && at < groups->count; at++) {
        if (groups->rows[at].owner == ctx->actor->owner) {
            groups->rows[kept++] = groups->rows[at];
        }
    }
    groups->count = ctx->actor->sees_own ? kept : groups->count;
}

enum outcome sight_refuse_taken(struct roster_error *err)
{
    fail(err, ROSTER_ERR_UNIQUENESS, 0, NULL);
    return OUTCOME_REFUSED;
}

struct context sight_lift(const struct context *ctx, struct actor *actor)
{
    struct context whole = *ctx;
    *actor = *ctx->actor;
    actor->sees_own = false;
    whole.actor = actor;
    return whole;
}
