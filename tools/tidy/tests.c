// tests.c: the names of tests are sentences, so that a list of them reads as a specification.
// SPDX-License-Identifier: Apache-2.0
#include "tidy/tidy.h"

#include <string.h>

static size_t count_words(const char *name, size_t len)
{
    size_t words = 0;
    bool inside = false;
    for (size_t at = 0; at < len; at++) {
        bool letter = name[at] != '_';
        words += letter && !inside;
        inside = letter;
    }
    return words;
}

// cmocka_unit_test(a_stale_version_is_refused): the word "test" itself says nothing.
static void check_function_name(struct tidy *tidy, const struct source *source, size_t line)
{
    const char *at = strstr(line_code(source, line), "cmocka_unit_test");
    const char *open = at != NULL ? strchr(at, '(') : NULL;
    if (open == NULL || source->line_count == 0) {
        return;
    }
    const char *name = open + 1;
    name += starts_with(name, "test_") ? strlen("test_") : 0;
    size_t len = strcspn(name, ",) ");
    if (len > 0 && count_words(name, len) < TEST_NAME_WORDS_MIN) {
        report(tidy, source, line, "test name \"%.*s\": make it a sentence of %d words or more",
               (int)len, name, TEST_NAME_WORDS_MIN);
    }
}

// Is this the head of a table whose rows begin with a name?
static bool opens_named_table(const struct source *source, size_t line)
{
    const char *code = line_code(source, line);
    if (strstr(code, "struct CMUnitTest ") != NULL && strstr(code, "= {") != NULL) {
        return true;
    }
    size_t len = strlen(code);
    bool opens = starts_with(code, "static const struct") && len > 0 && code[len - 1] == '{';
    return opens && line + 1 < source->line_count &&
           starts_with(skip_blanks(line_code(source, line + 1)), "const char *name");
}

static void check_row_name(struct tidy *tidy, const struct source *source, size_t line)
{
    const char *text = skip_blanks(line_text(source, line));
    if (!starts_with(text, "{\"")) {
        return;
    }
    size_t len = strcspn(text + 2, "\"");
    if (memchr(text + 2, ' ', len) == NULL) {
        report(tidy, source, line, "test name \"%.*s\": make it a sentence", (int)len, text + 2);
    }
}

void check_test_names(struct tidy *tidy, const struct source *source)
{
    bool named = false;
    for (size_t line = 0; line < source->line_count && is_in(source, "tests/unit/"); line++) {
        named = named || opens_named_table(source, line);
        named = named && !starts_with(skip_blanks(line_code(source, line)), "};");
        check_function_name(tidy, source, line);
        if (named) {
            check_row_name(tidy, source, line);
        }
    }
}
