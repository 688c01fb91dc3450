// ids.c: finding UUIDs.
// SPDX-License-Identifier: Apache-2.0
#include "cli/ids.h"

enum { UUID_LEN = 36 };

static bool begins_with(str text, bool any_case)
{
    for (size_t at = 0; at < UUID_LEN && text.len >= UUID_LEN; at++) {
        char c = text.ptr[at];
        bool dash = at == 8 || at == 13 || at == 18 || at == 23;
        bool hex =
            (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (any_case && c >= 'A' && c <= 'F');
        if (dash ? c != '-' : !hex) {
            return false;
        }
    }
    return text.len >= UUID_LEN;
}

bool ids_begin(str text)
{
    return begins_with(text, true);
}

bool ids_replace(str text, ids_each *each, void *ctx, struct roster_arena *arena, str *out)
{
    struct text copy;
    text_init(&copy, arena, arena_max(arena));
    while (text.len > 0) {
        size_t at = 0;
        while (at < text.len && !begins_with(str_tail(text, at), false)) {
            at++;
        }
        text_add(&copy, str_head(text, at));
        text = str_tail(text, at);
        if (text.len > 0) {
            if (!each(ctx, str_head(text, UUID_LEN), &copy)) {
                return false;
            }
            text = str_tail(text, UUID_LEN);
        }
    }
    *out = text_str(&copy);
    return !copy.full;
}
