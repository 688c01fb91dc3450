// scim/modules.h: schemas and resource types that are shipped and that a registry has when asked.
//
// They are as good as built-in ones: nobody changes or removes them, and their files may say of an
// attribute what RFC 7643 section 7 has no word for (form, notWith, madeWithout, closed) and which
// extensions stand inside another one (innerExtensions).
// SPDX-License-Identifier: Apache-2.0
#ifndef SCIM_MODULES_H
#define SCIM_MODULES_H

#include "scim/registry.h"

enum module {
    MODULE_DEVICES,  // RFC 9944: Device with its extensions, EndpointApp
    MODULE_ROLES,    // draft-ietf-scim-roles-entitlements: Role, Entitlement
    MODULE_COUNT,
};

static inline unsigned module_bit(enum module module)
{
    return 1u << module;
}

// Its schemas as JSON.
size_t module_schema_count(enum module module);
str module_schema(enum module module, size_t index);
// The attribute that it adds to the schema of ServiceProviderConfig, as JSON; empty: none.
str module_support(enum module module);
// Its resource types, extensions included.
const struct registry_type *module_types(enum module module, size_t *count);
// The type of a number, and the module that it is of. NULL: no module has it.
const struct registry_type *module_type(int number, enum module *module);

#endif
