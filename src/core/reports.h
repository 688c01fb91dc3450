// core/reports.h: the people whose manager goes: their reference goes with it (P-256).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_REPORTS_H
#define CORE_REPORTS_H

#include "core/context.h"

// One page of users whose manager has this id. *count 0: there are none (left).
MUST_CHECK enum outcome reports_find(const struct context *ctx,
                                     const struct roster_resource_type *type, str manager_id,
                                     struct resource_row **rows, size_t *count,
                                     struct roster_error *err);

#endif
