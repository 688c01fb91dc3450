// core/history.h: what a resource was at some time, put together from what its changes note.
//
// A change notes what the attributes that it touched had before. So the first change behind a point
// of time that touches an attribute tells what it had then, and an attribute that none touches has
// what it has now. Groups are found in the same way, by the notes of each edge.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_HISTORY_H
#define CORE_HISTORY_H

#include "core/context.h"
#include "store/history.h"

enum history_presence {
    HISTORY_NONE,     // there never was such a resource
    HISTORY_NOT_YET,  // it was made later
    HISTORY_THERE,
    HISTORY_GONE,  // it was deleted before
};

struct history_resource {
    enum history_presence presence;
    str id;
    int type;
    int64_t row;       // that it had, or has; the store's own
    int64_t revision;  // of HISTORY_THERE
    int64_t created_ms;
    int64_t modified_ms;  // of HISTORY_GONE: when it was deleted
    // Details of changes that would tell were erased: `document` is NULL for that reason.
    bool erased;
    // Of HISTORY_THERE: all attributes but id, meta, groups and members; "externalIds" is an object
    // from numbers of sources to texts.
    struct roster_json *document;
};

// The resource at a cut (store/history.h). False: refused.
MUST_CHECK bool history_resource_at(const struct context *ctx, str id, int64_t cut,
                                    struct history_resource *out, struct roster_error *err);
// Takes the "externalId" that versions before 0.2.0 noted, and nobody knows whose it was but the
// credential, for an "externalIds". False: the store failed or the arena is full.
MUST_CHECK bool history_own_externals(const struct context *ctx, const struct change *change,
                                      struct roster_json *noted, struct roster_error *err);

struct history_membership {
    int64_t row;
    str id;
    str display;                           // at the cut; empty when it is not known any more
    const struct history_membership *via;  // NULL: a direct one
    struct history_membership *next;
};
// Groups of a row at a cut: direct ones first, then level by level, each once, as groups_of.
MUST_CHECK bool history_groups_at(const struct context *ctx, int64_t row, int64_t cut,
                                  struct history_membership **first, struct roster_error *err);

// One change of a resource: of itself, or of its membership in `group`.
struct history_entry {
    struct audit_row row;
    bool is_membership;
    bool added;
    str group;    // id
    str display;  // of the group behind the change
    struct history_entry *next;
};
// The last `limit` changes of a resource, in order. *more: there are older ones.
MUST_CHECK bool history_entries(const struct context *ctx, str id, size_t limit,
                                struct history_entry **first, bool *more, struct roster_error *err);

#endif
