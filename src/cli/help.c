// help.c: the command table as text and as JSON.
// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <stdio.h>
#include <string.h>

enum { COMMAND_COLUMN = 34, OPTION_COLUMN = 26, NAME_BYTES = 128 };

static const struct {
    const char *name;
    const char *help;
} environment[] = {
    {"ROSTER_STORE", "the store where --store does not say one"},
    {"STATE_DIRECTORY", "else roster.db in this folder (systemd sets it)"},
    {"XDG_STATE_HOME", "else roster/roster.db in this folder; else in ~/.local/state"},
};

static const struct {
    int code;
    const char *help;
} exits[] = {
    {EX_OK, "done"},
    {EX_USAGE, "the command line is wrong"},
    {EX_DATAERR, "a value is refused, or a name is taken"},
    {EX_NOINPUT, "there is no such tenant, token or user"},
    {EX_UNAVAILABLE, "the store or the address is in use or cannot be had"},
    {EX_CANTCREAT, "the folder of the store cannot be made"},
    {EX_IOERR, "the store cannot be read or written"},
    {EX_TEMPFAIL, "the server is stopping or too slow: try again"},
    {EX_NOPERM, "permission denied"},
    {EX_CONFIG, "a setting is wrong, or this build does not support it"},
};

static void put_row(struct text *out, const char *name, int column, const char *help)
{
    // A name that fills its column gets a line of its own.
    if ((int)strlen(name) < column - 2) {
        text_format(out, "  %-*s%s\n", column - 2, name, help);
    } else {
        text_format(out, "  %s\n%*s%s\n", name, column, "", help);
    }
}

struct listing {
    struct text *out;
    str group;  // empty: all
    struct roster_arena *arena;
    struct roster_json *json;  // NULL once the arena is full
};

static void list_command(void *ctx, const struct command *command)
{
    const struct listing *listing = ctx;
    char name[NAME_BYTES];
    if (listing->group.len == 0 || command_in_group(command, listing->group)) {
        snprintf(name, sizeof(name), "%s %s", command->name, command->arguments);
        put_row(listing->out, name, COMMAND_COLUMN, command->help);
    }
}

void help_overview(struct text *out, str group)
{
    struct listing listing = {.out = out, .group = group};
    text_lit(out, "Roster: identity providers in, people and groups kept, SCIM 2.0 all the way.\n\n"
                  "usage: roster COMMAND [ARGUMENT]... [OPTION]...\n\n"
                  "Commands:\n");
    commands_each(list_command, &listing);
    text_lit(out, "\nroster help COMMAND, or roster COMMAND --help, tells all about one.\n");
    if (group.len == 0) {
        text_lit(out, "\nFirst steps:\n"
                      "  roster serve &\n"
                      "  roster tenant add acme\n"
                      "  roster token add --tenant acme\n"
                      "Then give the address and the token to the identity provider.\n");
    }
}

static void put_options(struct text *out, const struct command *command)
{
    const struct cli_option *tables[OPTION_TABLES_MAX];
    char name[NAME_BYTES];
    command_options(command, tables);
    text_lit(out, "\nOptions:\n");
    for (size_t table = 0; tables[table] != NULL; table++) {
        for (const struct cli_option *row = tables[table]; row->name != NULL; row++) {
            snprintf(name, sizeof(name), "--%s%s%s", row->name, row->value != NULL ? " " : "",
                     row->value != NULL ? row->value : "");
            put_row(out, name, OPTION_COLUMN, row->help);
        }
    }
}

static bool has_required(const struct cli_option *rows)
{
    for (; rows != NULL && rows->name != NULL; rows++) {
        if (rows->required) {
            return true;
        }
    }
    return false;
}

static void put_usage(struct text *out, const struct command *command)
{
    text_format(out, "usage: roster %s", command->name);
    for (const struct cli_option *row = command->options;
         has_required(command->options) && row->name != NULL; row++) {
        if (row->required) {
            text_format(out, " --%s %s", row->name, row->value);
        }
    }
    text_format(out, "%s%s [OPTION]...\n", command->arguments[0] != '\0' ? " " : "",
                command->arguments);
}

// Text of several lines, each set in by two blanks.
static void put_lines(struct text *out, const char *lines)
{
    str rest = str_of(lines);
    while (rest.len > 0) {
        str line = {0};
        str_cut(rest, '\n', &line, &rest);
        text_format(out, "  %.*s\n", STR_ARGS(line));
    }
}

void help_command(struct text *out, const struct command *command)
{
    put_usage(out, command);
    text_format(out, "\n%s\n", command->about);
    put_options(out, command);
    text_lit(out, "\nExamples:\n");
    put_lines(out, command->examples);
    text_lit(out, "\nEnvironment:\n");
    for (size_t i = 0; i < COUNT_OF(environment); i++) {
        put_row(out, environment[i].name, OPTION_COLUMN, environment[i].help);
    }
    text_lit(out, "\nExit codes:\n");
    for (size_t i = 0; i < COUNT_OF(exits); i++) {
        text_format(out, "  %2d  %s\n", exits[i].code, exits[i].help);
    }
}

static bool put_text(struct roster_json *object, struct roster_arena *arena, str key,
                     const char *text)
{
    return json_put_string(object, arena, key, str_of(text));
}

static struct roster_json *option_json(struct roster_arena *arena, const struct cli_option *row)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && put_text(out, arena, STR("name"), row->name) &&
              json_put_made(out, STR("value"), json_text(arena, str_of(row->value))) &&
              json_put_bool(out, arena, STR("required"), row->required) &&
              put_text(out, arena, STR("help"), row->help);
    return ok ? out : NULL;
}

static struct roster_json *options_json(struct roster_arena *arena, const struct command *command)
{
    const struct cli_option *tables[OPTION_TABLES_MAX];
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    command_options(command, tables);
    for (size_t table = 0; tables[table] != NULL; table++) {
        for (const struct cli_option *row = tables[table]; row->name != NULL; row++) {
            struct roster_json *option = option_json(arena, row);
            if (out == NULL || option == NULL) {
                return NULL;
            }
            json_push(out, option);
        }
    }
    return out;
}

struct roster_json *help_command_json(struct roster_arena *arena, const struct command *command)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && put_text(out, arena, STR("name"), command->name) &&
              put_text(out, arena, STR("arguments"), command->arguments) &&
              put_text(out, arena, STR("help"), command->help) &&
              put_text(out, arena, STR("about"), command->about) &&
              put_text(out, arena, STR("examples"), command->examples) &&
              json_put_made(out, STR("options"), options_json(arena, command));
    return ok ? out : NULL;
}

static void push_command(void *ctx, const struct command *command)
{
    struct listing *listing = ctx;
    if (listing->json == NULL ||
        (listing->group.len > 0 && !command_in_group(command, listing->group))) {
        return;
    }
    struct roster_json *row = help_command_json(listing->arena, command);
    if (row == NULL) {
        listing->json = NULL;
        return;
    }
    json_push(listing->json, row);
}

struct roster_json *help_json(struct roster_arena *arena, str group)
{
    struct listing listing = {.arena = arena, .json = json_new(arena, JSON_ARRAY), .group = group};
    commands_each(push_command, &listing);
    return listing.json;
}

int help_line(const struct line *line, struct roster_arena *arena, struct io *io)
{
    if (line->command == NULL) {
        help_overview(&io->out, line->group);
        return EX_OK;
    }
    if (options_has(&line->options, "json")) {
        return io_json(io, help_command_json(arena, line->command));
    }
    help_command(&io->out, line->command);
    return EX_OK;
}
