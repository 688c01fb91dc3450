// builtin.c: the schemas and resource types that every registry has.
//
// The schemas are the files of data/schemas, embedded by schemas.S.
// SPDX-License-Identifier: Apache-2.0
#include "scim/registry.h"

#define EMBEDDED(name)                                                                             \
    extern const char roster_schema_##name[];                                                      \
    extern const char roster_schema_##name##_end[]

EMBEDDED(user);
EMBEDDED(group);
EMBEDDED(enterprise_user);
EMBEDDED(provider_config);
EMBEDDED(resource_type);
EMBEDDED(schema);

str builtin_schema(size_t index)
{
#define SCHEMA_ROW(name)                                                                           \
    {                                                                                              \
        roster_schema_##name, roster_schema_##name##_end                                           \
    }
    static const struct {
        const char *from;
        const char *to;
    } rows[BUILTIN_COUNT] = {
        SCHEMA_ROW(user),
        SCHEMA_ROW(group),
        SCHEMA_ROW(enterprise_user),
        SCHEMA_ROW(provider_config),
        SCHEMA_ROW(resource_type),
        SCHEMA_ROW(schema),
    };
#undef SCHEMA_ROW
    assert(index < BUILTIN_COUNT);
    return (str){rows[index].from, (size_t)(rows[index].to - rows[index].from)};
}

#define URI_CORE "urn:ietf:params:scim:schemas:core:2.0:"
#define URI_EXTENSION "urn:ietf:params:scim:schemas:extension:"

static const struct registry_extension user_extensions[] = {
    {STR_INIT(URI_EXTENSION "enterprise:2.0:User"), false},
};

static const struct registry_type types[] = {
    {
        .name = STR_INIT("User"),
        .description = STR_INIT("A person with an account."),
        .endpoint = STR_INIT("/Users"),
        .schema = STR_INIT(URI_CORE "User"),
        .number = TYPE_NUMBER_USER,
        .extensions = user_extensions,
        .extension_count = COUNT_OF(user_extensions),
    },
    {
        .name = STR_INIT("Group"),
        .description = STR_INIT("A group of people and of other groups."),
        .endpoint = STR_INIT("/Groups"),
        .schema = STR_INIT(URI_CORE "Group"),
        .number = TYPE_NUMBER_GROUP,
    },
};

bool schema_is_registered(str id)
{
    static const str others[] = {STR_INIT(URI_CORE "Device"), STR_INIT(URI_CORE "EndpointApp")};
    for (size_t at = 0; at < COUNT_OF(others); at++) {
        if (str_equal(id, others[at])) {
            return true;
        }
    }
    return false;
}

const struct registry_type *registry_builtin_types(size_t *count)
{
    *count = COUNT_OF(types);
    return types;
}

const struct roster_registry *roster_registry_builtin(struct roster_arena *arena,
                                                      struct roster_error *err)
{
    struct registry_options options = {0};
    return registry_build(&options, arena, err);
}
