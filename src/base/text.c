// text.c: growing text with one sticky failure.
// SPDX-License-Identifier: Apache-2.0
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_FIRST = 256 };

void text_init(struct text *text, struct roster_arena *arena, size_t len_max)
{
    *text = (struct text){.arena = arena, .max = len_max};
}

// `spare` bytes are there too, but do not count as text.
static bool has_room(struct text *text, size_t more, size_t spare)
{
    if (text->full || more > text->max - text->len) {
        text->full = true;
        return false;
    }
    if (text->cap - text->len >= more + spare) {
        return true;
    }
    size_t want = text->cap < TEXT_FIRST ? TEXT_FIRST : text->cap * 2;
    if (want < text->len + more + spare) {
        want = text->len + more + spare;
    }
    char *grown = arena_grow_bytes(text->arena, text->ptr, text->cap, want);
    if (grown == NULL) {
        text->full = true;
        return false;
    }
    text->ptr = grown;
    text->cap = want;
    return true;
}

void text_reserve(struct text *text, size_t more)
{
    (void)has_room(text, more, 0);
}

void text_add(struct text *text, str more)
{
    if (more.len > 0 && has_room(text, more.len, 0)) {
        memcpy(text->ptr + text->len, more.ptr, more.len);
        text->len += more.len;
    }
}

void text_char(struct text *text, char c)
{
    if (has_room(text, 1, 0)) {
        text->ptr[text->len++] = c;
    }
}

void text_i64(struct text *text, int64_t value)
{
    char digits[DIGITS_MAX];
    text_add(text, (str){digits, str_put_i64(value, digits)});
}

void text_format(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    // One byte is spare, because vsnprintf always ends with a NUL.
    if (len < 0 || !has_room(text, (size_t)len, 1)) {
        text->full = true;
        return;
    }
    va_start(args, format);
    vsnprintf(text->ptr + text->len, (size_t)len + 1, format, args);
    va_end(args);
    text->len += (size_t)len;
}

str text_str(const struct text *text)
{
    return (str){text->ptr, text->len};
}
