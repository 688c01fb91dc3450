// core/scopes.h: scopes as text, for a tenant's resource types.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_SCOPES_H
#define CORE_SCOPES_H

#include "auth/scope.h"
#include "core/admin.h"
#include "scim/schema.h"

// What the text means under a registry. A scope for a type that is not there means nothing.
struct actor_scope scopes_mean(str text, const struct roster_registry *registry);

// In a transaction: whether the text is scopes of the tenant, at least one and SCOPES_MAX at most.
// *out gets them in standard form: commas, names as the types spell them, nothing twice.
// BAD_REQUEST: these are no scopes; INVALID_VALUE: an unknown type, or too many.
MUST_CHECK bool scopes_check(const struct admin *admin, int64_t tenant, str text, str *out,
                             struct roster_error *err);

#endif
