// people.c: looking for a person by what people know of him.
// SPDX-License-Identifier: Apache-2.0
#include "core/people.h"

#include "base/limits.h"
#include "core/admin.h"
#include "scim/fold.h"
#include "store/history.h"

static const struct roster_resource_type *users(const struct context *ctx)
{
    return registry_type_number(ctx->view->registry, TYPE_NUMBER_USER);
}

// A failure of the store is said in `err`; STORE_NONE is no failure.
static bool is_found(enum store_outcome got, struct roster_error *err)
{
    if (got != STORE_OK && got != STORE_NONE) {
        (void)admin_refuse(got, err);
    }
    return got == STORE_OK;
}

static bool load_id(const struct context *ctx, int64_t number, struct person *out,
                    struct roster_error *err)
{
    struct resource_row row = {0};
    bool found =
        is_found(resource_load(ctx->conn, ctx->actor->tenant, number, 0, ctx->arena, &row), err);
    out->id = row.id;
    return found;
}

static bool by_id(const struct context *ctx, str name, struct person *out, struct roster_error *err)
{
    struct audit_row *row = NULL;
    enum store_outcome got =
        history_last(ctx->conn, ctx->actor->tenant, name, INT64_MAX, ctx->arena, &row);
    out->id = name;
    out->deleted = row != NULL && row->change.kind == CHANGE_DELETE;
    return is_found(got, err) && row != NULL;
}

static bool by_user_name(const struct context *ctx, str name, struct person *out,
                         struct roster_error *err)
{
    struct index_entry *entry = NULL;
    struct roster_json *user = json_new(ctx->arena, JSON_OBJECT);
    int64_t row = 0;
    if (user == NULL || !json_put_string(user, ctx->arena, STR("userName"), name)) {
        return fail_memory(err);
    }
    if (!index_extract(context_indexes(ctx, users(ctx)), user, ctx->arena, &entry, err)) {
        return false;
    }
    while (entry != NULL && !(entry->unique && str_equal(entry->name->name, STR("userName")))) {
        entry = entry->next;
    }
    return entry != NULL &&
           is_found(unique_find(ctx->conn, ctx->actor->tenant, TYPE_NUMBER_USER, entry, &row),
                    err) &&
           load_id(ctx, row, out, err);
}

static bool refuse_ambiguous(str name, const struct person *a, const struct person *b,
                             struct roster_error *err)
{
    return fail(err, ROSTER_ERR_UNIQUENESS, 0,
                "the externalId \"%.*s\" means %.*s to one source and %.*s to another: name the id",
                STR_ARGS(name), STR_ARGS(a->id), STR_ARGS(b->id));
}

static bool by_external_id(const struct context *ctx, str name, struct person *out,
                           struct roster_error *err)
{
    struct source_row *source = NULL;
    struct person other = {0};
    bool found = false;
    if (!is_found(source_list(ctx->conn, ctx->actor->tenant, ctx->arena, &source), err)) {
        return false;
    }
    for (; source != NULL && err->code == ROSTER_OK; source = source->next) {
        int64_t row = 0;
        if (!is_found(external_find(ctx->conn, ctx->actor->tenant, TYPE_NUMBER_USER, source->source,
                                    name, &row),
                      err) ||
            !load_id(ctx, row, found ? &other : out, err)) {
            continue;
        }
        if (found && !str_equal(out->id, other.id)) {
            return refuse_ambiguous(name, out, &other, err);
        }
        found = true;
    }
    return found && err->code == ROSTER_OK;
}

// What a search through the deleted ones looks for.
struct gone {
    const struct context *ctx;
    str name;
    str key;  // as a user name
    struct person *out;
    bool found;
};

static bool has_external(const struct roster_json *before, str name)
{
    const struct roster_json *list = json_find(before, STR("externalIds"));
    const struct roster_json *member = json_is(list, JSON_OBJECT) ? list->first : NULL;
    while (member != NULL && !str_equal(member->text, name)) {
        member = member->next;
    }
    return member != NULL || str_equal(json_find_text(before, STR("externalId")), name);
}

static bool look_at(struct gone *gone, const struct audit_row *row, struct roster_error *err)
{
    struct roster_json *before = NULL;
    struct person who = {0};
    str key = {0};
    if (row->change.before.len == 0) {
        return true;
    }
    if (!roster_json_read(row->change.before, gone->ctx->arena, &before, err) ||
        !fold_username(json_find_text(before, STR("userName")), gone->ctx->arena, &key)) {
        return err->code != ROSTER_OK ? false : fail_memory(err);
    }
    bool same = str_equal(key, gone->key) || has_external(before, gone->name);
    // Deleted twice, or living again.
    if (!same || str_equal(row->change.id, gone->out->id) ||
        !by_id(gone->ctx, row->change.id, &who, err) || !who.deleted) {
        return err->code == ROSTER_OK;
    }
    if (gone->found) {
        gone->out->namesakes++;
        return true;
    }
    gone->found = true;
    gone->out->deleted = true;
    return arena_copy(gone->ctx->arena, row->change.id, &gone->out->id) || fail_memory(err);
}

enum { DELETED_PAGE = 100 };

static bool by_deleted(const struct context *ctx, str name, struct person *out,
                       struct roster_error *err)
{
    struct gone gone = {.ctx = ctx, .name = name, .out = out};
    int64_t before = INT64_MAX;
    if (!fold_username(name, ctx->arena, &gone.key)) {
        return fail_memory(err);
    }
    for (int seen = 0; seen < HISTORY_DELETED_MAX && before > 0; seen += DELETED_PAGE) {
        struct arena_mark mark = arena_mark(ctx->arena);
        struct audit_row *row = NULL;
        bool found = gone.found;
        if (!is_found(history_deletions(ctx->conn, ctx->actor->tenant, TYPE_NUMBER_USER, before,
                                        DELETED_PAGE, ctx->arena, &row),
                      err)) {
            return false;
        }
        before = 0;
        for (; row != NULL; row = row->next) {
            before = row->change.sequence;
            if (!look_at(&gone, row, err)) {
                return false;
            }
        }
        if (found == gone.found) {
            arena_rewind(ctx->arena, mark);
        }
    }
    return gone.found;
}

bool people_find(const struct context *ctx, str name, struct person *out, struct roster_error *err)
{
    static bool (*const ways[])(const struct context *ctx, str name, struct person *out,
                                struct roster_error *err) = {by_id, by_user_name, by_external_id,
                                                             by_deleted};
    for (size_t at = 0; at < COUNT_OF(ways); at++) {
        *out = (struct person){0};
        if (ways[at](ctx, name, out, err)) {
            return true;
        }
        if (err->code != ROSTER_OK) {
            return false;
        }
    }
    return fail(err, ROSTER_ERR_NOT_FOUND, 0,
                "there is and was nobody with the id, userName or externalId \"%.*s\"",
                STR_ARGS(str_head(name, name.len < 100 ? name.len : 100)));
}
