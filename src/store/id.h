// store/id.h: ids as the store keeps them.
//
// The canonical text of a UUID becomes its 16 bytes; any other text stands behind the byte 0xFF,
// which no UTF-8 begins with, and never is 16 bytes long. So every text has one form and no two
// texts share one. Own ids sort by their text; others follow, sorted by theirs.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_ID_H
#define STORE_ID_H

#include "base/arena.h"
#include "base/limits.h"

enum { ID_FORM_MAX = ID_BYTES_MAX + 2 };

struct id_form {
    char bytes[ID_FORM_MAX];
    size_t len;  // 0: the text is empty or too long, so it is nobody's id
};

struct id_form id_make(str text);
str id_str(const struct id_form *form);
// The text again. False when the arena is full.
ARENA_MUST_CHECK bool id_print(str form, struct roster_arena *arena, str *out);

#endif
