// admin_context.c: a tenant as the command line sees it.
// SPDX-License-Identifier: Apache-2.0
#include "core/admin_context.h"

#include <stdio.h>

static bool fill(const struct admin *admin, struct admin_context *out, struct roster_error *err)
{
    const struct tenant_row *tenant = &out->schemas.tenant;
    struct store *store = conn_store(admin->writer);
    out->view.registry = out->schemas.registry;
    if (!tenant_settings_read(tenant->settings, admin->arena, &out->view.settings, err) ||
        !index_sets_build(store, out->schemas.registry, out->schemas.rows.indexes, admin->arena,
                          &out->view.indexes, err)) {
        return false;
    }
    out->actor.tenant = tenant->tenant;
    snprintf(out->actor.tenant_name, sizeof(out->actor.tenant_name), "%.*s",
             STR_ARGS(tenant->name));
    snprintf(out->actor.name, sizeof(out->actor.name), "%s", admin->actor);
    out->quirks.on = out->view.settings.quirks_on;
    uuid_print(admin->env, out->request_id);
    out->ctx = (struct context){
        .conn = admin->writer,
        .store = store,
        .env = admin->env,
        .actor = &out->actor,
        .view = &out->view,
        .arena = admin->arena,
        .quirks = &out->quirks,
        .address = str_of(admin->address),
        .request_id = {out->request_id, sizeof(out->request_id)},
        .on_worker = true,
    };
    return true;
}

bool admin_context_begin(const struct admin *admin, str tenant, bool change,
                         struct admin_context *out, struct roster_error *err)
{
    *out = (struct admin_context){0};
    if (!schemas_begin(admin, tenant, change, &out->schemas, err)) {
        return false;
    }
    return fill(admin, out, err) || admin_undo(admin, false);
}
