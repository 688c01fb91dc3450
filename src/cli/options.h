// cli/options.h: options of a command as a table; help and parsing both come from it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/check.h"
#include "base/error.h"
#include "base/limits.h"

// A table ends with a row without a name.
struct cli_option {
    const char *name;   // "label": written --label
    const char *value;  // what stands behind it in help ("TEXT"); NULL: nothing may
    const char *help;   // with the default
    bool required;
};

enum { OPTIONS_MAX = 32 };

// A command line behind its command. Texts point into the argument vector.
struct options {
    const struct cli_option *rows[OPTIONS_MAX];
    const char *values[OPTIONS_MAX];  // NULL: not given; "" for one without a value
    size_t count;
    const char *arguments[ADMIN_ARGUMENTS_MAX];
    size_t argument_count;
};

// Reads options of all `tables` (NULL ends the list) from the words behind argv[0], before, between
// and behind arguments; "--" ends them. Refused with BAD_REQUEST. Not for two threads at once.
MUST_CHECK bool options_parse(const struct cli_option *const *tables, int argc, char **argv,
                              struct options *out, struct roster_error *err);
// Asserts that the option is in a table. The empty text when it was not given.
str options_text(const struct options *options, const char *name);
bool options_has(const struct options *options, const char *name);

#endif
