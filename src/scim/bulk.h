// scim/bulk.h: bulk jobs (RFC 7644 section 3.7): reading them, what their operations refer to, and
// in which order they run. All of it is pure; core/bulk.h runs them.
//
// A job is read one operation at a time: bulk_read finds them as slices of the body, and the tree
// of one lives in memory of the caller's that is given back before the next.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_BULK_H
#define SCIM_BULK_H

#include "scim/resource.h"

enum bulk_method { BULK_POST, BULK_PUT, BULK_PATCH, BULK_DELETE, BULK_OTHER };

struct bulk {
    int64_t errors_max;     // failOnErrors; 0: none
    const str *operations;  // JSON of each, into the body
    size_t count;
};

// Reads the envelope of a job. Refused: INVALID_SYNTAX, INVALID_VALUE (failOnErrors), TOO_LARGE
// naming maxOperations.
MUST_CHECK bool bulk_read(str body, struct roster_quirks *quirks, struct roster_arena *arena,
                          struct bulk *out, struct roster_error *err);

struct bulk_operation {
    enum bulk_method method;
    str method_text;
    str path;
    str bulk_id;  // empty: none
    str version;  // empty: none
};

// Reads one operation but its data; the texts are copied into the arena. What is refused here
// concerns this operation only; what could be read is in `out` all the same.
MUST_CHECK bool bulk_operation_read(const struct roster_json *operation,
                                    struct roster_quirks *quirks, struct roster_arena *arena,
                                    struct bulk_operation *out, struct roster_error *err);

// The bulkIds that a job mentions, each once. A number stands for a name.
#define BULK_NONE UINT32_MAX
struct bulk_name {
    str text;
    uint32_t owner;    // the operation that has this bulkId; BULK_NONE
    uint32_t creator;  // the same, if it is a POST
    uint32_t seen_by;  // the last operation that referred to it; BULK_NONE
};
struct bulk_names {
    struct roster_arena *arena;
    struct bulk_name *rows;
    size_t count;
    size_t cap;
    uint32_t *slots;
    size_t slot_count;
    size_t probes;
};
// The number of a name, which is added when it is new; the text is copied. Refused: NO_MEMORY,
// INVALID_SYNTAX when somebody chose names that collide.
MUST_CHECK bool bulk_names_add(struct bulk_names *names, str text, uint32_t *number,
                               struct roster_error *err);
// BULK_NONE: nobody mentions it.
uint32_t bulk_names_find(const struct bulk_names *names, str text);

// "bulkId:NAME", alone or behind the endpoint of a type ("/Users/bulkId:NAME", with or without what
// a URL has before it). False for any other text.
bool bulk_reference(const struct roster_registry *registry, str text, str *prefix, str *name);

// What the data of one operation is read against.
struct bulk_scope {
    const struct roster_registry *registry;
    const struct roster_resource_type *type;
    enum bulk_method method;
    struct bulk_names *names;
    struct roster_arena *scratch;
};
struct bulk_needs {
    uint32_t *numbers;  // of names
    size_t count;
    size_t cap;
};
// The names that `data` refers to, each once: in any string value, in the paths of a PATCH. What a
// POST or PUT ignores because it is read-only is not looked at. `operation` is the operation's.
MUST_CHECK bool bulk_refs_collect(const struct bulk_scope *scope, uint32_t operation,
                                  struct roster_json *data, struct bulk_needs *needs,
                                  struct roster_error *err);
// Puts ids in the place of references: ids[operation] is what the operation created.
MUST_CHECK bool bulk_refs_replace(const struct bulk_scope *scope, struct roster_json *data,
                                  const str *ids, struct roster_error *err);
// Moves the values of `data` that refer to one of the `late` operations into *cut, an object of the
// same shape: elements of lists alone, other attributes whole.
MUST_CHECK bool bulk_refs_cut(const struct bulk_scope *scope, struct roster_json *data,
                              const bool *late, struct roster_json **cut, struct roster_error *err);

// One operation as the order sees it.
struct bulk_node {
    const uint32_t *needs;  // operations that create what it refers to
    size_t need_count;
    uint32_t follows;  // an operation on the same resource that was sent before it; BULK_NONE
};
struct bulk_order {
    uint32_t *sequence;  // operations in the order in which they run
    uint32_t *place;     // of each operation in it
    uint32_t *unit;      // of each operation: those that refer to each other in a circle share one
    bool *circular;      // of each operation: it refers to itself, perhaps by way of others
};
// The order of the request, except that who refers to what is created later waits for it, and runs
// as soon as it can. The operations of a circle run one behind the other.
MUST_CHECK bool bulk_order(const struct bulk_node *nodes, size_t count, struct roster_arena *arena,
                           struct bulk_order *out, struct roster_error *err);
// Whether `creator` runs behind `operation`, or is itself: the reference waits until the circle is
// complete.
bool bulk_is_late(const struct bulk_order *order, uint32_t operation, uint32_t creator);

#endif
