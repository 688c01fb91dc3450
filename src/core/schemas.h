// core/schemas.h: administration of a tenant's schemas, resource types and indexes, as use cases.
//
// Like core/tenants.h: each call runs on the writer connection in a transaction of its own and
// writes its audit row. Documents are outside input; a refusal says which one and what in it, and
// nothing of the file is stored then.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_SCHEMAS_H
#define CORE_SCHEMAS_H

#include "core/admin.h"
#include "scim/path.h"
#include "store/registry.h"

// What a file declares: one Schema or ResourceType (RFC 7643 sections 6 and 7), a list of them, or
// a ListResponse.
struct schema_request {
    str tenant;
    str text;
    str extends;  // name of the type that every schema of the file extends; empty: none
    bool required;
};

enum schema_effect { SCHEMA_ADDED, SCHEMA_CHANGED, SCHEMA_UNCHANGED };

// One line of what came of it.
struct schema_effect_row {
    str id;  // URI of a schema, or name of a resource type
    bool is_type;
    enum schema_effect effect;
    struct schema_effect_row *next;
};

// Adds what is new and changes what is there, where schema_check_change allows it: all or nothing.
MUST_CHECK bool schemas_add(const struct admin *admin, const struct schema_request *request,
                            struct schema_effect_row **effects, struct roster_error *err);

// What a tenant has beyond the built-in schemas, and the registry that it makes together with them.
struct schema_view {
    struct tenant_row tenant;
    struct schema_rows rows;
    const struct roster_registry *registry;
};
MUST_CHECK bool schemas_show(const struct admin *admin, str tenant, struct schema_view *out,
                             struct roster_error *err);
// Resources of a type. The tenant is that of a view.
MUST_CHECK bool schemas_count(const struct admin *admin, const struct schema_view *view, int type,
                              int64_t *count, struct roster_error *err);

// A step of something that is done in steps: between two of them others may write.
struct schema_progress {
    int64_t done;   // resources
    int64_t total;  // as far as known
    // Of a search for values
    int64_t since_ms;
    int64_t found;
    int64_t after;
    size_t place;  // in the list of extensions
    // Of an index: a resource has more values than can be indexed, and what was filled goes again.
    bool refused;
};

// Removes a schema (by URI) or a resource type (by name) that nothing uses: UNIQUENESS says what
// does. Call it again, with the same progress, until *gone: values are looked for in steps.
MUST_CHECK bool schemas_remove(const struct admin *admin, str tenant, str id,
                               struct schema_progress *progress, bool *gone,
                               struct roster_error *err);

struct index_request {
    str tenant;
    str type;
    str path;
};

// Declares the index, or goes on filling it, one step a call, until *done. Requests use it once it
// is complete. A stop at any point loses nothing: the next call goes on. INVALID_VALUE when a
// resource has more values than are indexed: by then the declaration is taken back.
MUST_CHECK bool schemas_index(const struct admin *admin, const struct index_request *request,
                              struct schema_progress *progress, bool *done,
                              struct roster_error *err);
// The reverse, in steps too.
MUST_CHECK bool schemas_unindex(const struct admin *admin, const struct index_request *request,
                                bool *done, struct roster_error *err);

// Takes a resource type away, with its indexes and with what extends it. Its resources are gone.
MUST_CHECK enum store_outcome schemas_drop_type(const struct admin *admin,
                                                const struct schema_view *view, int type);

// For the files that implement this header: transaction begun, tenant found, rows loaded. `change`:
// for a tenant that may be changed.
MUST_CHECK bool schemas_begin(const struct admin *admin, str tenant, bool change,
                              struct schema_view *out, struct roster_error *err);
// One audit row of the change under way; the transaction stays open.
MUST_CHECK bool schemas_record(const struct admin *admin, const struct schema_view *view, str id,
                               str before, str after, struct roster_error *err);
// Moves the tenant's schemas on and commits, unless `outcome` of the last write says otherwise.
MUST_CHECK bool schemas_commit(const struct admin *admin, const struct schema_view *view,
                               enum store_outcome outcome, struct roster_error *err);
// Declares an index for every unique attribute that has none yet; `rows` grows by them.
MUST_CHECK bool schemas_index_unique(const struct admin *admin, const struct schema_view *view,
                                     struct schema_rows *rows,
                                     const struct roster_registry *registry,
                                     struct roster_error *err);
// As the audit shows them; the empty text for NULL. False when the arena is full.
MUST_CHECK bool schemas_print_schema(const struct schema *schema, struct roster_arena *arena,
                                     str *out);
MUST_CHECK bool schemas_print_type(const struct roster_resource_type *type,
                                   struct roster_arena *arena, str *out);

// core/schema_file.c: the documents of a file.
struct schema_document {
    const struct roster_json *json;
    str place;  // "the file", "document 2"
    bool is_type;
    struct schema_document *next;
};
MUST_CHECK bool schema_file_read(str text, struct roster_arena *arena,
                                 struct schema_document **first, struct roster_error *err);
// A ResourceType; `type` 0 in all rows.
MUST_CHECK bool schema_file_type(const struct roster_json *json, struct roster_arena *arena,
                                 struct type_row *type, struct extension_row **extensions,
                                 struct roster_error *err);
// Puts the place in front of a refusal. Always false.
bool schema_file_refuse(const struct schema_document *document, struct roster_error *err);

#endif
