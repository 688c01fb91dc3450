// schemas.S: the built-in schemas as bytes of the program, found by builtin.c.
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

        // Without this the linker makes the stack executable.
        .section .note.GNU-stack, "", %progbits
