// unit/store/people.h: a crowd of users and groups with awkward values, and filters over them, made
// from a seed.
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_STORE_PEOPLE_H
#define UNIT_STORE_PEOPLE_H

#include "store/rig.h"

#include "base/text.h"

struct crowd {
    struct rig *rig;
    uint64_t seed;
    bool long_values;  // some are longer than an index row keeps
    struct resource_row *users;
    size_t user_count;
    struct resource_row *groups;
    size_t group_count;
};

uint64_t crowd_random(struct crowd *crowd, uint64_t below);
// `users` and `groups` in the rig's tenant, and as many in another one.
void crowd_make(struct crowd *crowd, size_t users, size_t groups);
// The resource as the server would show it: with id, externalId, meta, groups or members.
struct roster_json *crowd_view(struct crowd *crowd, const struct roster_resource_type *type,
                               const struct resource_row *row);
// A filter as text. It may be one that the parser refuses.
str crowd_filter(struct crowd *crowd, const struct roster_resource_type *type);

#endif
