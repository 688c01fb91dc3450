// location.c: base, endpoint and id, put together.
// SPDX-License-Identifier: Apache-2.0
#include "core/location.h"

#define BIT(c) (UINT64_C(1) << ((c)&63))
#define BITS(from, to) ((BIT(to) - BIT(from)) | BIT(to))

// pchar of RFC 3986: unreserved, sub-delims, ':' and '@'. Bit n stands for the byte n.
static const uint64_t plain[4] = {BIT('!') | BIT('$') | BITS('&', '.') | BITS('0', ';') | BIT('='),
                                  BITS('@', 'Z') | BIT('_') | BITS('a', 'z') | BIT('~')};

static bool is_plain(char c)
{
    unsigned char byte = (unsigned char)c;
    return (plain[byte / 64] >> (byte % 64) & 1) != 0;
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
