// store/row.h: reading a resource row, for every statement that selects RESOURCE_COLUMNS.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_ROW_H
#define STORE_ROW_H

#include "store/resource.h"
#include "store/sql.h"

// Copies the row that `q` stands on. A failure is noted in `q`.
void row_read(struct sql *q, int64_t source, struct roster_arena *arena, struct resource_row *row);
// By row number: how searches fetch what they found.
MUST_CHECK enum store_outcome row_load(struct conn *conn, int64_t tenant, int64_t number,
                                       int64_t source, struct roster_arena *arena,
                                       struct resource_row *row);

#endif
