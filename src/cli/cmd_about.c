// cmd_about.c: roster help and roster version.
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/help.h"
#include "scim/fold.h"
#include "store/store.h"

static int run_help(struct call *call)
{
    const struct options *options = call->options;
    bool json = options_has(options, "json");
    str name = {0};
    if (options->argument_count == 0) {
        if (json) {
            return io_json(call->io, help_json(call->arena, (str){0}));
        }
        help_overview(&call->io->out, (str){0});
        return EX_OK;
    }
    bool two = options->argument_count > 1;
    if (!arena_format(call->arena, &name, "%s%s%s", options->arguments[0], two ? " " : "",
                      two ? options->arguments[1] : "")) {
        return io_stop(call->io, EX_USAGE, "the name of the command is too long");
    }
    const struct command *command = command_find(name);
    if (command == NULL && command_is_group(name)) {
        help_overview(&call->io->out, name);
        return EX_OK;
    }
    if (command == NULL) {
        struct roster_error err = {0};
        command_refuse(name, &err);
        return io_refuse(call->io, &err);
    }
    struct line line = {.command = command, .options = *options};
    return help_line(&line, call->arena, call->io);
}

static int run_version(struct call *call)
{
    struct roster_arena *arena = call->arena;
    if (!wants_json(call)) {
        text_format(&call->io->out, "roster %s (SQLite %s, Unicode %s)\n", ROSTER_VERSION,
                    store_engine_version(), fold_unicode_version());
        return EX_OK;
    }
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, arena, STR("roster"), str_of(ROSTER_VERSION)) &&
              json_put_string(out, arena, STR("sqlite"), str_of(store_engine_version())) &&
              json_put_string(out, arena, STR("unicode"), str_of(fold_unicode_version()));
    return io_json(call->io, ok ? out : NULL);
}

const struct command about_commands[] = {
    {
        .name = "help",
        .arguments = "[COMMAND]",
        .argument_max = 2,
        .help = "say what Roster does, or all about one command",
        .about = "Prints the list of commands, those of a group (tenant, token), or everything\n"
                 "about one command. With --json the command table, for programs that print\n"
                 "manuals: objects with name, arguments, help, about, examples, options.",
        .examples = "roster help\nroster help token add\nroster help --json",
        .place = PLACE_HERE,
        .run = run_help,
    },
    {
        .name = "version",
        .arguments = "",
        .help = "print the version",
        .about = "Prints the version of Roster, of the SQLite library and of the Unicode tables\n"
                 "in use. With --json an object with roster, sqlite, unicode.",
        .examples = "roster version\nroster version --json",
        .place = PLACE_HERE,
        .run = run_version,
    },
    {0},
};
