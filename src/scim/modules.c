// modules.c: the schemas and resource types that a registry may have besides the built-in ones.
//
// They are files of data/schemas too, embedded by schemas.S.
// SPDX-License-Identifier: Apache-2.0
#include "scim/modules.h"

#define URI_CORE "urn:ietf:params:scim:schemas:core:2.0:"
#define URI_EXTENSION "urn:ietf:params:scim:schemas:extension:"

struct embedded {
    const char *from;
    const char *to;
};

#define EMBEDDED(name)                                                                             \
    extern const char roster_schema_##name[];                                                      \
    extern const char roster_schema_##name##_end[]
#define SCHEMA_ROW(name)                                                                           \
    {                                                                                              \
        roster_schema_##name, roster_schema_##name##_end                                           \
    }

EMBEDDED(device);
EMBEDDED(endpoint_app);
EMBEDDED(device_pairing_null);
EMBEDDED(device_pairing_just_works);
EMBEDDED(device_pairing_pass_key);
EMBEDDED(device_pairing_oob);
EMBEDDED(device_ble);
EMBEDDED(device_dpp);
EMBEDDED(device_ethernet_mab);
EMBEDDED(device_fido_onboard);
EMBEDDED(device_zigbee);
EMBEDDED(device_endpoint_apps);
EMBEDDED(role);
EMBEDDED(entitlement);
EMBEDDED(roles_support);

// What is inside another extension stands before it.
static const struct embedded device_schemas[] = {
    SCHEMA_ROW(device),
    SCHEMA_ROW(endpoint_app),
    SCHEMA_ROW(device_pairing_null),
    SCHEMA_ROW(device_pairing_just_works),
    SCHEMA_ROW(device_pairing_pass_key),
    SCHEMA_ROW(device_pairing_oob),
    SCHEMA_ROW(device_ble),
    SCHEMA_ROW(device_dpp),
    SCHEMA_ROW(device_ethernet_mab),
    SCHEMA_ROW(device_fido_onboard),
    SCHEMA_ROW(device_zigbee),
    SCHEMA_ROW(device_endpoint_apps),
};

static const struct registry_extension device_extensions[] = {
    {STR_INIT(URI_EXTENSION "ble:2.0:Device"), false},
    {STR_INIT(URI_EXTENSION "dpp:2.0:Device"), false},
    {STR_INIT(URI_EXTENSION "ethernet-mab:2.0:Device"), false},
    {STR_INIT(URI_EXTENSION "fido-device-onboard:2.0:Device"), false},
    {STR_INIT(URI_EXTENSION "zigbee:2.0:Device"), false},
    {STR_INIT(URI_EXTENSION "endpointAppsExt:2.0:Device"), false},
};

static const struct registry_type device_types[] = {
    {
        .name = STR_INIT("Device"),
        .description = STR_INIT("A device that is known to a network."),
        .endpoint = STR_INIT("/Devices"),
        .schema = STR_INIT(URI_CORE "Device"),
        .number = TYPE_NUMBER_DEVICE,
        .extensions = device_extensions,
        .extension_count = COUNT_OF(device_extensions),
    },
    {
        .name = STR_INIT("EndpointApp"),
        .description = STR_INIT("An application that controls devices or gets their telemetry."),
        .endpoint = STR_INIT("/EndpointApps"),
        .schema = STR_INIT(URI_CORE "EndpointApp"),
        .number = TYPE_NUMBER_ENDPOINT_APP,
    },
};

static const struct embedded role_schemas[] = {
    SCHEMA_ROW(role),
    SCHEMA_ROW(entitlement),
};

static const struct embedded role_support = SCHEMA_ROW(roles_support);

#define EXPERIMENTAL "Experimental: draft-ietf-scim-roles-entitlements."

static const struct registry_type role_types[] = {
    {
        .name = STR_INIT("Role"),
        .description = STR_INIT("A role that people can have. " EXPERIMENTAL),
        .endpoint = STR_INIT("/Roles"),
        .schema = STR_INIT(URI_CORE "Role"),
        .number = TYPE_NUMBER_ROLE,
        .managed = true,
    },
    {
        .name = STR_INIT("Entitlement"),
        .description = STR_INIT("An entitlement that people can have. " EXPERIMENTAL),
        .endpoint = STR_INIT("/Entitlements"),
        .schema = STR_INIT(URI_CORE "Entitlement"),
        .number = TYPE_NUMBER_ENTITLEMENT,
        .managed = true,
    },
};

static const struct {
    const struct embedded *schemas;
    size_t schema_count;
    const struct registry_type *types;
    size_t type_count;
    const struct embedded *support;
} modules[MODULE_COUNT] = {
    [MODULE_DEVICES] = {device_schemas, COUNT_OF(device_schemas), device_types,
                        COUNT_OF(device_types), NULL},
    [MODULE_ROLES] = {role_schemas, COUNT_OF(role_schemas), role_types, COUNT_OF(role_types),
                      &role_support},
};

size_t module_schema_count(enum module module)
{
    assert(module < MODULE_COUNT);
    return modules[module].schema_count;
}

str module_schema(enum module module, size_t index)
{
    assert(index < module_schema_count(module));
    const struct embedded *row = &modules[module].schemas[index];
    return (str){row->from, (size_t)(row->to - row->from)};
}

str module_support(enum module module)
{
    assert(module < MODULE_COUNT);
    const struct embedded *row = modules[module].support;
    return row == NULL ? (str){0} : (str){row->from, (size_t)(row->to - row->from)};
}

const struct registry_type *module_types(enum module module, size_t *count)
{
    assert(module < MODULE_COUNT);
    *count = modules[module].type_count;
    return modules[module].types;
}

const struct registry_type *module_type(int number, enum module *module)
{
    for (size_t at = 0; at < COUNT_OF(modules); at++) {
        for (size_t n = 0; n < modules[at].type_count; n++) {
            if (modules[at].types[n].number == number) {
                *module = (enum module)at;
                return &modules[at].types[n];
            }
        }
    }
    return NULL;
}
