// cli/help.h: help, printed from the command table.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/commands.h"

// Every command in one line each, or those of a group.
void help_overview(struct text *out, str group);
// All there is to say about a command.
void help_command(struct text *out, const struct command *command);
// The table itself, for programs that print manuals. NULL when the arena is full.
struct roster_json *help_json(struct roster_arena *arena, str group);
struct roster_json *help_command_json(struct roster_arena *arena, const struct command *command);
// What a line that asks for help gets. Returns an exit code.
int help_line(const struct line *line, struct roster_arena *arena, struct io *io);

#endif
