// hints.c: a set of the first two bytes of all words; what is in it is compared.
// SPDX-License-Identifier: Apache-2.0
#include "journal/hints.h"

static char swap_case(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter ? (char)(c ^ 0x20) : c;
}

static size_t pair_of(char first, char second)
{
    return (size_t)(unsigned char)first << 8 | (unsigned char)second;
}

static void mark(struct hints *hints, char first, char second)
{
    size_t pair = pair_of(first, second);
    hints->pairs[pair / 64] |= UINT64_C(1) << (pair % 64);
}

void hints_add(struct hints *hints, str word)
{
    if (word.len < HINT_WORD_MIN || hints->count == HINT_WORDS_MAX) {
        hints->full = true;
        return;
    }
    char first = word.ptr[0];
    char second = word.ptr[1];
    hints->words[hints->count++] = word;
    mark(hints, first, second);
    mark(hints, swap_case(first), second);
    mark(hints, first, swap_case(second));
    mark(hints, swap_case(first), swap_case(second));
}

static bool starts_word(const struct hints *hints, str text)
{
    for (size_t at = 0; at < hints->count; at++) {
        if (str_starts_nocase(text, hints->words[at])) {
            return true;
        }
    }
    return false;
}

bool hints_absent(const struct hints *hints, str text)
{
    if (hints->full) {
        return false;
    }
    for (size_t at = 0; at + 1 < text.len; at++) {
        size_t pair = pair_of(text.ptr[at], text.ptr[at + 1]);
        if ((unsigned char)text.ptr[at] < ' ' || pair == pair_of('\\', 'u')) {
            return false;
        }
        if ((hints->pairs[pair / 64] >> (pair % 64) & 1) != 0 &&
            starts_word(hints, str_tail(text, at))) {
            return false;
        }
    }
    return text.len == 0 || (unsigned char)text.ptr[text.len - 1] >= ' ';
}
