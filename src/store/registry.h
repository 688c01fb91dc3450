// store/registry.h: the registry of a tenant with schemas of its own, and its indexes.
//
// Built once for each change of the tenant's schemas, immutable, shared by threads. It counts its
// users, and goes with the last one.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_REGISTRY_H
#define STORE_REGISTRY_H

#include "scim/registry.h"
#include "store/schemas.h"

#include <stdatomic.h>

struct tenant_registry {
    _Atomic int uses;
    int64_t tenant;
    int64_t revision;  // tenant_row.schemas when it was built
    const struct roster_registry *registry;
    const struct index_set *const *indexes;  // in the order of registry->types
    struct roster_arena *arena;
};

// Checks rows as a whole: what is wrong with them is said in `err`.
MUST_CHECK bool registry_of_rows(const struct schema_rows *rows, struct roster_arena *arena,
                                 const struct roster_registry **out, struct roster_error *err);
// Index sets of all types of a registry; `declared` may be NULL.
MUST_CHECK bool index_sets_build(struct store *store, const struct roster_registry *registry,
                                 const struct declared_row *declared, struct roster_arena *arena,
                                 const struct index_set *const **out, struct roster_error *err);
// With one use. NULL and `err` when the store fails or the rows make no registry.
MUST_CHECK struct tenant_registry *tenant_registry_open(struct store *store, struct conn *conn,
                                                        int64_t tenant, int64_t revision,
                                                        struct roster_error *err);
// One user more. NULL is accepted, and stands for the built-in registry.
struct tenant_registry *tenant_registry_take(struct tenant_registry *registry);
void tenant_registry_give(struct tenant_registry *registry);

#endif
