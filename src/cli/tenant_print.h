// cli/tenant_print.h: tenants as JSON and as tables.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_TENANT_PRINT_H
#define CLI_TENANT_PRINT_H

#include "cli/commands.h"

// Each prints to call->io and returns an exit code.
int tenant_print_json(const struct call *call, const struct tenant_row *row);
int tenant_print_list_json(const struct call *call, const struct tenant_row *first);
int tenant_print_list(const struct call *call, const struct tenant_row *first);
// All settings, and each quirk with its state and meaning.
int tenant_print(const struct call *call, const struct tenant_row *row);

#endif
