// visible_test.c: nothing of an untrusted text drives a terminal or hides itself.
// SPDX-License-Identifier: Apache-2.0
#include "unit/base/unit.h"

#include "base/limits.h"
#include "base/visible.h"

static const struct {
    const char *text;
    const char *shown;
} rows[] = {
    {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
    {"a\x1b[31mb\x7f", "a.[31mb."},
    {"c1: \xc2\x9b", "c1: ."},
    {"turned: \xe2\x80\xae, unseen: \xe2\x80\x8b\xef\xbb\xbf", "turned: ., unseen: .."},
    {"a head alone: \xe2\x82", "a head alone: .."},
    {"a stray byte: \x9b", "a stray byte: ."},
    // Overlong, a surrogate, beyond Unicode: some terminals read them, and then see an escape.
    {"\xc0\x9b", ".."},
    {"\xe0\x80\x9b", "..."},
    {"\xe0\x82\x9b", "..."},
    {"\xe0\xa0\x80", "\xe0\xa0\x80"},
    {"\xed\xa0\x80", "..."},
    {"\xed\x9f\xbf", "\xed\x9f\xbf"},
    {"\xf0\x80\x80\x9b", "...."},
    {"\xf4\x90\x80\x80", "...."},
    {"\xf4\x8f\xbf\xbd", "\xf4\x8f\xbf\xbd"},
};

static void what_drives_a_terminal_becomes_a_dot(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct text text;
        text_init(&text, arena, KIB(1));
        visible_add(&text, str_of(rows[at].text));
        text_char(&text, '\0');
        assert_string_equal(text_str(&text).ptr, rows[at].shown);
    }
    roster_arena_close(arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_drives_a_terminal_becomes_a_dot),
};

RUN(tests)
