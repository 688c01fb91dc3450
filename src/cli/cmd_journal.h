// cli/cmd_journal.h: what the table of roster journal takes from other files.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_CMD_JOURNAL_H
#define CLI_CMD_JOURNAL_H

#include "cli/commands.h"

int run_replay(struct call *call);

#endif
