// words.c: calls, markers and first lines that the house does or does not want.
// SPDX-License-Identifier: Apache-2.0
#include "tidy/tidy.h"

#include <string.h>

static const struct ban {
    const char *call;
    const char *instead;
    const char *allowed_in;  // folder, or NULL for nowhere
} bans[] = {
    {"strcpy", "memcpy with a checked length, or text_add", NULL},
    {"stpcpy", "memcpy with a checked length, or text_add", NULL},
    {"strcat", "text_add", NULL},
    {"strncpy", "snprintf, or memcpy with a checked length", NULL},
    {"strncat", "text_add", NULL},
    {"sprintf", "snprintf, or text_format", NULL},
    {"vsprintf", "vsnprintf, or text_format", NULL},
    {"strtok", "str_cut", NULL},
    {"strtok_r", "str_cut", NULL},
    {"gets", "fgets with the size of the buffer", NULL},
    {"atoi", "str_to_i64, which refuses what is no number", NULL},
    {"atol", "str_to_i64, which refuses what is no number", NULL},
    {"atoll", "str_to_i64, which refuses what is no number", NULL},
    {"atof", "text: JSON numbers stay as written", NULL},
    {"scanf", "str_cut and str_to_i64", NULL},
    {"fscanf", "str_cut and str_to_i64", NULL},
    {"sscanf", "str_cut and str_to_i64", NULL},
    {"vsscanf", "str_cut and str_to_i64", NULL},
    {"localtime", "time_print, which knows UTC only", NULL},
    {"gmtime", "time_print, or gmtime_r", NULL},
    {"ctime", "time_print", NULL},
    {"asctime", "time_print", NULL},
    {"rand", "the randomness of sys/", NULL},
    {"srand", "the randomness of sys/", NULL},
    {"random", "the randomness of sys/", NULL},
    {"system", "posix_spawn with an argument list", NULL},
    {"popen", "posix_spawn with an argument list", NULL},
    {"alloca", "the arena of the request", NULL},
    {"setenv", "an argument or a setting", "tests/"},
    {"putenv", "an argument or a setting", "tests/"},
};

static const char *const markers[] = {"TODO", "FIXME", "XXX", "HACK"};

static bool is_member(const char *line, const char *at)
{
    return (at > line && at[-1] == '.') || (at > line + 1 && at[-1] == '>' && at[-2] == '-');
}

static bool has_call(const char *line, const char *call)
{
    size_t len = strlen(call);
    const char *at = find_word(line, call);
    while (at != NULL) {
        if (*skip_blanks(at + len) == '(' && !is_member(line, at)) {
            return true;
        }
        at = find_word(at + len, call);
    }
    return false;
}

void check_banned_calls(struct tidy *tidy, const struct source *source)
{
    for (size_t line = 0; line < source->line_count; line++) {
        for (size_t i = 0; i < COUNT_OF(bans); i++) {
            bool allowed = bans[i].allowed_in != NULL && is_in(source, bans[i].allowed_in);
            if (!allowed && has_call(line_code(source, line), bans[i].call)) {
                report(tidy, source, line, "%s() is banned: use %s", bans[i].call, bans[i].instead);
            }
        }
    }
}

// Between quotes it is data, as in the table above.
static bool is_quoted(const struct source *source, size_t line, const char *at)
{
    const char *code = line_code(source, line);
    size_t quotes = 0;
    for (size_t i = 0; i < (size_t)(at - line_text(source, line)); i++) {
        quotes += code[i] == '"';
    }
    return quotes % 2 == 1;
}

void check_markers(struct tidy *tidy, const struct source *source)
{
    for (size_t line = 0; line < source->line_count; line++) {
        for (size_t i = 0; i < COUNT_OF(markers); i++) {
            const char *at = find_word(line_text(source, line), markers[i]);
            if (at != NULL && !is_quoted(source, line, at)) {
                report(tidy, source, line, "%s: do it, file an issue, or write DECIDE: and options",
                       markers[i]);
            }
        }
    }
}

// The comment that opens a file ends at the first line that is none.
static bool head_names_licence(const struct source *source)
{
    for (size_t line = 0; line < source->line_count; line++) {
        const char *text = line_text(source, line);
        if (!starts_with(text, "//")) {
            return false;
        }
        if (strcmp(text, "// SPDX-License-Identifier: Apache-2.0") == 0) {
            return true;
        }
    }
    return false;
}

void check_file_head(struct tidy *tidy, const struct source *source)
{
    if (!is_c(source)) {
        return;
    }
    const char *first = source->line_count > 0 ? line_text(source, 0) : "";
    if (!starts_with(first, "//") || strstr(first, source->name) == NULL) {
        report(tidy, source, 0, "the first line is to read: // %s: what the file is for",
               source->name);
    }
    if (!head_names_licence(source)) {
        report(tidy, source, 0,
               "the comment at the top lacks: // SPDX-License-Identifier: Apache-2.0");
    }
}
