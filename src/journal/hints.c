// hints.c: two bytes say which words may begin there.
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

void hints_add(struct hints *hints, str word)
{
    if (word.len < HINT_WORD_MIN || hints->count == HINT_WORDS_MAX) {
        hints->full = true;
        return;
    }
    size_t pair = pair_of(word);
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
    return str_equal(str_head(text, 2), STR("\\u"));
}

bool hints_absent(const struct hints *hints, str text)
{
    const size_t escape = pair_of(STR("\\u"));
    size_t pair = 0;
    if (hints->full) {
        return false;
    }
    for (size_t at = 0; at < text.len; at++) {
        pair = shift_in(pair, text.ptr[at]);
        if ((unsigned char)text.ptr[at] < ' ') {
            return false;
        }
        if ((hints->heads[pair] != 0 || pair == escape) && at > 0 &&
            starts_word(hints, hints->heads[pair], str_tail(text, at - 1))) {
            return false;
        }
    }
    return true;
}
