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

enum store_outcome sight_members(const struct context *ctx, int64_t group, int64_t after,
                                 size_t limit, bool with_display, struct roster_arena *arena,
                                 struct member_row **members, size_t *count)
{
    const struct actor *actor = ctx->actor;
    return actor->sees_own ? member_page_owned(ctx->conn, actor->tenant, group, actor->owner, after,
                                               limit, arena, members, count)
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
