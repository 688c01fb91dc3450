// bulk_target.c: what the path of a bulk operation names, by the rules of a URL.
// SPDX-License-Identifier: Apache-2.0
#include "base/percent.h"
#include "core/bulk.h"

#include <string.h>

enum { SEGMENTS_MAX = 2 };

struct segments {
    str items[SEGMENTS_MAX];
    size_t count;
    bool collapsed;  // repeated slashes were there
};

static bool is_word(const struct context *ctx, str segment, str word)
{
    return str_equal(segment, word) || (str_equal_nocase(segment, word) &&
                                        quirk_take(ctx->quirks, ROSTER_QUIRK_ENDPOINT_ANY_CASE));
}

static bool split(const struct context *ctx, str path, struct segments *out,
                  struct roster_error *err)
{
    str raw = {0};
    bool more = true;
    if (path.len > 0 && path.ptr[0] == '/') {
        path = str_tail(path, 1);
    }
    while (more) {
        more = str_cut(path, '/', &raw, &path);
        if (raw.len == 0) {
            out->collapsed |= more;  // a slash at the end is none too many
            continue;
        }
        if (out->count == SEGMENTS_MAX) {
            return fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no such endpoint");
        }
        if (!percent_decode(raw, false, ctx->arena, &out->items[out->count++])) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "path is badly escaped");
        }
    }
    return !out->collapsed || quirk_take(ctx->quirks, ROSTER_QUIRK_COLLAPSE_SLASHES) ||
           fail(err, ROSTER_ERR_NOT_FOUND, 0, "the path has repeated slashes");
}

// Endpoints that exist, but not for an operation of a job (P-275).
static bool check_offered(const struct context *ctx, const struct segments *segments,
                          struct roster_error *err)
{
    static const str others[] = {STR_INIT("Bulk"), STR_INIT(".search"),
                                 STR_INIT("ServiceProviderConfig"), STR_INIT("Schemas"),
                                 STR_INIT("ResourceTypes")};
    bool is_other = segments->count == 2 && str_equal(segments->items[1], STR(".search"));
    for (size_t at = 0; at < COUNT_OF(others) && !is_other; at++) {
        is_other = is_word(ctx, segments->items[0], others[at]);
    }
    return !is_other || fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                             "an operation of a bulk job can only create or change resources");
}

static bool find_type(const struct context *ctx, str segment, struct bulk_task *task,
                      struct roster_error *err)
{
    const struct roster_registry *registry = ctx->view->registry;
    task->type = registry_endpoint(registry, segment, false);
    if (task->type == NULL) {
        const struct roster_resource_type *type = registry_endpoint(registry, segment, true);
        task->type =
            type != NULL && quirk_take(ctx->quirks, ROSTER_QUIRK_ENDPOINT_ANY_CASE) ? type : NULL;
    }
    return task->type != NULL || fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no such endpoint");
}

// /Me stands for the user that the credential acts for.
static bool find_me(const struct context *ctx, struct bulk_task *task, struct roster_error *err)
{
    if (task->sent.method == BULK_POST) {
        return fail(err, ROSTER_ERR_NOT_IMPLEMENTED, 0, NULL);
    }
    task->type = roster_registry_type(ctx->view->registry, STR("User"));
    task->id = (str){ctx->actor->user_id, strlen(ctx->actor->user_id)};
    return task->id.len > 0 || fail(err, ROSTER_ERR_NOT_FOUND, 0,
                                    "this credential is not bound to a user, so there is no /Me");
}

static bool check_scope(const struct context *ctx, const struct bulk_task *task,
                        struct roster_error *err)
{
    assert(task->type != NULL);
    return scope_may_write(&ctx->actor->scope, task->type->number) ||
           fail(err, ROSTER_ERR_FORBIDDEN, 0, "this credential may not write %.*s",
                STR_ARGS(str_tail(task->type->endpoint, 1)));
}

static const enum write_kind kinds[] = {[BULK_POST] = WRITE_CREATE,
                                        [BULK_PUT] = WRITE_REPLACE,
                                        [BULK_PATCH] = WRITE_PATCH,
                                        [BULK_DELETE] = WRITE_DELETE};

bool bulk_target(const struct context *ctx, struct bulk_task *task, str *name,
                 struct roster_error *err)
{
    struct segments segments = {0};
    str prefix = {0};
    assert(task->sent.method != BULK_OTHER);
    task->kind = kinds[task->sent.method];
    if (memchr(task->sent.path.ptr, '?', task->sent.path.len) != NULL) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "path takes no query");
    }
    if (!split(ctx, task->sent.path, &segments, err)) {
        return false;
    }
    if (segments.count == 0) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "path names no endpoint");
    }
    if (!check_offered(ctx, &segments, err)) {
        return false;
    }
    bool is_me = segments.count == 1 && is_word(ctx, segments.items[0], STR("Me"));
    if (!(is_me ? find_me(ctx, task, err) : find_type(ctx, segments.items[0], task, err)) ||
        !check_scope(ctx, task, err)) {
        return false;
    }
    if (is_me) {
        return true;
    }
    if (task->type->managed || (segments.count == 1) != (task->sent.method == BULK_POST)) {
        return fail(err, ROSTER_ERR_METHOD_NOT_ALLOWED, 0,
                    "this endpoint does not have the method %.*s",
                    STR_ARGS(task->sent.method_text));
    }
    if (segments.count == 2) {
        task->id = segments.items[1];
        (void)bulk_reference(ctx->view->registry, task->id, &prefix, name);
    }
    return true;
}
