// journal/hints.h: words that a text is free of, found out in one pass.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_HINTS_H
#define JOURNAL_HINTS_H

#include "base/str.h"

#include <stdint.h>

enum { HINT_WORDS_MAX = 128, HINT_WORD_MIN = 2 };

// One bit for each pair of bytes that begins a word, in every case it can have.
struct hints {
    uint64_t pairs[65536 / 64];
    str words[HINT_WORDS_MAX];
    size_t count;
    bool full;  // there were more words, or one of a single letter
};

// Zeroed is empty. `word` has to live as long as the hints; its case does not matter.
void hints_add(struct hints *hints, str word);

// Whether none of the words stands anywhere in `text`, in any case, and could not be hidden there
// either: there is no \u and no control character. False is no proof of the opposite.
bool hints_absent(const struct hints *hints, str text);

#endif
