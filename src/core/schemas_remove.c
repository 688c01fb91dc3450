// schemas_remove.c: taking away a schema or a resource type that nothing uses.
//
// Values of an extension are looked for in all resources of the types that have it, in steps. What
// was written meanwhile is looked at in the last step, which is the one that removes.
// SPDX-License-Identifier: Apache-2.0
#include "core/schemas.h"

#include "base/limits.h"

struct removal {
    const struct admin *admin;
    struct schema_view view;
    struct schema_progress *progress;
    str id;
    struct roster_error *err;
};

static bool refuse_store(const struct removal *r, enum store_outcome got)
{
    return admin_undo(r->admin, admin_refuse(got, r->err));
}

// Whether a path is the schema's URI, a colon and an attribute. Another URI may go on where this
// one ends; names of attributes have no colon.
static bool is_path_of(str path, str schema)
{
    return path.len > schema.len && str_starts_nocase(path, schema) &&
           path.ptr[schema.len] == ':' && !str_contains(str_tail(path, schema.len + 1), STR(":"));
}

// Indexes over attributes of an extension, or of a whole type where `schema` is empty.
static enum store_outcome remove_indexes(const struct admin *admin, const struct schema_view *view,
                                         int type, str schema)
{
    enum store_outcome got = STORE_OK;
    for (const struct declared_row *row = view->rows.indexes; row != NULL && got == STORE_OK;
         row = row->next) {
        if (row->type == type && (schema.len == 0 || is_path_of(row->path, schema))) {
            got = declared_remove(admin->writer, view->tenant.tenant, row->attribute);
        }
    }
    return got;
}

static enum store_outcome remove_extensions(const struct admin *admin,
                                            const struct schema_view *view, int type)
{
    enum store_outcome got = STORE_OK;
    for (const struct extension_row *row = view->rows.extensions; row != NULL && got == STORE_OK;
         row = row->next) {
        if (row->type == type) {
            got = extension_remove(admin->writer, view->tenant.tenant, type, row->schema);
        }
    }
    return got;
}

enum store_outcome schemas_drop_type(const struct admin *admin, const struct schema_view *view,
                                     int type)
{
    enum store_outcome got = remove_indexes(admin, view, type, (str){0});
    got = got == STORE_OK ? remove_extensions(admin, view, type) : got;
    return got == STORE_OK ? type_remove(admin->writer, view->tenant.tenant, type) : got;
}

static bool remove_type(struct removal *r, const struct roster_resource_type *type, bool *gone)
{
    int64_t tenant = r->view.tenant.tenant;
    int64_t count = 0;
    str before = {0};
    enum store_outcome got = type_count(r->admin->writer, tenant, type->number, &count);
    if (got != STORE_OK) {
        return refuse_store(r, got);
    }
    if (type->number < TYPE_NUMBER_OWN || count > 0) {
        return admin_undo(
            r->admin, type->number < TYPE_NUMBER_OWN
                          ? fail(r->err, ROSTER_ERR_INVALID_VALUE, 0,
                                 "the resource type \"%.*s\" is built in", STR_ARGS(type->name))
                          : fail(r->err, ROSTER_ERR_UNIQUENESS, 0,
                                 "the resource type \"%.*s\" is in use: delete its %lld resource%s "
                                 "first",
                                 STR_ARGS(type->name), (long long)count, count == 1 ? "" : "s"));
    }
    if (!schemas_print_type(type, r->admin->arena, &before)) {
        return admin_undo(r->admin, fail_memory(r->err));
    }
    got = schemas_drop_type(r->admin, &r->view, type->number);
    if (got == STORE_OK &&
        !schemas_record(r->admin, &r->view, type->name, before, (str){0}, r->err)) {
        return admin_undo(r->admin, false);
    }
    *gone = schemas_commit(r->admin, &r->view, got, r->err);
    return *gone;
}

// The n-th extension row that is about the schema; NULL behind the last.
static const struct extension_row *find_extension(const struct removal *r, size_t n)
{
    const struct extension_row *row = r->view.rows.extensions;
    for (; row != NULL; row = row->next) {
        if (str_equal_nocase(row->schema, r->id) && n-- == 0) {
            return row;
        }
    }
    return NULL;
}

// One step of the search. *more: there is another.
static bool scan(struct removal *r, const struct schema *schema, bool *more)
{
    struct schema_progress *progress = r->progress;
    const struct extension_row *row = find_extension(r, progress->place);
    *more = row != NULL;
    if (row == NULL) {
        return true;
    }
    enum store_outcome got =
        extension_holders(r->admin->writer, r->view.tenant.tenant, row->type, schema->id,
                          ADMIN_SCAN_ROWS, &progress->after, &progress->found);
    progress->done += ADMIN_SCAN_ROWS;
    if (got == STORE_NONE) {
        progress->place++;
        progress->after = 0;
        *more = find_extension(r, progress->place) != NULL;
        return true;
    }
    return got == STORE_OK || admin_refuse(got, r->err);
}

static bool look_at_latest(struct removal *r, const struct schema *schema)
{
    const struct extension_row *row = find_extension(r, 0);
    for (size_t n = 0; row != NULL; row = find_extension(r, ++n)) {
        int64_t found = 0;
        enum store_outcome got =
            extension_holders_since(r->admin->writer, r->view.tenant.tenant, row->type, schema->id,
                                    r->progress->since_ms, &found);
        if (got != STORE_OK) {
            return admin_refuse(got, r->err);
        }
        r->progress->found = r->progress->found > found ? r->progress->found : found;
    }
    return r->progress->found == 0 ||
           fail(r->err, ROSTER_ERR_UNIQUENESS, 0,
                "the schema is in use: %lld resource%s values of it, remove those first "
                "(PATCH: remove \"%.*s\")",
                (long long)r->progress->found, r->progress->found == 1 ? " has" : "s have",
                STR_ARGS(schema->id));
}

static bool check_unused(const struct removal *r, const struct schema *schema)
{
    if (schema->builtin) {
        return fail(r->err, ROSTER_ERR_INVALID_VALUE, 0, "the schema \"%.*s\" is built in",
                    STR_ARGS(schema->id));
    }
    for (size_t at = 0; at < r->view.registry->type_count; at++) {
        const struct roster_resource_type *type = &r->view.registry->types[at];
        if (type->schema == schema) {
            return fail(r->err, ROSTER_ERR_UNIQUENESS, 0,
                        "the schema is in use: it is that of the resource type \"%.*s\", remove "
                        "that first",
                        STR_ARGS(type->name));
        }
    }
    return true;
}

static bool remove_schema(struct removal *r, const struct schema *schema, bool *gone)
{
    int64_t tenant = r->view.tenant.tenant;
    str before = {0};
    enum store_outcome got = STORE_OK;
    const struct extension_row *row = find_extension(r, 0);
    for (size_t n = 0; row != NULL && got == STORE_OK; row = find_extension(r, ++n)) {
        got = remove_indexes(r->admin, &r->view, row->type, schema->id);
        got = got == STORE_OK ? extension_remove(r->admin->writer, tenant, row->type, row->schema)
                              : got;
    }
    got = got == STORE_OK ? schema_remove(r->admin->writer, tenant, schema->id) : got;
    if (!schemas_print_schema(schema, r->admin->arena, &before)) {
        return admin_undo(r->admin, fail_memory(r->err));
    }
    if (got == STORE_OK &&
        !schemas_record(r->admin, &r->view, schema->id, before, (str){0}, r->err)) {
        return admin_undo(r->admin, false);
    }
    *gone = schemas_commit(r->admin, &r->view, got, r->err);
    return *gone;
}

static bool step(struct removal *r, const struct schema *schema, bool *gone)
{
    bool more = false;
    if (r->progress->since_ms == 0) {
        r->progress->since_ms = env_now_ms(r->admin->env);
    }
    if (!check_unused(r, schema) || !scan(r, schema, &more)) {
        return admin_undo(r->admin, false);
    }
    if (more) {
        return admin_done(r->admin);
    }
    return look_at_latest(r, schema) ? remove_schema(r, schema, gone) : admin_undo(r->admin, false);
}

bool schemas_remove(const struct admin *admin, str tenant, str id, struct schema_progress *progress,
                    bool *gone, struct roster_error *err)
{
    struct removal r = {.admin = admin, .progress = progress, .id = id, .err = err};
    *gone = false;
    if (!schemas_begin(admin, tenant, true, &r.view, err)) {
        return false;
    }
    const struct schema *schema = registry_schema(r.view.registry, id);
    const struct roster_resource_type *type = roster_registry_type(r.view.registry, id);
    if (schema == NULL && type == NULL) {
        return admin_undo(admin, fail(err, ROSTER_ERR_NOT_FOUND, 0,
                                      "the tenant has no schema and no resource type \"%.*s\"",
                                      STR_ARGS(str_head(id, id.len < 150 ? id.len : 150))));
    }
    return schema != NULL ? step(&r, schema, gone) : remove_type(&r, type, gone);
}
