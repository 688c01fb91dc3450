// core/password.h: the password of a user, which is written and never read back (P-064 ff.).
//
// It is checked with the body and dropped. Where the tenant stores passwords, a hash goes into a
// table of its own, in the transaction of the change; hashing is done on a worker before.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_PASSWORD_H
#define CORE_PASSWORD_H

#include "core/write.h"

// What a body or a PATCH wants: fills write->password. Nothing where the tenant stores none.
// Refused: INVALID_VALUE (OpaqueString).
MUST_CHECK bool password_read(const struct context *ctx, struct write *write,
                              const struct roster_json *body, struct roster_error *err);
// Makes the hash of a password that is to be set; the password is wiped. On a worker.
MUST_CHECK bool password_prepare(const struct context *ctx, struct write *write,
                                 struct roster_error *err);
// Whether the write waits for password_prepare.
bool password_is_pending(const struct write *write);
// Before a write: whether it changes the password of `row`. A tenant that stopped to store
// passwords in the meantime changes none.
MUST_CHECK enum outcome password_settle(const struct context *ctx, struct write *write, int64_t row,
                                        bool *changes, struct roster_error *err);
// Writes what password_settle decided.
MUST_CHECK enum store_outcome password_write(const struct context *ctx, const struct write *write,
                                             int64_t row);

#endif
