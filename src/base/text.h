// base/text.h: the one builder of text.
//
// A builder grows in an arena up to a maximum that is given at init. The first append that does
// not fit sets `full`; from then on appends do nothing, so only the end needs a check, and a
// half-built text is never sent.
// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/arena.h"

struct text {
    char *ptr;
    size_t len;
    size_t cap;  // up to here bytes can be added at once: never above `max`; `len` when `full`
    size_t max;
    struct roster_arena *arena;
    bool full;
};

void text_init(struct text *text, struct roster_arena *arena, size_t len_max);
// Makes room for `more` bytes at once; a hint that saves growing.
void text_reserve(struct text *text, size_t more);
void text_add_slowly(struct text *text, str more);  // what text_add does when there is no room
static inline void text_add(struct text *text, str more)
{
    if (more.len > text->cap - text->len) {
        text_add_slowly(text, more);
    } else if (more.len > 0) {
        memcpy(text->ptr + text->len, more.ptr, more.len);
        text->len += more.len;
    }
}
static inline void text_char(struct text *text, char c)
{
    text_add(text, (str){&c, 1});
}
void text_i64(struct text *text, int64_t value);
void text_format(struct text *text, const char *format, ...) ROSTER_PRINTF(2, 3);
#define text_lit(text, literal) text_add(text, STR(literal))
// What was built. Meaningless when `full`.
str text_str(const struct text *text);

#endif
