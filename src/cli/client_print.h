// cli/client_print.h: OAuth clients as JSON and as tables. A client is its secrets.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_CLIENT_PRINT_H
#define CLI_CLIENT_PRINT_H

#include "cli/credential.h"

// The client whose secrets are the rows from `first` up to `end`. `secret` is NULL but when it was
// made right now. NULL: the arena is full.
struct roster_json *client_json(const struct call *call, const struct token_row *first,
                                const struct token_row *end, const struct secret *secret);
// A line for each secret. Prints to call->io and returns an exit code.
int clients_table(struct call *call, const struct token_row *first);

#endif
