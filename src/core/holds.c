// holds.c: who may not be erased.
// SPDX-License-Identifier: Apache-2.0
#include "core/erase.h"

#include "core/people.h"

static bool describe(const struct context *ctx, const struct hold_row *hold, str *out,
                     struct roster_error *err)
{
    struct roster_json *json = json_new(ctx->arena, JSON_OBJECT);
    return (json != NULL && json_put_string(json, ctx->arena, STR("hold"), hold->reason) &&
            roster_json_print(json, ctx->arena, out)) ||
           fail_memory(err);
}

static bool add(const struct admin *admin, const struct context *ctx,
                const struct hold_request *request, struct hold_row *out, struct roster_error *err)
{
    struct person person = {0};
    struct change change = {.kind = CHANGE_HOLD};
    if (!people_find(ctx, request->name, &person, err)) {
        return false;
    }
    *out = (struct hold_row){.id = person.id,
                             .reason = request->reason,
                             .actor = str_of(admin->actor),
                             .since_ms = env_now_ms(admin->env)};
    enum store_outcome got = hold_insert(ctx->conn, ctx->actor->tenant, out);
    if (got == STORE_TAKEN) {
        return fail(err, ROSTER_ERR_CONFLICT, 0, "%.*s is under a legal hold already",
                    STR_ARGS(person.id));
    }
    change.id = person.id;
    return (got == STORE_OK || admin_refuse(got, err)) && describe(ctx, out, &change.after, err) &&
           admin_record(admin, ctx->actor->tenant, &change, err);
}

bool holds_add(const struct admin *admin, const struct hold_request *request, struct hold_row *out,
               struct roster_error *err)
{
    struct admin_context context;
    if (!admin_check_text("reason", request->reason, LABEL_MAX, err) ||
        !admin_context_begin(admin, request->tenant, true, &context, err)) {
        return false;
    }
    return add(admin, &context.ctx, request, out, err) ? admin_commit(admin, err)
                                                       : admin_undo(admin, false);
}

static bool end_hold(const struct admin *admin, const struct context *ctx,
                     const struct hold_request *request, struct hold_row *out,
                     struct roster_error *err)
{
    struct person person = {0};
    struct change change = {.kind = CHANGE_HOLD};
    if (!people_find(ctx, request->name, &person, err)) {
        return false;
    }
    enum store_outcome got = hold_find(ctx->conn, ctx->actor->tenant, person.id, ctx->arena, out);
    if (got == STORE_NONE) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "%.*s is under no legal hold",
                    STR_ARGS(person.id));
    }
    if (got == STORE_OK) {
        got = hold_delete(ctx->conn, ctx->actor->tenant, person.id);
    }
    change.id = person.id;
    return (got == STORE_OK || admin_refuse(got, err)) && describe(ctx, out, &change.before, err) &&
           admin_record(admin, ctx->actor->tenant, &change, err);
}

bool holds_remove(const struct admin *admin, const struct hold_request *request,
                  struct hold_row *out, struct roster_error *err)
{
    struct admin_context context;
    if (!admin_context_begin(admin, request->tenant, true, &context, err)) {
        return false;
    }
    return end_hold(admin, &context.ctx, request, out, err) ? admin_commit(admin, err)
                                                            : admin_undo(admin, false);
}

bool holds_list(const struct admin *admin, str tenant, struct hold_row **first,
                struct roster_error *err)
{
    struct tenant_row row = {0};
    if (!admin_begin(admin, err)) {
        return false;
    }
    if (!admin_tenant(admin, tenant, &row, err)) {
        return admin_undo(admin, false);
    }
    enum store_outcome got = hold_list(admin->writer, row.tenant, admin->arena, first);
    return got == STORE_OK ? admin_done(admin) : admin_undo(admin, admin_refuse(got, err));
}
