// journal/hints.h: words that a text is free of, found out in one pass.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_HINTS_H
#define JOURNAL_HINTS_H

#include "base/check.h"
#include "base/str.h"

#include <stdint.h>

enum { HINT_WORDS_MAX = 128, HINT_WORD_MIN = 3, HINT_PAIRS = 1024 };

// By the low bits of the two bytes that begin a word: a bit for each third byte of such words, the
// last such word, counted from 1, and behind each word the one before it.
struct hints {
    uint32_t thirds[HINT_PAIRS];
    uint8_t heads[HINT_PAIRS];
    uint8_t next[HINT_WORDS_MAX];
    str words[HINT_WORDS_MAX];
    size_t count;
    bool full;  // there were more words, or a shorter one
};

// Zeroed is empty. `word` has to live as long as the hints; its case does not matter.
void hints_add(struct hints *hints, str word);

// Whether none of the words stands anywhere in `text`, in any case, and could not be hidden there
// either: there is no \u and no control character. False is no proof of the opposite.
bool hints_absent(const struct hints *hints, str text);

#endif
