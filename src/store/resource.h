// store/resource.h: resources: one row with the document as it will be answered, without derived
// parts, and the index rows that make it searchable.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_RESOURCE_H
#define STORE_RESOURCE_H

#include "scim/filter.h"
#include "store/store.h"

struct resource_row {
    int64_t row;       // the store's own number, in order of creation; never leaves the process
    int type;          // number of the resource type
    str id;            // as shown: UUID text, or an imported id
    int64_t revision;  // 1 at creation
    int64_t created_ms;
    int64_t modified_ms;
    str document;       // canonical JSON object with schemas and id, without externalId and meta
    size_t manager_at;  // byte of `document` where the manager object's '{' stands; 0: no manager
    str display;        // what others show of it: displayName, else userName
    str external_id;    // that of the asking source; empty: none
    int64_t source;     // whose external_id that is. Insert: 0 leaves it to external_set
    int64_t owner;      // source_owner of the source that it belongs to
};

// What is indexed of one resource type: built once for each registry.
struct index_set;

// Index entries of one resource.
struct index_entry {
    int attr;  // number of the indexed attribute
    bool unique;
    bool truncated;           // the key was too long: cut, and a digest of the whole behind it
    int element;              // position in a multi-valued attribute; -1: there is no value
    str key;                  // value_key
    str type;                 // folded `type` of the element, where there is one
    const struct attr *name;  // for messages
    const struct index_entry *also;  // of a unique one: the ordinary one that its row stands for
    bool shared;                     // of an ordinary one: it has no row of its own
    struct index_entry *next;
};

struct declared_row;

// userName, displayName, emails.value, manager.value, employeeNumber, `active` only when false;
// for groups displayName. Numbers of attributes come from the store's own table. Behind them those
// of a tenant's `declared` rows (store/schemas.h; NULL: none) that are about this type.
MUST_CHECK bool index_set_build(struct store *store, const struct roster_resource_type *type,
                                const struct declared_row *declared, struct roster_arena *arena,
                                const struct index_set **out, struct roster_error *err);
// Whether the attribute that a path names is indexed.
bool index_set_has(const struct index_set *set, const struct path *path);
MUST_CHECK bool index_extract(const struct index_set *set, const struct roster_json *resource,
                              struct roster_arena *arena, struct index_entry **first,
                              struct roster_error *err);

// By id; `type` 0 finds any type. `source` chooses the externalId that is shown.
MUST_CHECK enum store_outcome resource_find(struct conn *conn, int64_t tenant, int type, str id,
                                            int64_t source, struct roster_arena *arena,
                                            struct resource_row *row);
// By row number.
MUST_CHECK enum store_outcome resource_load(struct conn *conn, int64_t tenant, int64_t number,
                                            int64_t source, struct roster_arena *arena,
                                            struct resource_row *row);
// And whether it is in any group: the groups of one that is in none need not be asked for.
MUST_CHECK enum store_outcome resource_find_grouped(struct conn *conn, int64_t tenant, int type,
                                                    str id, int64_t source,
                                                    struct roster_arena *arena,
                                                    struct resource_row *row, bool *grouped);
// Only row, type, id, revision, display and owner.
MUST_CHECK enum store_outcome resource_find_head(struct conn *conn, int64_t tenant, int type,
                                                 str id, struct roster_arena *arena,
                                                 struct resource_row *row);
// The resource of that type that holds a unique key; STORE_NONE when it is free.
MUST_CHECK enum store_outcome unique_find(struct conn *conn, int64_t tenant, int type,
                                          const struct index_entry *entry, int64_t *row);
// Another resource of the type (not `except`) that has this key in an ordinary index.
MUST_CHECK enum store_outcome index_find(struct conn *conn, int64_t tenant, int type,
                                         const struct index_entry *entry, int64_t except,
                                         int64_t *row);

// Insert gives row->row and counts the resource. The entries are written with it, and external_id
// when row->source says whose it is. created_ms (and modified_ms) is raised to that of the newest
// resource of the type where the clock was set back: row numbers follow the order of creation.
// STORE_TAKEN: the id or a unique key is in use.
MUST_CHECK enum store_outcome resource_insert(struct conn *writer, int64_t tenant,
                                              struct resource_row *row,
                                              const struct index_entry *entries);
// Writes document, manager_at, display, revision, modified_ms, and the difference of the entries.
// STORE_TAKEN: a unique key is in use.
MUST_CHECK enum store_outcome resource_update(struct conn *writer, int64_t tenant,
                                              const struct resource_row *row,
                                              const struct index_entry *before,
                                              const struct index_entry *after);
// Only revision and modified_ms: what a change of its edges does to a group.
MUST_CHECK enum store_outcome resource_touch(struct conn *writer, int64_t tenant, int64_t row,
                                             int64_t revision, int64_t modified_ms);
MUST_CHECK enum store_outcome resource_set_owner(struct conn *writer, int64_t tenant, int64_t row,
                                                 int64_t owner);
// To whom it belonged when it was first made, as far as the audit and the credentials still tell.
MUST_CHECK enum store_outcome resource_return(struct conn *writer, int64_t tenant, int64_t row);
// Row, index rows, externalIds of all sources, and the count. Edges are the caller's (member.h).
MUST_CHECK enum store_outcome resource_delete(struct conn *writer, int64_t tenant,
                                              const struct resource_row *row,
                                              const struct index_entry *entries);

// externalId belongs to a source. An empty value removes it.
MUST_CHECK enum store_outcome external_set(struct conn *writer, int64_t tenant, int type,
                                           int64_t row, int64_t source, str value);
// The first resource of that type which has this externalId from this source.
MUST_CHECK enum store_outcome external_find(struct conn *conn, int64_t tenant, int type,
                                            int64_t source, str value, int64_t *row);

#endif
