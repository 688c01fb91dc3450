// core/document.h: the text under which a resource is stored.
//
// It is what a GET answers, without the parts that are derived or belong to somebody else: meta,
// groups, members, externalId, and of a manager everything but its value. `schemas` and `id` come
// first, and a manager starts with {"value":"…", so that an answer is spliced and not parsed.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_DOCUMENT_H
#define CORE_DOCUMENT_H

#include "core/context.h"

// Takes out of a canonical resource what is not part of the document.
struct document_parts {
    str external_id;              // empty: none
    struct roster_json *members;  // NULL: the resource has none
};
struct document_parts document_detach(const struct roster_resource_type *type,
                                      struct roster_json *resource);

// Reduces a manager to its value. False when the arena is full.
MUST_CHECK bool document_normalize(struct roster_json *resource, struct roster_arena *arena);

// Fills document, manager_at and display of the row from a normalized resource and row->id.
MUST_CHECK bool document_print(const struct roster_json *resource, struct roster_arena *arena,
                               struct resource_row *row);

// The manager's id in a stored document. False when it has no manager, or is damaged there.
MUST_CHECK bool document_manager(const struct resource_row *row, struct roster_arena *arena,
                                 str *id, size_t *end);

// The manager object of a resource tree, NULL when there is none.
struct roster_json *document_find_manager(struct roster_json *resource);

#endif
