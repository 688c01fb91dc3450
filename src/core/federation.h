// core/federation.h: writes in a tenant that several sources feed, each under its policy
// (core/policy.h). The administrator is above policies.
//
// Each is asked in the writer's half of a write, and costs nothing in tenants without policies.
// Refused: FORBIDDEN naming the domain, MUTABILITY naming the attribute.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_FEDERATION_H
#define CORE_FEDERATION_H

#include "core/commit.h"

// Whether the actor may change the resource at all.
MUST_CHECK enum outcome federation_check_target(const struct context *ctx,
                                                const struct write *write,
                                                const struct current *current,
                                                struct roster_error *err);
// Whether it may have such a person. Attributes of other sources are taken out of the body, as what
// is readOnly is (RFC 7644 section 3.3).
MUST_CHECK enum outcome federation_check_create(const struct context *ctx, struct write *write,
                                                struct roster_error *err);
// Whether the person may become `after`. Attributes of other sources stay as they are under PUT
// (RFC 7644 section 3.5.1); a PATCH that changes one is refused (section 3.5.2).
MUST_CHECK enum outcome federation_check_update(const struct context *ctx,
                                                const struct write *write,
                                                const struct current *current,
                                                struct roster_json *after,
                                                struct roster_error *err);
// Behind the update: a person who has come into a domain of the source belongs to it.
MUST_CHECK enum outcome federation_settle(const struct context *ctx, const struct write *write,
                                          const struct roster_json *after,
                                          struct roster_error *err);
// Behind an administrator's change, which no policy holds: a person belongs to the source that
// claims a domain of `after`.
MUST_CHECK enum outcome federation_follow(const struct context *ctx, const struct write *write,
                                          const struct roster_json *after,
                                          struct roster_error *err);
// Behind the creation by which an administrator brings something back: to whom it belongs.
MUST_CHECK enum outcome federation_return(const struct context *ctx, const struct write *write,
                                          struct roster_error *err);

#endif
