// cli/schema_print.h: schemas, resource types and indexes as JSON and as tables.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_SCHEMA_PRINT_H
#define CLI_SCHEMA_PRINT_H

#include "cli/commands.h"

// Each prints to call->io and returns an exit code.
int schema_print_effects(const struct call *call, const struct schema_effect_row *first);
int schema_print_list(const struct call *call, const struct schema_view *view);
int schema_print_list_json(const struct call *call, const struct schema_view *view);

#endif
