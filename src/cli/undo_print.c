// undo_print.c: items of an undo, and their sum.
// SPDX-License-Identifier: Apache-2.0
#include "cli/undo_print.h"

#include "base/visible.h"
#include "cli/history_print.h"

enum { EXIT_LEFT_ALONE = 1 };

static const char *const kinds[UNDO_DONE] = {
    [UNDO_CREATED] = "created", [UNDO_EARLY] = "changed",   [UNDO_RECREATE] = "recreated",
    [UNDO_CHANGE] = "changed",  [UNDO_MEMBERS] = "members",
};

static void print_why(struct text *out, str why)
{
    if (why.len > 0) {
        text_lit(out, "; left alone: ");
        visible_add(out, why);
    }
    text_char(out, '\n');
}

static void print_attribute(struct text *out, const struct undo_attribute *attribute)
{
    text_lit(out, "    ");
    visible_add(out, attribute->container);
    text_add(out, attribute->container.len > 0 ? STR(":") : (str){0});
    visible_add(out, attribute->name);
    text_lit(out, ": ");
    history_print_value(out, attribute->from);
    text_lit(out, " -> ");
    history_print_value(out, attribute->to);
    print_why(out, attribute->why);
}

static void print_edge(struct text *out, const struct undo_edge *edge)
{
    text_add(out, edge->joins ? STR("    + ") : STR("    - "));
    visible_add(out, edge->id);
    print_why(out, edge->why);
}

static const char *remark_of(const struct undo_item *item, const struct undo_request *request)
{
    switch (item->pass) {
    case UNDO_CREATED:
        return request->created ? ": created since, goes" : ": created since, stays (--created)";
    case UNDO_RECREATE:
        return ": was deleted, comes back";
    case UNDO_EARLY:
    case UNDO_CHANGE:
        return "";
    case UNDO_MEMBERS:
        return ": members";
    case UNDO_DONE:
        break;
    }
    return "";
}

static void print_item(struct text *out, const struct undo_request *request,
                       const struct undo_item *item)
{
    visible_add(out, item->type.len > 0 ? item->type : STR("Resource"));
    text_char(out, ' ');
    visible_add(out, item->name.len > 0 ? item->name : item->id);
    if (item->name.len > 0) {
        text_lit(out, " (");
        visible_add(out, item->id);
        text_char(out, ')');
    }
    text_add(out, str_of(remark_of(item, request)));
    print_why(out, item->why);
    const struct undo_attribute *attribute =
        item->pass == UNDO_RECREATE ? NULL : item->attributes;  // of who comes back: all he had
    for (; attribute != NULL; attribute = attribute->next) {
        print_attribute(out, attribute);
    }
    for (const struct undo_edge *edge = item->edges; edge != NULL; edge = edge->next) {
        print_edge(out, edge);
    }
}

static struct roster_json *value_json(struct roster_arena *arena, const struct roster_json *value)
{
    return value == NULL ? json_new(arena, JSON_NULL) : json_copy(arena, value);
}

static bool put_attribute(struct roster_json *all, struct roster_arena *arena,
                          const struct undo_attribute *attribute)
{
    str name = attribute->name;
    struct roster_json *one = json_new(arena, JSON_OBJECT);
    const str parts[] = {attribute->container, STR(":"), attribute->name};
    if (attribute->container.len > 0 && !arena_join(arena, &name, parts, COUNT_OF(parts))) {
        return false;
    }
    bool ok = one != NULL && json_put_made(one, STR("from"), value_json(arena, attribute->from)) &&
              json_put_made(one, STR("to"), value_json(arena, attribute->to)) &&
              json_put_made(one, STR("why"), json_text(arena, attribute->why));
    if (ok) {
        json_put(all, name, one);
    }
    return ok;
}

static bool put_attributes(struct roster_json *out, struct roster_arena *arena,
                           const struct undo_attribute *attribute)
{
    struct roster_json *all = json_new(arena, JSON_OBJECT);
    for (; all != NULL && attribute != NULL; attribute = attribute->next) {
        if (!put_attribute(all, arena, attribute)) {
            return false;
        }
    }
    return json_put_made(out, STR("attributes"), all);
}

static bool put_edges(struct roster_json *out, struct roster_arena *arena,
                      const struct undo_edge *edge)
{
    struct roster_json *list = json_new(arena, JSON_ARRAY);
    for (; list != NULL && edge != NULL; edge = edge->next) {
        struct roster_json *one = json_new(arena, JSON_OBJECT);
        if (one == NULL || !json_put_string(one, arena, STR("value"), edge->id) ||
            !json_put_bool(one, arena, STR("joins"), edge->joins) ||
            !json_put_made(one, STR("why"), json_text(arena, edge->why))) {
            return false;
        }
        json_push(list, one);
    }
    return json_put_made(out, STR("members"), list);
}

static struct roster_json *item_json(struct roster_arena *arena, const struct undo_item *item)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, arena, STR("kind"), str_of(kinds[item->pass])) &&
              json_put_string(out, arena, STR("id"), item->id) &&
              json_put_made(out, STR("type"), json_text(arena, item->type)) &&
              json_put_made(out, STR("name"), json_text(arena, item->name)) &&
              json_put_i64(out, arena, STR("first"), item->first) &&
              json_put_i64(out, arena, STR("last"), item->last) &&
              json_put_made(out, STR("why"), json_text(arena, item->why)) &&
              put_attributes(out, arena, item->attributes) && put_edges(out, arena, item->edges);
    return ok ? out : NULL;
}

int undo_print_items(const struct call *call, const struct undo_request *request,
                     const struct undo_item *item)
{
    bool json = wants_json(call);
    int code = EX_OK;
    for (; item != NULL && code == EX_OK; item = item->next) {
        if (json) {
            code = io_json(call->io, item_json(call->arena, item));
        } else {
            print_item(&call->io->out, request, item);
        }
    }
    return code;
}

static struct roster_json *end_json(struct roster_arena *arena, const struct undo_request *request,
                                    const struct undo_counts *counts)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_bool(out, arena, STR("applied"), request->apply) &&
              json_put_i64(out, arena, STR("removed"), counts->removed) &&
              json_put_i64(out, arena, STR("left"), counts->left) &&
              json_put_i64(out, arena, STR("recreated"), counts->recreated) &&
              json_put_i64(out, arena, STR("changed"), counts->changed) &&
              json_put_i64(out, arena, STR("joined"), counts->joined) &&
              json_put_i64(out, arena, STR("parted"), counts->parted) &&
              json_put_i64(out, arena, STR("conflicts"), counts->conflicts);
    return ok ? out : NULL;
}

static void note_end(const struct call *call, const struct undo_request *request,
                     const struct undo_counts *counts)
{
    struct io *io = call->io;
    io_note(io,
            "%s: %lld changed, %lld made again, %lld removed; %lld memberships back, %lld out; "
            "%lld left alone",
            request->apply ? "undone" : "would be undone", (long long)counts->changed,
            (long long)counts->recreated, (long long)counts->removed, (long long)counts->joined,
            (long long)counts->parted, (long long)counts->conflicts);
    if (counts->left > 0) {
        io_note(io, "%lld were created since and stay: --created removes them",
                (long long)counts->left);
    }
    if (counts->recreated > 0) {
        io_note(io, "passwords of those who come back are in no history: they have none");
    }
    if (!request->apply) {
        io_note(io, "nothing was changed: --apply does it");
    }
}

int undo_print_end(const struct call *call, const struct undo_request *request,
                   const struct undo_walk *walk)
{
    const struct undo_counts *counts = &walk->counts;
    int code = EX_OK;
    if (wants_json(call)) {
        code = io_json(call->io, end_json(call->arena, request, counts));
    } else {
        note_end(call, request, counts);
    }
    return code == EX_OK && counts->conflicts > 0 ? EXIT_LEFT_ALONE : code;
}
