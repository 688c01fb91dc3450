// percent_test.c: percent-decoding.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/percent.h"
#include "unit/base/unit.h"

// clang-format off
static const struct {
    const char *name;
    str in;
    bool plus;
    bool ok;
    str out;
} rows[] = {
    {"the empty text", STR(""), false, true, STR("")},
    {"plain text stays", STR("Users"), false, true, STR("Users")},
    {"a space", STR("a%20b"), false, true, STR("a b")},
    {"capital and small digits", STR("%2f%2F%c3%A9"), false, true, STR("//\xC3\xA9")},
    {"decoded once", STR("%2541"), false, true, STR("%41")},
    {"plus in a query", STR("a+b%2Bc"), true, true, STR("a b+c")},
    {"plus in a path", STR("a+b"), false, true, STR("a+b")},
    {"control characters are the caller's", STR("%0A%7F"), false, true, STR("\n\x7F")},
    {"an escaped NUL", STR("a%00b"), false, false, STR("")},
    {"cut off behind the percent sign", STR("a%"), false, false, STR("")},
    {"cut off in the digits", STR("a%4"), false, false, STR("")},
    {"no digits", STR("%zz"), false, false, STR("")},
    {"a sign is no digit", STR("%+1"), false, false, STR("")},
    {"a raw NUL", STR("a\0b"), false, false, STR("")},
};
// clang-format on

static void escapes_are_decoded_once_or_refused(void **state)
{
    (void)state;
    struct roster_arena *arena = roster_arena_open(KIB(64));
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        str out = {0};
        bool ok = percent_decode(rows[at].in, rows[at].plus, arena, &out);
        if (ok != rows[at].ok || !str_equal(out, rows[at].out)) {
            fail_msg("%s", rows[at].name);
        }
    }
    roster_arena_close(arena);
}

static void a_full_arena_is_an_error(void **state)
{
    (void)state;
    struct roster_arena *arena = roster_arena_open(16);
    str out = {0};
    assert_false(percent_decode(STR("longer%20than the arena"), false, arena, &out));
    // What stands for itself takes no memory.
    assert_true(percent_decode(STR("longer than the arena"), false, arena, &out));
    assert_int_equal(out.len, 21);
    assert_int_equal(arena_used(arena), 0);
    roster_arena_close(arena);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(escapes_are_decoded_once_or_refused),
    cmocka_unit_test(a_full_arena_is_an_error),
};

RUN(tests)
