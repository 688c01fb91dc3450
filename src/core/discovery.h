// core/discovery.h: ServiceProviderConfig, ResourceTypes and Schemas (RFC 7644 section 4).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DISCOVERY_H
#define CORE_DISCOVERY_H

#include "core/context.h"
#include "core/etag.h"

struct discovery_request {
    str id;          // empty: the whole list
    str attributes;  // the two projections: for single documents, a list ignores them
    str excluded;
};

struct discovery {
    struct roster_json *body;
    struct etag tag;  // the same for every projection
    str location;     // of a single document; empty for a list
};

// What the server says of itself. The flags must match what it does (P-081).
MUST_CHECK bool discovery_provider_config(const struct context *ctx,
                                          const struct discovery_request *request,
                                          struct discovery *out, struct roster_error *err);
// The whole list, or with an id one entry. Refused: NOT_FOUND.
MUST_CHECK bool discovery_resource_types(const struct context *ctx,
                                         const struct discovery_request *request,
                                         struct discovery *out, struct roster_error *err);
MUST_CHECK bool discovery_schemas(const struct context *ctx,
                                  const struct discovery_request *request, struct discovery *out,
                                  struct roster_error *err);

#endif
