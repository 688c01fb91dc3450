// options.c: option tables over getopt_long.
// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include "cli/nearest.h"

#include <getopt.h>
#include <string.h>

// What getopt_long returns: a word that is no option, -h, or a row of the tables.
enum { FOUND_ARGUMENT = 1, FOUND_HELP = 'h', FOUND_LINES = 'n', FIRST_LONG = 256 };

static void add_rows(struct options *options, const struct cli_option *rows)
{
    for (; rows->name != NULL; rows++) {
        assert(options->count < OPTIONS_MAX);
        options->rows[options->count++] = rows;
    }
}

static size_t look_for_row(const struct options *options, const char *name)
{
    size_t row = 0;
    while (row < options->count && strcmp(options->rows[row]->name, name) != 0) {
        row++;
    }
    return row;
}

static size_t find_row(const struct options *options, const char *name)
{
    size_t row = look_for_row(options, name);
    assert(row < options->count);
    return row;
}

str options_text(const struct options *options, const char *name)
{
    return str_of(options->values[find_row(options, name)]);
}

bool options_has(const struct options *options, const char *name)
{
    return options->values[find_row(options, name)] != NULL;
}

static void fill_long(const struct options *options, struct option *out)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct cli_option *row = options->rows[i];
        out[i] = (struct option){row->name, row->value != NULL ? required_argument : no_argument,
                                 NULL, FIRST_LONG + (int)i};
    }
}

static bool refuse_unknown(const struct options *options, const char *word,
                           struct roster_error *err)
{
    str name = {0};
    str rest = {0};
    bool is_long = strncmp(word, "--", 2) == 0;
    str_cut(str_of(is_long ? word + 2 : word), '=', &name, &rest);
    struct nearest nearest = {.word = name};
    for (size_t i = 0; i < options->count && is_long; i++) {
        nearest_try(&nearest, str_of(options->rows[i]->name));
    }
    str found = nearest_name(&nearest);
    name = str_head(name, name.len < 60 ? name.len : 60);
    return found.len > 0 ? fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                                "there is no option --%.*s here; did you mean --%.*s?",
                                STR_ARGS(name), STR_ARGS(found))
                         : fail(err, ROSTER_ERR_BAD_REQUEST, 0, "there is no option %s%.*s here",
                                is_long ? "--" : "", STR_ARGS(name));
}

// getopt_long has just moved past the word that it does not like.
static bool refuse_word(const struct options *options, int got, char **argv,
                        struct roster_error *err)
{
    if (optopt >= FIRST_LONG) {
        const struct cli_option *row = options->rows[optopt - FIRST_LONG];
        return got == ':' ? fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--%s needs a value: --%s %s",
                                 row->name, row->name, row->value)
                          : fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--%s takes no value", row->name);
    }
    if (optopt == FOUND_LINES && got == ':') {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "-n needs a value: -n COUNT");
    }
    char letter[] = {'-', (char)optopt, '\0'};
    return refuse_unknown(options, optopt != 0 ? letter : argv[optind - 1], err);
}

static bool check_required(const struct options *options, struct roster_error *err)
{
    for (size_t i = 0; i < options->count; i++) {
        const struct cli_option *row = options->rows[i];
        if (row->required && options->values[i] == NULL) {
            return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--%s %s is needed", row->name, row->value);
        }
    }
    return true;
}

static bool take_argument(const char *word, struct options *out, struct roster_error *err)
{
    if (out->argument_count == ADMIN_ARGUMENTS_MAX) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "there are more than %d arguments",
                    ADMIN_ARGUMENTS_MAX);
    }
    out->arguments[out->argument_count++] = word;
    return true;
}

static bool take_found(int found, char **argv, struct options *out, struct roster_error *err)
{
    if (found == FOUND_ARGUMENT) {
        return take_argument(optarg, out, err);
    }
    if (found == FOUND_HELP) {
        out->values[find_row(out, "help")] = "";
        return true;
    }
    if (found == FOUND_LINES) {
        out->values[find_row(out, "lines")] = optarg;
        return true;
    }
    if (found < FIRST_LONG) {
        return refuse_word(out, found, argv, err);
    }
    out->values[found - FIRST_LONG] = optarg != NULL ? optarg : "";
    return true;
}

bool options_parse(const struct cli_option *const *tables, int argc, char **argv,
                   struct options *out, struct roster_error *err)
{
    struct option rows[OPTIONS_MAX + 1] = {0};
    *out = (struct options){0};
    for (; *tables != NULL; tables++) {
        add_rows(out, *tables);
    }
    fill_long(out, rows);
    optind = 0;  // starts anew: a server reads many command lines
    opterr = 0;
    // '-': words come in their order whatever POSIXLY_CORRECT says; ':': we say what is missing.
    const char *letters = look_for_row(out, "lines") < out->count ? "-:hn:" : "-:h";
    for (int found; (found = getopt_long(argc, argv, letters, rows, NULL)) != -1;) {
        if (!take_found(found, argv, out, err)) {
            return false;
        }
    }
    for (int at = optind; at < argc; at++) {  // behind "--"
        if (!take_argument(argv[at], out, err)) {
            return false;
        }
    }
    // Who asks for help need not know what is required.
    return options_has(out, "help") || check_required(out, err);
}
