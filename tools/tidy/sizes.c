// sizes.c: how long lines, functions and files may be, and how long they are.
// SPDX-License-Identifier: Apache-2.0
#include "tidy/tidy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_LEN = 80 };

void lengths_add(struct lengths *lengths, size_t value, const char *path, const char *name)
{
    if (lengths->count == lengths->cap) {
        lengths->cap = lengths->cap == 0 ? 256 : lengths->cap * 2;
        lengths->values = realloc(lengths->values, lengths->cap * sizeof(lengths->values[0]));
        if (lengths->values == NULL) {
            fputs("tidy: out of memory\n", stderr);
            exit(EXIT_FAILURE);
        }
    }
    lengths->values[lengths->count++] = value;
    if (value > lengths->longest) {
        lengths->longest = value;
        snprintf(lengths->longest_name, sizeof(lengths->longest_name), "%s%s%s", path,
                 name[0] != '\0' ? " " : "", name);
    }
}

static int compare_sizes(const void *a, const void *b)
{
    size_t left = *(const size_t *)a;
    size_t right = *(const size_t *)b;
    return (left > right) - (left < right);
}

size_t lengths_median(struct lengths *lengths)
{
    if (lengths->count == 0) {
        return 0;
    }
    qsort(lengths->values, lengths->count, sizeof(lengths->values[0]), compare_sizes);
    return lengths->values[lengths->count / 2];
}

void lengths_release(struct lengths *lengths)
{
    free(lengths->values);
    *lengths = (struct lengths){0};
}

// Characters, not bytes: what follows in a UTF-8 sequence takes no column.
static size_t columns(const char *line)
{
    size_t count = 0;
    for (const char *at = line; *at != '\0'; at++) {
        count += ((unsigned char)*at & 0xC0) != 0x80;
    }
    return count;
}

void check_line_length(struct tidy *tidy, const struct source *source)
{
    for (size_t line = 0; line < source->line_count && is_c(source); line++) {
        size_t count = columns(line_text(source, line));
        if (count > COLUMNS_MAX) {
            report(tidy, source, line, "%zu columns: at most %d", count, COLUMNS_MAX);
        }
    }
}

void check_file_length(struct tidy *tidy, const struct source *source)
{
    if (!is_c(source)) {
        return;
    }
    lengths_add(&tidy->files, source->line_count, source->path, "");
    if (source->line_count > FILE_LINES_MAX) {
        report(tidy, source, FILE_LINES_MAX, "%zu lines: at most %d, split the file by its nouns",
               source->line_count, FILE_LINES_MAX);
    }
}

// The line that a function's declaration begins on, given the one with its opening brace.
static size_t declaration_line(const struct source *source, size_t brace)
{
    size_t line = brace;
    while (line > 0) {
        const char *above = line_code(source, line - 1);
        size_t len = strlen(skip_blanks(above));
        if (len == 0 || above[0] == '#' || above[0] == '}' || strchr(above, ';') != NULL) {
            break;
        }
        line--;
    }
    return line;
}

// The word before the first parenthesis; NAME_MAX_LEN with its NUL.
static void function_name(const char *line, char name[NAME_MAX_LEN])
{
    const char *end = strchr(line, '(');
    end = end != NULL ? end : line + strlen(line);
    const char *start = end;
    while (start > line && is_word_char(start[-1])) {
        start--;
    }
    snprintf(name, NAME_MAX_LEN, "%.*s", (int)(end - start), start);
}

// The line of a declaration that names it: the type may stand on a line of its own.
static size_t name_line(const struct source *source, size_t line)
{
    while (line + 1 < source->line_count && strchr(line_code(source, line), '(') == NULL) {
        line++;
    }
    return line;
}

static size_t closing_line(const struct source *source, size_t brace)
{
    size_t line = brace;
    while (line + 1 < source->line_count && line_code(source, line)[0] != '}') {
        line++;
    }
    return line;
}

// clang-format puts the braces of functions, and of nothing else, alone into the first column.
void check_functions(struct tidy *tidy, const struct source *source)
{
    for (size_t line = 0; line < source->line_count && is_c(source); line++) {
        if (strcmp(line_code(source, line), "{") != 0) {
            continue;
        }
        char name[NAME_MAX_LEN] = "";
        size_t first = declaration_line(source, line);
        line = closing_line(source, line);
        size_t count = line - first + 1;
        function_name(line_code(source, name_line(source, first)), name);
        lengths_add(&tidy->functions, count, source->path, name);
        if (count > FUNCTION_LINES_MAX) {
            report(tidy, source, first, "%s() has %zu lines: at most %d", name, count,
                   FUNCTION_LINES_MAX);
        }
    }
}
