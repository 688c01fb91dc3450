// show.c: untrusted bytes as one harmless line.
// SPDX-License-Identifier: Apache-2.0
#include "probe/show.h"

#include "base/limits.h"
#include "base/visible.h"
#include "probe/probe.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void show_add(struct text *out, str text, size_t len_max)
{
    size_t start = out->len;
    bool blank = false;
    while (text.len > 0 && out->len - start < len_max && !out->full) {
        size_t len = visible_len(text);
        if (is_blank(text.ptr[0])) {
            blank = true;
        } else {
            if (blank) {
                text_char(out, ' ');
            }
            blank = false;
            bool harmful = len == 0 || visible_is_harmful(str_head(text, len));
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
