// roster/registry.h: the schemas and resource types that give names a meaning.
//
// A registry is immutable once built and may be shared by threads. It lives in its arena.
// SPDX-License-Identifier: Apache-2.0
#ifndef ROSTER_REGISTRY_H
#define ROSTER_REGISTRY_H

#include "roster/json.h"
#include "roster/types.h"

struct roster_registry;
struct roster_resource_type;

// User, Group and the Enterprise User extension (RFC 7643 sections 4 and 8.7, errata applied).
ROSTER_API ROSTER_MUST_CHECK const struct roster_registry *
roster_registry_builtin(struct roster_arena *arena, struct roster_error *err);

// The type whose name ("User") is given, case exact. NULL when there is none.
ROSTER_API const struct roster_resource_type *
roster_registry_type(const struct roster_registry *registry, roster_str name);

#endif
