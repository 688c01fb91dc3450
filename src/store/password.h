// store/password.h: the hashes of passwords: a table of their own, which nothing else reads.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_PASSWORD_H
#define STORE_PASSWORD_H

#include "store/store.h"

// Replaces the one that is there.
MUST_CHECK enum store_outcome password_save(struct conn *writer, int64_t tenant, int64_t row,
                                            str hash);
// Deletes it, where there is one.
MUST_CHECK enum store_outcome password_delete(struct conn *writer, int64_t tenant, int64_t row);
// All of a tenant.
MUST_CHECK enum store_outcome password_delete_all(struct conn *writer, int64_t tenant);
// STORE_NONE: this resource has no password.
MUST_CHECK enum store_outcome password_find(struct conn *conn, int64_t tenant, int64_t row,
                                            struct roster_arena *arena, str *hash);

#endif
