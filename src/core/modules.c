// modules.c: switches of a tenant's settings become rows of its schemas.
// SPDX-License-Identifier: Apache-2.0
#include "core/modules.h"

#include "core/schemas.h"
#include "scim/modules.h"

#include <stdio.h>

// The switch of each module.
static const enum tenant_switch switches[MODULE_COUNT] = {
    [MODULE_DEVICES] = TENANT_DEVICES,
    [MODULE_ROLES] = TENANT_ROLES,
};

struct settling {
    const struct admin *admin;
    struct schema_view view;
    enum module module;
    struct roster_error *err;
};

static const char *name_of(const struct settling *s)
{
    return tenant_switch_name(switches[s->module]);
}

static bool ok(const struct settling *s, enum store_outcome got)
{
    return got == STORE_OK || admin_refuse(got, s->err);
}

static bool put_types(struct settling *s)
{
    size_t count = 0;
    const struct registry_type *types = module_types(s->module, &count);
    struct type_row *rows = arena_array(s->admin->arena, count, sizeof(*rows));
    struct type_row **tail = &s->view.rows.types;
    if (rows == NULL) {
        return fail_memory(s->err);
    }
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    for (size_t at = 0; at < count; at++) {
        rows[at] = (struct type_row){.type = types[at].number,
                                     .name = types[at].name,
                                     .endpoint = types[at].endpoint,
                                     .description = types[at].description,
                                     .schema = types[at].schema};
        if (!ok(s, type_put(s->admin->writer, s->view.tenant.tenant, &rows[at]))) {
            return false;
        }
        *tail = &rows[at];
        tail = &rows[at].next;
    }
    return true;
}

// Whether the tenant's own schemas and those of the module go together.
static bool check_together(struct settling *s)
{
    const struct roster_registry *registry = NULL;
    struct roster_error why = {0};
    if (registry_of_rows(&s->view.rows, s->admin->arena, &registry, &why)) {
        return true;
    }
    if (why.code == ROSTER_ERR_NO_MEMORY) {
        return fail_memory(s->err);
    }
    return fail(s->err, ROSTER_ERR_UNIQUENESS, 0,
                "%s cannot come on, because the tenant declares the same by itself (roster schema "
                "list): %s",
                name_of(s), why.detail);
}

static bool switch_on(struct settling *s)
{
    return put_types(s) && check_together(s);
}

static bool check_unused(const struct settling *s, const struct registry_type *type)
{
    int64_t count = 0;
    if (!ok(s, type_count(s->admin->writer, s->view.tenant.tenant, type->number, &count))) {
        return false;
    }
    return count == 0 ||
           fail(s->err, ROSTER_ERR_UNIQUENESS, 0,
                "%s cannot go off: the resource type \"%.*s\" is in use: delete its %lld "
                "resource%s first",
                name_of(s), STR_ARGS(type->name), (long long)count, count == 1 ? "" : "s");
}

static bool switch_off(struct settling *s)
{
    size_t count = 0;
    const struct registry_type *types = module_types(s->module, &count);
    for (size_t at = 0; at < count; at++) {
        if (!check_unused(s, &types[at]) ||
            !ok(s, schemas_drop_type(s->admin, &s->view, types[at].number))) {
            return false;
        }
    }
    return true;
}

static bool settle(struct settling *s, bool on)
{
    enum store_outcome got =
        schema_rows_load(s->admin->writer, s->view.tenant.tenant, s->admin->arena, &s->view.rows);
    return ok(s, got) && (on ? switch_on(s) : switch_off(s)) &&
           ok(s, schemas_touch(s->admin->writer, s->view.tenant.tenant));
}

bool modules_settle(const struct admin *admin, const struct tenant_row *row,
                    const struct tenant_settings *before, const struct tenant_settings *after,
                    struct roster_error *err)
{
    struct settling s = {.admin = admin, .view.tenant = *row, .err = err};
    if (tenant_switch_is_on(after, TENANT_ROLES_ENFORCED) &&
        !tenant_switch_is_on(after, TENANT_ROLES)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "roles-enforced=on needs roles=on");
    }
    for (size_t at = 0; at < MODULE_COUNT; at++) {
        bool was_on = tenant_switch_is_on(before, switches[at]);
        bool is_on = tenant_switch_is_on(after, switches[at]);
        s.module = (enum module)at;
        if (was_on != is_on && !settle(&s, is_on)) {
            return false;
        }
    }
    return true;
}
