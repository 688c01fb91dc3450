// registry.c: rows of a tenant's schemas put together into a registry.
// SPDX-License-Identifier: Apache-2.0
#include "store/registry.h"

#include "base/limits.h"
#include "scim/modules.h"

#include <stdlib.h>

static size_t count_schemas(const struct schema_rows *rows)
{
    size_t count = 0;
    for (const struct schema_row *row = rows->schemas; row != NULL; row = row->next) {
        count++;
    }
    return count;
}

// The documents as trees in `reading`.
static bool read_schemas(const struct schema_rows *rows, struct roster_arena *reading,
                         struct registry_options *options, struct roster_error *err)
{
    size_t count = count_schemas(rows) + 1;
    // NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers
    const struct roster_json **schemas = arena_array(reading, count, sizeof(*schemas));
    if (schemas == NULL) {
        return fail_memory(err);
    }
    for (const struct schema_row *row = rows->schemas; row != NULL; row = row->next) {
        struct roster_json *json = NULL;
        if (!roster_json_read(row->document, reading, &json, err)) {
            return false;
        }
        schemas[options->schema_count++] = json;
    }
    options->schemas = schemas;
    return true;
}

// The extensions that the type is built with, and the tenant's.
static bool extend(const struct schema_rows *rows, struct roster_arena *reading,
                   struct registry_type *type, struct roster_error *err)
{
    struct registry_extension *extensions =
        arena_array(reading, EXTENSIONS_TYPE_MAX + 1, sizeof(*extensions));
    size_t count = type->extension_count;
    if (extensions == NULL) {
        return fail_memory(err);
    }
    for (size_t at = 0; at < count; at++) {
        extensions[at] = type->extensions[at];
    }
    for (const struct extension_row *row = rows->extensions; row != NULL; row = row->next) {
        if (row->type != type->number) {
            continue;
        }
        if (count == EXTENSIONS_TYPE_MAX) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                        "resource type \"%.*s\": there are at most %d extensions",
                        STR_ARGS(type->name), EXTENSIONS_TYPE_MAX);
        }
        extensions[count++] = (struct registry_extension){row->schema, row->required};
    }
    type->extensions = extensions;
    type->extension_count = count;
    return true;
}

// A row of a tenant's own type, or of one of a module, which says the rest by its number.
static bool gather_type(const struct type_row *row, struct registry_options *options,
                        size_t *own_count, struct registry_type *out, struct roster_error *err)
{
    enum module module = MODULE_COUNT;
    const struct registry_type *shipped = module_type(row->type, &module);
    if (shipped != NULL) {
        options->modules |= module_bit(module);
        *out = *shipped;
        return true;
    }
    if ((*own_count)++ == TYPES_TENANT_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "a tenant has at most %d resource types of its own", TYPES_TENANT_MAX);
    }
    *out = (struct registry_type){
        .name = row->name,
        .description = row->description,
        .endpoint = row->endpoint,
        .schema = row->schema,
        .number = row->type,
    };
    return true;
}

static size_t count_types(const struct type_row *row)
{
    size_t count = 0;
    for (; row != NULL; row = row->next) {
        count++;
    }
    return count;
}

static bool gather_types(const struct schema_rows *rows, struct roster_arena *reading,
                         struct registry_options *options, struct roster_error *err)
{
    size_t count = 0;
    size_t own_count = 0;
    const struct registry_type *builtin = registry_builtin_types(&count);
    struct registry_type *types =
        arena_array(reading, count + count_types(rows->types), sizeof(*types));
    if (types == NULL) {
        return fail_memory(err);
    }
    for (size_t at = 0; at < count; at++) {
        types[at] = builtin[at];
    }
    options->type_count = count;
    for (const struct type_row *row = rows->types; row != NULL; row = row->next) {
        if (!gather_type(row, options, &own_count, &types[options->type_count++], err)) {
            return false;
        }
    }
    for (size_t at = 0; at < options->type_count; at++) {
        if (!extend(rows, reading, &types[at], err)) {
            return false;
        }
    }
    options->types = types;
    return true;
}

bool registry_of_rows(const struct schema_rows *rows, struct roster_arena *arena,
                      const struct roster_registry **out, struct roster_error *err)
{
    struct registry_options options = {0};
    struct roster_arena *reading = roster_arena_open(REGISTRY_BYTES_MAX);
    if (reading == NULL) {
        return fail_memory(err);
    }
    *out = NULL;
    if (read_schemas(rows, reading, &options, err) && gather_types(rows, reading, &options, err)) {
        *out = registry_build(&options, arena, err);
    }
    roster_arena_close(reading);
    return *out != NULL;
}

bool index_sets_build(struct store *store, const struct roster_registry *registry,
                      const struct declared_row *declared, struct roster_arena *arena,
                      const struct index_set *const **out, struct roster_error *err)
{
    // NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers
    const struct index_set **sets = arena_array(arena, registry->type_count, sizeof(*sets));
    if (sets == NULL) {
        return fail_memory(err);
    }
    for (size_t at = 0; at < registry->type_count; at++) {
        if (!index_set_build(store, &registry->types[at], declared, arena, &sets[at], err)) {
            return false;
        }
    }
    *out = sets;
    return true;
}

static bool build(struct store *store, struct conn *conn, struct tenant_registry *r,
                  struct roster_error *err)
{
    struct schema_rows rows = {0};
    struct roster_arena *reading = roster_arena_open(REGISTRY_BYTES_MAX);
    bool built = false;
    r->arena = roster_arena_open(REGISTRY_BYTES_MAX);
    if (r->arena == NULL || reading == NULL) {
        fail_memory(err);
    } else if (schema_rows_load(conn, r->tenant, reading, &rows) != STORE_OK) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    } else {
        built = registry_of_rows(&rows, r->arena, &r->registry, err) && r->registry != NULL &&
                index_sets_build(store, r->registry, rows.indexes, r->arena, &r->indexes, err);
    }
    roster_arena_close(reading);
    return built;
}

struct tenant_registry *tenant_registry_open(struct store *store, struct conn *conn, int64_t tenant,
                                             int64_t revision, struct roster_error *err)
{
    struct tenant_registry *r = calloc(1, sizeof(*r));
    if (r == NULL) {
        fail_memory(err);
        return NULL;
    }
    *r = (struct tenant_registry){.uses = 1, .tenant = tenant, .revision = revision};
    if (!build(store, conn, r, err)) {
        tenant_registry_give(r);
        return NULL;
    }
    return r;
}

struct tenant_registry *tenant_registry_take(struct tenant_registry *registry)
{
    if (registry != NULL) {
        atomic_fetch_add_explicit(&registry->uses, 1, memory_order_relaxed);
    }
    return registry;
}

void tenant_registry_give(struct tenant_registry *registry)
{
    if (registry == NULL ||
        atomic_fetch_sub_explicit(&registry->uses, 1, memory_order_acq_rel) > 1) {
        return;
    }
    roster_arena_close(registry->arena);
    free(registry);
}
