// schema_print.c: what a tenant's schemas look like on a terminal and in JSON.
// SPDX-License-Identifier: Apache-2.0
#include "cli/schema_print.h"

enum { COLUMNS = 5 };

static const char *effect_name(enum schema_effect effect)
{
    static const char *const names[] = {
        [SCHEMA_ADDED] = "added", [SCHEMA_CHANGED] = "changed", [SCHEMA_UNCHANGED] = "unchanged"};
    return names[effect];
}

int schema_print_effects(const struct call *call, const struct schema_effect_row *first)
{
    struct roster_arena *arena = call->arena;
    if (!wants_json(call)) {
        for (; first != NULL; first = first->next) {
            io_note(call->io, "%s %.*s: %s", first->is_type ? "resource type" : "schema",
                    STR_ARGS(first->id), effect_name(first->effect));
        }
        return EX_OK;
    }
    struct roster_json *out = json_new(arena, JSON_ARRAY);
    for (; first != NULL && out != NULL; first = first->next) {
        struct roster_json *row = json_new(arena, JSON_OBJECT);
        if (row == NULL ||
            !json_put_string(row, arena, STR("kind"),
                             first->is_type ? STR("ResourceType") : STR("Schema")) ||
            !json_put_string(row, arena, STR("id"), first->id) ||
            !json_put_string(row, arena, STR("result"), str_of(effect_name(first->effect)))) {
            return io_json(call->io, NULL);
        }
        json_push(out, row);
    }
    return io_json(call->io, out);
}

struct rows {
    const struct call *call;
    const struct schema_view *view;
    str *cells;
    size_t count;
    size_t cap;
    bool full;
};

static void add_row(struct rows *rows, const str cells[COLUMNS])
{
    str *room = arena_room(rows->call->arena, rows->cells, rows->count, &rows->cap,
                           COLUMNS * sizeof(*rows->cells));
    if (room == NULL) {
        rows->full = true;
        return;
    }
    rows->cells = room;
    for (size_t at = 0; at < COLUMNS; at++) {
        room[rows->count * COLUMNS + at] = cells[at];
    }
    rows->count++;
}

static bool is_own(const struct schema_view *view, const struct roster_resource_type *type)
{
    bool extended = false;
    for (const struct extension_row *row = view->rows.extensions; row != NULL; row = row->next) {
        extended = extended || row->type == type->number;
    }
    return type->number > TYPE_NUMBER_GROUP || extended;
}

// What uses a schema: "User", "User (required)", "Device", or nothing.
static str use_of(const struct rows *rows, const struct schema *schema)
{
    struct text text;
    text_init(&text, rows->call->arena, KIB(8));
    for (size_t at = 0; at < rows->view->registry->type_count; at++) {
        const struct roster_resource_type *type = &rows->view->registry->types[at];
        const char *how = type->schema == schema ? "" : NULL;
        for (size_t n = 0; n < type->extension_count; n++) {
            if (type->extensions[n].schema == schema) {
                how = type->extensions[n].required ? " (required)" : " (extension)";
            }
        }
        if (how != NULL) {
            text_format(&text, "%s%.*s%s", text.len > 0 ? ", " : "", STR_ARGS(type->name), how);
        }
    }
    return text.len > 0 ? text_str(&text) : STR("-");
}

static void add_schemas(struct rows *rows)
{
    const struct roster_registry *registry = rows->view->registry;
    for (size_t at = 0; at < registry->schema_count; at++) {
        const struct schema *schema = &registry->schemas[at];
        if (!schema->builtin) {
            str count = {0};
            rows->full |= !arena_format(rows->call->arena, &count, "%zu", schema->attr_count);
            const str cells[COLUMNS] = {STR("schema"), schema->id, use_of(rows, schema), count,
                                        STR("-")};
            add_row(rows, cells);
        }
    }
}

static bool add_types(struct rows *rows, struct roster_error *err)
{
    const struct roster_registry *registry = rows->view->registry;
    for (size_t at = 0; at < registry->type_count; at++) {
        const struct roster_resource_type *type = &registry->types[at];
        int64_t count = 0;
        str number = {0};
        if (!is_own(rows->view, type)) {
            continue;
        }
        if (!schemas_count(rows->call->admin, rows->view, type->number, &count, err)) {
            return false;
        }
        rows->full |= !arena_format(rows->call->arena, &number, "%lld", (long long)count);
        const str cells[COLUMNS] = {STR("type"), type->name, type->endpoint, STR("-"), number};
        add_row(rows, cells);
    }
    return true;
}

static const char *state_of(const struct declared_row *row)
{
    if (row->after == INDEX_REMOVING) {
        return "removing";
    }
    return row->complete ? (row->unique ? "unique" : "complete") : "filling";
}

static void add_indexes(struct rows *rows)
{
    for (const struct declared_row *row = rows->view->rows.indexes; row != NULL; row = row->next) {
        const struct roster_resource_type *type =
            registry_type_number(rows->view->registry, row->type);
        const str cells[COLUMNS] = {STR("index"), row->path, type == NULL ? STR("-") : type->name,
                                    STR("-"), str_of(state_of(row))};
        add_row(rows, cells);
    }
}

int schema_print_list(const struct call *call, const struct schema_view *view)
{
    static const char *const headings[COLUMNS] = {"KIND", "NAME", "OF", "ATTRIBUTES",
                                                  "RESOURCES/STATE"};
    struct roster_error err = {0};
    struct rows rows = {.call = call, .view = view};
    add_schemas(&rows);
    if (!add_types(&rows, &err)) {
        return io_refuse(call->io, &err);
    }
    add_indexes(&rows);
    if (rows.full) {
        return io_json(call->io, NULL);
    }
    if (rows.count == 0) {
        io_note(call->io, "tenant %.*s has the built-in schemas only; next: roster schema add",
                STR_ARGS(view->tenant.name));
        return EX_OK;
    }
    struct table table = {headings, COLUMNS, rows.cells, rows.count};
    table_print(&call->io->out, &table);
    return EX_OK;
}

static bool put_schemas(struct roster_json *out, const struct schema_view *view,
                        struct roster_arena *arena)
{
    struct roster_json *list = json_new(arena, JSON_ARRAY);
    for (size_t at = 0; list != NULL && at < view->registry->schema_count; at++) {
        if (view->registry->schemas[at].builtin) {
            continue;
        }
        struct roster_json *schema = schema_json(&view->registry->schemas[at], arena);
        if (schema == NULL) {
            return false;
        }
        json_push(list, schema);
    }
    return json_put_made(out, STR("schemas"), list);
}

static bool put_types(struct roster_json *out, const struct call *call,
                      const struct schema_view *view, struct roster_error *err)
{
    struct roster_json *list = json_new(call->arena, JSON_ARRAY);
    for (size_t at = 0; list != NULL && at < view->registry->type_count; at++) {
        const struct roster_resource_type *type = &view->registry->types[at];
        int64_t count = 0;
        if (!is_own(view, type)) {
            continue;
        }
        struct roster_json *json = type_json(type, call->arena);
        if (json == NULL || !schemas_count(call->admin, view, type->number, &count, err) ||
            !json_put_i64(json, call->arena, STR("resources"), count)) {
            return false;
        }
        json_push(list, json);
    }
    return json_put_made(out, STR("resourceTypes"), list);
}

static bool put_indexes(struct roster_json *out, const struct schema_view *view,
                        struct roster_arena *arena)
{
    struct roster_json *list = json_new(arena, JSON_ARRAY);
    for (const struct declared_row *row = view->rows.indexes; list != NULL && row != NULL;
         row = row->next) {
        const struct roster_resource_type *type = registry_type_number(view->registry, row->type);
        struct roster_json *json = json_new(arena, JSON_OBJECT);
        if (json == NULL ||
            !json_put_string(json, arena, STR("type"), type == NULL ? (str){0} : type->name) ||
            !json_put_string(json, arena, STR("path"), row->path) ||
            !json_put_string(json, arena, STR("state"), str_of(state_of(row)))) {
            return false;
        }
        json_push(list, json);
    }
    return json_put_made(out, STR("indexes"), list);
}

int schema_print_list_json(const struct call *call, const struct schema_view *view)
{
    struct roster_error err = {0};
    struct roster_json *out = json_new(call->arena, JSON_OBJECT);
    bool made = out != NULL && put_schemas(out, view, call->arena) &&
                put_types(out, call, view, &err) && put_indexes(out, view, call->arena);
    return err.code != ROSTER_OK ? io_refuse(call->io, &err) : io_json(call->io, made ? out : NULL);
}
