// commands.c: finding the command in a command line.
//
// The command is the first word that is no option, and the word behind it where the first one names
// a group. Options may stand before, between and behind.
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include "cli/nearest.h"

#include <string.h>

enum { NAME_BYTES = 96 };

static const struct command *const all_commands[] = {
    serve_commands,      tenant_commands,  source_commands, schema_commands, role_commands,
    token_commands,      client_commands,  issuer_commands, cert_commands,   audit_commands,
    audit_read_commands, history_commands, guard_commands,  undo_commands,   erase_commands,
    journal_commands,    check_commands,   about_commands,
};

static const struct cli_option common_options[] = {
    {"json", NULL, "print JSON instead of text", false},
    {"help", NULL, "print this help", false},
    {0},
};

static const struct cli_option store_options[] = {
    {"store", "URL", "the store: sqlite:PATH (default: see Environment)", false},
    {0},
};

bool wants_json(const struct call *call)
{
    return options_has(call->options, "json");
}

void command_options(const struct command *command,
                     const struct cli_option *tables[OPTION_TABLES_MAX])
{
    size_t count = 0;
    if (command->options != NULL) {
        tables[count++] = command->options;
    }
    if (command->place == PLACE_STORE) {
        tables[count++] = store_options;
    }
    tables[count++] = common_options;
    tables[count] = NULL;
}

void commands_each(void (*each)(void *ctx, const struct command *command), void *ctx)
{
    for (size_t i = 0; i < COUNT_OF(all_commands); i++) {
        for (const struct command *command = all_commands[i]; command->name != NULL; command++) {
            each(ctx, command);
        }
    }
}

struct by_name {
    str name;
    const struct command *found;
};

static void match_name(void *ctx, const struct command *command)
{
    struct by_name *wanted = ctx;
    if (str_equal(str_of(command->name), wanted->name)) {
        wanted->found = command;
    }
}

const struct command *command_find(str name)
{
    struct by_name wanted = {.name = name};
    commands_each(match_name, &wanted);
    return wanted.found;
}

bool command_in_group(const struct command *command, str group)
{
    str first = {0};
    str rest = {0};
    str_cut(str_of(command->name), ' ', &first, &rest);
    return str_equal(first, group);
}

struct by_group {
    str group;
    const struct command *found;
    struct text *names;  // NULL, or gets the second words
};

static void match_group(void *ctx, const struct command *command)
{
    struct by_group *wanted = ctx;
    const char *second = strchr(command->name, ' ');
    if (second == NULL || !command_in_group(command, wanted->group)) {
        return;
    }
    if (wanted->names != NULL) {
        text_format(wanted->names, "%s%s", wanted->found != NULL ? ", " : "", second + 1);
    }
    wanted->found = command;
}

bool command_is_group(str name)
{
    struct by_group wanted = {.group = name};
    commands_each(match_group, &wanted);
    return wanted.found != NULL;
}

static void try_name(void *ctx, const struct command *command)
{
    str group = {0};
    str rest = {0};
    str_cut(str_of(command->name), ' ', &group, &rest);
    nearest_try(ctx, str_of(command->name));
    nearest_try(ctx, group);
}

bool command_refuse(str name, struct roster_error *err)
{
    name = str_head(name, name.len < NAME_BYTES ? name.len : NAME_BYTES);
    struct nearest nearest = {.word = name};
    commands_each(try_name, &nearest);
    str found = nearest_name(&nearest);
    return found.len > 0 ? fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                                "there is no command \"%.*s\"; did you mean \"%.*s\"?",
                                STR_ARGS(name), STR_ARGS(found))
                         : fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                                "there is no command \"%.*s\": see roster help", STR_ARGS(name));
}

// Before its command is known, only this option is known to take the next word.
static bool takes_next(const char *word)
{
    return strncmp(word, "--", 2) == 0 && strcmp(word + 2, store_options[0].name) == 0;
}

// Places of the first words that are no options, at most two.
static size_t find_words(int argc, char **argv, int places[2])
{
    size_t count = 0;
    for (int at = 1; at < argc && count < 2 && strcmp(argv[at], "--") != 0; at++) {
        if (argv[at][0] != '-' || argv[at][1] == '\0') {
            places[count++] = at;
        } else if (takes_next(argv[at])) {
            at++;
        }
    }
    return count;
}

// The words of the command line, apart from those of the command.
static bool take_words(int argc, char **argv, const int *places, size_t count,
                       struct roster_arena *arena, int *left, char ***out)
{
    *left = 0;
    *out = arena_array(arena, (size_t)argc + 1, sizeof(**out));
    for (int at = 0; *out != NULL && at < argc; at++) {
        bool taken = (count > 0 && at == places[0]) || (count > 1 && at == places[1]);
        if (!taken) {
            (*out)[(*left)++] = argv[at];
        }
    }
    return *out != NULL;
}

static bool has_word(int argc, char **argv, const char *word)
{
    for (int at = 1; at < argc; at++) {
        if (strcmp(argv[at], word) == 0) {
            return true;
        }
    }
    return false;
}

static bool check_arguments(const struct line *line, struct roster_error *err)
{
    const struct command *command = line->command;
    size_t count = line->options.argument_count;
    if (count >= command->argument_min && count <= command->argument_max) {
        return true;
    }
    return command->argument_max == 0
               ? fail(err, ROSTER_ERR_BAD_REQUEST, 0, "%s takes no arguments: \"%.80s\"",
                      command->name, line->options.arguments[0])
               : fail(err, ROSTER_ERR_BAD_REQUEST, 0, "usage: roster %s %s", command->name,
                      command->arguments);
}

// A group without a command of its own: only help can be asked of it.
static bool read_group(str group, int argc, char **argv, struct roster_arena *arena,
                       struct line *out, struct roster_error *err)
{
    struct text names;
    text_init(&names, arena, NAME_BYTES);
    struct by_group all = {.group = group, .names = &names};
    if (has_word(argc, argv, "--help") || has_word(argc, argv, "-h")) {
        *out = (struct line){.group = group, .help = true};
        return true;
    }
    commands_each(match_group, &all);
    return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "\"roster %.*s\" goes on with one of: %.*s",
                STR_ARGS(group), STR_ARGS(text_str(&names)));
}

static bool read_options(int argc, char **argv, struct line *out, struct roster_error *err)
{
    const struct cli_option *own[OPTION_TABLES_MAX];
    command_options(out->command, own);
    if (!options_parse(own, argc, argv, &out->options, err)) {
        return false;
    }
    out->help = options_has(&out->options, "help");
    return out->help || check_arguments(out, err);
}

// Without a command: `roster`, `roster --help`, `roster --version`.
static bool read_none(int argc, char **argv, struct line *out, struct roster_error *err)
{
    static const struct cli_option version[] = {{"version", NULL, "print the version", false}, {0}};
    const struct cli_option *const own[] = {version, common_options, NULL};
    if (!options_parse(own, argc, argv, &out->options, err)) {
        return false;
    }
    out->command =
        command_find(options_has(&out->options, "version") ? STR("version") : STR("help"));
    return true;
}

// No group and no command: both words may be the mistyped name of one command.
static bool refuse_words(char **argv, const int *places, size_t count, struct roster_arena *arena,
                         struct roster_error *err)
{
    str name = str_of(argv[places[0]]);
    if (count > 1 && !arena_format(arena, &name, "%s %s", argv[places[0]], argv[places[1]])) {
        return fail_memory(err);
    }
    return command_refuse(name, err);
}

bool line_read(int argc, char **argv, struct roster_arena *arena, struct line *out,
               struct roster_error *err)
{
    int places[2] = {0};
    int left = 0;
    char **words = NULL;
    size_t count = find_words(argc, argv, places);
    *out = (struct line){0};
    if (count == 0) {
        return read_none(argc, argv, out, err);
    }
    str name = str_of(argv[places[0]]);
    bool group = command_is_group(name);
    if (group && count == 1) {
        return read_group(name, argc, argv, arena, out, err);
    }
    if (group && !arena_format(arena, &name, "%s %s", argv[places[0]], argv[places[1]])) {
        return fail_memory(err);
    }
    out->command = command_find(name);
    if (out->command == NULL) {
        return group ? command_refuse(name, err) : refuse_words(argv, places, count, arena, err);
    }
    return take_words(argc, argv, places, group ? 2 : 1, arena, &left, &words)
               ? read_options(left, words, out, err)
               : fail_memory(err);
}
