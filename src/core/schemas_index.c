// schemas_index.c: which attributes of a tenant are indexed.
//
// What has to be unique is indexed from the start: when its schema comes, no resource has a value.
// Other indexes are filled with what is there, in steps.
// SPDX-License-Identifier: Apache-2.0
#include "core/schemas.h"

#include "base/limits.h"

static const struct declared_row *find_row(const struct declared_row *rows, int type, str path)
{
    while (rows != NULL &&
           !(rows->type == type && str_equal(rows->path, path) && rows->after != INDEX_REMOVING)) {
        rows = rows->next;
    }
    return rows;
}

static bool print_path(const struct path *path, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, FILTER_TEXT_MAX);
    path_print(path, &text);
    *out = text_str(&text);
    return !text.full;
}

struct uniques {
    const struct admin *admin;
    const struct schema_view *view;
    struct schema_rows *rows;
    struct roster_error *err;
    const struct roster_resource_type *type;
};

static bool push(struct schema_rows *rows, struct declared_row *row, struct roster_error *err)
{
    struct declared_row **tail = &rows->indexes;
    int count = 0;
    for (; *tail != NULL; tail = &(*tail)->next) {
        count++;
    }
    if (count >= INDEXES_TENANT_MAX) {
        return fail(err, ROSTER_ERR_TOO_LARGE, 0,
                    "a tenant has at most %d indexes, those of unique attributes included",
                    INDEXES_TENANT_MAX);
    }
    *tail = row;
    return true;
}

static bool add_unique(const struct uniques *u, const struct schema *extension,
                       const struct attr *attr, const struct attr *sub)
{
    const struct attr *leaf = sub != NULL ? sub : attr;
    struct path path = {.extension = extension, .attr = attr, .sub = sub};
    struct declared_row *row = NULL;
    str text = {0};
    if (leaf->uniqueness == ATTR_UNIQUE_NONE || leaf->mutability == ATTR_READ_ONLY ||
        attr->mutability == ATTR_READ_ONLY) {
        return true;
    }
    if (!print_path(&path, u->admin->arena, &text)) {
        return fail_memory(u->err);
    }
    if (find_row(u->rows->indexes, u->type->number, text) != NULL) {
        return true;
    }
    row = arena_alloc(u->admin->arena, sizeof(*row));
    if (row == NULL) {
        return fail_memory(u->err);
    }
    *row = (struct declared_row){
        .type = u->type->number, .path = text, .unique = true, .complete = true};
    enum store_outcome got = declared_put(u->admin->writer, u->view->tenant.tenant, row);
    return got == STORE_OK ? push(u->rows, row, u->err) : admin_refuse(got, u->err);
}

static bool add_uniques(const struct uniques *u, const struct schema *schema)
{
    const struct schema *extension = schema == u->type->schema ? NULL : schema;
    for (size_t at = 0; at < schema->attr_count && !schema->builtin; at++) {
        const struct attr *attr = &schema->attrs[at];
        if (!add_unique(u, extension, attr, NULL)) {
            return false;
        }
        for (size_t sub = 0; sub < attr->sub_count; sub++) {
            if (!add_unique(u, extension, attr, &attr->subs[sub])) {
                return false;
            }
        }
    }
    return true;
}

bool schemas_index_unique(const struct admin *admin, const struct schema_view *view,
                          struct schema_rows *rows, const struct roster_registry *registry,
                          struct roster_error *err)
{
    struct uniques u = {admin, view, rows, err, NULL};
    for (size_t at = 0; at < registry->type_count; at++) {
        u.type = &registry->types[at];
        if (!add_uniques(&u, u.type->schema)) {
            return false;
        }
        for (size_t n = 0; n < u.type->extension_count; n++) {
            if (!add_uniques(&u, u.type->extensions[n].schema)) {
                return false;
            }
        }
    }
    return true;
}

// What a request means in the registry of the tenant.
struct target {
    const struct roster_resource_type *type;
    struct path path;
    str text;
};

static bool check_leaf(const struct path *path, struct roster_error *err)
{
    const struct attr *leaf = path->sub != NULL ? path->sub : path->attr;
    if (leaf->type == ATTR_COMPLEX) {
        return fail(err, ROSTER_ERR_INVALID_PATH, 0, "name a sub-attribute of \"%.*s\"",
                    STR_ARGS(leaf->name));
    }
    if (leaf->returned == ATTR_NEVER || leaf->mutability == ATTR_READ_ONLY ||
        path->attr->mutability == ATTR_READ_ONLY) {
        return fail(err, ROSTER_ERR_INVALID_PATH, 0,
                    "\"%.*s\" cannot be indexed: its values are not stored", STR_ARGS(leaf->name));
    }
    if (path->attr->schema == NULL) {
        return fail(err, ROSTER_ERR_INVALID_PATH, 0, "\"%.*s\" is indexed for every resource",
                    STR_ARGS(path->attr->name));
    }
    if (path->sub != NULL && path->sub->multi_valued) {
        return fail(err, ROSTER_ERR_INVALID_PATH, 0,
                    "\"%.*s\" cannot be indexed: it is a list inside a complex value",
                    STR_ARGS(leaf->name));
    }
    return true;
}

static bool find_target(const struct admin *admin, const struct schema_view *view,
                        const struct index_request *request, struct target *out,
                        struct roster_error *err)
{
    struct roster_quirks quirks = {0};
    out->type = roster_registry_type(view->registry, request->type);
    if (out->type == NULL) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "the tenant has no resource type \"%.*s\"",
                    STR_ARGS(request->type));
    }
    struct scope scope = {out->type, &quirks, admin->arena};
    if (!path_parse_name(&scope, request->path, &out->path, err)) {
        return false;
    }
    if (out->path.unknown || out->path.attr == NULL) {
        return fail(err, ROSTER_ERR_INVALID_PATH, 0, "%.*s has no attribute \"%.*s\"",
                    STR_ARGS(out->type->name), STR_ARGS(request->path));
    }
    if (out->path.attr->type == ATTR_COMPLEX && out->path.sub == NULL) {
        out->path.sub = attr_sub(out->path.attr, STR("value"));
    }
    return check_leaf(&out->path, err) &&
           (print_path(&out->path, admin->arena, &out->text) || fail_memory(err));
}

static bool is_built_in(const struct admin *admin, const struct target *target, bool *is,
                        struct roster_error *err)
{
    const struct index_set *set = NULL;
    if (!index_set_build(conn_store(admin->writer), target->type, NULL, admin->arena, &set, err)) {
        return false;
    }
    *is = index_set_has(set, &target->path);
    return true;
}

static bool declare(const struct admin *admin, const struct schema_view *view,
                    const struct target *target, struct roster_error *err)
{
    struct declared_row row = {.type = target->type->number, .path = target->text};
    struct schema_rows rows = view->rows;
    bool built_in = false;
    str after = {0};
    if (!is_built_in(admin, target, &built_in, err) || !push(&rows, &row, err)) {
        return admin_undo(admin, false);
    }
    if (built_in) {
        return admin_undo(admin, fail(err, ROSTER_ERR_UNIQUENESS, 0, "\"%.*s\" is indexed already",
                                      STR_ARGS(target->text)));
    }
    struct roster_json *json = json_new(admin->arena, JSON_OBJECT);
    if (json == NULL || !json_put_string(json, admin->arena, STR("index"), target->text) ||
        !roster_json_print(json, admin->arena, &after)) {
        return admin_undo(admin, fail_memory(err));
    }
    enum store_outcome got = declared_put(admin->writer, view->tenant.tenant, &row);
    if (got == STORE_OK && !schemas_record(admin, view, target->type->name, (str){0}, after, err)) {
        return admin_undo(admin, false);
    }
    return schemas_commit(admin, view, got, err);
}

static bool fill(const struct admin *admin, const struct schema_view *view,
                 const struct declared_row *found, const struct target *target,
                 struct schema_progress *progress, bool *done, struct roster_error *err)
{
    struct declared_row row = *found;
    const struct index_set *set = NULL;
    row.next = NULL;
    if (!index_set_build(conn_store(admin->writer), target->type, &row, admin->arena, &set, err)) {
        return admin_undo(admin, false);
    }
    enum store_outcome got =
        index_fill(admin->writer, view->tenant.tenant, set, &row, ADMIN_FILL_ROWS);
    progress->done += ADMIN_FILL_ROWS;
    *done = got == STORE_NONE;
    if (*done) {
        return schemas_commit(admin, view, STORE_OK, err);
    }
    if (got == STORE_LARGE) {
        progress->refused = true;
        return admin_done(admin);
    }
    return got == STORE_OK ? admin_commit(admin, err) : admin_undo(admin, admin_refuse(got, err));
}

// Nobody could write the resource that has too many values as long as the index were declared.
static bool take_back(const struct admin *admin, const struct index_request *request,
                      struct roster_error *err)
{
    bool gone = false;
    return schemas_unindex(admin, request, &gone, err) &&
           (!gone || fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                          "\"%.*s\" is not indexed: a resource would have more than %d values that "
                          "are searchable",
                          STR_ARGS(request->path), INDEX_VALUES_MAX));
}

bool schemas_index(const struct admin *admin, const struct index_request *request,
                   struct schema_progress *progress, bool *done, struct roster_error *err)
{
    struct schema_view view = {0};
    struct target target = {0};
    *done = false;
    if (progress->refused) {
        return take_back(admin, request, err);
    }
    if (!schemas_begin(admin, request->tenant, true, &view, err)) {
        return false;
    }
    if (!find_target(admin, &view, request, &target, err)) {
        return admin_undo(admin, false);
    }
    const struct declared_row *row = find_row(view.rows.indexes, target.type->number, target.text);
    if (row == NULL) {
        return declare(admin, &view, &target, err);
    }
    if (row->complete) {
        *done = true;
        return admin_done(admin);
    }
    enum store_outcome got =
        type_count(admin->writer, view.tenant.tenant, target.type->number, &progress->total);
    return got == STORE_OK ? fill(admin, &view, row, &target, progress, done, err)
                           : admin_undo(admin, admin_refuse(got, err));
}

static struct declared_row *find_removing(struct declared_row *rows, int type, str path)
{
    while (rows != NULL && !(rows->type == type && str_equal(rows->path, path) && !rows->unique)) {
        rows = rows->next;
    }
    return rows;
}

// From here on nobody reads or writes it; its rows go in the steps that follow.
static bool begin_unindex(const struct admin *admin, const struct schema_view *view,
                          struct declared_row *row, const struct target *target,
                          struct roster_error *err)
{
    str before = {0};
    struct roster_json *json = json_new(admin->arena, JSON_OBJECT);
    if (json == NULL || !json_put_string(json, admin->arena, STR("index"), target->text) ||
        !roster_json_print(json, admin->arena, &before)) {
        return admin_undo(admin, fail_memory(err));
    }
    row->complete = false;
    row->after = INDEX_REMOVING;
    enum store_outcome got = declared_put(admin->writer, view->tenant.tenant, row);
    if (got == STORE_OK &&
        !schemas_record(admin, view, target->type->name, before, (str){0}, err)) {
        return admin_undo(admin, false);
    }
    return schemas_commit(admin, view, got, err);
}

bool schemas_unindex(const struct admin *admin, const struct index_request *request, bool *done,
                     struct roster_error *err)
{
    struct schema_view view = {0};
    struct target target = {0};
    int64_t count = 0;
    *done = false;
    if (!schemas_begin(admin, request->tenant, true, &view, err)) {
        return false;
    }
    if (!find_target(admin, &view, request, &target, err)) {
        return admin_undo(admin, false);
    }
    struct declared_row *row = find_removing(view.rows.indexes, target.type->number, target.text);
    if (row == NULL) {
        return admin_undo(admin,
                          fail(err, ROSTER_ERR_NOT_FOUND, 0, "no index over \"%.*s\" was declared",
                               STR_ARGS(target.text)));
    }
    if (row->after != INDEX_REMOVING) {
        return begin_unindex(admin, &view, row, &target, err);
    }
    enum store_outcome got =
        index_drop(admin->writer, view.tenant.tenant, row->attribute, ADMIN_REMOVE_ROWS, &count);
    *done = got == STORE_OK && count < ADMIN_REMOVE_ROWS;
    if (*done) {
        got = declared_remove(admin->writer, view.tenant.tenant, row->attribute);
    }
    return got == STORE_OK ? admin_commit(admin, err) : admin_undo(admin, admin_refuse(got, err));
}
