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

static bool refuse(struct text *text)
{
    text->full = true;
    text->cap = text->len;
    return false;
}

// Makes room for `more` bytes, and for one behind them that does not count: NULs stand there.
static bool grow(struct text *text, size_t more)
{
    if (text->full || more > text->max - text->len) {
        return refuse(text);
    }
    size_t want = text->cap < TEXT_FIRST ? TEXT_FIRST : text->cap * 2;
    want = want < text->len + more ? text->len + more : want;
    want = want < text->max ? want : text->max;
    size_t has = text->ptr == NULL ? 0 : text->cap + 1;
    char *grown = arena_grow_bytes(text->arena, text->ptr, has, want + 1);
    if (grown == NULL) {
        return refuse(text);
    }
    text->ptr = grown;
    text->cap = want;
    return true;
}

static bool has_room(struct text *text, size_t more)
{
    return more <= text->cap - text->len || grow(text, more);
}

void text_reserve(struct text *text, size_t more)
{
    (void)has_room(text, more);
}

void text_add_slowly(struct text *text, str more)
{
    if (grow(text, more.len)) {
        memcpy(text->ptr + text->len, more.ptr, more.len);
        text->len += more.len;
    }
}

void text_i64(struct text *text, int64_t value)
{
    char digits[DIGITS_MAX];
    text_add(text, (str){digits, str_put_i64(value, digits)});
}

// Bytes that the whole would take, of which as many as fit were written behind the text. Negative:
// it cannot be formatted.
ROSTER_PRINTF(2, 0)
static int format_behind(struct text *text, const char *format, va_list args)
{
    va_list copy;
    va_copy(copy, args);
    bool none = text->ptr == NULL;
    int len = vsnprintf(none ? NULL : text->ptr + text->len, none ? 0 : text->cap - text->len + 1,
                        format, copy);
    va_end(copy);
    return len;
}

void text_format(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int len = text->full ? -1 : format_behind(text, format, args);
    bool fits = len >= 0 && (size_t)len <= text->cap - text->len;
    if (len < 0) {
        (void)refuse(text);
    } else if (!fits && grow(text, (size_t)len)) {
        len = format_behind(text, format, args);
        fits = true;
    }
    text->len += fits ? (size_t)len : 0;
    va_end(args);
}

str text_str(const struct text *text)
{
    return (str){text->ptr, text->len};
}
