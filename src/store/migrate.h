// store/migrate.h: bringing a store to what this program expects.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "base/error.h"
#include "store/store.h"

// Applies what is missing, each migration in a transaction of its own. Refused: a recorded checksum
// that differs, a store that knows more migrations than this program.
MUST_CHECK bool migrate(struct conn *writer, struct roster_error *err);

#endif
