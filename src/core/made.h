// core/made.h: values that the server makes because nobody gave what would do instead: the
// clientToken of an EndpointApp without a certificate (RFC 9944 section 6).
//
// Such a value is a secret. It stands in the document, because who may read the resource may read
// it; the history of changes does not hold it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_MADE_H
#define CORE_MADE_H

#include "core/context.h"

// Makes what is missing in a canonical resource. False when the arena is full.
MUST_CHECK bool made_fill(const struct context *ctx, const struct roster_resource_type *type,
                          struct roster_json *resource);
// Takes such values out again.
void made_strip(const struct roster_resource_type *type, struct roster_json *resource);

#endif
