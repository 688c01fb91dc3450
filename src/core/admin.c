// admin.c: transactions, refusals and names of the administration use cases.
// SPDX-License-Identifier: Apache-2.0
#include "core/admin.h"

#include "base/limits.h"

enum { SALT_LEN = 16 };

bool admin_refuse(enum store_outcome outcome, struct roster_error *err)
{
    switch (outcome) {
    case STORE_FULL:
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the disk or the quota of the store is full");
    case STORE_TIMEOUT:
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the store took too long: try again");
    case STORE_OK:
    case STORE_NONE:
    case STORE_TAKEN:
    case STORE_LARGE:
    case STORE_FAILED:
        break;
    }
    return fail(err, ROSTER_ERR_INTERNAL, 0, "the store failed: the log says why");
}

bool admin_begin(const struct admin *admin, struct roster_error *err)
{
    enum store_outcome got = conn_begin(admin->writer);
    return got == STORE_OK || admin_refuse(got, err);
}

bool admin_undo(const struct admin *admin, bool ignored)
{
    if (conn_in_transaction(admin->writer)) {
        conn_rollback(admin->writer);
    }
    return false;
}

bool admin_done(const struct admin *admin)
{
    conn_rollback(admin->writer);
    return true;
}

bool admin_record(const struct admin *admin, int64_t tenant, struct change *change,
                  struct roster_error *err)
{
    unsigned char salt[SALT_LEN];
    char request_id[UUID_TEXT_LEN];
    env_random(admin->env, salt, sizeof(salt));
    uuid_print(admin->env, request_id);
    change->time_ms = env_now_ms(admin->env);
    change->actor = str_of(admin->actor);
    change->address = str_of(admin->address);
    change->request_id = (str){request_id, sizeof(request_id)};
    enum store_outcome got = change_insert(admin->writer, tenant, change, salt);
    change->request_id = (str){0};
    return got == STORE_OK || admin_refuse(got, err);
}

bool admin_end(const struct admin *admin, int64_t tenant, enum store_outcome outcome,
               struct change *change, struct roster_error *err)
{
    if (outcome != STORE_OK) {
        return admin_undo(admin, admin_refuse(outcome, err));
    }
    return admin_record(admin, tenant, change, err) ? admin_commit(admin, err)
                                                    : admin_undo(admin, false);
}

bool admin_commit(const struct admin *admin, struct roster_error *err)
{
    return conn_commit(admin->writer) == STORE_OK ||
           admin_undo(admin, fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                                  "the store failed while it made the change durable: look "
                                  "whether it is there before you try again"));
}

bool admin_tenant(const struct admin *admin, str name, struct tenant_row *out,
                  struct roster_error *err)
{
    struct conn *conn = admin->writer != NULL ? admin->writer : admin->reader;
    enum store_outcome got = tenant_find(conn, name, admin->arena, out);
    if (got == STORE_NONE) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no tenant \"%.*s\"",
                    STR_ARGS(str_head(name, name.len < 100 ? name.len : 100)));
    }
    return got == STORE_OK || admin_refuse(got, err);
}

bool admin_tenant_to_change(const struct admin *admin, str name, struct tenant_row *out,
                            struct roster_error *err)
{
    struct tenant_settings settings = {0};
    if (!admin_tenant(admin, name, out, err) ||
        !tenant_settings_read(out->settings, admin->arena, &settings, err)) {
        return false;
    }
    if (settings.removing) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the tenant \"%.*s\" is being removed: finish that first", STR_ARGS(name));
    }
    return true;
}

static bool is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_name(str name, size_t len_max)
{
    if (name.len == 0 || name.len > len_max || name.ptr[0] == '-' ||
        name.ptr[name.len - 1] == '-') {
        return false;
    }
    for (size_t at = 0; at < name.len; at++) {
        if (!is_name_char(name.ptr[at])) {
            return false;
        }
    }
    return true;
}

bool admin_check_name(const char *what, str name, struct roster_error *err)
{
    static_assert(SOURCE_NAME_MAX == TENANT_NAME_MAX, "one rule for both");
    return is_name(name, TENANT_NAME_MAX) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "the name of a %s has 1 to %d characters a-z, 0-9 and -, and neither begins nor "
                "ends with -",
                what, TENANT_NAME_MAX);
}

// C0, DEL, and C1 as UTF-8: what could move the cursor of a terminal that shows it.
static bool is_control(str text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];
    unsigned char next = (unsigned char)(at + 1 < text.len ? text.ptr[at + 1] : 0);
    return c < 0x20 || c == 0x7f || (c == 0xc2 && next >= 0x80 && next <= 0x9f);
}

bool admin_check_text(const char *what, str text, size_t len_max, struct roster_error *err)
{
    if (text.len > len_max) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "a %s has at most %zu bytes", what, len_max);
    }
    for (size_t at = 0; at < text.len; at++) {
        if (is_control(text, at)) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, at, "a %s is one line of text", what);
        }
    }
    return true;
}
