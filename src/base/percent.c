// percent.c: percent-decoding of path segments and of query names and values.
// SPDX-License-Identifier: Apache-2.0
#include "base/percent.h"

#include "base/eight.h"

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// Value of the escape that starts at `at`; 0 when it is bad or stands for NUL.
static int escape_value(str in, size_t at)
{
    if (in.len - at < 3) {
        return 0;
    }
    int high = hex_value(in.ptr[at + 1]);
    int low = hex_value(in.ptr[at + 2]);
    return high < 0 || low < 0 ? 0 : high * 16 + low;
}

// Whether the text stands for itself.
static bool is_literal(str in, bool plus)
{
    size_t at = 0;
    for (; in.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t eight = eight_load(in.ptr + at);
        if (eight_has(eight, '%') || eight_has(eight, '\0') || eight_has(eight, '+')) {
            break;
        }
    }
    for (; at < in.len; at++) {
        if (in.ptr[at] == '%' || in.ptr[at] == '\0' || (plus && in.ptr[at] == '+')) {
            return false;
        }
    }
    return true;
}

bool percent_decode(str in, bool plus, struct roster_arena *arena, str *out)
{
    if (is_literal(in, plus)) {
        *out = in;
        return true;
    }
    char *text = arena_alloc(arena, in.len + 1);
    if (text == NULL) {
        return false;
    }
    size_t len = 0;
    for (size_t at = 0; at < in.len; at++) {
        char c = in.ptr[at];
        if (c == '%') {
            c = (char)escape_value(in, at);
            at += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (c == '\0') {
            return false;
        }
        text[len++] = c;
    }
    *out = (str){text, len};
    return true;
}
