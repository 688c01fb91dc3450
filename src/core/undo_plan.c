// undo_plan.c: what a resource had before the changes that are taken back.
//
// The changes behind the beginning of the window are read forward. The first selected one that
// touches an attribute found what it gets back. A foreign change behind that stands in the way; and
// a selected one behind the foreign one gives back what the foreign one left.
// SPDX-License-Identifier: Apache-2.0
#include "core/undo_inner.h"

#include "core/admin.h"
#include "store/external.h"

#include <stdio.h>

static bool is_own(const struct undo *undo, const struct change *change)
{
    str rest = change->request_id;
    str from = {0};
    int64_t first = 0;
    if (change->credential != 0 || rest.len < 5 || !str_equal(str_head(rest, 5), STR("undo:"))) {
        return false;
    }
    (void)str_cut(str_tail(rest, 5), '-', &from, &rest);
    return str_to_i64(from, &first) && first > undo->walk->begin;
}

static bool find_source(struct undo *undo, int64_t credential, struct roster_error *err)
{
    struct token_row token = {0};
    if (credential == undo->credential) {
        return true;
    }
    struct arena_mark mark = arena_mark(undo->ctx->arena);
    enum store_outcome got = token_load(undo->ctx->conn, credential, undo->ctx->arena, &token);
    arena_rewind(undo->ctx->arena, mark);
    if (got != STORE_OK && got != STORE_NONE) {
        return admin_refuse(got, err);
    }
    undo->credential = credential;
    undo->credential_source = token.source;
    return true;
}

bool undo_side_of(struct undo *undo, const struct change *change, enum undo_side *side,
                  struct roster_error *err)
{
    const struct undo_request *request = undo->request;
    *side = UNDO_FOREIGN;
    if (change->sequence <= undo->walk->begin || is_own(undo, change)) {
        *side = UNDO_IGNORED;
        return true;
    }
    if (change->sequence > undo->walk->end ||
        (request->actor.len > 0 && !str_equal(request->actor, change->actor))) {
        return true;
    }
    if (request->source.len > 0 && !find_source(undo, change->credential, err)) {
        return false;
    }
    if (request->source.len == 0 ||
        (change->credential != 0 && undo->credential_source == undo->source)) {
        *side = UNDO_SELECTED;
    }
    return true;
}

// ---- attributes one by one: those of extensions and externalIds stand in objects of their own

static bool is_container(const struct roster_json *member)
{
    return json_is(member, JSON_OBJECT) && (memchr(member->key.ptr, ':', member->key.len) != NULL ||
                                            str_equal(member->key, STR("externalIds")));
}

static bool is_derived(const struct roster_json *member)
{
    return str_equal(member->key, STR("schemas")) || str_equal(member->key, STR("id"));
}

static const struct roster_json *value_in(const struct roster_json *resource, str container,
                                          str name)
{
    return json_find(container.len == 0 ? resource : json_find(resource, container), name);
}

// One change while it is read.
struct touching {
    struct undo *undo;
    struct undo_plan *plan;
    const struct change *change;
    enum undo_side side;
    const struct roster_json *before;
    const struct roster_json *after;
    bool kept;  // something of it is needed further on
};

static struct undo_touch *find_touch(const struct undo_plan *plan, str container, str name)
{
    struct undo_touch *touch = plan->touches;
    while (touch != NULL &&
           !(str_equal(touch->container, container) && str_equal(touch->name, name))) {
        touch = touch->next;
    }
    return touch;
}

static bool touch_one(struct touching *t, str container, str name)
{
    const struct roster_json *before = value_in(t->before, container, name);
    struct undo_touch *touch = find_touch(t->plan, container, name);
    if (json_equal(before, value_in(t->after, container, name))) {
        return true;
    }
    if (t->side == UNDO_FOREIGN) {
        t->kept = t->kept || touch != NULL;
        if (touch != NULL) {
            touch->blocker = t->change->actor;
        }
        return true;
    }
    if (touch != NULL && touch->blocker.len == 0) {
        return true;
    }
    t->kept = true;
    if (touch != NULL) {
        touch->to = before;
        touch->blocker = (str){0};
        return true;
    }
    touch = arena_alloc(t->undo->ctx->arena, sizeof(*touch));
    if (touch == NULL) {
        return false;
    }
    *touch = (struct undo_touch){container, name, before, before, {0}, t->plan->touches};
    t->plan->touches = touch;
    return true;
}

// Every attribute that `noted` names.
static bool touch_all(struct touching *t, const struct roster_json *noted)
{
    const struct roster_json *member = noted == NULL ? NULL : noted->first;
    for (; member != NULL; member = member->next) {
        if (!is_container(member)) {
            if (!is_derived(member) && !touch_one(t, (str){0}, member->key)) {
                return false;
            }
            continue;
        }
        for (const struct roster_json *sub = member->first; sub != NULL; sub = sub->next) {
            if (!touch_one(t, member->key, sub->key)) {
                return false;
            }
        }
    }
    return true;
}

static bool read_noted(const struct touching *t, str text, const struct roster_json **out,
                       struct roster_error *err)
{
    struct roster_json *noted = NULL;
    if (text.len == 0) {
        return true;
    }
    if (!roster_json_read(text, t->undo->ctx->arena, &noted, err) ||
        !history_own_externals(t->undo->ctx, t->change, noted, err)) {
        return false;
    }
    *out = noted;
    return true;
}

// Whether it is there at all.
static void touch_existence(struct touching *t)
{
    struct undo_plan *plan = t->plan;
    bool decides = t->change->kind == CHANGE_CREATE || t->change->kind == CHANGE_DELETE;
    if (t->side == UNDO_FOREIGN) {
        if (plan->first != 0 && (decides || !plan->was_there)) {
            plan->blocker = t->change->actor;
            t->kept = true;
        }
        return;
    }
    if (plan->first == 0) {
        plan->first = t->change->sequence;
        plan->was_there = t->change->kind != CHANGE_CREATE;
    }
    plan->last = t->change->sequence;
    plan->exists_touched = plan->exists_touched || decides;
    if (decides && plan->blocker.len > 0) {
        plan->was_there = t->change->kind == CHANGE_DELETE;
        plan->blocker = (str){0};
    }
}

static bool touch_row(struct undo *undo, struct undo_plan *plan, const struct audit_row *row,
                      bool *kept, struct roster_error *err)
{
    struct touching t = {.undo = undo, .plan = plan, .change = &row->change};
    *kept = true;
    if (!undo_side_of(undo, &row->change, &t.side, err)) {
        return false;
    }
    if (t.side == UNDO_IGNORED) {
        *kept = false;
        return true;
    }
    plan->type = row->change.type;
    plan->erased = plan->erased || (row->erased && t.side == UNDO_SELECTED);
    touch_existence(&t);
    if (!read_noted(&t, row->change.before, &t.before, err) ||
        !read_noted(&t, row->change.after, &t.after, err)) {
        return false;
    }
    if (!touch_all(&t, t.before) || !touch_all(&t, t.after)) {
        return fail_memory(err);
    }
    *kept = t.kept;
    return true;
}

static bool put_externals(const struct context *ctx, struct undo_plan *plan,
                          struct roster_error *err)
{
    struct external external;
    str packed = {0};
    struct roster_json *list = json_new(ctx->arena, JSON_OBJECT);
    enum store_outcome got =
        external_list(ctx->conn, ctx->actor->tenant, plan->row.row, ctx->arena, &packed);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    if (list == NULL) {
        return fail_memory(err);
    }
    while (external_next(&packed, &external)) {
        str key = {0};
        if (!arena_format(ctx->arena, &key, "%lld", (long long)external.source) ||
            !json_put_string(list, ctx->arena, key, external.value)) {
            return fail_memory(err);
        }
    }
    json_put(plan->now, STR("externalIds"), list);
    return true;
}

static bool load_now(struct undo *undo, struct undo_plan *plan, struct roster_error *err)
{
    const struct context *ctx = undo->ctx;
    enum store_outcome got =
        resource_find(ctx->conn, ctx->actor->tenant, 0, plan->id, 0, ctx->arena, &plan->row);
    plan->is_there = got == STORE_OK;
    if (got != STORE_OK) {
        return got == STORE_NONE || admin_refuse(got, err);
    }
    return roster_json_read(plan->row.document, ctx->arena, &plan->now, err) &&
           put_externals(ctx, plan, err);
}

bool undo_plan_resource(struct undo *undo, str id, struct undo_plan *out, struct roster_error *err)
{
    const struct context *ctx = undo->ctx;
    int64_t after = undo->walk->begin;
    struct audit_row *row = NULL;
    *out = (struct undo_plan){.id = id};
    do {
        struct arena_mark mark = arena_mark(ctx->arena);
        bool kept = false;
        enum store_outcome got =
            history_behind(ctx->conn, ctx->actor->tenant, id, after, 1, ctx->arena, &row);
        if (got != STORE_OK) {
            return admin_refuse(got, err);
        }
        after = row == NULL ? after : row->change.sequence;
        if (row != NULL && !touch_row(undo, out, row, &kept, err)) {
            return false;
        }
        if (!kept) {
            arena_rewind(ctx->arena, mark);
        }
    } while (row != NULL);
    return load_now(undo, out, err);
}

bool undo_is_last(struct undo *undo, const struct change *change, bool *last,
                  struct roster_error *err)
{
    const struct context *ctx = undo->ctx;
    int64_t before = undo->walk->end + 1;
    enum undo_side side = UNDO_IGNORED;
    *last = false;
    while (before > change->sequence && side != UNDO_SELECTED) {
        struct audit_row *row = NULL;
        struct arena_mark mark = arena_mark(ctx->arena);
        enum store_outcome got =
            history_before(ctx->conn, ctx->actor->tenant, change->id, before, 1, ctx->arena, &row);
        if (got != STORE_OK) {
            return admin_refuse(got, err);
        }
        assert(row != NULL);
        before = row->change.sequence;
        if (!undo_side_of(undo, &row->change, &side, err)) {
            return false;
        }
        arena_rewind(ctx->arena, mark);
    }
    *last = before == change->sequence;
    return true;
}

// ---- what follows

static bool is_extension_gone(const struct undo *undo, const struct undo_plan *plan, str container)
{
    const struct roster_resource_type *type =
        registry_type_number(undo->ctx->view->registry, plan->type);
    return container.len > 0 && !str_equal(container, STR("externalIds")) &&
           (type == NULL || type_extension(type, container) == NULL);
}

static bool add_attribute(const struct undo *undo, const struct undo_plan *plan,
                          const struct undo_touch *touch, struct undo_attribute **first)
{
    bool blocked = touch->blocker.len > 0;
    bool forced = blocked && undo->request->force;
    const struct roster_json *from = value_in(plan->now, touch->container, touch->name);
    const struct roster_json *to = blocked || forced ? touch->first_to : touch->to;
    struct roster_arena *arena = undo->ctx->arena;
    if (json_equal(from, to)) {
        return true;
    }
    struct undo_attribute *out = arena_alloc(arena, sizeof(*out));
    if (out == NULL) {
        return false;
    }
    *out = (struct undo_attribute){touch->container, touch->name, from, to, {0}, *first};
    *first = out;
    if (is_extension_gone(undo, plan, touch->container)) {
        out->why = STR("its schema is gone");
    } else if (blocked && !forced) {
        return arena_format(arena, &out->why, "changed later by %.*s", STR_ARGS(touch->blocker));
    }
    return true;
}

bool undo_attributes(const struct undo *undo, const struct undo_plan *plan,
                     struct undo_attribute **first)
{
    *first = NULL;
    for (const struct undo_touch *touch = plan->touches; touch != NULL; touch = touch->next) {
        if (!add_attribute(undo, plan, touch, first)) {
            return false;
        }
    }
    return true;
}
