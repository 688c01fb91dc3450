// history.c: states at a cut, from the changes behind it.
// SPDX-License-Identifier: Apache-2.0
#include "core/history.h"

#include "core/admin.h"
#include "core/made.h"
#include "store/external.h"

#include <stdio.h>

enum { SOURCE_BYTES = 24 };

// The value of a member before the first change that touched it: what is seen first stays.
struct rewind {
    const struct context *ctx;
    struct roster_json *then;  // values at the cut, among them JSON_NULL for what there was not
    struct roster_json *externals;
    bool ended;  // a change that knows everything was met
};

static bool rewind_member(struct roster_json *into, struct roster_arena *arena, str key,
                          const struct roster_json *before)
{
    if (json_find(into, key) != NULL) {
        return true;
    }
    struct roster_json *value =
        before == NULL ? json_new(arena, JSON_NULL) : json_copy(arena, before);
    if (value != NULL) {
        json_put(into, key, value);
    }
    return value != NULL;
}

static bool is_externals(const struct roster_json *member)
{
    return str_equal(member->key, STR("externalIds"));
}

// Takes over what `noted` names, with the values that `before` has of it.
static bool rewind_members(struct roster_json *into, struct roster_arena *arena,
                           const struct roster_json *noted, const struct roster_json *before)
{
    const struct roster_json *member = noted == NULL ? NULL : noted->first;
    for (; member != NULL; member = member->next) {
        if (!is_externals(member) &&
            !rewind_member(into, arena, member->key, json_find(before, member->key))) {
            return false;
        }
    }
    return true;
}

static bool read_noted(const struct context *ctx, const struct change *change, str text,
                       struct roster_json **out, struct roster_error *err)
{
    *out = NULL;
    return text.len == 0 || (roster_json_read(text, ctx->arena, out, err) &&
                             history_own_externals(ctx, change, *out, err));
}

bool history_own_externals(const struct context *ctx, const struct change *change,
                           struct roster_json *noted, struct roster_error *err)
{
    char source[SOURCE_BYTES];
    struct token_row token = {0};
    struct roster_json *value = json_find(noted, STR("externalId"));
    str key = {0};
    if (value == NULL) {
        return true;
    }
    enum store_outcome got = change->credential == 0
                                 ? STORE_NONE
                                 : token_load(ctx->conn, change->credential, ctx->arena, &token);
    if (got != STORE_OK && got != STORE_NONE) {
        return admin_refuse(got, err);
    }
    int len = snprintf(source, sizeof(source), "%lld", (long long)token.source);
    struct roster_json *list = json_new(ctx->arena, JSON_OBJECT);
    if (list == NULL || !arena_copy(ctx->arena, (str){source, (size_t)len}, &key)) {
        return fail_memory(err);
    }
    json_remove(noted, value);
    json_put(list, key, value);
    json_put(noted, STR("externalIds"), list);
    return true;
}

// One change: what it touched had the values that it notes as `before`.
static bool rewind_change(struct rewind *r, const struct change *change, struct roster_error *err)
{
    struct roster_arena *arena = r->ctx->arena;
    struct roster_json *before = NULL;
    struct roster_json *after = NULL;
    if (!read_noted(r->ctx, change, change->before, &before, err) ||
        !read_noted(r->ctx, change, change->after, &after, err)) {
        return false;
    }
    const struct roster_json *old = json_find(before, STR("externalIds"));
    const struct roster_json *fresh = json_find(after, STR("externalIds"));
    if (!rewind_members(r->then, arena, before, before) ||
        !rewind_members(r->then, arena, after, before) ||
        !rewind_members(r->externals, arena, old, old) ||
        !rewind_members(r->externals, arena, fresh, old)) {
        return fail_memory(err);
    }
    r->ended = change->kind == CHANGE_DELETE;
    return true;
}

// From the cut towards now, until all is known. A change that tells nothing new is freed again, so
// that memory grows with attributes and not with changes.
static bool rewind_all(struct rewind *r, struct history_resource *out, int64_t cut,
                       struct roster_error *err)
{
    const struct context *ctx = r->ctx;
    struct audit_row *row = NULL;
    do {
        struct arena_mark mark = arena_mark(ctx->arena);
        enum store_outcome got =
            history_behind(ctx->conn, ctx->actor->tenant, out->id, cut, 1, ctx->arena, &row);
        if (got != STORE_OK) {
            return admin_refuse(got, err);
        }
        if (row == NULL) {
            return true;
        }
        size_t known = r->then->count + r->externals->count;
        cut = row->change.sequence;
        out->erased = out->erased || row->erased;
        if (!rewind_change(r, &row->change, err)) {
            return false;
        }
        if (!r->ended && known == r->then->count + r->externals->count) {
            arena_rewind(ctx->arena, mark);
        }
    } while (!r->ended && !out->erased);
    return true;
}

static bool put_externals_now(struct rewind *r, const struct resource_row *row,
                              struct roster_error *err)
{
    struct external external;
    str packed = {0};
    enum store_outcome got =
        external_list(r->ctx->conn, r->ctx->actor->tenant, row->row, r->ctx->arena, &packed);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    while (external_next(&packed, &external)) {
        char source[SOURCE_BYTES];
        int len = snprintf(source, sizeof(source), "%lld", (long long)external.source);
        str key = {0};
        struct roster_json *value = json_string(r->ctx->arena, external.value);
        if (value == NULL || !arena_copy(r->ctx->arena, (str){source, (size_t)len}, &key) ||
            !rewind_member(r->externals, r->ctx->arena, key, value)) {
            return fail_memory(err);
        }
    }
    return true;
}

// What no change touched is as it is now.
static bool put_now(struct rewind *r, const struct history_resource *out, struct roster_error *err)
{
    struct resource_row row = {0};
    struct roster_json *now = NULL;
    enum store_outcome got =
        resource_find(r->ctx->conn, r->ctx->actor->tenant, 0, out->id, 0, r->ctx->arena, &row);
    if (got != STORE_OK) {
        return got == STORE_NONE ? true : admin_refuse(got, err);
    }
    if (!roster_json_read(row.document, r->ctx->arena, &now, err)) {
        return false;
    }
    const struct roster_resource_type *type =
        registry_type_number(r->ctx->view->registry, row.type);
    if (type != NULL) {
        made_strip(type, now);
    }
    return rewind_members(r->then, r->ctx->arena, now, now) ? put_externals_now(r, &row, err)
                                                            : fail_memory(err);
}

static void drop_absent(struct roster_json *object)
{
    for (struct roster_json *member = object->first; member != NULL;) {
        struct roster_json *next = member->next;
        if (json_is(member, JSON_NULL)) {
            json_remove(object, member);
        }
        member = next;
    }
}

static bool finish(struct rewind *r, struct history_resource *out)
{
    struct roster_json *id = json_find(r->then, STR("id"));
    drop_absent(r->then);
    drop_absent(r->externals);
    if (id != NULL && !json_is(id, JSON_NULL)) {
        json_remove(r->then, id);
    }
    if (r->externals->count > 0) {
        json_put(r->then, STR("externalIds"), r->externals);
    }
    out->document = r->then;
    return true;
}

static bool load_document(const struct context *ctx, struct history_resource *out, int64_t cut,
                          struct roster_error *err)
{
    struct rewind r = {
        .ctx = ctx,
        .then = json_new(ctx->arena, JSON_OBJECT),
        .externals = json_new(ctx->arena, JSON_OBJECT),
    };
    if (r.then == NULL || r.externals == NULL) {
        return fail_memory(err);
    }
    if (!rewind_all(&r, out, cut, err)) {
        return false;
    }
    if (out->erased) {
        return true;
    }
    return (r.ended || put_now(&r, out, err)) && finish(&r, out);
}

// The change that made what the last one changed: ids may be used again.
static bool find_creation(const struct context *ctx, int64_t cut, struct history_resource *out,
                          struct roster_error *err)
{
    struct resource_row row = {0};
    struct audit_row *made = NULL;
    enum store_outcome got =
        resource_find(ctx->conn, ctx->actor->tenant, 0, out->id, 0, ctx->arena, &row);
    if (got == STORE_OK && row.row == out->row) {
        out->created_ms = row.created_ms;
        return true;
    }
    got = history_creation(ctx->conn, ctx->actor->tenant, out->id, cut, ctx->arena, &made);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    out->created_ms = made == NULL ? 0 : made->change.time_ms;
    return true;
}

static bool find_first(const struct context *ctx, struct history_resource *out,
                       struct roster_error *err)
{
    struct audit_row *first = NULL;
    enum store_outcome got =
        history_behind(ctx->conn, ctx->actor->tenant, out->id, 0, 1, ctx->arena, &first);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    if (first != NULL) {
        out->presence = HISTORY_NOT_YET;
        out->type = first->change.type;
        out->created_ms = first->change.time_ms;
    }
    return true;
}

bool history_resource_at(const struct context *ctx, str id, int64_t cut,
                         struct history_resource *out, struct roster_error *err)
{
    struct audit_row *last = NULL;
    *out = (struct history_resource){.presence = HISTORY_NONE, .id = id};
    enum store_outcome got =
        history_last(ctx->conn, ctx->actor->tenant, id, cut, ctx->arena, &last);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    if (last == NULL) {
        return find_first(ctx, out, err);
    }
    out->presence = last->change.kind == CHANGE_DELETE ? HISTORY_GONE : HISTORY_THERE;
    out->type = last->change.type;
    out->row = last->change.row;
    out->revision = last->change.revision;
    out->modified_ms = last->change.time_ms;
    return find_creation(ctx, cut, out, err) &&
           (out->presence == HISTORY_GONE || load_document(ctx, out, cut, err));
}
