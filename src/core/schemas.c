// schemas.c: what a tenant has declared, and what every change of it has in common.
// SPDX-License-Identifier: Apache-2.0
#include "core/schemas.h"

#include "base/limits.h"

static bool load(const struct admin *admin, struct schema_view *view, struct roster_error *err)
{
    enum store_outcome got =
        schema_rows_load(admin->writer, view->tenant.tenant, admin->arena, &view->rows);
    return got == STORE_OK ? registry_of_rows(&view->rows, admin->arena, &view->registry, err)
                           : admin_refuse(got, err);
}

bool schemas_begin(const struct admin *admin, str tenant, bool change, struct schema_view *out,
                   struct roster_error *err)
{
    *out = (struct schema_view){0};
    if (!admin_begin(admin, err)) {
        return false;
    }
    bool found = change ? admin_tenant_to_change(admin, tenant, &out->tenant, err)
                        : admin_tenant(admin, tenant, &out->tenant, err);
    return (found && load(admin, out, err)) || admin_undo(admin, false);
}

bool schemas_record(const struct admin *admin, const struct schema_view *view, str id, str before,
                    str after, struct roster_error *err)
{
    struct change change = {.kind = CHANGE_SCHEMA,
                            .row = view->tenant.tenant,
                            .id = str_head(id, id.len < ID_BYTES_MAX ? id.len : ID_BYTES_MAX),
                            .before = before,
                            .after = after};
    return admin_record(admin, view->tenant.tenant, &change, err);
}

bool schemas_commit(const struct admin *admin, const struct schema_view *view,
                    enum store_outcome outcome, struct roster_error *err)
{
    if (outcome == STORE_OK) {
        outcome = schemas_touch(admin->writer, view->tenant.tenant);
    }
    return outcome == STORE_OK ? admin_commit(admin, err)
                               : admin_undo(admin, admin_refuse(outcome, err));
}

static bool print(const struct roster_json *json, struct roster_arena *arena, str *out)
{
    return json != NULL && roster_json_print(json, arena, out);
}

bool schemas_print_schema(const struct schema *schema, struct roster_arena *arena, str *out)
{
    *out = (str){0};
    return schema == NULL || print(schema_json(schema, arena), arena, out);
}

bool schemas_print_type(const struct roster_resource_type *type, struct roster_arena *arena,
                        str *out)
{
    *out = (str){0};
    return type == NULL || print(type_json(type, arena), arena, out);
}

bool schemas_show(const struct admin *admin, str tenant, struct schema_view *out,
                  struct roster_error *err)
{
    return schemas_begin(admin, tenant, false, out, err) && admin_done(admin);
}

bool schemas_count(const struct admin *admin, const struct schema_view *view, int type,
                   int64_t *count, struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    enum store_outcome got = type_count(admin->writer, view->tenant.tenant, type, count);
    return got == STORE_OK ? admin_done(admin) : admin_undo(admin, admin_refuse(got, err));
}
