// cli/undo_print.h: what an undo does, or would do, as JSON and for reading.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_UNDO_PRINT_H
#define CLI_UNDO_PRINT_H

#include "cli/commands.h"
#include "core/undo.h"

// Each prints to call->io and returns an exit code.
int undo_print_items(const struct call *call, const struct undo_request *request,
                     const struct undo_item *item);
int undo_print_end(const struct call *call, const struct undo_request *request,
                   const struct undo_walk *walk);

#endif
