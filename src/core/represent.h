// core/represent.h: a stored resource as it is answered: document, derived values, meta.
//
// Without a projection the stored text is spliced, it is not parsed. Derived are: manager.$ref and
// manager.displayName, externalId of the asking source, groups, members, meta.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_REPRESENT_H
#define CORE_REPRESENT_H

#include "core/answer.h"
#include "core/etag.h"
#include "scim/project.h"

struct representation {
    const struct context *ctx;
    const struct roster_resource_type *type;
    const struct projection *projection;  // NULL: the defaults
    uint32_t shown;                       // bits by enum known_attr
    size_t members_left;  // members that may still be written into memory in this answer
    str location;         // of the one resource; empty: it is made from its id
    bool too_large;       // a group did not fit and the context holds no snapshot: stream
};

void represent_init(struct representation *rep, const struct context *ctx,
                    const struct roster_resource_type *type, const struct projection *projection);
// Whether answers of this kind show User.groups; a list then fetches them for the whole page.
bool represent_wants_groups(const struct representation *rep);
// Appends the resource. `groups` may be NULL: they are then fetched when wanted. *tag gets the
// version of this representation. STORE_FAILED also when the arena is full (answer->full tells).
MUST_CHECK enum store_outcome represent_write(struct representation *rep,
                                              const struct resource_row *row,
                                              const struct group_list *groups,
                                              struct answer *answer, struct etag *tag);
// What of a tree is looked up besides the resource.
enum tree_part { TREE_GROUPS = 1, TREE_MEMBERS = 2, TREE_MANAGER = 4 };

// The whole resource as a tree, for filters: with id, externalId and meta, and with the parts that
// are asked for, which the type must have. STORE_TIMEOUT when the group is too large to look at.
MUST_CHECK enum store_outcome represent_tree(const struct context *ctx,
                                             const struct roster_resource_type *type,
                                             const struct resource_row *row, unsigned parts,
                                             struct roster_arena *arena, struct roster_json **out);

#endif
