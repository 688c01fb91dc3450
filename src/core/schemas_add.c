// schemas_add.c: a file of schemas and resource types becomes part of a tenant.
//
// Rows are written as they are read, and the registry that they make is checked at the end: a
// refusal rolls all of it back.
// SPDX-License-Identifier: Apache-2.0
#include "core/schemas.h"

#include "base/limits.h"

struct adding {
    const struct admin *admin;
    const struct schema_request *request;
    struct schema_view view;                 // as it was
    struct schema_rows rows;                 // as it becomes
    const struct roster_registry *registry;  // of these
    struct schema_effect_row *effects;
    struct schema_effect_row **tail;
    struct roster_error *err;
};

static bool write_ok(const struct adding *a, enum store_outcome got)
{
    return got == STORE_OK || admin_refuse(got, a->err);
}

static struct schema_effect_row *find_effect(const struct adding *a, str id, bool is_type)
{
    struct schema_effect_row *row = a->effects;
    while (row != NULL && !(row->is_type == is_type && str_equal_nocase(row->id, id))) {
        row = row->next;
    }
    return row;
}

static bool add_effect(struct adding *a, str id, bool is_type, enum schema_effect effect)
{
    struct schema_effect_row *row = arena_alloc(a->admin->arena, sizeof(*row));
    if (row == NULL) {
        return fail_memory(a->err);
    }
    *row = (struct schema_effect_row){.id = id, .is_type = is_type, .effect = effect};
    *a->tail = row;
    a->tail = &row->next;
    return true;
}

// The row of a schema of the tenant that was there before: both lists are in the same order.
static struct schema_row *row_of(const struct adding *a, const struct schema *schema)
{
    struct schema_row *row = a->rows.schemas;
    for (const struct schema *at = a->view.registry->schemas; at < schema && row != NULL; at++) {
        row = at->builtin ? row : row->next;
    }
    assert(row != NULL);
    return row;
}

static bool put_schema(struct adding *a, const struct schema *schema, str document)
{
    return write_ok(a, schema_put(a->admin->writer, a->view.tenant.tenant, schema->id, document));
}

static bool change_schema(struct adding *a, const struct schema *before, const struct schema *after,
                          str document)
{
    if (before->builtin) {
        return fail(a->err, ROSTER_ERR_UNIQUENESS, 0, "the schema \"%.*s\" is built in",
                    STR_ARGS(after->id));
    }
    if (!schema_check_change(before, after, a->err)) {
        return false;
    }
    struct schema_row *row = row_of(a, before);
    bool same = str_equal(row->document, document);
    row->document = document;
    return add_effect(a, before->id, false, same ? SCHEMA_UNCHANGED : SCHEMA_CHANGED) &&
           (same || put_schema(a, after, document));
}

static bool new_schema(struct adding *a, const struct schema *schema, str document)
{
    struct schema_row *row = arena_alloc(a->admin->arena, sizeof(*row));
    struct schema_row **tail = &a->rows.schemas;
    if (row == NULL) {
        return fail_memory(a->err);
    }
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    *row = (struct schema_row){.document = document};
    *tail = row;
    return add_effect(a, schema->id, false, SCHEMA_ADDED) && put_schema(a, schema, document);
}

static bool add_schema(struct adding *a, const struct roster_json *json)
{
    struct roster_arena *arena = a->admin->arena;
    struct schema *schema = arena_alloc(arena, sizeof(*schema));
    str document = {0};
    if (schema == NULL) {
        return fail_memory(a->err);
    }
    if (!schema_load(json, NULL, arena, schema, a->err)) {
        return false;
    }
    if (!schemas_print_schema(schema, arena, &document)) {
        return fail_memory(a->err);
    }
    if (document.len > SCHEMA_DOCUMENT_MAX) {
        return fail(a->err, ROSTER_ERR_TOO_LARGE, 0,
                    "the schema \"%.*s\" has more than %zu bytes, defaults included",
                    STR_ARGS(schema->id), SCHEMA_DOCUMENT_MAX);
    }
    if (find_effect(a, schema->id, false) != NULL) {
        return fail(a->err, ROSTER_ERR_UNIQUENESS, 0, "the schema \"%.*s\" occurs twice",
                    STR_ARGS(schema->id));
    }
    const struct schema *before = registry_schema(a->view.registry, schema->id);
    return before != NULL ? change_schema(a, before, schema, document)
                          : new_schema(a, schema, document);
}

// Adds an extension to a type, or changes whether it is required. *changed is left alone when it
// was so already.
static bool put_extension(struct adding *a, struct extension_row *wanted, bool *changed)
{
    struct extension_row **tail = &a->rows.extensions;
    while (*tail != NULL &&
           !((*tail)->type == wanted->type && str_equal_nocase((*tail)->schema, wanted->schema))) {
        tail = &(*tail)->next;
    }
    if (*tail != NULL && (*tail)->required == wanted->required) {
        return true;
    }
    *changed = true;
    if (*tail == NULL) {
        wanted->next = NULL;
        *tail = wanted;
    } else {
        (*tail)->required = wanted->required;
    }
    return write_ok(a, extension_put(a->admin->writer, a->view.tenant.tenant, *tail));
}

static bool lists_extension(const struct extension_row *list, str schema)
{
    while (list != NULL && !str_equal_nocase(list->schema, schema)) {
        list = list->next;
    }
    return list != NULL;
}

static bool check_same(const struct adding *a, const struct type_row *before,
                       const struct type_row *after, const struct extension_row *extensions)
{
    if (!str_equal(before->endpoint, after->endpoint) ||
        !str_equal_nocase(before->schema, after->schema)) {
        return fail(a->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the endpoint and the schema of the resource type \"%.*s\" cannot change",
                    STR_ARGS(before->name));
    }
    for (const struct extension_row *row = a->rows.extensions; row != NULL; row = row->next) {
        if (row->type == before->type && !lists_extension(extensions, row->schema)) {
            return fail(a->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "the resource type \"%.*s\" has the extension \"%.*s\": list it, or remove "
                        "that schema",
                        STR_ARGS(before->name), STR_ARGS(row->schema));
        }
    }
    return true;
}

static struct type_row *find_type(const struct adding *a, str name)
{
    struct type_row *row = a->rows.types;
    while (row != NULL && !str_equal(row->name, name)) {
        row = row->next;
    }
    return row;
}

// The row in the list: one that was there already, or `fresh` at its end.
static bool put_type(struct adding *a, struct type_row *fresh,
                     const struct extension_row *extensions, struct type_row **out, bool *changed)
{
    struct type_row *row = find_type(a, fresh->name);
    *out = row;
    if (row == NULL) {
        struct type_row **tail = &a->rows.types;
        while (*tail != NULL) {
            tail = &(*tail)->next;
        }
        *out = *tail = fresh;
        *changed = true;
        return write_ok(a, type_put(a->admin->writer, a->view.tenant.tenant, fresh));
    }
    if (!check_same(a, row, fresh, extensions)) {
        return false;
    }
    if (str_equal(row->description, fresh->description)) {
        return true;
    }
    row->description = fresh->description;
    *changed = true;
    return write_ok(a, type_put(a->admin->writer, a->view.tenant.tenant, row));
}

static bool add_type(struct adding *a, const struct roster_json *json)
{
    struct type_row *fresh = arena_alloc(a->admin->arena, sizeof(*fresh));
    struct type_row *row = NULL;
    struct extension_row *extensions = NULL;
    bool changed = false;
    if (fresh == NULL) {
        return fail_memory(a->err);
    }
    if (!schema_file_type(json, a->admin->arena, fresh, &extensions, a->err)) {
        return false;
    }
    const struct roster_resource_type *before = roster_registry_type(a->view.registry, fresh->name);
    if (before != NULL && before->number < TYPE_NUMBER_OWN) {
        return fail(a->err, ROSTER_ERR_UNIQUENESS, 0,
                    "the resource type \"%.*s\" is built in: extend it with --extends %.*s",
                    STR_ARGS(before->name), STR_ARGS(before->name));
    }
    if (find_effect(a, fresh->name, true) != NULL) {
        return fail(a->err, ROSTER_ERR_UNIQUENESS, 0, "the resource type \"%.*s\" occurs twice",
                    STR_ARGS(fresh->name));
    }
    if (!put_type(a, fresh, extensions, &row, &changed)) {
        return false;
    }
    for (struct extension_row *next = NULL; extensions != NULL; extensions = next) {
        next = extensions->next;
        extensions->type = row->type;
        if (!put_extension(a, extensions, &changed)) {
            return false;
        }
    }
    return add_effect(a, row->name, true,
                      before == NULL ? SCHEMA_ADDED
                                     : (changed ? SCHEMA_CHANGED : SCHEMA_UNCHANGED));
}

static bool extend(struct adding *a)
{
    const struct roster_resource_type *type =
        roster_registry_type(a->view.registry, a->request->extends);
    bool changed = false;
    if (type == NULL) {
        return fail(a->err, ROSTER_ERR_NOT_FOUND, 0,
                    "the tenant has no resource type \"%.*s\" that could be extended",
                    STR_ARGS(a->request->extends));
    }
    for (struct schema_effect_row *row = a->effects; row != NULL; row = row->next) {
        struct extension_row *wanted = arena_alloc(a->admin->arena, sizeof(*wanted));
        if (wanted == NULL) {
            return fail_memory(a->err);
        }
        if (row->is_type) {
            return fail(a->err, ROSTER_ERR_BAD_REQUEST, 0,
                        "--extends is for schemas: a resource type lists its schemaExtensions");
        }
        *wanted = (struct extension_row){
            .type = type->number, .schema = row->id, .required = a->request->required};
        if (!put_extension(a, wanted, &changed)) {
            return false;
        }
    }
    return add_effect(a, type->name, true, changed ? SCHEMA_CHANGED : SCHEMA_UNCHANGED);
}

static bool check_size(const struct adding *a)
{
    size_t count = 0;
    size_t bytes = 0;
    for (const struct schema_row *row = a->rows.schemas; row != NULL; row = row->next) {
        count++;
        bytes += row->document.len;
    }
    return (count <= SCHEMAS_TENANT_MAX && bytes <= SCHEMA_FILE_MAX) ||
           fail(a->err, ROSTER_ERR_TOO_LARGE, 0,
                "a tenant has at most %d schemas of its own, of %zu bytes together",
                SCHEMAS_TENANT_MAX, SCHEMA_FILE_MAX);
}

static bool record_all(const struct adding *a)
{
    struct roster_arena *arena = a->admin->arena;
    for (const struct schema_effect_row *row = a->effects; row != NULL; row = row->next) {
        str before = {0};
        str after = {0};
        bool printed =
            row->is_type
                ? schemas_print_type(roster_registry_type(a->view.registry, row->id), arena,
                                     &before) &&
                      schemas_print_type(roster_registry_type(a->registry, row->id), arena, &after)
                : schemas_print_schema(registry_schema(a->view.registry, row->id), arena,
                                       &before) &&
                      schemas_print_schema(registry_schema(a->registry, row->id), arena, &after);
        if (!printed) {
            return fail_memory(a->err);
        }
        if (row->effect != SCHEMA_UNCHANGED &&
            !schemas_record(a->admin, &a->view, row->id, before, after, a->err)) {
            return false;
        }
    }
    return true;
}

static bool add_documents(struct adding *a, const struct schema_document *document)
{
    for (; document != NULL; document = document->next) {
        bool added =
            document->is_type ? add_type(a, document->json) : add_schema(a, document->json);
        if (!added) {
            return schema_file_refuse(document, a->err);
        }
    }
    return a->request->extends.len == 0 || extend(a);
}

static bool is_changed(const struct adding *a)
{
    const struct schema_effect_row *row = a->effects;
    while (row != NULL && row->effect == SCHEMA_UNCHANGED) {
        row = row->next;
    }
    return row != NULL;
}

bool schemas_add(const struct admin *admin, const struct schema_request *request,
                 struct schema_effect_row **effects, struct roster_error *err)
{
    struct adding a = {.admin = admin, .request = request, .err = err};
    struct schema_document *documents = NULL;
    a.tail = &a.effects;
    if (request->required && request->extends.len == 0) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--required needs --extends");
    }
    if (!schema_file_read(request->text, admin->arena, &documents, err) ||
        !schemas_begin(admin, request->tenant, true, &a.view, err)) {
        return false;
    }
    a.rows = a.view.rows;
    if (!add_documents(&a, documents) || !check_size(&a) ||
        !registry_of_rows(&a.rows, admin->arena, &a.registry, err) ||
        !schemas_index_unique(admin, &a.view, &a.rows, a.registry, err) || !record_all(&a)) {
        return admin_undo(admin, false);
    }
    *effects = a.effects;
    return is_changed(&a) ? schemas_commit(admin, &a.view, STORE_OK, err) : admin_done(admin);
}
