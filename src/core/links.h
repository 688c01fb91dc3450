// core/links.h: the `$ref` of links that stand in documents (EndpointApps of a Device).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_LINKS_H
#define CORE_LINKS_H

#include "core/context.h"

// Puts a `$ref` beside every `value` of a link in a resource that was read from its document;
// members, groups and manager are others' affair. False when the arena is full.
MUST_CHECK bool links_show(const struct context *ctx, const struct roster_resource_type *type,
                           struct roster_arena *arena, struct roster_json *resource);

#endif
