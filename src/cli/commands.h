// cli/commands.h: the command table, and how a command line becomes a call.
//
// A command that needs the store does not know whether it runs in its own process or in the server
// that owns the store: it gets `admin`, prints into `io`, and returns an exit code of sysexits.h.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"
#include "cli/print.h"
#include "core/schemas.h"

struct call {
    const struct command *command;
    const struct options *options;
    const struct admin *admin;  // NULL for commands that need no store
    struct roster_arena *arena;
    struct io *io;
    str input;                         // of a command that takes_input
    struct schema_progress *progress;  // the same from turn to turn
    bool again;  // set by a command that has more to do: others may write before its next turn
    bool later;  // with `again`: in a while
};

enum command_place {
    PLACE_HERE,   // in the process that was started
    PLACE_STORE,  // where the store is open
};

struct command {
    const char *name;       // "tenant add"; the first word is the group
    const char *arguments;  // for help: "NAME KEY=VALUE..."
    size_t argument_min;
    size_t argument_max;
    const char *help;                  // one line
    const char *about;                 // what it does and prints, in lines of help
    const char *examples;              // each on a line of its own
    const struct cli_option *options;  // its own; NULL: none
    enum command_place place;
    bool slow;            // takes as long as the tenant is large
    bool takes_input;     // the last argument is a file (-: standard input) that the caller reads
    bool shows_progress;  // between its turns the caller is told how far it is, and what it printed
    bool reads;           // changes nothing: runs on a read connection, beside the writer
    const char *input;    // an option whose value is a file that the caller reads; NULL: none
    const char *saves;    // an option whose value is a file that gets what it prints; NULL: none
    const char *confirm;  // asked before it runs, with the first argument in place of %s
    int (*run)(struct call *call);
};

// Tables of the files that hold the functions; each ends with a row without a name.
extern const struct command about_commands[];
extern const struct command audit_commands[];
extern const struct command audit_read_commands[];
extern const struct command cert_commands[];
extern const struct command check_commands[];
extern const struct command journal_commands[];
extern const struct command serve_commands[];
extern const struct command guard_commands[];
extern const struct command tenant_commands[];
extern const struct command role_commands[];
extern const struct command schema_commands[];
extern const struct command source_commands[];
extern const struct command token_commands[];
extern const struct command history_commands[];
extern const struct command client_commands[];
extern const struct command undo_commands[];
extern const struct command issuer_commands[];
extern const struct command erase_commands[];

// Whether the answer is to be JSON.
bool wants_json(const struct call *call);

enum { OPTION_TABLES_MAX = 4 };
// The option tables of a command: its own and those that all of its kind have. NULL ends the list.
void command_options(const struct command *command,
                     const struct cli_option *tables[OPTION_TABLES_MAX]);

// Calls `each` for every command in the order of help.
void commands_each(void (*each)(void *ctx, const struct command *command), void *ctx);
// NULL when there is none of that name.
const struct command *command_find(str name);
// Whether `command` is named `group` or begins with that word.
bool command_in_group(const struct command *command, str group);

bool command_is_group(str name);
// Refuses a name that no command has with BAD_REQUEST and the nearest one. Always false.
bool command_refuse(str name, struct roster_error *err);

// What a command line asks for.
struct line {
    const struct command *command;  // NULL: help about everything, or about `group`
    str group;
    bool help;
    struct options options;
    str input;
    struct schema_progress *progress;
};

// Takes a whole argument vector apart. Refused with BAD_REQUEST, naming the nearest command. Not
// for two threads at once.
MUST_CHECK bool line_read(int argc, char **argv, struct roster_arena *arena, struct line *out,
                          struct roster_error *err);

#endif
