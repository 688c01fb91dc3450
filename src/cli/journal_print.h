// cli/journal_print.h: records for people, and as JSON.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_JOURNAL_PRINT_H
#define CLI_JOURNAL_PRINT_H

#include "base/text.h"
#include "journal/record.h"
#include "json/value.h"
#include "scim/schema.h"

// One line: when, who, what, how it ended.
void journal_line(const struct record *record, struct text *out);
// Everything, with what to change at the sender.
void journal_explain(const struct record *record, const struct roster_registry *registry,
                     struct roster_arena *arena, struct text *out);
// NULL when the arena is full. With `whole` also headers, body and explanation.
struct roster_json *journal_json(const struct record *record, bool whole,
                                 const struct roster_registry *registry,
                                 struct roster_arena *arena);

#endif
