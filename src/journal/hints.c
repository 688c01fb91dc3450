// hints.c: three bytes say whether a word may begin there, the first two which.
// SPDX-License-Identifier: Apache-2.0
#include "journal/hints.h"

enum { LOW = 31, LOW_BITS = 5 };  // of a letter: the same in both cases

static_assert(HINT_PAIRS == 1 << 2 * LOW_BITS, "any two bytes have a place");

static size_t shift_in(size_t pair, char c)
{
    return (pair << LOW_BITS | ((unsigned char)c & LOW)) % HINT_PAIRS;
}

static size_t pair_of(str word)
{
    return shift_in(shift_in(0, word.ptr[0]), word.ptr[1]);
}

static uint32_t third_of(char c)
{
    return UINT32_C(1) << ((unsigned char)c & LOW);
}

void hints_add(struct hints *hints, str word)
{
    if (word.len < HINT_WORD_MIN || hints->count == HINT_WORDS_MAX) {
        hints->full = true;
        return;
    }
    size_t pair = pair_of(word);
    hints->thirds[pair] |= third_of(word.ptr[2]);
    hints->words[hints->count] = word;
    hints->next[hints->count] = hints->heads[pair];
    hints->heads[pair] = (uint8_t)++hints->count;
}

static bool starts_word(const struct hints *hints, size_t head, str text)
{
    for (size_t at = head; at > 0; at = hints->next[at - 1]) {
        if (str_starts_nocase(text, hints->words[at - 1])) {
            return true;
        }
    }
    return false;
}

// Whether \u stands there, which may spell any letter.
static bool may_spell(str text)
{
    const char *found = NULL;
    while (text.len > 0 && (found = memchr(text.ptr, '\\', text.len)) != NULL) {
        text = str_tail(text, (size_t)(found - text.ptr) + 1);
        if (text.len > 0 && text.ptr[0] == 'u') {
            return true;
        }
    }
    return false;
}

bool hints_absent(const struct hints *hints, str text)
{
    size_t pair = 0;
    if (hints->full || may_spell(text)) {
        return false;
    }
    for (size_t at = 0; at < text.len; at++) {
        if ((unsigned char)text.ptr[at] < ' ') {
            return false;
        }
        if ((hints->thirds[pair] & third_of(text.ptr[at])) != 0 && at >= 2 &&
            starts_word(hints, hints->heads[pair], str_tail(text, at - 2))) {
            return false;
        }
        pair = shift_in(pair, text.ptr[at]);
    }
    return true;
}
