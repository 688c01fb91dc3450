// core/adopt.h: a create that is sent again because its answer was lost (P-122).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ADOPT_H
#define CORE_ADOPT_H

#include "core/write.h"

// Where the tenant adopts: whether there is a resource that this source gave the same externalId,
// with the same content. It becomes what the create made: write->row.
MUST_CHECK enum outcome adopt_find(const struct context *ctx, struct write *write, bool *found,
                                   struct roster_error *err);

#endif
