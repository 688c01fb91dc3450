// store/rebuild.h: keys follow the Unicode tables that made them.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_REBUILD_H
#define STORE_REBUILD_H

#include "base/error.h"
#include "store/store.h"

// Records the version of the tables in a new store; where it differs from the recorded one, makes
// every key again from the documents, in steps that a later start goes on with when this one is
// killed. Refused when two resources would then share a unique key: the roster that made the store
// opens it still, and makes its own keys again.
MUST_CHECK bool rebuild_keys(struct store *store, struct roster_error *err);

#endif
