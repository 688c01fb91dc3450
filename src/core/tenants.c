// tenants.c: tenants come, are set up, rest, and go.
// SPDX-License-Identifier: Apache-2.0
#include "core/tenants.h"

#include "base/limits.h"
#include "core/admin.h"
#include "core/modules.h"
#include "store/erase.h"
#include "store/member.h"
#include "store/password.h"
#include "store/silence.h"

static struct change tenant_change(const struct tenant_row *row, str before, str after)
{
    return (struct change){.kind = CHANGE_TENANT,
                           .row = row->tenant,
                           .id = row->name,
                           .before = before,
                           .after = after};
}

static bool print_settings(const struct admin *admin, const struct roster_json *settings, str *out,
                           struct roster_error *err)
{
    return roster_json_print(settings, admin->arena, out) || fail_memory(err);
}

bool tenants_add(const struct admin *admin, str name, str profile, struct tenant_row *out,
                 struct roster_error *err)
{
    struct tenant_row row = {.name = name, .created_ms = env_now_ms(admin->env)};
    struct tenant_setting setting = {STR("profile"), profile.len > 0 ? profile : STR("interop")};
    struct roster_json *settings = json_new(admin->arena, JSON_OBJECT);
    if (settings == NULL) {
        return fail_memory(err);
    }
    if (!admin_check_name("tenant", name, err) ||
        !tenant_settings_put(settings, &setting, admin->arena, err) ||
        !print_settings(admin, settings, &row.settings, err) || !admin_begin(admin, err)) {
        return false;
    }
    enum store_outcome got = tenant_insert(admin->writer, &row);
    if (got == STORE_TAKEN) {
        return admin_undo(admin, fail(err, ROSTER_ERR_UNIQUENESS, 0,
                                      "there is a tenant \"%.*s\" already", STR_ARGS(name)));
    }
    struct change change = tenant_change(&row, (str){0}, row.settings);
    if (!admin_end(admin, row.tenant, got, &change, err)) {
        return false;
    }
    *out = row;
    return true;
}

bool tenants_list(const struct admin *admin, struct tenant_row **first, struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    enum store_outcome got = tenant_list(admin->writer, admin->arena, first);
    return got == STORE_OK ? admin_done(admin) : admin_undo(admin, admin_refuse(got, err));
}

bool tenants_show(const struct admin *admin, str name, struct tenant_row *out,
                  struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    return admin_tenant(admin, name, out, err) ? admin_done(admin) : admin_undo(admin, false);
}

static bool duplicates(const struct admin *admin, int64_t tenant, struct group_duplicate **rows,
                       size_t *count, struct roster_error *err)
{
    enum store_outcome got =
        group_duplicates(admin->writer, tenant, ADMIN_DUPLICATES_MAX, admin->arena, rows, count);
    return got == STORE_OK || admin_refuse(got, err);
}

bool tenants_duplicates(const struct admin *admin, str name, struct group_duplicate **rows,
                        size_t *count, struct roster_error *err)
{
    struct tenant_row row = {0};
    if (!admin_begin(admin, err)) {
        return false;
    }
    return admin_tenant(admin, name, &row, err) && duplicates(admin, row.tenant, rows, count, err)
               ? admin_done(admin)
               : admin_undo(admin, false);
}

// A rule that comes on must hold for what is there, or it could never be relied on.
static bool check_group_names(const struct admin *admin, const struct tenant_row *row,
                              uint64_t on_before, uint64_t on_after, struct roster_error *err)
{
    uint64_t bit = UINT64_C(1) << ROSTER_QUIRK_GROUP_NAME_UNIQUE;
    if ((on_before & bit) != 0 || (on_after & bit) == 0) {
        return true;
    }
    struct group_duplicate *rows = NULL;
    size_t count = 0;
    if (!duplicates(admin, row->tenant, &rows, &count, err)) {
        return false;
    }
    return count == 0 ||
           fail(err, ROSTER_ERR_UNIQUENESS, 0,
                "group-name-unique cannot come on: %s%zu display name%s belong%s to more than one "
                "group: rename or delete groups first, or set group-name-unique=off",
                count == ADMIN_DUPLICATES_MAX ? "at least " : "", count, count == 1 ? "" : "s",
                count == 1 ? "s" : "");
}

static bool put_all(const struct admin *admin, const struct tenant_setting *settings, size_t count,
                    struct tenant_row *row, struct roster_error *err)
{
    struct roster_json *json = NULL;
    if (!tenant_settings_parse(row->settings, admin->arena, &json, err)) {
        return false;
    }
    uint64_t before = tenant_settings_mean(json).quirks_on;
    for (size_t i = 0; i < count; i++) {
        if (!tenant_settings_put(json, &settings[i], admin->arena, err)) {
            return false;
        }
    }
    return check_group_names(admin, row, before, tenant_settings_mean(json).quirks_on, err) &&
           print_settings(admin, json, &row->settings, err);
}

// A tenant that stores no passwords has none.
static bool drop_passwords(const struct admin *admin, const struct tenant_row *row,
                           const struct tenant_settings *settings, struct roster_error *err)
{
    if (tenant_switch_is_on(settings, TENANT_STORE_PASSWORDS)) {
        return true;
    }
    enum store_outcome got = password_delete_all(admin->writer, row->tenant);
    return got == STORE_OK || admin_refuse(got, err);
}

// Another rule for silence holds at once.
static bool settle_silence(const struct admin *admin, const struct tenant_row *row,
                           const struct tenant_settings *old, const struct tenant_settings *new,
                           struct roster_error *err)
{
    enum store_outcome got =
        old->silence == new->silence ? STORE_OK : silence_again(admin->writer, row->tenant, 0);
    return got == STORE_OK || admin_refuse(got, err);
}

// What follows from settings that have changed.
static bool settle(const struct admin *admin, str before, const struct tenant_row *row,
                   struct roster_error *err)
{
    struct tenant_settings old = {0};
    struct tenant_settings new = {0};
    return tenant_settings_read(before, admin->arena, &old, err) &&
           tenant_settings_read(row->settings, admin->arena, &new, err) &&
           drop_passwords(admin, row, &new, err) && modules_settle(admin, row, &old, &new, err) &&
           settle_silence(admin, row, &old, &new, err);
}

bool tenants_set(const struct admin *admin, str name, const struct tenant_setting *settings,
                 size_t count, struct tenant_row *out, struct roster_error *err)
{
    struct tenant_row row = {0};
    if (!admin_begin(admin, err)) {
        return false;
    }
    if (!admin_tenant_to_change(admin, name, &row, err)) {
        return admin_undo(admin, false);
    }
    str before = row.settings;
    if (!put_all(admin, settings, count, &row, err)) {
        return admin_undo(admin, false);
    }
    *out = row;
    if (str_equal(before, row.settings)) {
        return admin_done(admin);
    }
    if (!settle(admin, before, &row, err)) {
        return admin_undo(admin, false);
    }
    struct change change = tenant_change(&row, before, row.settings);
    return admin_end(admin, row.tenant, tenant_save(admin->writer, &row), &change, err);
}

static str suspended_json(bool suspended)
{
    return suspended ? STR("{\"suspended\":true}") : STR("{\"suspended\":false}");
}

bool tenants_suspend(const struct admin *admin, str name, bool suspended, struct tenant_row *out,
                     struct roster_error *err)
{
    struct tenant_row row = {0};
    if (!admin_begin(admin, err)) {
        return false;
    }
    if (!admin_tenant_to_change(admin, name, &row, err)) {
        return admin_undo(admin, false);
    }
    bool before = row.suspended;
    row.suspended = suspended;
    *out = row;
    if (before == suspended) {
        return admin_done(admin);
    }
    struct change change = tenant_change(&row, suspended_json(before), suspended_json(suspended));
    enum store_outcome got = suspended
                                 ? silence_rest(admin->writer, row.tenant)
                                 : silence_again(admin->writer, row.tenant, env_now_ms(admin->env));
    if (got != STORE_OK) {
        return admin_undo(admin, admin_refuse(got, err));
    }
    return admin_end(admin, row.tenant, tenant_save(admin->writer, &row), &change, err);
}

// From here on the tenant's tokens open nothing, so that nobody sees half of it.
static bool begin_removing(const struct admin *admin, struct tenant_row *row,
                           struct roster_json *settings, struct roster_error *err)
{
    str before = row->settings;
    if (!json_put_bool(settings, admin->arena, STR("removing"), true)) {
        return admin_undo(admin, fail_memory(err));
    }
    if (!print_settings(admin, settings, &row->settings, err)) {
        return admin_undo(admin, false);
    }
    row->suspended = true;
    struct change change = tenant_change(row, before, row->settings);
    return admin_end(admin, row->tenant, tenant_save(admin->writer, row), &change, err);
}

static bool remove_some(const struct admin *admin, int64_t tenant, bool *gone,
                        struct roster_error *err)
{
    enum store_outcome got = tenant_delete_some(admin->writer, tenant, ADMIN_REMOVE_ROWS);
    if (got != STORE_OK && got != STORE_NONE) {
        return admin_undo(admin, admin_refuse(got, err));
    }
    *gone = got == STORE_NONE;
    got = conn_commit(admin->writer);
    return got == STORE_OK || admin_undo(admin, admin_refuse(got, err));
}

// A removal takes all details along, those of people who are held too.
static bool check_holds(const struct admin *admin, const struct tenant_row *row,
                        struct roster_error *err)
{
    struct hold_row *hold = NULL;
    enum store_outcome got = hold_list(admin->writer, row->tenant, admin->arena, &hold);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    return hold == NULL ||
           fail(err, ROSTER_ERR_CONFLICT, 0,
                "somebody of the tenant is under a legal hold: roster hold list shows who");
}

bool tenants_remove(const struct admin *admin, str name, bool *gone, struct roster_error *err)
{
    struct tenant_row row = {0};
    struct roster_json *settings = NULL;
    *gone = false;
    if (!admin_begin(admin, err)) {
        return false;
    }
    if (!admin_tenant(admin, name, &row, err) ||
        !tenant_settings_parse(row.settings, admin->arena, &settings, err)) {
        return admin_undo(admin, false);
    }
    if (!check_holds(admin, &row, err)) {
        return admin_undo(admin, false);
    }
    return tenant_settings_mean(settings).removing ? remove_some(admin, row.tenant, gone, err)
                                                   : begin_removing(admin, &row, settings, err);
}
