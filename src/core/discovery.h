// core/discovery.h: ServiceProviderConfig, ResourceTypes and Schemas (RFC 7644 section 4).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DISCOVERY_H
#define CORE_DISCOVERY_H

#include "core/context.h"

// What the server says of itself. The flags must match what it does (P-081).
MUST_CHECK bool discovery_provider_config(str base, struct roster_arena *arena,
                                          struct roster_json **out, struct roster_error *err);
// The whole list, or with an id one entry. Refused: NOT_FOUND.
MUST_CHECK bool discovery_resource_types(const struct context *ctx, str id,
                                         struct roster_json **out, struct roster_error *err);
MUST_CHECK bool discovery_schemas(const struct context *ctx, str id, struct roster_json **out,
                                  struct roster_error *err);

#endif
