// core/admin_context.h: the context of a use case that works on a tenant's resources, for an
// administrator.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ADMIN_CONTEXT_H
#define CORE_ADMIN_CONTEXT_H

#include "core/context.h"
#include "core/schemas.h"

// `ctx` points into the rest: it stays where it is. The actor has no source and no credential.
struct admin_context {
    struct schema_view schemas;
    struct tenant_view view;
    struct actor actor;
    struct roster_quirks quirks;
    char request_id[UUID_TEXT_LEN];
    struct context ctx;
};

// Begins a transaction and finds the tenant. `change`: for one that may be changed. False: refused,
// and no transaction is left open.
MUST_CHECK bool admin_context_begin(const struct admin *admin, str tenant, bool change,
                                    struct admin_context *out, struct roster_error *err);

#endif
