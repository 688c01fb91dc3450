// cli/journal_explain.h: how a filter or a PATCH was understood: said in the schema's own words.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_JOURNAL_EXPLAIN_H
#define CLI_JOURNAL_EXPLAIN_H

#include "base/text.h"
#include "journal/record.h"
#include "scim/schema.h"

// Appends lines, each with its end; nothing where there is nothing to understand. `registry` is the
// built-in one: what a tenant has declared itself is called so, and not explained.
void explain_record(const struct record *record, const struct roster_registry *registry,
                    struct roster_arena *arena, struct text *out);

#endif
