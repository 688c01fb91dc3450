// location.c: base, endpoint and id, put together.
// SPDX-License-Identifier: Apache-2.0
#include "core/location.h"

// pchar of RFC 3986: unreserved, sub-delims, ':' and '@'.
static bool is_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && str_contains(STR("-._~!$&'()*+,;=:@"), (str){&c, 1}));
}

static bool is_segment(str id)
{
    for (size_t at = 0; at < id.len; at++) {
        if (!is_plain(id.ptr[at])) {
            return false;
        }
    }
    return true;
}

static void write_segment(struct text *out, str id)
{
    static const char digits[] = "0123456789ABCDEF";
    if (is_segment(id)) {
        text_add(out, id);
        return;
    }
    for (size_t at = 0; at < id.len; at++) {
        unsigned char c = (unsigned char)id.ptr[at];
        if (is_plain(id.ptr[at])) {
            text_char(out, id.ptr[at]);
        } else {
            text_char(out, '%');
            text_char(out, digits[c >> 4]);
            text_char(out, digits[c & 15]);
        }
    }
}

void location_write(struct text *out, str base, str endpoint, str id)
{
    text_add(out, base);
    text_add(out, endpoint);
    if (id.len > 0) {
        text_char(out, '/');
        write_segment(out, id);
    }
}

bool location_make(struct roster_arena *arena, str base, str endpoint, str id, str *out)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    text_reserve(&text, base.len + endpoint.len + id.len + 1);
    location_write(&text, base, endpoint, id);
    *out = text_str(&text);
    return !text.full;
}
