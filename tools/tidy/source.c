// source.c: a file as lines, once as written and once without comments and quoted text.
//
// This is no C parser. It knows comments, quotes and line ends, which is all that the rules need
// in a tree that clang-format has laid out.
// SPDX-License-Identifier: Apache-2.0
#include "tidy/tidy.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum state { IN_CODE, IN_LINE_COMMENT, IN_BLOCK_COMMENT, IN_STRING, IN_CHARACTER };

static void *must_alloc(size_t bytes)
{
    void *made = calloc(1, bytes);
    if (made == NULL) {
        fputs("tidy: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return made;
}

static void give_up(const char *path)
{
    fprintf(stderr, "tidy: cannot read %s\n", path);
    exit(EXIT_FAILURE);
}

static void read_file(const char *path, struct source *source)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        give_up(path);
    }
    long size = ftell(file);
    if (size < 0 || fseek(file, 0, SEEK_SET) != 0) {
        give_up(path);
    }
    source->len = (size_t)size;
    source->text = must_alloc(source->len + 1);
    if (fread(source->text, 1, source->len, file) != source->len) {
        give_up(path);
    }
    fclose(file);
}

// What begins at `at` while in code, and how many bytes its opening has.
static enum state open_state(const char *at, size_t *skip)
{
    *skip = 1;
    if (at[0] == '/' && (at[1] == '/' || at[1] == '*')) {
        *skip = 2;
        return at[1] == '/' ? IN_LINE_COMMENT : IN_BLOCK_COMMENT;
    }
    if (at[0] == '"') {
        return IN_STRING;
    }
    return at[0] == '\'' ? IN_CHARACTER : IN_CODE;
}

// Does `state` end at `at`? *skip: bytes that belong together, so that \" ends nothing.
static bool closes_state(enum state state, const char *at, size_t *skip)
{
    *skip = 1;
    switch (state) {
    case IN_LINE_COMMENT:
        return at[0] == '\n';
    case IN_BLOCK_COMMENT:
        *skip = at[0] == '*' && at[1] == '/' ? 2 : 1;
        return *skip == 2;
    case IN_STRING:
    case IN_CHARACTER:
        *skip = at[0] == '\\' && at[1] != '\0' ? 2 : 1;
        return at[0] == '\n' || at[0] == (state == IN_STRING ? '"' : '\'');
    case IN_CODE:
        break;
    }
    return false;
}

static void blank(char *from, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        if (from[at] != '\n') {
            from[at] = ' ';
        }
    }
}

// Quotes stay where they are; what they enclose and all comments become blanks.
static void blank_comments_and_strings(const struct source *source)
{
    enum state state = IN_CODE;
    size_t at = 0;
    while (at < source->len) {
        size_t skip = 1;
        if (state == IN_CODE) {
            state = open_state(source->text + at, &skip);
            bool comment = state == IN_LINE_COMMENT || state == IN_BLOCK_COMMENT;
            blank(source->code + at, comment ? skip : 0);
        } else {
            bool quoted = state == IN_STRING || state == IN_CHARACTER;
            bool closed = closes_state(state, source->text + at, &skip);
            blank(source->code + at, quoted && closed ? 0 : skip);
            state = closed ? IN_CODE : state;
        }
        at += skip;
    }
}

static void cut_lines(struct source *source)
{
    size_t count = 0;
    for (size_t at = 0; at < source->len; at++) {
        count += source->text[at] == '\n';
    }
    count += source->len > 0 && source->text[source->len - 1] != '\n';
    source->starts = must_alloc((count + 1) * sizeof(source->starts[0]));
    size_t start = 0;
    for (size_t at = 0; at <= source->len && source->line_count < count; at++) {
        if (at == source->len || source->text[at] == '\n') {
            source->text[at] = '\0';
            source->code[at] = '\0';
            source->starts[source->line_count++] = start;
            start = at + 1;
        }
    }
}

struct source source_load(const char *full_path, const char *path)
{
    const char *slash = strrchr(path, '/');
    struct source source = {.path = path, .name = slash != NULL ? slash + 1 : path};
    read_file(full_path, &source);
    source.code = must_alloc(source.len + 1);
    memcpy(source.code, source.text, source.len);
    blank_comments_and_strings(&source);
    cut_lines(&source);
    return source;
}

void source_release(struct source *source)
{
    free(source->text);
    free(source->code);
    free(source->starts);
    *source = (struct source){0};
}

const char *line_text(const struct source *source, size_t line)
{
    return source->text + source->starts[line];
}

const char *line_code(const struct source *source, size_t line)
{
    return source->code + source->starts[line];
}

bool is_in(const struct source *source, const char *folder)
{
    return starts_with(source->path, folder);
}

bool is_c(const struct source *source)
{
    size_t len = strlen(source->name);
    return len > 2 && source->name[len - 2] == '.' && strchr("ch", source->name[len - 1]) != NULL;
}

bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

bool starts_with(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t");
}

const char *find_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
        bool begins = at == text || !is_word_char(at[-1]);
        if (begins && !is_word_char(at[len])) {
            return at;
        }
    }
    return NULL;
}
