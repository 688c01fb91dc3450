// store/token_row.h: the columns that every statement on tokens begins with; store's own.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_TOKEN_ROW_H
#define STORE_TOKEN_ROW_H

#include "store/sql.h"
#include "store/tenant.h"

enum token_column {
    COLUMN_TOKEN,
    COLUMN_TENANT,
    COLUMN_SOURCE,
    COLUMN_SOURCE_NAME,
    COLUMN_LABEL,
    COLUMN_USER_ID,
    COLUMN_CLIENT,
    COLUMN_SCOPES,
    COLUMN_DIGEST,
    COLUMN_CREATED,
    COLUMN_EXPIRES,
    COLUMN_REVOKED,
    COLUMN_USED,
    COLUMN_ADDRESS,
    COLUMN_SUSPENDED,
    COLUMN_TENANT_NAME,
    COLUMN_SETTINGS,
    COLUMN_SCHEMAS,
    COLUMN_THUMBPRINT,
    COLUMN_SUBJECT,
    COLUMN_POLICY,
    COLUMN_FEDERATED,
    COLUMN_ISSUER,
    COLUMN_NAME_KIND,
    COLUMN_AUTHORITY,
    TOKEN_COLUMN_COUNT,
};

// The row that the statement stands on; text lives in the arena.
void token_read(struct sql *q, struct roster_arena *arena, struct token_row *row);
typedef void token_read_fn(struct sql *q, struct roster_arena *arena, struct token_row *row);
// Every row that the statement gives, each by `read`; NULL: there are none. Ends the statement.
MUST_CHECK enum store_outcome token_read_all(struct sql *q, token_read_fn *read,
                                             struct roster_arena *arena, struct token_row **first);

#endif
