// scim/registry.h: building registries from schemas and resource types.
//
// Every registry holds the built-in schemas, and those of modules (scim/modules.h) when asked. A
// tenant's own schemas and types come as options: they are outside input, checked here, and what is
// wrong with them is said in `err`.
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_REGISTRY_H
#define SCIM_REGISTRY_H

#include "scim/schema.h"

struct registry_extension {
    str schema;  // URI of a built-in schema or one of the options
    bool required;
};

struct registry_type {
    str name;
    str description;
    str endpoint;  // with its slash: "/Users"
    str schema;    // URI
    int number;
    bool managed;  // see struct roster_resource_type
    const struct registry_extension *extensions;
    size_t extension_count;
};

struct registry_options {
    const struct roster_json *const *schemas;  // Schema resources beyond the built-in ones
    size_t schema_count;
    const struct registry_type *types;  // all of them; NULL stands for User and Group
    size_t type_count;
    unsigned modules;  // whose schemas it has too: bits by enum module
};

// The registry lives in `arena` and points to nothing of the options. NULL: refused.
MUST_CHECK const struct roster_registry *registry_build(const struct registry_options *options,
                                                        struct roster_arena *arena,
                                                        struct roster_error *err);
// The types of roster_registry_builtin(), to be extended.
const struct registry_type *registry_builtin_types(size_t *count);

// Of a schema of the product.
struct schema_own {
    bool nested;                             // sub-attributes may be complex: the schema of schemas
    const struct roster_registry *registry;  // where its inner extensions are found
};
// A Schema resource (RFC 7643 section 7) in memory. `out` stays where it is: attributes point to
// it. `own` is NULL for what comes from outside.
MUST_CHECK bool schema_load(const struct roster_json *json, const struct schema_own *own,
                            struct roster_arena *arena, struct schema *out,
                            struct roster_error *err);

// Whether a schema may take the place of one of the same URI: nothing that is stored changes its
// meaning. INVALID_VALUE names the attribute.
MUST_CHECK bool schema_check_change(const struct schema *before, const struct schema *after,
                                    struct roster_error *err);
// Whether the URI is that of a core schema of another RFC (9944: Device, EndpointApp), which a
// tenant may declare although it stands among those of the protocol.
bool schema_is_registered(str id);

// The built-in schemas as JSON, in the order of a registry; the first ones are of resources.
enum { BUILTIN_COUNT = 6, BUILTIN_RESOURCE_COUNT = 3 };
str builtin_schema(size_t index);

#endif
