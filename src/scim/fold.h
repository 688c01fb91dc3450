// scim/fold.h: the one way in which texts are made comparable.
//
// caseExact false: NFC(casefold(NFC(x))); caseExact true: NFC(x). Never NFKC, never a locale.
// A text that is no UTF-8, or piles up more than FOLD_MARKS_MAX combining marks, is compared by its
// bytes, with capital letters of ASCII in lower case under caseExact false.
// Index keys, uniqueness, the evaluator and sorting all use these keys (P-041, P-336).
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_FOLD_H
#define SCIM_FOLD_H

#include "base/arena.h"
#include "base/check.h"

// The key of `text`. May be `text` itself when nothing changes. False when the arena is full.
MUST_CHECK bool fold_key(str text, bool case_exact, struct roster_arena *arena, str *key);
// Whether the bytes are well-formed UTF-8 (no surrogates, nothing overlong).
bool fold_is_utf8(str text);
// Version of the Unicode tables ("14.0.0"): another one means that stored keys must be rebuilt.
const char *fold_unicode_version(void);

#endif
