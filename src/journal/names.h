// journal/names.h: whether a record is about somebody.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_NAMES_H
#define JOURNAL_NAMES_H

#include "base/arena.h"
#include "journal/record.h"

// Whether path or query, decoded, have this text in them, ignoring case. `scratch` is rewound; when
// it is full they do.
bool record_target_has(const struct record *record, str text, struct roster_arena *scratch);
// The same for all that came with a request and all that was said about it: an id, a userName.
bool record_names(const struct record *record, str text, struct roster_arena *scratch);

#endif
