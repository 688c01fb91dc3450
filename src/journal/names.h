// journal/names.h: whether a record is about somebody.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_NAMES_H
#define JOURNAL_NAMES_H

#include "base/arena.h"
#include "journal/record.h"

// Whether path or query, decoded, have this text in them, ignoring case. `scratch` is rewound; when
// it is full they do.
bool record_target_has(const struct record *record, str text, struct roster_arena *scratch);
// Whether an id or a userName stands, as a whole word, in what came with a request or was said
// about it.
bool record_names(const struct record *record, str text, struct roster_arena *scratch);

#endif
