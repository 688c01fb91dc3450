// scim/fold.h: the one way in which texts are made comparable.
//
// caseExact false: NFC(casefold(NFC(x))); caseExact true: NFC(x); user names have a rule of their
// own. Never NFKC, never a locale.
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
// The key of a user name, as UsernameCaseMapped of RFC 8265 compares: NFC(lower(width(x))). Finer
// than the other where folding joins letters (sharp s, the two sigmas), coarser for wide letters.
MUST_CHECK bool fold_username(str text, struct roster_arena *arena, str *key);
// Letters in lower case, everything else as it is.
MUST_CHECK bool fold_lower(str text, struct roster_arena *arena, str *out);
// Fullwidth and halfwidth characters as their ordinary ones; the rest as it is.
MUST_CHECK bool fold_width(str text, struct roster_arena *arena, str *out);
// Whether the bytes are well-formed UTF-8 (no surrogates, nothing overlong).
bool fold_is_utf8(str text);
// Version of the Unicode tables ("14.0.0").
const char *fold_unicode_version(void);
// Version of the rules here. Another one of either means that stored keys must be rebuilt.
enum { FOLD_RULES = 2 };

#endif
