// erase.c: erasing a person, and details that are old enough.
// SPDX-License-Identifier: Apache-2.0
#include "core/erase.h"

#include "base/limits.h"
#include "base/time.h"
#include "core/commit.h"
#include "core/people.h"
#include "store/history.h"

static bool check_hold(const struct context *ctx, str id, struct roster_error *err)
{
    struct hold_row hold = {0};
    enum store_outcome got = hold_find(ctx->conn, ctx->actor->tenant, id, ctx->arena, &hold);
    if (got == STORE_NONE) {
        return true;
    }
    return got == STORE_OK
               ? fail(err, ROSTER_ERR_CONFLICT, 0,
                      "%.*s is under a legal hold (%.*s) and cannot be erased: roster hold remove "
                      "ends it",
                      STR_ARGS(id), STR_ARGS(hold.reason))
               : admin_refuse(got, err);
}

static bool delete_there(const struct context *ctx, str id, int type, struct roster_error *err)
{
    struct current current = {0};
    struct write write = {
        .kind = WRITE_DELETE, .type = registry_type_number(ctx->view->registry, type), .id = id};
    if (write.type == NULL) {
        return fail(err, ROSTER_ERR_CONFLICT, 0, "the resource type of %.*s is gone", STR_ARGS(id));
    }
    enum outcome outcome = commit_load(ctx, &write, &current, err);
    return outcome == OUTCOME_DONE && commit_delete(ctx, &write, &current, err) == OUTCOME_DONE;
}

static bool ensure_gone(const struct context *ctx, const struct erase_request *request,
                        struct erase_result *out, struct roster_error *err)
{
    struct resource_row row = {0};
    enum store_outcome got =
        resource_find_head(ctx->conn, ctx->actor->tenant, 0, out->id, ctx->arena, &row);
    if (got != STORE_OK) {
        return got == STORE_NONE || admin_refuse(got, err);
    }
    if (!request->deletes) {
        return fail(err, ROSTER_ERR_CONFLICT, 0,
                    "%.*s is there: delete it at the identity provider first, or name --delete",
                    STR_ARGS(out->id));
    }
    out->deleted = delete_there(ctx, out->id, row.type, err);
    return out->deleted;
}

// What an audit row says of it: why, and how much.
static bool describe(const struct context *ctx, str key, str text, int64_t details, str *out,
                     struct roster_error *err)
{
    struct roster_json *json = json_new(ctx->arena, JSON_OBJECT);
    return (json != NULL && json_put_string(json, ctx->arena, key, text) &&
            json_put_i64(json, ctx->arena, STR("details"), details) &&
            roster_json_print(json, ctx->arena, out)) ||
           fail_memory(err);
}

static bool record(const struct admin *admin, const struct context *ctx, str id, str key, str text,
                   int64_t details, struct roster_error *err)
{
    struct change change = {.kind = CHANGE_ERASE, .id = id};
    return describe(ctx, key, text, details, &change.after, err) &&
           admin_record(admin, ctx->actor->tenant, &change, err);
}

static bool scrub(const struct admin *admin, struct roster_error *err)
{
    enum store_outcome got = conn_scrub(admin->writer);
    return got == STORE_OK ||
           fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                "the details are erased, but the file could not be rewritten (%s), so free pages "
                "may still hold them: try again",
                got == STORE_FULL      ? "the disk is full"
                : got == STORE_TIMEOUT ? "long reads are under way"
                                       : "the log says why");
}

static void add_name(struct erase_result *out, str name)
{
    for (size_t at = 0; at < out->name_count; at++) {
        if (str_equal(out->names[at], name)) {
            return;
        }
    }
    if (name.len > 0 && out->name_count < ERASE_NAMES_MAX) {
        out->names[out->name_count++] = name;
    }
}

// False: the details cannot be read.
static bool add_names(const struct context *ctx, str detail, struct erase_result *out,
                      struct roster_error *err)
{
    struct roster_json *noted = NULL;
    if (detail.len == 0) {
        return true;
    }
    if (!roster_json_read(detail, ctx->arena, &noted, err)) {
        return false;
    }
    add_name(out, json_find_text(noted, STR("userName")));
    add_name(out, json_find_text(noted, STR("externalId")));
    const struct roster_json *list = json_find(noted, STR("externalIds"));
    for (const struct roster_json *at = list == NULL ? NULL : list->first; at != NULL;
         at = at->next) {
        add_name(out, at->text);
    }
    return true;
}

// Read one by one: only what is new stays in the arena.
static bool find_names(const struct context *ctx, struct erase_result *out,
                       struct roster_error *err)
{
    int64_t after = 0;
    struct audit_row *row = NULL;
    add_name(out, out->id);
    do {
        struct arena_mark mark = arena_mark(ctx->arena);
        size_t count = out->name_count;
        enum store_outcome got =
            history_behind(ctx->conn, ctx->actor->tenant, out->id, after, 1, ctx->arena, &row);
        if (got != STORE_OK) {
            return admin_refuse(got, err);
        }
        if (row == NULL) {
            break;
        }
        after = row->change.sequence;
        if (!add_names(ctx, row->change.before, out, err) ||
            !add_names(ctx, row->change.after, out, err)) {
            return false;
        }
        if (count == out->name_count) {
            arena_rewind(ctx->arena, mark);
        }
    } while (out->name_count < ERASE_NAMES_MAX);
    return true;
}

static bool erase(const struct admin *admin, const struct context *ctx,
                  const struct erase_request *request, struct erase_result *out,
                  struct roster_error *err)
{
    struct person person = {0};
    if (!people_find(ctx, request->name, &person, err)) {
        return false;
    }
    out->id = person.id;
    if (!check_hold(ctx, person.id, err) || !ensure_gone(ctx, request, out, err) ||
        !find_names(ctx, out, err)) {
        return false;
    }
    enum store_outcome got = erase_details(ctx->conn, ctx->actor->tenant, person.id, &out->details);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    return record(admin, ctx, person.id, STR("reason"), request->reason, out->details, err);
}

bool erase_person(const struct admin *admin, const struct erase_request *request,
                  struct erase_result *out, struct roster_error *err)
{
    struct admin_context context;
    *out = (struct erase_result){0};
    if (!admin_check_text("reason", request->reason, LABEL_MAX, err) ||
        !admin_context_begin(admin, request->tenant, true, &context, err)) {
        return false;
    }
    if (!erase(admin, &context.ctx, request, out, err)) {
        return admin_undo(admin, false);
    }
    return admin_commit(admin, err) && scrub(admin, err);
}

static bool find_end(const struct context *ctx, int64_t before_ms, struct prune_walk *walk,
                     struct roster_error *err)
{
    if (walk->end > 0) {
        return true;
    }
    enum store_outcome got = history_cut(ctx->conn, ctx->actor->tenant, before_ms - 1, &walk->end);
    walk->done = walk->end == 0;
    return got == STORE_OK || admin_refuse(got, err);
}

static bool prune(const struct admin *admin, const struct context *ctx, int64_t before_ms,
                  struct prune_walk *walk, struct roster_error *err)
{
    char text[TIME_TEXT_LEN];
    int64_t count = 0;
    if (!find_end(ctx, before_ms, walk, err) || walk->done) {
        return err->code == ROSTER_OK;
    }
    int64_t left = walk->end - walk->at;
    int64_t end = walk->at + (left < ERASE_STEP_ROWS ? left : ERASE_STEP_ROWS);
    enum store_outcome got = erase_span(ctx->conn, ctx->actor->tenant, walk->at, end, &count);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    walk->at = end;
    walk->details += count;
    walk->done = end == walk->end;
    if (!walk->done || walk->details == 0) {
        return true;
    }
    time_print(before_ms, text);
    return record(admin, ctx, str_of(ctx->actor->tenant_name), STR("before"),
                  (str){text, sizeof(text)}, walk->details, err);
}

bool prune_step(const struct admin *admin, str tenant, int64_t before_ms, struct prune_walk *walk,
                struct roster_error *err)
{
    struct admin_context context;
    struct prune_walk next = *walk;
    if (!admin_context_begin(admin, tenant, true, &context, err)) {
        return false;
    }
    if (!prune(admin, &context.ctx, before_ms, &next, err)) {
        return admin_undo(admin, false);
    }
    if (!admin_commit(admin, err)) {
        return false;
    }
    *walk = next;
    return !next.done || next.details == 0 || scrub(admin, err);
}
