// core/tokens.h: steps that all kinds of credentials share; only core includes it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_TOKENS_H
#define CORE_TOKENS_H

#include "core/admin.h"

// Checks the request and begins a transaction; *out gets the row without what is shown. False: no
// transaction is open.
MUST_CHECK bool token_begin(const struct admin *admin, const struct token_request *request,
                            struct token_row *out, struct roster_error *err);
// In it: inserts the row, and its source when that is new.
MUST_CHECK enum store_outcome token_put(const struct admin *admin, struct token_row *row);
// What the audit says of a credential that came to be as it is in `row`; `before` is empty or what
// it said last.
MUST_CHECK bool token_change(const struct admin *admin, const struct token_row *row, str before,
                             struct change *out, struct roster_error *err);

#endif
