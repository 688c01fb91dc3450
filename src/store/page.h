// store/page.h: documents of one type in the order in which they were made.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_PAGE_H
#define STORE_PAGE_H

#include "store/resource.h"

struct document_row {
    int64_t row;
    str document;
    struct document_row *next;
};

// At most `limit` of those behind row `after`.
MUST_CHECK enum store_outcome documents_page(struct conn *conn, int64_t tenant, int type,
                                             int64_t after, int limit, struct roster_arena *arena,
                                             struct document_row **first);

#endif
