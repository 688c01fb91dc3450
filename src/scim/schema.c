// schema.c: finding schemas, attributes and types by name, and the keywords of RFC 7643 section 7.
//
// Lists are short (an object has a few dozen attributes), so lookups walk them.
// SPDX-License-Identifier: Apache-2.0
#include "scim/schema.h"

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool attr_name_is_valid(str name)
{
    size_t at = name.len > 0 && name.ptr[0] == '$' ? 1 : 0;
    if (at >= name.len || !is_letter(name.ptr[at])) {
        return false;
    }
    for (; at < name.len; at++) {
        char c = name.ptr[at];
        if (!is_letter(c) && !(c >= '0' && c <= '9') && c != '$' && c != '-' && c != '_') {
            return false;
        }
    }
    return true;
}

static const struct attr *find_attr(const struct attr *attrs, size_t count, str name)
{
    for (size_t at = 0; at < count; at++) {
        if (str_equal_nocase(attrs[at].name, name)) {
            return &attrs[at];
        }
    }
    return NULL;
}

const struct schema *registry_schema(const struct roster_registry *registry, str id)
{
    for (size_t at = 0; at < registry->schema_count; at++) {
        if (str_equal_nocase(registry->schemas[at].id, id)) {
            return &registry->schemas[at];
        }
    }
    return NULL;
}

const struct attr *schema_attr(const struct schema *schema, str name)
{
    return find_attr(schema->attrs, schema->attr_count, name);
}

const struct attr *attr_sub(const struct attr *attr, str name)
{
    return find_attr(attr->subs, attr->sub_count, name);
}

bool attr_is_id(const struct attr *attr)
{
    if (attr->parent == NULL) {
        return attr->schema == NULL && str_equal(attr->name, STR("id"));
    }
    // What a tenant declares compares as it declares.
    return attr->schema != NULL && attr->schema->builtin && str_equal(attr->name, STR("value")) &&
           attr_sub(attr->parent, STR("$ref")) != NULL;
}

const struct attr *registry_common(const struct roster_registry *registry, str name)
{
    return find_attr(registry->common, registry->common_count, name);
}

const struct attr *type_attr(const struct roster_resource_type *type, str name)
{
    const struct attr *common = registry_common(type->registry, name);
    return common != NULL ? common : schema_attr(type->schema, name);
}

const struct attr *type_members(const struct roster_resource_type *type)
{
    return type->number == TYPE_NUMBER_GROUP ? schema_attr(type->schema, STR("members")) : NULL;
}

const struct attr *type_groups(const struct roster_resource_type *type)
{
    const struct attr *groups = schema_attr(type->schema, STR("groups"));
    bool derived = groups != NULL && groups->multi_valued && groups->type == ATTR_COMPLEX &&
                   groups->mutability == ATTR_READ_ONLY && attr_sub(groups, STR("value")) != NULL;
    return derived ? groups : NULL;
}

const struct schema *type_extension(const struct roster_resource_type *type, str id)
{
    for (size_t at = 0; at < type->extension_count; at++) {
        if (str_equal_nocase(type->extensions[at].schema->id, id)) {
            return type->extensions[at].schema;
        }
    }
    return NULL;
}

const struct attr *type_inner(const struct roster_resource_type *type, str id,
                              const struct schema **extension)
{
    for (size_t at = 0; at < type->extension_count; at++) {
        const struct attr *attr = schema_attr(type->extensions[at].schema, id);
        if (attr != NULL && attr->inner) {
            *extension = type->extensions[at].schema;
            return attr;
        }
    }
    return NULL;
}

const struct roster_resource_type *roster_registry_type(const struct roster_registry *registry,
                                                        roster_str name)
{
    for (size_t at = 0; at < registry->type_count; at++) {
        if (str_equal(registry->types[at].name, name)) {
            return &registry->types[at];
        }
    }
    return NULL;
}

const struct roster_resource_type *registry_endpoint(const struct roster_registry *registry,
                                                     str name, bool any_case)
{
    for (size_t at = 0; at < registry->type_count; at++) {
        assert(registry->types[at].endpoint.len > 1);
        str segment = str_tail(registry->types[at].endpoint, 1);
        if (any_case ? str_equal_nocase(segment, name) : str_equal(segment, name)) {
            return &registry->types[at];
        }
    }
    return NULL;
}

const struct roster_resource_type *registry_type_number(const struct roster_registry *registry,
                                                        int number)
{
    for (size_t at = 0; at < registry->type_count; at++) {
        if (registry->types[at].number == number) {
            return &registry->types[at];
        }
    }
    return NULL;
}

static const char *const type_names[] = {
    [ATTR_STRING] = "string",       [ATTR_BOOLEAN] = "boolean",   [ATTR_DECIMAL] = "decimal",
    [ATTR_INTEGER] = "integer",     [ATTR_DATETIME] = "dateTime", [ATTR_BINARY] = "binary",
    [ATTR_REFERENCE] = "reference", [ATTR_COMPLEX] = "complex",
};
static const char *const mutability_names[] = {
    [ATTR_READ_WRITE] = "readWrite",
    [ATTR_READ_ONLY] = "readOnly",
    [ATTR_IMMUTABLE] = "immutable",
    [ATTR_WRITE_ONLY] = "writeOnly",
};
static const char *const returned_names[] = {
    [ATTR_BY_DEFAULT] = "default",
    [ATTR_ALWAYS] = "always",
    [ATTR_ON_REQUEST] = "request",
    [ATTR_NEVER] = "never",
};
static const char *const uniqueness_names[] = {
    [ATTR_UNIQUE_NONE] = "none",
    [ATTR_UNIQUE_SERVER] = "server",
    [ATTR_UNIQUE_GLOBAL] = "global",
};

const char *attr_type_name(enum attr_type type)
{
    assert((size_t)type < COUNT_OF(type_names));
    return type_names[type];
}

const char *attr_mutability_name(enum attr_mutability mutability)
{
    assert((size_t)mutability < COUNT_OF(mutability_names));
    return mutability_names[mutability];
}

const char *attr_returned_name(enum attr_returned returned)
{
    assert((size_t)returned < COUNT_OF(returned_names));
    return returned_names[returned];
}

const char *attr_uniqueness_name(enum attr_uniqueness uniqueness)
{
    assert((size_t)uniqueness < COUNT_OF(uniqueness_names));
    return uniqueness_names[uniqueness];
}

// Index of the keyword; `count` when it is none.
static size_t find_word(const char *const *words, size_t count, str name)
{
    size_t at = 0;
    while (at < count && !str_equal(str_of(words[at]), name)) {
        at++;
    }
    return at;
}

bool attr_type_find(str name, enum attr_type *out)
{
    for (size_t at = 0; at < COUNT_OF(type_names); at++) {
        if (str_equal_nocase(str_of(type_names[at]), name)) {
            *out = (enum attr_type)at;
            return true;
        }
    }
    return false;
}

bool attr_mutability_find(str name, enum attr_mutability *out)
{
    size_t at = find_word(mutability_names, COUNT_OF(mutability_names), name);
    *out = at < COUNT_OF(mutability_names) ? (enum attr_mutability)at : *out;
    return at < COUNT_OF(mutability_names);
}

bool attr_returned_find(str name, enum attr_returned *out)
{
    size_t at = find_word(returned_names, COUNT_OF(returned_names), name);
    *out = at < COUNT_OF(returned_names) ? (enum attr_returned)at : *out;
    return at < COUNT_OF(returned_names);
}

bool attr_uniqueness_find(str name, enum attr_uniqueness *out)
{
    size_t at = find_word(uniqueness_names, COUNT_OF(uniqueness_names), name);
    *out = at < COUNT_OF(uniqueness_names) ? (enum attr_uniqueness)at : *out;
    return at < COUNT_OF(uniqueness_names);
}
