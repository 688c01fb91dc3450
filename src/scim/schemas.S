// schemas.S: the shipped schemas as bytes of the program, found by builtin.c and modules.c.
// SPDX-License-Identifier: Apache-2.0

// Changes with the JSON files, so that the build knows when to assemble again.
#if __has_include("schemas_stamp.h")
#include "schemas_stamp.h"
#endif

        .macro schema name, file
        .hidden \name
        .hidden \name\()_end
        .global \name
        .global \name\()_end
\name:
        .incbin "\file"
\name\()_end:
        .endm

        .section .rodata
        schema roster_schema_user, "data/schemas/user.json"
        schema roster_schema_group, "data/schemas/group.json"
        schema roster_schema_enterprise_user, "data/schemas/enterprise-user.json"
        schema roster_schema_provider_config, "data/schemas/service-provider-config.json"
        schema roster_schema_resource_type, "data/schemas/resource-type.json"
        schema roster_schema_schema, "data/schemas/schema.json"
        schema roster_schema_device, "data/schemas/device.json"
        schema roster_schema_endpoint_app, "data/schemas/endpoint-app.json"
        schema roster_schema_device_pairing_null, "data/schemas/device-pairing-null.json"
        schema roster_schema_device_pairing_just_works, "data/schemas/device-pairing-just-works.json"
        schema roster_schema_device_pairing_pass_key, "data/schemas/device-pairing-pass-key.json"
        schema roster_schema_device_pairing_oob, "data/schemas/device-pairing-oob.json"
        schema roster_schema_device_ble, "data/schemas/device-ble.json"
        schema roster_schema_device_dpp, "data/schemas/device-dpp.json"
        schema roster_schema_device_ethernet_mab, "data/schemas/device-ethernet-mab.json"
        schema roster_schema_device_fido_onboard, "data/schemas/device-fido-onboard.json"
        schema roster_schema_device_zigbee, "data/schemas/device-zigbee.json"
        schema roster_schema_device_endpoint_apps, "data/schemas/device-endpoint-apps.json"
        schema roster_schema_role, "data/schemas/role.json"
        schema roster_schema_entitlement, "data/schemas/entitlement.json"
        schema roster_schema_roles_support, "data/schemas/roles-support.json"

        // Without this the linker makes the stack executable.
        .section .note.GNU-stack, "", %progbits
