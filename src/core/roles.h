// core/roles.h: administration of a tenant's roles and entitlements, as use cases.
//
// Experimental, as draft-ietf-scim-roles-entitlements is. They are resources that clients read
// under /Roles and /Entitlements, and that only the administrator makes, while the tenant's switch
// is on.
// Like core/tenants.h: each call is a transaction of its own with its audit rows.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ROLES_H
#define CORE_ROLES_H

#include "core/admin.h"

// What can be said of one. A text that is empty says nothing.
struct role_request {
    str tenant;
    bool entitlement;  // else a role
    str value;
    str display;
    str type;
    str within;         // the value of one that includes it
    int64_t permitted;  // so many people may have it; 0: says nothing
    bool unsupported;   // it is there, and may not be given at present
};

// Adds it, or changes what is said of one that is there. *added: which of the two. Refused:
// NOT_FOUND (within), INVALID_VALUE (a circle, the switch is off), TOO_LARGE.
MUST_CHECK bool roles_add(const struct admin *admin, const struct role_request *request,
                          bool *added, struct roster_error *err);
// UNIQUENESS: it includes others. Those who include it do so no more; who has it keeps it.
MUST_CHECK bool roles_remove(const struct admin *admin, const struct role_request *request,
                             struct roster_error *err);
// A list of their documents, in the order in which they were made.
MUST_CHECK bool roles_list(const struct admin *admin, str tenant, bool entitlements,
                           struct roster_json **out, struct roster_error *err);

#endif
