// store/schemas.h: what a tenant declared beyond the built-in schemas, as rows.
//
// Numbers of types and of indexed attributes are given once and never to another one, in whichever
// tenant: rows that were left behind by something that is gone mean nothing to what comes later.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_SCHEMAS_H
#define STORE_SCHEMAS_H

#include "store/resource.h"

struct schema_row {
    str document;  // a Schema resource (RFC 7643 section 7), without meta
    struct schema_row *next;
};

struct type_row {
    int type;  // TYPE_NUMBER_OWN or more, or that of a module's type (scim/modules.h)
    str name;
    str endpoint;
    str description;
    str schema;
    struct type_row *next;
};

struct extension_row {
    int type;  // also one of the built-in types
    str schema;
    bool required;
    struct extension_row *next;
};

enum { INDEX_REMOVING = -1 };

// An indexed attribute.
struct declared_row {
    int attribute;
    int type;
    str path;       // as path_print writes it
    bool unique;    // a value belongs to one resource: what uniqueness "server" asks for
    bool complete;  // false: resources behind row `after` may be missing
    int64_t after;  // INDEX_REMOVING: its rows are being deleted, and nothing uses it any more
    struct declared_row *next;
};

struct schema_rows {
    struct schema_row *schemas;
    struct type_row *types;
    struct extension_row *extensions;
    struct declared_row *indexes;
};

MUST_CHECK enum store_outcome schema_rows_load(struct conn *conn, int64_t tenant,
                                               struct roster_arena *arena, struct schema_rows *out);

// Each also belongs to a schemas_touch in the same transaction.
MUST_CHECK enum store_outcome schema_put(struct conn *writer, int64_t tenant, str id, str document);
MUST_CHECK enum store_outcome schema_remove(struct conn *writer, int64_t tenant, str id);
// Gives row->type when it is 0; else only the description changes.
MUST_CHECK enum store_outcome type_put(struct conn *writer, int64_t tenant, struct type_row *row);
MUST_CHECK enum store_outcome type_remove(struct conn *writer, int64_t tenant, int type);
MUST_CHECK enum store_outcome extension_put(struct conn *writer, int64_t tenant,
                                            const struct extension_row *row);
MUST_CHECK enum store_outcome extension_remove(struct conn *writer, int64_t tenant, int type,
                                               str schema);
// Gives row->attribute when it is 0; else only `complete` and `after` change.
MUST_CHECK enum store_outcome declared_put(struct conn *writer, int64_t tenant,
                                           struct declared_row *row);
MUST_CHECK enum store_outcome declared_remove(struct conn *writer, int64_t tenant, int attribute);
// Who built a registry from the rows builds another one.
MUST_CHECK enum store_outcome schemas_touch(struct conn *writer, int64_t tenant);

// Resources of a type, of types without a counter row too.
MUST_CHECK enum store_outcome type_count(struct conn *conn, int64_t tenant, int type,
                                         int64_t *count);
// How many of those that changed at `since_ms` or later hold values of an extension.
MUST_CHECK enum store_outcome extension_holders_since(struct conn *conn, int64_t tenant, int type,
                                                      str schema, int64_t since_ms, int64_t *found);
// Looks at `limit` resources of a type behind row *after and moves it on; adds to *found how many
// hold values of an extension. STORE_NONE: there were no more.
MUST_CHECK enum store_outcome extension_holders(struct conn *conn, int64_t tenant, int type,
                                                str schema, int limit, int64_t *after,
                                                int64_t *found);

// One bounded step of filling an index: the next `limit` resources behind row->after, which moves
// on. STORE_NONE: it is complete now; STORE_LARGE: a resource has more than INDEX_VALUES_MAX
// values. `set` is that of the type, with the index in it.
MUST_CHECK enum store_outcome index_fill(struct conn *writer, int64_t tenant,
                                         const struct index_set *set, struct declared_row *row,
                                         int limit);
// Tenants that have had schemas of their own.
MUST_CHECK enum store_outcome schema_tenants(struct conn *conn, struct roster_arena *arena,
                                             int64_t **tenants, size_t *count);
// Deletes at most `limit` rows of an attribute that is declared no more. *count: how many.
MUST_CHECK enum store_outcome index_drop(struct conn *writer, int64_t tenant, int attribute,
                                         int limit, int64_t *count);

#endif
