// hints.c: three bytes say whether a word may begin there, the first two which.
// SPDX-License-Identifier: Apache-2.0
#include "journal/hints.h"

enum { LOW = 31, LOW_BITS = 5 };  // of a letter: the same in both cases

static_assert(HINT_PAIRS == 1 << 2 * LOW_BITS, "any two bytes have a place");

// The low bits of the last six bytes, of which three count: a pair, and a bit for the third.
static uint32_t shift_in(uint32_t beginning, char c)
{
    return beginning << LOW_BITS | ((unsigned char)c & LOW);
}

static uint32_t pair_of(uint32_t beginning)
{
    return beginning >> LOW_BITS & (HINT_PAIRS - 1);
}

static uint32_t third_of(uint32_t beginning)
{
    return UINT32_C(1) << (beginning & LOW);
}

void hints_add(struct hints *hints, str word)
{
    uint32_t beginning = 0;
    if (word.len < HINT_WORD_MIN || hints->count == HINT_WORDS_MAX) {
        hints->full = true;
        return;
    }
    for (size_t at = 0; at < HINT_WORD_MIN; at++) {
        beginning = shift_in(beginning, word.ptr[at]);
    }
    hints->thirds[pair_of(beginning)] |= third_of(beginning);
    hints->words[hints->count] = word;
    hints->next[hints->count] = hints->heads[pair_of(beginning)];
    hints->heads[pair_of(beginning)] = (uint8_t)++hints->count;
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
    uint32_t beginning = 0;
    if (hints->full || may_spell(text)) {
        return false;
    }
    for (size_t at = 0; at < text.len; at++) {
        if ((unsigned char)text.ptr[at] < ' ') {
            return false;
        }
        beginning = shift_in(beginning, text.ptr[at]);
        if ((hints->thirds[pair_of(beginning)] & third_of(beginning)) != 0 && at >= 2 &&
            starts_word(hints, hints->heads[pair_of(beginning)], str_tail(text, at - 2))) {
            return false;
        }
    }
    return true;
}
