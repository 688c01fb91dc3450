// history_show.c: the use cases behind roster audit show.
// SPDX-License-Identifier: Apache-2.0
#include "core/history_show.h"

#include "core/admin.h"

static const struct source_row *find_source(const struct source_row *source, str number)
{
    int64_t wanted = 0;
    if (!str_to_i64(number, &wanted)) {
        return NULL;
    }
    while (source != NULL && source->source != wanted) {
        source = source->next;
    }
    return source;
}

static void name_sources(const struct source_row *sources, struct roster_json *externals)
{
    struct roster_json *member = json_is(externals, JSON_OBJECT) ? externals->first : NULL;
    for (; member != NULL; member = member->next) {
        const struct source_row *source = find_source(sources, member->key);
        member->key = source == NULL ? member->key : source->name;
    }
}

static bool load_sources(const struct context *ctx, struct source_row **sources,
                         struct roster_error *err)
{
    enum store_outcome got = source_list(ctx->conn, ctx->actor->tenant, ctx->arena, sources);
    return got == STORE_OK || admin_refuse(got, err);
}

static bool show(const struct context *ctx, const struct history_request *request,
                 struct history_view *out, struct roster_error *err)
{
    struct source_row *sources = NULL;
    enum store_outcome got = history_cut(ctx->conn, ctx->actor->tenant, request->at_ms, &out->cut);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    if (!people_find(ctx, request->name, &out->person, err) ||
        !history_resource_at(ctx, out->person.id, out->cut, &out->resource, err) ||
        !load_sources(ctx, &sources, err)) {
        return false;
    }
    name_sources(sources, json_find(out->resource.document, STR("externalIds")));
    out->type = context_type_name(ctx, out->resource.type);
    return out->resource.presence != HISTORY_THERE ||
           history_groups_at(ctx, out->resource.row, out->cut, &out->groups, err);
}

bool history_show(const struct admin *admin, const struct history_request *request,
                  struct history_view *out, struct roster_error *err)
{
    struct admin_context context;
    *out = (struct history_view){0};
    if (!admin_context_begin(admin, request->tenant, false, &context, err)) {
        return false;
    }
    return show(&context.ctx, request, out, err) ? admin_done(admin) : admin_undo(admin, false);
}

struct differing {
    const struct context *ctx;
    struct history_attribute **tail;
};

static bool add_attribute(struct differing *d, str name, const struct roster_json *from,
                          const struct roster_json *to)
{
    struct history_attribute *attribute = arena_alloc(d->ctx->arena, sizeof(*attribute));
    if (attribute != NULL) {
        *attribute = (struct history_attribute){.name = name, .from = from, .to = to};
        *d->tail = attribute;
        d->tail = &attribute->next;
    }
    return attribute != NULL;
}

static bool add_attributes(struct differing *d, const struct roster_json *before,
                           const struct roster_json *after)
{
    const struct roster_json *member = before == NULL ? NULL : before->first;
    for (; member != NULL; member = member->next) {
        if (!add_attribute(d, member->key, member, json_find(after, member->key))) {
            return false;
        }
    }
    member = after == NULL ? NULL : after->first;
    for (; member != NULL; member = member->next) {
        if (json_find(before, member->key) == NULL &&
            !add_attribute(d, member->key, NULL, member)) {
            return false;
        }
    }
    return true;
}

static bool read_side(const struct context *ctx, const struct change *change, str text,
                      const struct source_row *sources, struct roster_json **out,
                      struct roster_error *err)
{
    if (text.len == 0) {
        return true;
    }
    if (!roster_json_read(text, ctx->arena, out, err) ||
        !history_own_externals(ctx, change, *out, err)) {
        return false;
    }
    name_sources(sources, json_find(*out, STR("externalIds")));
    return true;
}

static bool read_line(const struct context *ctx, const struct source_row *sources,
                      struct history_line *line, struct roster_error *err)
{
    const struct change *change = &line->entry->row.change;
    struct roster_json *before = NULL;
    struct roster_json *after = NULL;
    struct differing d = {ctx, &line->attributes};
    return read_side(ctx, change, change->before, sources, &before, err) &&
           read_side(ctx, change, change->after, sources, &after, err) &&
           (add_attributes(&d, before, after) || fail_memory(err));
}

static bool list(const struct context *ctx, const struct history_request *request,
                 struct history_list *out, struct roster_error *err)
{
    struct source_row *sources = NULL;
    struct history_entry *entry = NULL;
    struct history_line **tail = &out->first;
    if (!people_find(ctx, request->name, &out->person, err) || !load_sources(ctx, &sources, err) ||
        !history_entries(ctx, out->person.id, request->limit, &entry, &out->more, err)) {
        return false;
    }
    for (; entry != NULL; entry = entry->next) {
        struct history_line *line = arena_alloc(ctx->arena, sizeof(*line));
        if (line == NULL) {
            return fail_memory(err);
        }
        *line = (struct history_line){.entry = entry};
        if (!read_line(ctx, sources, line, err)) {
            return false;
        }
        *tail = line;
        tail = &line->next;
    }
    return true;
}

bool history_list(const struct admin *admin, const struct history_request *request,
                  struct history_list *out, struct roster_error *err)
{
    struct admin_context context;
    *out = (struct history_list){0};
    if (!admin_context_begin(admin, request->tenant, false, &context, err)) {
        return false;
    }
    return list(&context.ctx, request, out, err) ? admin_done(admin) : admin_undo(admin, false);
}
