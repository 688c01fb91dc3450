// store/external.h: the externalIds of one resource, as its row keeps them.
//
// For each source that gave one: source (8 bytes, high one first), length (4), text.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_EXTERNAL_H
#define STORE_EXTERNAL_H

#include "store/resource.h"

struct external {
    int64_t source;
    str value;
};

// Takes the first one off `packed`. False at the end, or when the bytes are no such list.
bool external_next(str *packed, struct external *out);
// That of one source; the empty slice when there is none.
str external_of(str packed, int64_t source);
// The list with `value` for `source`; an empty value takes it out. False when the arena is full.
MUST_CHECK bool external_pack(str packed, int64_t source, str value, struct roster_arena *arena,
                              str *out);
// The list of a resource. STORE_NONE: there is no such row.
MUST_CHECK enum store_outcome external_list(struct conn *conn, int64_t tenant, int64_t row,
                                            struct roster_arena *arena, str *packed);

// The row that finds it. The caller packs it into the resource.
MUST_CHECK enum store_outcome external_insert(struct conn *writer, int64_t tenant,
                                              const struct resource_row *row,
                                              const struct external *external);
// The rows of all sources. The caller deletes the resource.
MUST_CHECK enum store_outcome external_delete_all(struct conn *writer, int64_t tenant,
                                                  const struct resource_row *row);

#endif
