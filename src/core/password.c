// password.c: from a body to a row of hashes.
// SPDX-License-Identifier: Apache-2.0
#include "core/password.h"

#include "scim/precis.h"
#include "scim/value.h"
#include "store/password.h"
#include "sys/password.h"

#include <string.h>

static const str name = {"password", 8};

static bool is_stored(const struct context *ctx)
{
    return tenant_switch_is_on(&ctx->view->settings, TENANT_STORE_PASSWORDS);
}

// OpaqueString of RFC 8265, and a bound: what is hashed is no longer than a person can mean.
static bool take_text(const struct context *ctx, struct write *write, str text,
                      struct roster_error *err)
{
    const char *why = NULL;
    str prepared = {0};
    if (text.len > PASSWORD_LEN_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "password is longer than %d bytes",
                    PASSWORD_LEN_MAX);
    }
    switch (precis_opaque(text, ctx->arena, &prepared, &why)) {
    case PRECIS_OK:
        break;
    case PRECIS_REFUSED:
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "password %s", why);
    case PRECIS_FULL:
        return fail_memory(err);
    }
    // A copy, because it is wiped.
    char *own = arena_alloc(ctx->arena, prepared.len);
    if (own == NULL) {
        return fail_memory(err);
    }
    memcpy(own, prepared.ptr, prepared.len);
    write->password =
        (struct password_change){.action = PASSWORD_SET, .text = own, .text_len = prepared.len};
    return true;
}

// The member of a body. Left out it stays as it is, null takes it away.
static bool read_member(const struct context *ctx, struct write *write,
                        const struct roster_json *body, const struct attr *attr,
                        struct roster_error *err)
{
    struct scope scope = context_scope(ctx, write->type);
    struct roster_json *value = NULL;
    const struct roster_json *sent = json_find(body, name);
    if (sent == NULL) {
        return true;
    }
    if (!value_check(&scope, VALUE_BODY, attr, sent, false, &value, err)) {
        return false;
    }
    if (value == NULL) {
        write->password.action = PASSWORD_REMOVE;
        return true;
    }
    return take_text(ctx, write, value->text, err);
}

static bool read_patch(const struct context *ctx, struct write *write, struct roster_error *err)
{
    const struct patch *patch = &write->patch;
    if (!patch->has_password) {
        return true;
    }
    if (patch->password == NULL) {
        write->password.action = PASSWORD_REMOVE;
        return true;
    }
    return take_text(ctx, write, patch->password->text, err);
}

bool password_read(const struct context *ctx, struct write *write, const struct roster_json *body,
                   struct roster_error *err)
{
    const struct attr *attr = type_attr(write->type, name);
    write->password = (struct password_change){0};
    if (attr == NULL || !attr_is_core_user(attr, name) || !is_stored(ctx)) {
        return true;
    }
    return write->kind == WRITE_PATCH ? read_patch(ctx, write, err)
                                      : read_member(ctx, write, body, attr, err);
}

bool password_prepare(const struct context *ctx, struct write *write, struct roster_error *err)
{
    struct password_change *password = &write->password;
    assert(password_is_pending(write));
    bool done = password_hash(ctx->env, (str){password->text, password->text_len}, ctx->arena,
                              &password->hash);
    secret_wipe(password->text, password->text_len);
    password->text = NULL;
    password->text_len = 0;
    return done || fail(err, ROSTER_ERR_UNAVAILABLE, 0, "there is no memory to hash a password");
}

bool password_is_pending(const struct write *write)
{
    return write->password.action == PASSWORD_SET && write->password.hash.len == 0;
}

enum outcome password_settle(const struct context *ctx, struct write *write, int64_t row,
                             bool *changes, struct roster_error *err)
{
    str ignored = {0};
    *changes = false;
    if (!is_stored(ctx)) {
        write->password.action = PASSWORD_KEEP;
    }
    if (password_is_pending(write)) {
        fail(err, ROSTER_ERR_NOT_IMPLEMENTED, 0, "a password cannot be set in this way");
        return OUTCOME_REFUSED;
    }
    *changes = write->password.action == PASSWORD_SET;
    if (write->password.action != PASSWORD_REMOVE) {
        return OUTCOME_DONE;
    }
    enum store_outcome got =
        row == 0 ? STORE_NONE
                 : password_find(ctx->conn, ctx->actor->tenant, row, ctx->arena, &ignored);
    *changes = got == STORE_OK;
    return got == STORE_NONE ? OUTCOME_DONE : outcome_of_store(got, err);
}

enum store_outcome password_write(const struct context *ctx, const struct write *write, int64_t row)
{
    switch (write->password.action) {
    case PASSWORD_KEEP:
        break;
    case PASSWORD_SET:
        return password_save(ctx->conn, ctx->actor->tenant, row, write->password.hash);
    case PASSWORD_REMOVE:
        return password_delete(ctx->conn, ctx->actor->tenant, row);
    }
    return STORE_OK;
}
