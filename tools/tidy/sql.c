// sql.c: every statement on a tenant's rows says whose rows it means.
//
// A statement is a string literal, or several with nothing but blanks and names of macros between
// them, that begins with a verb of SQL. What tables it touches is read off its keywords.
// SPDX-License-Identifier: Apache-2.0
#include "tidy/tidy.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { SQL_MAX = 8192, WORD_MAX = 64 };

static const char *const verbs[] = {"SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"};
static const char *const table_comes_next[] = {"FROM", "INTO", "UPDATE", "JOIN"};
// ... unless this word stands before it: FOR UPDATE, DO UPDATE, IS DISTINCT FROM.
static const char *const other_meaning[] = {"FOR", "DO", "DISTINCT"};
// Tables that belong to the store itself, and the engines' own.
static const char *const global_tables[] = {
    "meta",          "migration",  "attribute",          "sqlite_master",
    "sqlite_schema", "pg_catalog", "information_schema",
};

struct words {
    const char *at;
    char before[WORD_MAX];
    char word[WORD_MAX];
};

static bool is_one_of(const char *word, const char *const list[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcasecmp(word, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

// Steps to the next word of a statement; a parenthesis counts as one.
static bool next_word(struct words *words)
{
    memcpy(words->before, words->word, sizeof(words->before));
    while (*words->at != '\0' && !is_word_char(*words->at) && *words->at != '(') {
        words->at++;
    }
    size_t len = 0;
    const char *start = words->at;
    while (is_word_char(*words->at)) {
        words->at++;
        len++;
    }
    if (len == 0 && *words->at == '(') {
        words->at++;
        len = 1;
    }
    len = len < WORD_MAX ? len : WORD_MAX - 1;
    memcpy(words->word, start, len);
    words->word[len] = '\0';
    return len > 0;
}

// True when a word that must be a table is neither global nor a function or a subquery.
static bool is_tenant_table(const struct words *words)
{
    bool expected = words->word[0] != '(' && *words->at != '(';
    return expected && !is_one_of(words->word, global_tables, COUNT_OF(global_tables));
}

static bool touches_tenant_table(const char *sql)
{
    struct words words = {.at = sql};
    while (next_word(&words)) {
        bool keyword = is_one_of(words.word, table_comes_next, COUNT_OF(table_comes_next)) &&
                       !is_one_of(words.before, other_meaning, COUNT_OF(other_meaning));
        // `INSERT INTO t (a)` has a blank, `FROM json_each(x)` has none.
        if (keyword && next_word(&words) && is_tenant_table(&words)) {
            return true;
        }
    }
    return false;
}

static bool is_statement(const char *sql)
{
    struct words words = {.at = sql};
    return next_word(&words) && is_one_of(words.word, verbs, COUNT_OF(verbs));
}

// Appends one literal, which begins behind its opening quote; returns the offset behind it.
static size_t take_literal(const struct source *source, size_t at, char *sql, size_t *len)
{
    while (at < source->len && source->code[at] != '"' && source->code[at] != '\0') {
        if (*len + 1 < SQL_MAX) {
            sql[(*len)++] = source->text[at];
        }
        at++;
    }
    return at < source->len ? at + 1 : at;
}

// Offset of the next literal of the same statement, or 0.
static size_t next_literal(const struct source *source, size_t at)
{
    while (at < source->len) {
        char c = source->code[at];
        if (c == '"') {
            return at + 1;
        }
        if (c != '\0' && c != '\\' && !isspace((unsigned char)c) && !isupper((unsigned char)c) &&
            !isdigit((unsigned char)c) && c != '_') {
            return 0;
        }
        at++;
    }
    return 0;
}

static size_t line_of(const struct source *source, size_t at)
{
    size_t line = 0;
    while (line + 1 < source->line_count && source->starts[line + 1] <= at) {
        line++;
    }
    return line;
}

void check_sql_tenant(struct tidy *tidy, const struct source *source)
{
    static char sql[SQL_MAX];
    if (!is_in(source, "src/store/")) {
        return;
    }
    size_t at = 0;
    while (at < source->len) {
        if (source->code[at] != '"') {
            at++;
            continue;
        }
        size_t first = at;
        size_t len = 0;
        for (size_t open = at + 1; open != 0; open = next_literal(source, at)) {
            at = take_literal(source, open, sql, &len);
        }
        sql[len] = '\0';
        if (is_statement(sql) && touches_tenant_table(sql) && find_word(sql, "tenant") == NULL) {
            report(tidy, source, line_of(source, first),
                   "this statement touches a tenant's table and does not name tenant");
        }
    }
}
