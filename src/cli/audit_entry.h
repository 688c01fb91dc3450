// cli/audit_entry.h: entries of the audit as JSON lines, as CSV, and as lines for people.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_AUDIT_ENTRY_H
#define CLI_AUDIT_ENTRY_H

#include "cli/commands.h"
#include "core/entries.h"

enum entry_format { ENTRY_NDJSON, ENTRY_CSV };

// False: there is no such format.
bool entry_format_parse(str name, enum entry_format *out);

// What stands before the first entry: the headings of CSV (RFC 4180), nothing of NDJSON.
void entry_print_head(struct text *out, enum entry_format format);
// Prints an entry from its member number `place` on, at most AUDIT_MEMBERS_PIECE of them. *place
// gets where to go on, or 0 when the entry is done.
MUST_CHECK bool entry_print_piece(struct call *call, const struct entry *entry,
                                  enum entry_format format, int64_t *place,
                                  struct roster_error *err);
// A line for people: when, where, what, who, and which attributes.
MUST_CHECK bool entry_print_line(struct call *call, const struct entry *entry,
                                 struct roster_error *err);

// One cell in quotes. A spreadsheet takes text that begins with = + - @ for a formula: such text
// gets a ' in front (also behind tabs and line ends, and in full width).
void csv_print_text(struct text *out, str text);

#endif
