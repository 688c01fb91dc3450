// core/search_one.h: one resource as the place of a search (RFC 7644 section 3.4.2.1).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_SEARCH_ONE_H
#define CORE_SEARCH_ONE_H

#include "core/context.h"
#include "scim/message.h"

// Narrows the request to the resource with this id. Refused: NOT_FOUND, and what is wrong with the
// filter as it was sent.
MUST_CHECK enum outcome search_narrow(const struct context *ctx,
                                      const struct roster_resource_type *type, str id,
                                      struct search_request *request, struct roster_error *err);

#endif
