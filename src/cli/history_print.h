// cli/history_print.h: states and changes of people as JSON and for reading.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_HISTORY_PRINT_H
#define CLI_HISTORY_PRINT_H

#include "cli/commands.h"
#include "core/history_show.h"

// Each prints to call->io and returns an exit code.
int history_print_view(const struct call *call, const struct history_request *request,
                       const struct history_view *view);
int history_print_list(const struct call *call, const struct history_list *list);
// A JSON value on one line, fit for a terminal; "-" for NULL.
void history_print_value(struct text *out, const struct roster_json *value);
// "created", "changed", "replaced", "deleted".
const char *history_kind_name(enum change_kind kind);

#endif
