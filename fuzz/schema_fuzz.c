// schema_fuzz.c: any bytes as a Schema document of a tenant.
//
// Oracles: what loads is printed, loads again and is printed alike; it may take its own place; and
// with it as an extension of User, a registry gives it back as it was, or says why not.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/registry.h"

static bool load(struct roster_arena *arena, str text, struct schema *out, struct roster_error *err)
{
    struct roster_json *json = NULL;
    *err = (struct roster_error){0};
    *out = (struct schema){0};
    bool loaded =
        roster_json_read(text, arena, &json, err) && schema_load(json, NULL, arena, out, err);
    assert(loaded == (err->code == ROSTER_OK));
    return loaded;
}

static str print(const struct schema *schema, struct roster_arena *arena)
{
    str text = {0};
    const struct roster_json *json = schema_json(schema, arena);
    bool printed = json != NULL && roster_json_print(json, arena, &text);
    assert(printed);
    return text;
}

static void check_registry(struct roster_arena *arena, const struct schema *schema, str text)
{
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    size_t count = 0;
    bool read = roster_json_read(text, arena, &json, &err);
    assert(read);
    const struct roster_json *schemas[] = {json};
    struct registry_extension extension = {schema->id, true};
    struct registry_type type = registry_builtin_types(&count)[0];
    type.extensions = &extension;
    type.extension_count = 1;
    const struct registry_options options = {schemas, 1, &type, 1, 0};
    const struct roster_registry *registry = registry_build(&options, arena, &err);
    assert((registry != NULL) == (err.code == ROSTER_OK));
    if (registry != NULL) {
        const struct schema *found = registry_schema(registry, schema->id);
        assert(found != NULL && !found->builtin && str_equal(print(found, arena), text));
        assert(type_extension(&registry->types[0], schema->id) == found);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct roster_arena *arena;
    if (arena == NULL) {
        arena = roster_arena_open(MIB(64));
        assert(arena != NULL);
    }
    roster_arena_reset(arena);
    struct roster_error err = {0};
    struct schema first;
    struct schema second;
    if (!load(arena, (str){(const char *)data, size}, &first, &err)) {
        return 0;
    }
    str once = print(&first, arena);
    bool again = load(arena, once, &second, &err);
    assert(again && str_equal(print(&second, arena), once));
    bool same = schema_check_change(&first, &second, &err);
    assert(same);
    check_registry(arena, &first, once);
    return 0;
}
