// registry.c: schemas and resource types put together into one immutable registry.
// SPDX-License-Identifier: Apache-2.0
#include "scim/registry.h"

#include "base/limits.h"
#include "scim/modules.h"
#include "scim/project.h"
#include "scim/value.h"

#define COMMON(attr_name, attr_type, ...)                                                          \
    {                                                                                              \
        .name = STR_INIT(attr_name), .type = attr_type, __VA_ARGS__                                \
    }
#define META(attr_name, attr_type, ...)                                                            \
    COMMON(attr_name, attr_type, .mutability = ATTR_READ_ONLY, .parent = &common[COMMON_META],     \
           __VA_ARGS__)

// The attributes of every resource that no schema lists (RFC 7643 section 3.1). URIs in
// `schemas` compare without case, all other references exactly.
enum { COMMON_META = 3, COMMON_COUNT = 4 };
static const struct attr common[COMMON_COUNT];
static const str uri_reference[] = {STR_INIT("uri")};
static const struct attr meta_subs[] = {
    META("resourceType", ATTR_STRING, .case_exact = true),
    META("created", ATTR_DATETIME),
    META("lastModified", ATTR_DATETIME),
    META("location", ATTR_REFERENCE, .case_exact = true, .reference_types = uri_reference,
         .reference_count = 1),
    META("version", ATTR_STRING, .case_exact = true),
};
static const struct attr common[COMMON_COUNT] = {
    COMMON("schemas", ATTR_REFERENCE, .multi_valued = true, .required = true,
           .returned = ATTR_ALWAYS, .reference_types = uri_reference, .reference_count = 1),
    COMMON("id", ATTR_STRING, .case_exact = true, .mutability = ATTR_READ_ONLY,
           .returned = ATTR_ALWAYS, .uniqueness = ATTR_UNIQUE_SERVER),
    COMMON("externalId", ATTR_STRING, .case_exact = true),
    COMMON("meta", ATTR_COMPLEX, .mutability = ATTR_READ_ONLY, .subs = meta_subs,
           .sub_count = COUNT_OF(meta_subs)),
};

struct builder {
    struct roster_arena *arena;
    struct roster_error *err;
    struct roster_registry *registry;
    struct schema *schemas;  // registry->schemas while they may be written
    struct roster_resource_type *types;
    const struct registry_options *options;
};

static bool add_schema(struct builder *b, const struct roster_json *json,
                       const struct schema_own *own)
{
    struct schema *next = &b->schemas[b->registry->schema_count];
    next->builtin = own != NULL;
    if (!schema_load(json, own, b->arena, next, b->err)) {
        return false;
    }
    if (registry_schema(b->registry, next->id) != NULL) {
        return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0, "there is a schema \"%.*s\" already",
                    STR_ARGS(next->id));
    }
    b->registry->schema_count++;
    return true;
}

// The object of a list whose `name` is this one. NULL: none.
static struct roster_json *find_named(const struct roster_json *list, str name)
{
    struct roster_json *one = json_is(list, JSON_ARRAY) ? list->first : NULL;
    while (one != NULL && !str_equal(json_find_text(one, STR("name")), name)) {
        one = one->next;
    }
    return one;
}

static bool push_names(const struct registry_options *options, struct roster_arena *arena,
                       struct roster_json *words)
{
    for (size_t at = 0; at < options->type_count; at++) {
        int number = options->types[at].number;
        struct roster_json *name = json_string(arena, options->types[at].name);
        if (name == NULL) {
            return false;
        }
        if (number != TYPE_NUMBER_USER && number != TYPE_NUMBER_GROUP &&
            !options->types[at].managed) {
            json_push(words, name);
        }
    }
    return true;
}

// A resource of any type may be a member, and the schema of groups says so.
static bool name_members(struct builder *b, struct roster_arena *arena, struct roster_json *group)
{
    const struct roster_json *subs = json_find(
        find_named(json_find(group, STR("attributes")), STR("members")), STR("subAttributes"));
    struct roster_json *types = json_find(find_named(subs, STR("type")), STR("canonicalValues"));
    struct roster_json *references =
        json_find(find_named(subs, STR("$ref")), STR("referenceTypes"));
    assert(types != NULL && references != NULL);
    return (push_names(b->options, arena, types) && push_names(b->options, arena, references)) ||
           fail_memory(b->err);
}

// What modules add to the configuration stands in its schema.
static bool name_support(struct builder *b, struct roster_arena *arena, struct roster_json *config)
{
    struct roster_json *attributes = json_find(config, STR("attributes"));
    for (size_t at = 0; at < MODULE_COUNT; at++) {
        str text = module_support((enum module)at);
        struct roster_json *attribute = NULL;
        if ((b->options->modules & module_bit((enum module)at)) == 0 || text.len == 0) {
            continue;
        }
        if (!roster_json_read(text, arena, &attribute, b->err)) {
            return false;
        }
        json_push(attributes, attribute);
    }
    return true;
}

// Texts are copied while loading, so the tree can live in an arena that is closed at once.
static bool add_own(struct builder *b, str text, bool nested)
{
    struct roster_arena *reading = roster_arena_open(SCHEMA_READ_BYTES);
    struct schema_own own = {nested, b->registry};
    struct roster_json *json = NULL;
    bool added =
        reading != NULL ? roster_json_read(text, reading, &json, b->err) : fail_memory(b->err);
    if (added && str_equal(json_find_text(json, STR("id")), URI_GROUP)) {
        added = name_members(b, reading, json);
    }
    if (added && str_equal(json_find_text(json, STR("id")), URI_PROVIDER_CONFIG)) {
        added = name_support(b, reading, json);
    }
    added = added && add_schema(b, json, &own);
    roster_arena_close(reading);
    return added;
}

static bool add_builtins(struct builder *b, size_t from, size_t to)
{
    bool added = true;
    for (size_t at = from; at < to && added; at++) {
        added = add_own(b, builtin_schema(at), at >= BUILTIN_RESOURCE_COUNT);
    }
    return added;
}

static size_t count_module_schemas(unsigned modules)
{
    size_t count = 0;
    for (size_t at = 0; at < MODULE_COUNT; at++) {
        count +=
            (modules & module_bit((enum module)at)) != 0 ? module_schema_count((enum module)at) : 0;
    }
    return count;
}

static bool add_module(struct builder *b, enum module module)
{
    bool added = true;
    for (size_t at = 0; at < module_schema_count(module) && added; at++) {
        added = add_own(b, module_schema(module, at), false);
    }
    return added;
}

static bool add_modules(struct builder *b, unsigned modules)
{
    bool added = true;
    for (size_t at = 0; at < MODULE_COUNT && added; at++) {
        enum module module = (enum module)at;
        added = (modules & module_bit(module)) == 0 || add_module(b, module);
    }
    return added;
}

// URIs that mean something to the protocol itself.
static bool check_uri(struct builder *b, const struct schema *schema)
{
    static const char *const reserved[] = {
        "urn:ietf:params:scim:api:",
        "urn:ietf:params:scim:schemas:core:",
        "urn:ietf:params:scim:schemas:extension:enterprise:",
        "urn:scim:schemas:",
    };
    for (size_t at = 0; at < COUNT_OF(reserved); at++) {
        if (str_starts_nocase(schema->id, str_of(reserved[at])) &&
            !schema_is_registered(schema->id)) {
            return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "schema \"%.*s\": URIs that begin with %s belong to the protocol",
                        STR_ARGS(schema->id), reserved[at]);
        }
    }
    return true;
}

// Whether "LONGER" can also be read as an attribute of `shorter`: then a path has two meanings.
static bool is_ambiguous(const struct schema *shorter, str longer)
{
    str name = {0};
    str sub = {0};
    if (longer.len <= shorter->id.len + 1 || !str_starts_nocase(longer, shorter->id) ||
        (longer.ptr[shorter->id.len] != ':' && longer.ptr[shorter->id.len] != '.')) {
        return false;
    }
    (void)str_cut(str_tail(longer, shorter->id.len + 1), '.', &name, &sub);
    return schema_attr(shorter, name) != NULL;
}

static bool check_paths(struct builder *b)
{
    const struct roster_registry *registry = b->registry;
    for (size_t at = 0; at < registry->schema_count; at++) {
        for (size_t other = 0; other < registry->schema_count; other++) {
            const struct schema *shorter = &registry->schemas[at];
            str longer = registry->schemas[other].id;
            if (at != other && is_ambiguous(shorter, longer)) {
                return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                            "schema \"%.*s\": the same text is a path to an attribute of \"%.*s\"",
                            STR_ARGS(longer), STR_ARGS(shorter->id));
            }
        }
    }
    return true;
}

static bool add_schemas(struct builder *b, const struct registry_options *options)
{
    size_t count = BUILTIN_COUNT + count_module_schemas(options->modules) + options->schema_count;
    b->schemas = arena_array(b->arena, count, sizeof(*b->schemas));
    if (b->schemas == NULL) {
        return fail_memory(b->err);
    }
    b->registry->schemas = b->schemas;
    if (!add_builtins(b, 0, BUILTIN_RESOURCE_COUNT) || !add_modules(b, options->modules)) {
        return false;
    }
    for (size_t at = 0; at < options->schema_count; at++) {
        if (!add_schema(b, options->schemas[at], NULL) ||
            !check_uri(b, &b->schemas[b->registry->schema_count - 1])) {
            return false;
        }
    }
    return add_builtins(b, BUILTIN_RESOURCE_COUNT, BUILTIN_COUNT) &&
           (options->schema_count == 0 || check_paths(b));
}

static bool find_schema(struct builder *b, str id, str type, const struct schema **out)
{
    *out = registry_schema(b->registry, id);
    return *out != NULL || fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                                "resource type \"%.*s\": there is no schema \"%.*s\"",
                                STR_ARGS(type), STR_ARGS(id));
}

static bool add_extensions(struct builder *b, const struct registry_type *from,
                           struct roster_resource_type *to)
{
    struct schema_extension *extensions =
        arena_array(b->arena, from->extension_count, sizeof(*extensions));
    if (extensions == NULL) {
        return fail_memory(b->err);
    }
    to->extensions = extensions;
    for (size_t at = 0; at < from->extension_count; at++) {
        const struct schema *schema = NULL;
        if (!find_schema(b, from->extensions[at].schema, from->name, &schema)) {
            return false;
        }
        if (schema->builtin && !str_starts_nocase(schema->id, URI_EXTENSIONS)) {
            return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "resource type \"%.*s\": the schema \"%.*s\" is no extension",
                        STR_ARGS(from->name), STR_ARGS(schema->id));
        }
        if (schema == to->schema || type_extension(to, schema->id) != NULL) {
            return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "resource type \"%.*s\": the schema \"%.*s\" is listed twice",
                        STR_ARGS(from->name), STR_ARGS(schema->id));
        }
        extensions[at] = (struct schema_extension){schema, from->extensions[at].required};
        to->extension_count++;
    }
    return true;
}

// Endpoints that belong to the protocol itself.
static bool is_reserved(str segment)
{
    static const char *const reserved[] = {
        "Schemas", "ResourceTypes", "ServiceProviderConfig", "Bulk", "Me",
    };
    for (size_t at = 0; at < COUNT_OF(reserved); at++) {
        if (str_equal_nocase(segment, str_of(reserved[at]))) {
            return true;
        }
    }
    return false;
}

static bool check_type(struct builder *b, const struct registry_type *type)
{
    if (!attr_name_is_valid(type->name) || type->name.len > SCHEMA_NAME_MAX) {
        return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the name of a resource type has letters, digits, $, - and _ only, at most %d",
                    SCHEMA_NAME_MAX);
    }
    str segment = type->endpoint.len > 0 ? str_tail(type->endpoint, 1) : (str){0};
    if (segment.len > SCHEMA_NAME_MAX || !attr_name_is_valid(segment) ||
        type->endpoint.ptr[0] != '/' || is_reserved(segment)) {
        return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "resource type \"%.*s\": the endpoint must be a slash and a name of its own",
                    STR_ARGS(type->name));
    }
    if (roster_registry_type(b->registry, type->name) != NULL ||
        registry_endpoint(b->registry, segment, true) != NULL) {
        return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "resource type \"%.*s\": its name or its endpoint is taken",
                    STR_ARGS(type->name));
    }
    return true;
}

static bool is_hidden(const struct attr *attr)
{
    bool hidden = attr->returned == ATTR_ON_REQUEST;
    for (size_t at = 0; at < attr->sub_count; at++) {
        hidden = hidden || attr->subs[at].returned == ATTR_ON_REQUEST;
    }
    return hidden;
}

// What the built-in schemas show on request only is derived, and so no part of what is stored.
static bool hides(const struct schema *schema)
{
    bool hidden = false;
    for (size_t at = 0; at < schema->attr_count && !schema->builtin; at++) {
        hidden = hidden || is_hidden(&schema->attrs[at]);
    }
    return hidden;
}

// What the server writes itself, besides what is known by name.
static void note_server_attrs(struct roster_resource_type *type, const struct schema *schema)
{
    for (size_t at = 0; at < schema->attr_count; at++) {
        const struct attr *attr = &schema->attrs[at];
        bool is_known = attr == type->known[KNOWN_GROUPS] || attr == type->known[KNOWN_MEMBERS] ||
                        attr == type->known[KNOWN_MANAGER];
        type->links = type->links || (attr_is_link(attr) && !is_known);
        type->makes = type->makes || attr->made_without.len > 0;
    }
}

static bool check_base(struct builder *b, const struct roster_resource_type *type, str name)
{
    bool own = type->number >= TYPE_NUMBER_OWN;
    if (own && type->schema->builtin) {
        return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "resource type \"%.*s\": the schema \"%.*s\" is that of a built-in type: give "
                    "the type a schema of its own",
                    STR_ARGS(name), STR_ARGS(type->schema->id));
    }
    for (size_t at = 0; own && at < COMMON_COUNT; at++) {
        if (schema_attr(type->schema, common[at].name) != NULL) {
            return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "schema \"%.*s\": every resource has an attribute \"%.*s\": leave it out",
                        STR_ARGS(type->schema->id), STR_ARGS(common[at].name));
        }
    }
    for (size_t at = 0; at < b->registry->type_count; at++) {
        if (b->registry->types[at].schema == type->schema) {
            return fail(b->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "resource type \"%.*s\": the schema \"%.*s\" is that of another type",
                        STR_ARGS(name), STR_ARGS(type->schema->id));
        }
    }
    return true;
}

static const struct attr *external_id_of(const struct roster_resource_type *type)
{
    return registry_common(type->registry, STR("externalId"));
}

static const struct attr *meta_of(const struct roster_resource_type *type)
{
    return registry_common(type->registry, STR("meta"));
}

static const struct attr *manager_of(const struct roster_resource_type *type)
{
    const struct schema *enterprise = type_extension(type, URI_ENTERPRISE);
    return enterprise == NULL ? NULL : schema_attr(enterprise, STR("manager"));
}

static const struct {
    const struct attr *(*find)(const struct roster_resource_type *type);
    str sub;
} known[KNOWN_COUNT] = {
    [KNOWN_EXTERNAL_ID] = {external_id_of, {0}},
    [KNOWN_META] = {meta_of, {0}},
    [KNOWN_META_TYPE] = {meta_of, STR_INIT("resourceType")},
    [KNOWN_META_CREATED] = {meta_of, STR_INIT("created")},
    [KNOWN_META_MODIFIED] = {meta_of, STR_INIT("lastModified")},
    [KNOWN_META_LOCATION] = {meta_of, STR_INIT("location")},
    [KNOWN_META_VERSION] = {meta_of, STR_INIT("version")},
    [KNOWN_GROUPS] = {type_groups, {0}},
    [KNOWN_GROUPS_VALUE] = {type_groups, STR_INIT("value")},
    [KNOWN_GROUPS_REF] = {type_groups, STR_INIT("$ref")},
    [KNOWN_GROUPS_DISPLAY] = {type_groups, STR_INIT("display")},
    [KNOWN_GROUPS_TYPE] = {type_groups, STR_INIT("type")},
    [KNOWN_MEMBERS] = {type_members, {0}},
    [KNOWN_MEMBERS_VALUE] = {type_members, STR_INIT("value")},
    [KNOWN_MEMBERS_REF] = {type_members, STR_INIT("$ref")},
    [KNOWN_MEMBERS_DISPLAY] = {type_members, STR_INIT("display")},
    [KNOWN_MEMBERS_TYPE] = {type_members, STR_INIT("type")},
    [KNOWN_MANAGER] = {manager_of, {0}},
};

static void bind_known(struct roster_resource_type *type)
{
    for (size_t at = 0; at < COUNT_OF(known); at++) {
        const struct attr *attr = known[at].find(type);
        bool is_sub = attr != NULL && known[at].sub.len > 0;
        type->known[at] = is_sub ? attr_sub(attr, known[at].sub) : attr;
    }
    type->known_shown = projection_known(NULL, type);
}

static bool add_type(struct builder *b, const struct registry_type *from)
{
    struct roster_resource_type *to = &b->types[b->registry->type_count];
    to->registry = b->registry;
    to->number = from->number;
    to->managed = from->managed;
    if (!check_type(b, from) || !find_schema(b, from->schema, from->name, &to->schema) ||
        !check_base(b, to, from->name) || !add_extensions(b, from, to)) {
        return false;
    }
    to->hides = hides(to->schema);
    for (size_t at = 0; at < to->extension_count; at++) {
        to->hides = to->hides || hides(to->extensions[at].schema);
    }
    if (!arena_copy(b->arena, from->name, &to->name) ||
        !arena_copy(b->arena, from->description, &to->description) ||
        !arena_copy(b->arena, from->endpoint, &to->endpoint)) {
        return fail_memory(b->err);
    }
    bind_known(to);
    note_server_attrs(to, to->schema);
    for (size_t at = 0; at < to->extension_count; at++) {
        note_server_attrs(to, to->extensions[at].schema);
    }
    b->registry->type_count++;
    return true;
}

static bool add_types(struct builder *b, const struct registry_options *options)
{
    size_t count = options->type_count;
    const struct registry_type *types = options->types;
    if (types == NULL) {
        types = registry_builtin_types(&count);
    }
    b->types = arena_array(b->arena, count, sizeof(*b->types));
    if (b->types == NULL) {
        return fail_memory(b->err);
    }
    b->registry->types = b->types;
    for (size_t at = 0; at < count; at++) {
        if (!add_type(b, &types[at])) {
            return false;
        }
    }
    return true;
}

const struct roster_registry *registry_build(const struct registry_options *options,
                                             struct roster_arena *arena, struct roster_error *err)
{
    struct builder b = {.arena = arena, .err = err, .options = options};
    b.registry = arena_alloc(arena, sizeof(*b.registry));
    if (b.registry == NULL) {
        fail_memory(err);
        return NULL;
    }
    b.registry->common = common;
    b.registry->common_count = COMMON_COUNT;
    return add_schemas(&b, options) && add_types(&b, options) ? b.registry : NULL;
}
