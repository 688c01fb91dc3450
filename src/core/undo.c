// undo.c: the passes of an undo, in steps.
// SPDX-License-Identifier: Apache-2.0
#include "core/undo.h"

#include "base/limits.h"
#include "core/admin.h"
#include "core/undo_inner.h"

static bool find_source(struct undo *undo, struct roster_error *err)
{
    struct source_row *source = NULL;
    str name = undo->request->source;
    if (name.len == 0) {
        return true;
    }
    enum store_outcome got =
        source_list(undo->ctx->conn, undo->ctx->actor->tenant, undo->ctx->arena, &source);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    while (source != NULL && !str_equal(source->name, name)) {
        source = source->next;
    }
    undo->source = source == NULL ? 0 : source->source;
    return source != NULL ||
           fail(err, ROSTER_ERR_NOT_FOUND, 0, "the tenant has no source \"%.*s\"", STR_ARGS(name));
}

// The window as cuts, once: what comes while the undo runs does not move its end.
static bool begin_walk(struct undo *undo, struct roster_error *err)
{
    struct undo_walk *walk = undo->walk;
    const struct context *ctx = undo->ctx;
    if (walk->at > 0) {
        return true;
    }
    enum store_outcome got =
        history_cut(ctx->conn, ctx->actor->tenant, undo->request->since_ms - 1, &walk->begin);
    if (got == STORE_OK) {
        got = history_cut(ctx->conn, ctx->actor->tenant,
                          undo->request->until_ms == 0 ? INT64_MAX : undo->request->until_ms,
                          &walk->end);
    }
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    walk->at = walk->end + 1;
    walk->total = (walk->end - walk->begin) * UNDO_DONE;
    return true;
}

static bool is_asked_for(const struct undo *undo, const struct audit_row *row)
{
    str resource = undo->request->resource;
    return resource.len == 0 || undo->walk->pass == UNDO_MEMBERS ||
           str_equal(resource, row->change.id);
}

static bool look_at(struct undo *undo, const struct audit_row *row, struct roster_error *err)
{
    static bool (*const passes[UNDO_DONE])(struct undo * undo, const struct audit_row *row,
                                           struct roster_error *err) = {
        [UNDO_CREATED] = undo_created,   [UNDO_EARLY] = undo_change,
        [UNDO_RECREATE] = undo_recreate, [UNDO_CHANGE] = undo_change,
        [UNDO_MEMBERS] = undo_members,
    };
    enum undo_side side = UNDO_IGNORED;
    if (!is_asked_for(undo, row)) {
        return true;
    }
    return undo_side_of(undo, &row->change, &side, err) &&
           (side != UNDO_SELECTED || passes[undo->walk->pass](undo, row, err));
}

// One page of the window, backwards. A change with many members is left in its middle.
static bool look_at_page(struct undo *undo, struct roster_error *err)
{
    struct undo_walk *walk = undo->walk;
    const struct context *ctx = undo->ctx;
    struct audit_row *row = NULL;
    enum store_outcome got = history_window(ctx->conn, ctx->actor->tenant, walk->begin, walk->at,
                                            UNDO_STEP_ROWS, ctx->arena, &row);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    if (row == NULL) {
        walk->pass++;
        walk->at = walk->end + 1;
        walk->done = walk->pass * (walk->end - walk->begin);
        return true;
    }
    for (; row != NULL; row = row->next) {
        if (!look_at(undo, row, err)) {
            return false;
        }
        if (walk->skip > 0) {
            return true;
        }
        walk->done += walk->at - row->change.sequence;
        walk->at = row->change.sequence;
    }
    return true;
}

bool undo_step(const struct admin *admin, const struct undo_request *request,
               struct undo_walk *walk, struct undo_item **items, struct roster_error *err)
{
    struct admin_context context;
    struct undo_walk next = *walk;
    struct undo undo = {.context = &context, .request = request, .walk = &next};
    undo.tail = &undo.items;
    *items = NULL;
    if (request->until_ms != 0 && request->until_ms < request->since_ms) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--until is before --since");
    }
    if (!admin_context_begin(admin, request->tenant, request->apply, &context, err)) {
        return false;
    }
    undo.ctx = &context.ctx;
    if (!find_source(&undo, err) || !begin_walk(&undo, err) || !look_at_page(&undo, err)) {
        return admin_undo(admin, false);
    }
    if (!request->apply) {
        (void)admin_done(admin);
    } else if (!admin_commit(admin, err)) {
        return false;
    }
    *walk = next;
    *items = undo.items;
    return true;
}
