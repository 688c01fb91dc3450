// scim/project.h: which attributes an answer shows (RFC 7644 section 3.9, RFC 7643 section 7).
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_PROJECT_H
#define SCIM_PROJECT_H

#include "scim/path.h"

struct projection;

// From the two parameters, comma-separated; either may be empty. *out is NULL when both are empty.
// Unknown names and names with a filter in brackets are tolerated (P-142). Both given, or more than
// PROJECTION_NAMES_MAX names: INVALID_VALUE.
MUST_CHECK bool projection_parse(const struct scope *scope, str attributes, str excluded,
                                 const struct projection **out, struct roster_error *err);
// Whether any part of the attribute will be shown. NULL projection: the defaults.
bool projection_wants(const struct projection *projection, const struct attr *attr);
// Bits by enum known_attr: those of the type that will be shown.
uint32_t projection_known(const struct projection *projection,
                          const struct roster_resource_type *type);
// The visible part of a full resource as a new tree that shares values with it. `written`, if not
// NULL, is the body that a client sent: attributes returned on request that it wrote are shown.
MUST_CHECK struct roster_json *projection_apply(const struct projection *projection,
                                                const struct scope *scope,
                                                const struct roster_json *resource,
                                                const struct roster_json *written);

#endif
