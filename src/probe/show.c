// show.c: untrusted bytes as one harmless line.
// SPDX-License-Identifier: Apache-2.0
#include "probe/show.h"

#include "base/limits.h"
#include "probe/probe.h"

#include <string.h>

// Bytes of the well-formed sequence at the start of `text`; 0 when there is none.
static size_t sequence_len(str text)
{
    unsigned char head = (unsigned char)text.ptr[0];
    size_t len = head < 0x80 ? 1 : head >= 0xF0 ? 4 : head >= 0xE0 ? 3 : head >= 0xC2 ? 2 : 0;
    if (len == 0 || len > text.len || head > 0xF4) {
        return 0;
    }
    for (size_t i = 1; i < len; i++) {
        if (((unsigned char)text.ptr[i] & 0xC0) != 0x80) {
            return 0;
        }
    }
    return len;
}

// C0, DEL and C1 drive terminals; U+200B to U+200F, U+2028 to U+202E, U+2060 to U+206F and the
// byte order mark cannot be seen and turn what can be.
static bool is_harmful(str point)
{
    const unsigned char *at = (const unsigned char *)point.ptr;
    if (point.len == 1) {
        return at[0] < 0x20 || at[0] == 0x7F;
    }
    if (point.len == 2) {
        return at[0] == 0xC2 && at[1] < 0xA0;
    }
    if (point.len == 3 && at[0] == 0xE2 && at[1] == 0x80) {
        return (at[2] >= 0x8B && at[2] <= 0x8F) || (at[2] >= 0xA8 && at[2] <= 0xAE);
    }
    return point.len == 3 && ((at[0] == 0xE2 && at[1] == 0x81 && at[2] >= 0xA0) ||
                              (at[0] == 0xEF && at[1] == 0xBB && at[2] == 0xBF));
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void show_add(struct text *out, str text, size_t len_max)
{
    size_t start = out->len;
    bool blank = false;
    while (text.len > 0 && out->len - start < len_max && !out->full) {
        size_t len = sequence_len(text);
        if (is_blank(text.ptr[0])) {
            blank = true;
        } else {
            if (blank) {
                text_char(out, ' ');
            }
            blank = false;
            bool harmful = len == 0 || is_harmful(str_head(text, len));
            text_add(out, harmful ? STR(".") : str_head(text, len));
        }
        text = str_tail(text, len > 0 ? len : 1);
    }
    if (text.len > 0) {
        text_lit(out, "...");
    }
}

str probe_show(str text, struct roster_arena *arena)
{
    struct text out;
    text_init(&out, arena, PROBE_SHOWN_MAX + sizeof(" ..."));
    show_add(&out, text, PROBE_SHOWN_MAX - sizeof("...."));
    return out.full ? (str){0} : text_str(&out);
}
