// core/sources.h: administration of the sources of a tenant, as use cases.
//
// Like core/tenants.h: each call is a transaction of its own with its audit row.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_SOURCES_H
#define CORE_SOURCES_H

#include "core/policy.h"

struct source_view {
    str tenant;
    struct source_row row;
    struct policy policy;
    struct source_counts counts;
    bool is_default;  // it owns what belongs to nobody else, which is not counted
    struct source_view *next;
};

// A source of a tenant, and settings of its policy as policy_put takes them.
struct source_request {
    str tenant;
    str name;
    const struct tenant_setting *settings;
    size_t count;
};

// All tenants' when `tenant` is empty.
MUST_CHECK bool sources_list(const struct admin *admin, str tenant, struct source_view **first,
                             struct roster_error *err);
// Refused: UNIQUENESS (the name is in use, a domain or attribute is another's already),
// INVALID_VALUE, NOT_FOUND (tenant). People of a domain that is claimed anew belong to the source
// from then on; *taken is how many there were.
MUST_CHECK bool sources_add(const struct admin *admin, const struct source_request *request,
                            struct source_view *out, int64_t *taken, struct roster_error *err);
// NOT_FOUND when there is no such source; else the same.
MUST_CHECK bool sources_set(const struct admin *admin, const struct source_request *request,
                            struct source_view *out, int64_t *taken, struct roster_error *err);
// What belongs to it goes to the source `to`; empty: there must be nothing. CONFLICT with the
// counts while it has that, or credentials that may be used. *out says what it had.
MUST_CHECK bool sources_remove(const struct admin *admin, const struct source_request *request,
                               str to, struct source_view *out, struct roster_error *err);

#endif
