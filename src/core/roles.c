// roles.c: roles and entitlements come, change and go.
//
// `containedBy` and `contains` are two ends of one thing: whoever writes one writes the other.
// SPDX-License-Identifier: Apache-2.0
#include "core/roles.h"

#include "base/limits.h"
#include "core/assigned.h"
#include "core/commit.h"
#include "core/document.h"
#include "store/page.h"
#include "store/registry.h"

#include <stdio.h>

struct work {
    const struct admin *admin;
    const struct role_request *request;
    struct tenant_registry *registry;
    struct actor actor;
    struct tenant_view view;
    struct roster_quirks quirks;
    char request_id[UUID_TEXT_LEN];
    struct context ctx;
    const struct roster_resource_type *type;
    struct roster_error *err;
};

// A role with what it is stored as.
struct role {
    struct current current;
    struct roster_json *after;
};

static const char *noun(const struct work *w)
{
    return w->request->entitlement ? "entitlement" : "role";
}

static bool make_context(struct work *w, const struct tenant_row *row)
{
    const struct admin *admin = w->admin;
    w->registry = tenant_registry_open(conn_store(admin->writer), admin->writer, row->tenant,
                                       row->schemas, w->err);
    if (w->registry == NULL) {
        return false;
    }
    w->actor.tenant = row->tenant;
    snprintf(w->actor.name, sizeof(w->actor.name), "%s", admin->actor);
    w->view.registry = w->registry->registry;
    w->view.indexes = w->registry->indexes;
    w->ctx = (struct context){.conn = admin->writer,
                              .store = conn_store(admin->writer),
                              .env = admin->env,
                              .actor = &w->actor,
                              .view = &w->view,
                              .arena = admin->arena,
                              .quirks = &w->quirks,
                              .address = str_of(admin->address),
                              .request_id = {w->request_id, sizeof(w->request_id)}};
    uuid_print(admin->env, w->request_id);
    w->type = registry_type_number(
        w->view.registry, w->request->entitlement ? TYPE_NUMBER_ENTITLEMENT : TYPE_NUMBER_ROLE);
    return w->type != NULL ||
           fail(w->err, ROSTER_ERR_INVALID_VALUE, 0,
                "the tenant has no roles and entitlements: roster tenant set %.*s roles=on",
                STR_ARGS(row->name));
}

static bool begin(struct work *w)
{
    struct tenant_row row = {0};
    if (!admin_begin(w->admin, w->err)) {
        return false;
    }
    if (admin_tenant_to_change(w->admin, w->request->tenant, &row, w->err) &&
        tenant_settings_read(row.settings, w->admin->arena, &w->view.settings, w->err) &&
        make_context(w, &row)) {
        return true;
    }
    tenant_registry_give(w->registry);
    return admin_undo(w->admin, false);
}

// Ends what `begin` began, and gives back `ok`.
static bool end(struct work *w, bool ok)
{
    tenant_registry_give(w->registry);
    return ok ? admin_commit(w->admin, w->err) : admin_undo(w->admin, false);
}

static bool done(const struct work *w, enum outcome outcome)
{
    if (outcome == OUTCOME_BROKEN && w->err->code == ROSTER_OK) {
        return admin_refuse(STORE_FAILED, w->err);
    }
    return outcome == OUTCOME_DONE;
}

// *found stays false for one that is not there.
static bool load(struct work *w, str value, struct role *out, bool *found)
{
    struct current *current = &out->current;
    assert(w->type != NULL);
    enum store_outcome got = assigned_find(&w->ctx, w->type->number, value, &current->row, w->err);
    *found = got == STORE_OK;
    if (got == STORE_NONE) {
        return true;
    }
    if (got != STORE_OK) {
        return admin_refuse(got, w->err);
    }
    if (!roster_json_read(current->row.document, w->ctx.arena, &current->resource, w->err) ||
        !index_extract(context_indexes(&w->ctx, w->type), current->resource, w->ctx.arena,
                       &current->entries, w->err)) {
        return false;
    }
    out->after = json_copy(w->ctx.arena, current->resource);
    return out->after != NULL || fail_memory(w->err);
}

static bool save(struct work *w, struct role *role)
{
    struct write write = {.kind = WRITE_PATCH, .type = w->type, .id = role->current.row.id};
    const struct edge_plan none = {0};
    return done(
        w, commit_update(&w->ctx, &write, &role->current, role->after, (str){0}, &none, w->err));
}

static bool create(struct work *w, struct role *role)
{
    struct scope scope = context_scope(&w->ctx, w->type);
    struct write write = {.kind = WRITE_CREATE, .type = w->type};
    const struct edge_plan none = {0};
    int64_t count = 0;
    enum store_outcome got = type_count(w->ctx.conn, w->actor.tenant, w->type->number, &count);
    if (got != STORE_OK) {
        return admin_refuse(got, w->err);
    }
    if (count >= ROLES_TENANT_MAX) {
        return fail(w->err, ROSTER_ERR_TOO_LARGE, 0, "a tenant has at most %d %ss",
                    ROLES_TENANT_MAX, w->request->entitlement ? "entitlement" : "role");
    }
    if (!write_new_id(&w->ctx, w->ctx.arena, &write.id)) {
        return fail_memory(w->err);
    }
    write.row.id = write.id;
    write.row.type = w->type->number;
    if (!resource_list_schemas(&scope, role->after) ||
        !document_print(role->after, w->ctx.arena, &write.row)) {
        return fail_memory(w->err);
    }
    return index_extract(context_indexes(&w->ctx, w->type), role->after, w->ctx.arena,
                         &write.entries, w->err) &&
           done(w, commit_create(&w->ctx, &write, &none, w->err));
}

static struct roster_json *find_text(const struct roster_json *role, str list, str value)
{
    const struct roster_json *array = json_find(role, list);
    struct roster_json *one = json_is(array, JSON_ARRAY) ? array->first : NULL;
    while (one != NULL && !str_equal_nocase(one->text, value)) {
        one = one->next;
    }
    return one;
}

static bool push_text(struct work *w, struct roster_json *role, str list, str value)
{
    struct roster_json *array = json_find(role, list);
    struct roster_json *text = json_string(w->ctx.arena, value);
    if (array == NULL) {
        array = json_new(w->ctx.arena, JSON_ARRAY);
        if (array != NULL) {
            json_put(role, list, array);
        }
    }
    if (array == NULL || text == NULL) {
        return fail_memory(w->err);
    }
    json_push(array, text);
    return true;
}

static void remove_text(struct roster_json *role, str list, str value)
{
    struct roster_json *array = json_find(role, list);
    struct roster_json *text = find_text(role, list, value);
    if (text != NULL) {
        json_remove(array, text);
    }
    if (array != NULL && array->first == NULL) {
        json_remove(role, array);
    }
}

// Whether what is above `role` includes `value`. Each step goes up by one; the number bounds it.
static bool check_circle(struct work *w, const struct roster_json *role, str value, int depth)
{
    const struct roster_json *above = json_find(role, STR("containedBy"));
    bool is_same = str_equal_nocase(json_find_text(role, STR("value")), value);
    if (is_same || depth == ROLES_DEPTH_MAX) {
        return fail(w->err, ROSTER_ERR_INVALID_VALUE, 0,
                    is_same ? "a %s cannot include itself, not by way of others either"
                            : "%ss include each other too deeply",
                    noun(w));
    }
    for (const struct roster_json *one = above == NULL ? NULL : above->first; one != NULL;
         one = one->next) {
        struct role parent = {0};
        bool found = false;
        if (!load(w, one->text, &parent, &found) ||
            (found && !check_circle(w, parent.after, value, depth + 1))) {
            return false;
        }
    }
    return true;
}

static bool put_within(struct work *w, struct role *role)
{
    str within = w->request->within;
    str value = json_find_text(role->after, STR("value"));
    struct role parent = {0};
    bool found = false;
    if (within.len == 0 || find_text(role->after, STR("containedBy"), within) != NULL) {
        return true;
    }
    if (!load(w, within, &parent, &found)) {
        return false;
    }
    if (!found) {
        return fail(w->err, ROSTER_ERR_NOT_FOUND, 0, "there is no %s \"%.*s\"", noun(w),
                    STR_ARGS(str_head(within, within.len < 100 ? within.len : 100)));
    }
    return check_circle(w, parent.after, value, 0) &&
           push_text(w, role->after, STR("containedBy"),
                     json_find_text(parent.after, STR("value"))) &&
           push_text(w, parent.after, STR("contains"), value) && save(w, &parent);
}

static bool put_text(struct work *w, struct roster_json *role, str name, str value)
{
    struct roster_json *text = json_string(w->ctx.arena, value);
    if (text == NULL) {
        return fail_memory(w->err);
    }
    if (value.len > 0) {
        json_replace(role, name, text);
    }
    return true;
}

static bool put_flag(struct work *w, struct roster_json *role, str name, bool flag)
{
    struct roster_json *value = json_bool(w->ctx.arena, flag);
    if (value == NULL) {
        return fail_memory(w->err);
    }
    json_replace(role, name, value);
    return true;
}

static bool put_permitted(struct work *w, struct roster_json *role)
{
    struct roster_json *old = json_find(role, STR("totalAssignmentsPermitted"));
    if (w->request->permitted == 0) {
        return true;
    }
    if (old != NULL) {
        json_remove(role, old);
    }
    return put_flag(w, role, STR("limitedAssignmentsPermitted"), true) &&
           (json_put_i64(role, w->ctx.arena, STR("totalAssignmentsPermitted"),
                         w->request->permitted) ||
            fail_memory(w->err));
}

static bool add(struct work *w, bool *added)
{
    struct role role = {0};
    bool found = false;
    if (!load(w, w->request->value, &role, &found)) {
        return false;
    }
    *added = !found;
    if (!found) {
        role.after = json_new(w->ctx.arena, JSON_OBJECT);
        if (role.after == NULL) {
            return fail_memory(w->err);
        }
        if (!put_text(w, role.after, STR("value"), w->request->value)) {
            return false;
        }
    }
    return put_text(w, role.after, STR("display"), w->request->display) &&
           put_text(w, role.after, STR("type"), w->request->type) &&
           put_flag(w, role.after, STR("supported"), !w->request->unsupported) &&
           put_permitted(w, role.after) && put_within(w, &role) &&
           (found ? save(w, &role) : create(w, &role));
}

bool roles_add(const struct admin *admin, const struct role_request *request, bool *added,
               struct roster_error *err)
{
    struct work w = {.admin = admin, .request = request, .err = err};
    *added = false;
    if (request->value.len == 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the value is empty");
    }
    if (!admin_check_text("value", request->value, ROLE_TEXT_MAX, err) ||
        !admin_check_text("display name", request->display, ROLE_TEXT_MAX, err) ||
        !admin_check_text("type", request->type, ROLE_TEXT_MAX, err)) {
        return false;
    }
    return begin(&w) && end(&w, add(&w, added));
}

static bool leave_parents(struct work *w, const struct roster_json *role, str value)
{
    const struct roster_json *above = json_find(role, STR("containedBy"));
    for (const struct roster_json *one = above == NULL ? NULL : above->first; one != NULL;
         one = one->next) {
        struct role parent = {0};
        bool found = false;
        if (!load(w, one->text, &parent, &found)) {
            return false;
        }
        if (found) {
            remove_text(parent.after, STR("contains"), value);
            if (!save(w, &parent)) {
                return false;
            }
        }
    }
    return true;
}

static bool remove_role(struct work *w)
{
    struct role role = {0};
    bool found = false;
    str value = w->request->value;
    if (!load(w, value, &role, &found)) {
        return false;
    }
    if (!found) {
        return fail(w->err, ROSTER_ERR_NOT_FOUND, 0, "there is no %s \"%.*s\"", noun(w),
                    STR_ARGS(str_head(value, value.len < 100 ? value.len : 100)));
    }
    const struct roster_json *below = json_find(role.after, STR("contains"));
    if (below != NULL) {
        return fail(
            w->err, ROSTER_ERR_UNIQUENESS, 0, "it includes \"%.*s\": remove that first",
            STR_ARGS(str_head(below->first->text,
                              below->first->text.len < 100 ? below->first->text.len : 100)));
    }
    struct write write = {.kind = WRITE_DELETE, .type = w->type, .id = role.current.row.id};
    return leave_parents(w, role.after, json_find_text(role.after, STR("value"))) &&
           done(w, commit_delete(&w->ctx, &write, &role.current, w->err));
}

bool roles_remove(const struct admin *admin, const struct role_request *request,
                  struct roster_error *err)
{
    struct work w = {.admin = admin, .request = request, .err = err};
    return begin(&w) && end(&w, remove_role(&w));
}

static bool read_all(const struct admin *admin, int64_t tenant, int type, struct roster_json *list,
                     struct roster_error *err)
{
    struct document_row *rows = NULL;
    enum store_outcome got =
        documents_page(admin->writer, tenant, type, 0, ROLES_TENANT_MAX, admin->arena, &rows);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; rows != NULL; rows = rows->next) {
        struct roster_json *one = NULL;
        if (!roster_json_read(rows->document, admin->arena, &one, err)) {
            return false;
        }
        json_push(list, one);
    }
    return true;
}

bool roles_list(const struct admin *admin, str tenant, bool entitlements, struct roster_json **out,
                struct roster_error *err)
{
    struct tenant_row row = {0};
    *out = json_new(admin->arena, JSON_ARRAY);
    if (*out == NULL) {
        return fail_memory(err);
    }
    if (!admin_begin(admin, err)) {
        return false;
    }
    int type = entitlements ? TYPE_NUMBER_ENTITLEMENT : TYPE_NUMBER_ROLE;
    return admin_tenant(admin, tenant, &row, err) && read_all(admin, row.tenant, type, *out, err)
               ? admin_done(admin)
               : admin_undo(admin, false);
}
