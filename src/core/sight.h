// core/sight.h: what the source of a credential may see of its tenant. What it may not is not there
// for it: not found, not listed, not counted, no member and no group.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_SIGHT_H
#define CORE_SIGHT_H

#include "core/context.h"

// Types that only administrators write are for all.
bool sight_is_limited(const struct context *ctx, const struct roster_resource_type *type);
// `got` of looking a resource up: STORE_NONE in place of STORE_OK for one that is not seen.
enum store_outcome sight_of(const struct context *ctx, enum store_outcome got,
                            const struct resource_row *row);
// The members that are seen of the next `looks` edges of a group, whoever filled it.
MUST_CHECK enum store_outcome sight_page(const struct context *ctx, int64_t group, int64_t after,
                                         size_t looks, bool with_display,
                                         struct roster_arena *arena, struct member_page *page);
// member_page of what is seen, which may look at the whole group: for workers and the writer.
MUST_CHECK enum store_outcome sight_members(const struct context *ctx, int64_t group, int64_t after,
                                            size_t limit, bool with_display,
                                            struct roster_arena *arena, struct member_row **members,
                                            size_t *count);
// Takes groups that are not seen out of the list.
void sight_groups(const struct context *ctx, struct group_list *groups);
// UNIQUENESS for one who may not know what it is that has the value.
enum outcome sight_refuse_taken(struct roster_error *err);
// The context of what the server does by itself, on everything; it points to `actor`.
struct context sight_lift(const struct context *ctx, struct actor *actor);

#endif
