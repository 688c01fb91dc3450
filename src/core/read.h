// core/read.h: one resource by its id (RFC 7644 section 3.4.1).
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_READ_H
#define CORE_READ_H

#include "core/represent.h"

struct read_result {
    struct answer answer;
    struct etag tag;
    str location;
    bool not_modified;  // If-None-Match matched: no body
};

// Refused: NOT_FOUND, PRECONDITION_FAILED (If-Match).
MUST_CHECK enum outcome read_resource(const struct context *ctx,
                                      const struct roster_resource_type *type, str id,
                                      const struct projection *projection,
                                      const struct conditions *conditions, struct read_result *out,
                                      struct roster_error *err);
// The same for a row that is at hand: what a write answers.
MUST_CHECK enum outcome read_row(const struct context *ctx, const struct roster_resource_type *type,
                                 const struct resource_row *row,
                                 const struct projection *projection, struct read_result *out,
                                 struct roster_error *err);
// And for one that was just created: it is in no group, so none is looked for.
MUST_CHECK enum outcome read_created(const struct context *ctx,
                                     const struct roster_resource_type *type,
                                     const struct resource_row *row,
                                     const struct projection *projection, struct read_result *out,
                                     struct roster_error *err);

#endif
