// core/assigned.h: roles and entitlements that users have are those that the tenant lists (P-377).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ASSIGNED_H
#define CORE_ASSIGNED_H

#include "core/context.h"

// Where the tenant's switch is on: every value of a user that `before` (NULL: a new user) did not
// have is one of a Role or Entitlement that is supported. Refused: INVALID_VALUE.
MUST_CHECK enum outcome assigned_check(const struct context *ctx,
                                       const struct roster_resource_type *type,
                                       const struct roster_json *before,
                                       const struct roster_json *after, struct roster_error *err);
// The Role or Entitlement of that value, by its type. STORE_NONE: there is none, or no such type.
MUST_CHECK enum store_outcome assigned_find(const struct context *ctx, int type, str value,
                                            struct resource_row *row, struct roster_error *err);

#endif
