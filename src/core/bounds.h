// core/bounds.h: the settings that bound a tenant: its rate, how much it may have, and how long its
// access tokens live.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_BOUNDS_H
#define CORE_BOUNDS_H

#include "core/context.h"

// Whether a setting of this name is one of them.
bool bound_is_known(str key);
// Puts one into the settings of a tenant; "default" takes it out. INVALID_VALUE says what it may
// be.
MUST_CHECK bool bound_put(struct roster_json *settings, str key, str value,
                          struct roster_arena *arena, struct roster_error *err);
// What the settings say of all of them.
void bounds_mean(const struct roster_json *settings, struct tenant_bounds *out);

// On the writer, before a resource of the type is made. Refused: FORBIDDEN, the tenant has as many
// as it may have.
MUST_CHECK enum outcome bounds_check(const struct context *ctx,
                                     const struct roster_resource_type *type,
                                     struct roster_error *err);

#endif
