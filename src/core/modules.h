// core/modules.h: shipped schemas that a tenant has when a switch of its settings is on.
//
// A type of a module is a row among the tenant's types, under the number that the module gives it;
// the schemas are those of the program (scim/modules.h).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_MODULES_H
#define CORE_MODULES_H

#include "core/admin.h"

// Inside the transaction that changes the settings of a tenant from `before`: declares what came on
// and takes away what went off. UNIQUENESS: the tenant has such names of its own, or resources of
// a type that would go.
MUST_CHECK bool modules_settle(const struct admin *admin, const struct tenant_row *row,
                               const struct tenant_settings *before,
                               const struct tenant_settings *after, struct roster_error *err);

#endif
