// core/undo_inner.h: what the files behind core/undo.h share.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_UNDO_INNER_H
#define CORE_UNDO_INNER_H

#include "core/undo.h"

// One step under way.
struct undo {
    const struct context *ctx;
    struct admin_context *context;
    const struct undo_request *request;
    struct undo_walk *walk;
    int64_t source;      // of the request; 0: any
    int64_t credential;  // that was looked up last, and its source
    int64_t credential_source;
    struct undo_item *items;
    struct undo_item **tail;
};

enum undo_side {
    UNDO_IGNORED,  // before the window, or undoes what is in it
    UNDO_SELECTED,
    UNDO_FOREIGN,  // of somebody else, or later
};
// What a change behind the beginning of the window is to the request.
MUST_CHECK bool undo_side_of(struct undo *undo, const struct change *change, enum undo_side *side,
                             struct roster_error *err);

// An attribute that a selected change touched.
struct undo_touch {
    str container;
    str name;
    const struct roster_json *to;  // what the first selected change behind a foreign one found
    const struct roster_json *first_to;  // what the first one found
    str blocker;                         // actor of a foreign change behind; empty: none
    struct undo_touch *next;
};

// One resource, as the window has changed it.
struct undo_plan {
    str id;
    int type;
    int64_t first;  // of the selected changes; 0: there is none
    int64_t last;
    bool was_there;       // before the first of them
    bool exists_touched;  // one of them made or deleted it
    str blocker;          // of its being there, or of its removal
    bool erased;          // what a selected change found is not known any more
    struct undo_touch *touches;
    bool is_there;            // now
    struct resource_row row;  // now
    struct roster_json *now;  // document, with externalIds
};
MUST_CHECK bool undo_plan_resource(struct undo *undo, str id, struct undo_plan *out,
                                   struct roster_error *err);
// Whether `change` is the last selected one of its resource.
MUST_CHECK bool undo_is_last(struct undo *undo, const struct change *change, bool *last,
                             struct roster_error *err);

// The attributes that a plan changes, or would but for a conflict. False: the arena is full.
MUST_CHECK bool undo_attributes(const struct undo *undo, const struct undo_plan *plan,
                                struct undo_attribute **first);
// Appends an item about the plan's resource.
MUST_CHECK struct undo_item *undo_note(struct undo *undo, const struct undo_plan *plan,
                                       enum undo_pass pass, struct roster_error *err);
// The passes. `row` was selected, and is looked at once in each.
MUST_CHECK bool undo_created(struct undo *undo, const struct audit_row *row,
                             struct roster_error *err);
MUST_CHECK bool undo_recreate(struct undo *undo, const struct audit_row *row,
                              struct roster_error *err);
MUST_CHECK bool undo_change(struct undo *undo, const struct audit_row *row,
                            struct roster_error *err);
// Looks at members of the change from walk->skip on; moves that on, or sets it to 0 at their end.
MUST_CHECK bool undo_members(struct undo *undo, const struct audit_row *row,
                             struct roster_error *err);

// The writes. A refusal is no failure: it comes back in *why.
MUST_CHECK bool undo_write_create(struct undo *undo, const struct undo_plan *plan,
                                  const struct undo_attribute *attributes, str *why,
                                  struct roster_error *err);
MUST_CHECK bool undo_write_change(struct undo *undo, const struct undo_plan *plan,
                                  const struct undo_attribute *attributes, str *why,
                                  struct roster_error *err);
MUST_CHECK bool undo_write_delete(struct undo *undo, const struct undo_plan *plan, str *why,
                                  struct roster_error *err);
MUST_CHECK bool undo_write_edges(struct undo *undo, const struct undo_plan *group,
                                 const struct undo_edge *edges, str *why, struct roster_error *err);
// Whether the values would be refused as taken; only looks.
MUST_CHECK bool undo_check(struct undo *undo, const struct undo_plan *plan,
                           const struct undo_attribute *attributes, str *why,
                           struct roster_error *err);

#endif
