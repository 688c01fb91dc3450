// tidy/tidy.h: what the rules of the house checker share.
//
// A rule is a function over one source file. It reads `text` or `code`, calls report() for what it
// finds and keeps nothing. All rules stand in one table in main.c.
// SPDX-License-Identifier: Apache-2.0
#ifndef TIDY_TIDY_H
#define TIDY_TIDY_H

#include <stdbool.h>
#include <stddef.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum {
    FILE_LINES_MAX = 600,
    FUNCTION_LINES_MAX = 70,
    COLUMNS_MAX = 100,
    TEST_NAME_WORDS_MIN = 3,
};

// One file, cut into lines. `text` is what was written. `code` has the same length and the same
// lines, but blanks instead of comments and of what stands between quotes.
struct source {
    const char *path;  // from the root of the tree, as in messages
    const char *name;  // last part of `path`
    char *text;
    char *code;
    size_t len;
    size_t *starts;  // offset of each line
    size_t line_count;
};

// Lengths of one kind of thing, to tell the median and the longest.
struct lengths {
    size_t *values;
    size_t count;
    size_t cap;
    size_t longest;
    char longest_name[200];
};

struct tidy {
    size_t problems;
    struct lengths files;
    struct lengths functions;
};

// Reads `full_path`; `path` is borrowed. Exits with a message when the file cannot be read.
struct source source_load(const char *full_path, const char *path);
void source_release(struct source *source);

const char *line_text(const struct source *source, size_t line);
const char *line_code(const struct source *source, size_t line);
bool is_in(const struct source *source, const char *folder);  // folder ends with '/'
bool is_c(const struct source *source);

bool is_word_char(char c);
bool starts_with(const char *text, const char *prefix);
const char *skip_blanks(const char *text);
// First place of `word` as a whole word, or NULL.
const char *find_word(const char *text, const char *word);

// Prints `path:line: message`, lines counted from 0 here and from 1 there, and counts it.
__attribute__((format(printf, 4, 5))) void report(struct tidy *tidy, const struct source *source,
                                                  size_t line, const char *format, ...);

void lengths_add(struct lengths *lengths, size_t value, const char *path, const char *name);
size_t lengths_median(struct lengths *lengths);
void lengths_release(struct lengths *lengths);

typedef void rule(struct tidy *tidy, const struct source *source);

rule check_banned_calls;
rule check_file_head;
rule check_file_length;
rule check_functions;
rule check_includes;
rule check_line_length;
rule check_markers;
rule check_sql_tenant;
rule check_test_names;

#endif
