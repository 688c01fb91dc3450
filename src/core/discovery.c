// discovery.c: the three discovery documents, written from the tables that the server works by.
// SPDX-License-Identifier: Apache-2.0
#include "core/discovery.h"

#include "core/location.h"
#include "scim/project.h"

#include <string.h>

static struct roster_json *put_object(struct roster_json *parent, struct roster_arena *arena,
                                      str key)
{
    struct roster_json *object = json_new(arena, JSON_OBJECT);
    if (object != NULL) {
        json_put(parent, key, object);
    }
    return object;
}

static bool put_schemas(struct roster_json *object, struct roster_arena *arena, str uri)
{
    struct roster_json *schemas = json_new(arena, JSON_ARRAY);
    struct roster_json *element = json_string(arena, uri);
    if (schemas == NULL || element == NULL) {
        return false;
    }
    json_push(schemas, element);
    json_put(object, STR("schemas"), schemas);
    return true;
}

static bool put_meta(struct roster_json *object, struct roster_arena *arena, str base, str type,
                     str endpoint, str id)
{
    struct roster_json *meta = put_object(object, arena, STR("meta"));
    str location = {0};
    return meta != NULL && location_make(arena, base, endpoint, id, &location) &&
           json_put_string(meta, arena, STR("resourceType"), type) &&
           json_put_string(meta, arena, STR("location"), location);
}

static const struct {
    str name;
    bool supported;
    str numbers[2];
    int64_t values[2];
} features[] = {
    {STR("patch"), true, {{0}}, {0}},
    {STR("bulk"),
     true,
     {STR("maxOperations"), STR("maxPayloadSize")},
     {BULK_OPERATIONS_MAX, HTTP_BODY_MAX}},
    {STR("filter"), true, {STR("maxResults")}, {PAGE_MAX}},
    {STR("changePassword"), false, {{0}}, {0}},
    {STR("sort"), true, {{0}}, {0}},
    {STR("etag"), true, {{0}}, {0}},
};

// What a tenant may switch on.
static bool is_supported(const struct context *ctx, size_t at)
{
    return features[at].supported ||
           (str_equal(features[at].name, STR("changePassword")) &&
            tenant_switch_is_on(&ctx->view->settings, TENANT_STORE_PASSWORDS));
}

static bool put_features(const struct context *ctx, struct roster_json *config)
{
    struct roster_arena *arena = ctx->arena;
    for (size_t at = 0; at < COUNT_OF(features); at++) {
        struct roster_json *feature = put_object(config, arena, features[at].name);
        if (feature == NULL ||
            !json_put_bool(feature, arena, STR("supported"), is_supported(ctx, at))) {
            return false;
        }
        for (size_t n = 0; n < COUNT_OF(features[at].numbers); n++) {
            if (features[at].numbers[n].len > 0 &&
                !json_put_i64(feature, arena, features[at].numbers[n], features[at].values[n])) {
                return false;
            }
        }
    }
    return true;
}

static bool put_pagination(struct roster_json *config, struct roster_arena *arena)
{
    struct roster_json *pagination = put_object(config, arena, STR("pagination"));
    return pagination != NULL && json_put_bool(pagination, arena, STR("cursor"), true) &&
           json_put_bool(pagination, arena, STR("index"), true) &&
           json_put_string(pagination, arena, STR("defaultPaginationMethod"), STR("index")) &&
           json_put_i64(pagination, arena, STR("defaultPageSize"), PAGE_DEFAULT) &&
           json_put_i64(pagination, arena, STR("maxPageSize"), PAGE_MAX) &&
           json_put_i64(pagination, arena, STR("cursorTimeout"), CURSOR_TIMEOUT_S);
}

// The ways to authenticate, the primary one first; those with a switch where it is on.
static const struct {
    str type;
    str name;
    str description;
    str uri;
    enum tenant_switch needs;  // TENANT_SWITCH_COUNT: none
} schemes[] = {
    {STR("oauthbearertoken"), STR("Bearer token"),
     STR("A token of the tenant in the Authorization header"),
     STR("https://www.rfc-editor.org/info/rfc6750"), TENANT_SWITCH_COUNT},
    {STR("oauth2"), STR("OAuth 2.0 client credentials"),
     STR("A short-lived token that a client gets at the tenant's token endpoint"),
     STR("https://www.rfc-editor.org/info/rfc6749"), TENANT_SWITCH_COUNT},
    {STR("httpbasic"), STR("HTTP Basic"), STR("The id and secret of a client as user and password"),
     STR("https://www.rfc-editor.org/info/rfc7617"), TENANT_BASIC},
};

static bool put_scheme(struct roster_json *list, struct roster_arena *arena, size_t at)
{
    struct roster_json *scheme = json_new(arena, JSON_OBJECT);
    if (scheme == NULL) {
        return false;
    }
    json_push(list, scheme);
    return json_put_string(scheme, arena, STR("type"), schemes[at].type) &&
           json_put_string(scheme, arena, STR("name"), schemes[at].name) &&
           json_put_string(scheme, arena, STR("description"), schemes[at].description) &&
           json_put_string(scheme, arena, STR("specUri"), schemes[at].uri) &&
           json_put_bool(scheme, arena, STR("primary"), at == 0);
}

static bool put_schemes(const struct context *ctx, struct roster_json *config)
{
    struct roster_json *list = json_new(ctx->arena, JSON_ARRAY);
    if (list == NULL) {
        return false;
    }
    json_put(config, STR("authenticationSchemes"), list);
    for (size_t at = 0; at < COUNT_OF(schemes); at++) {
        bool offered = schemes[at].needs == TENANT_SWITCH_COUNT ||
                       tenant_switch_is_on(&ctx->view->settings, schemes[at].needs);
        if (offered && !put_scheme(list, ctx->arena, at)) {
            return false;
        }
    }
    return true;
}

// What the draft has clients look for; only of a tenant that has it.
static bool put_roles(const struct context *ctx, struct roster_json *config)
{
    static const struct {
        str name;
        str several;
    } kinds[] = {{STR_INIT("roles"), STR_INIT("multipleRolesSupported")},
                 {STR_INIT("entitlements"), STR_INIT("multipleEntitlementsSupported")}};
    if (!tenant_switch_is_on(&ctx->view->settings, TENANT_ROLES)) {
        return true;
    }
    struct roster_json *both = put_object(config, ctx->arena, STR("RolesAndEntitlements"));
    bool put = both != NULL;
    for (size_t at = 0; at < COUNT_OF(kinds) && put; at++) {
        struct roster_json *kind = put_object(both, ctx->arena, kinds[at].name);
        put = kind != NULL && json_put_bool(kind, ctx->arena, STR("supported"), true) &&
              json_put_bool(kind, ctx->arena, kinds[at].several, true) &&
              json_put_bool(kind, ctx->arena, STR("primarySupported"), true) &&
              json_put_bool(kind, ctx->arena, STR("typeSupported"), true);
    }
    return put;
}

// Puts the version of a document, a hash of all the rest, into its meta.
static bool put_version(struct roster_json *document, struct roster_arena *arena)
{
    str text = {0};
    str version = {0};
    if (!roster_json_print(document, arena, &text)) {
        return false;
    }
    struct etag tag = etag_of_text(text);
    return arena_copy(arena, etag_str(&tag), &version) &&
           json_put_string(json_find(document, STR("meta")), arena, STR("version"), version);
}

// One document as its endpoint answers it.
static bool answer_one(const struct context *ctx, const struct discovery_request *request,
                       str schema, struct roster_json *document, struct discovery *out,
                       struct roster_error *err)
{
    const struct roster_registry *registry = ctx->view->registry;
    struct roster_resource_type type = {.schema = registry_schema(registry, schema),
                                        .registry = registry};
    struct scope scope = {&type, ctx->quirks, ctx->arena};
    const struct projection *projection = NULL;
    const struct roster_json *meta = json_find(document, STR("meta"));
    str version = json_find_text(meta, STR("version"));
    assert(type.schema != NULL && version.len > 0 && version.len < ETAG_LEN_MAX);
    memcpy(out->tag.text, version.ptr, version.len);
    out->tag.len = version.len;
    out->location = json_find_text(meta, STR("location"));
    if (!projection_parse(&scope, request->attributes, request->excluded, &projection, err)) {
        return false;
    }
    out->body =
        projection == NULL ? document : projection_apply(projection, &scope, document, NULL);
    return out->body != NULL || fail_memory(err);
}

bool discovery_provider_config(const struct context *ctx, const struct discovery_request *request,
                               struct discovery *out, struct roster_error *err)
{
    struct roster_arena *arena = ctx->arena;
    struct roster_json *config = json_new(arena, JSON_OBJECT);
    if (config == NULL || !put_schemas(config, arena, URI_PROVIDER_CONFIG) ||
        !put_features(ctx, config) || !put_pagination(config, arena) || !put_schemes(ctx, config) ||
        !put_roles(ctx, config) ||
        !put_meta(config, arena, ctx->base, STR("ServiceProviderConfig"),
                  STR("/ServiceProviderConfig"), (str){0}) ||
        !put_version(config, arena)) {
        return fail_memory(err);
    }
    return answer_one(ctx, request, URI_PROVIDER_CONFIG, config, out, err);
}

// A ListResponse over entries that are already in `resources` (RFC 7644 section 3.4.2).
static bool answer_list(const struct context *ctx, struct roster_json *resources,
                        struct discovery *out, struct roster_error *err)
{
    struct roster_arena *arena = ctx->arena;
    struct roster_json *list = json_new(arena, JSON_OBJECT);
    str text = {0};
    if (list == NULL || !put_schemas(list, arena, URI_LIST) ||
        !json_put_i64(list, arena, STR("totalResults"), resources->count) ||
        !json_put_i64(list, arena, STR("startIndex"), 1) ||
        !json_put_i64(list, arena, STR("itemsPerPage"), resources->count)) {
        return fail_memory(err);
    }
    json_put(list, STR("Resources"), resources);
    if (!roster_json_print(list, arena, &text)) {
        return fail_memory(err);
    }
    out->tag = etag_of_text(text);
    out->body = list;
    return true;
}

static struct roster_json *type_entry(const struct context *ctx,
                                      const struct roster_resource_type *type)
{
    struct roster_json *entry = type_json(type, ctx->arena);
    return entry != NULL &&
                   put_meta(entry, ctx->arena, ctx->base, STR("ResourceType"),
                            STR("/ResourceTypes"), type->name) &&
                   put_version(entry, ctx->arena)
               ? entry
               : NULL;
}

static struct roster_json *schema_entry(const struct context *ctx, const struct schema *schema)
{
    struct roster_json *entry = schema_json(schema, ctx->arena);
    return entry != NULL &&
                   put_meta(entry, ctx->arena, ctx->base, STR("Schema"), STR("/Schemas"),
                            schema->id) &&
                   put_version(entry, ctx->arena)
               ? entry
               : NULL;
}

bool discovery_resource_types(const struct context *ctx, const struct discovery_request *request,
                              struct discovery *out, struct roster_error *err)
{
    const struct roster_registry *registry = ctx->view->registry;
    if (request->id.len > 0) {
        const struct roster_resource_type *type = roster_registry_type(registry, request->id);
        if (type == NULL) {
            return fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no resource type \"%.*s\"",
                        STR_ARGS(request->id));
        }
        struct roster_json *entry = type_entry(ctx, type);
        return entry == NULL ? fail_memory(err)
                             : answer_one(ctx, request, URI_RESOURCE_TYPE, entry, out, err);
    }
    struct roster_json *resources = json_new(ctx->arena, JSON_ARRAY);
    for (size_t at = 0; resources != NULL && at < registry->type_count; at++) {
        struct roster_json *entry = type_entry(ctx, &registry->types[at]);
        if (entry == NULL) {
            return fail_memory(err);
        }
        json_push(resources, entry);
    }
    return resources != NULL ? answer_list(ctx, resources, out, err) : fail_memory(err);
}

bool discovery_schemas(const struct context *ctx, const struct discovery_request *request,
                       struct discovery *out, struct roster_error *err)
{
    const struct roster_registry *registry = ctx->view->registry;
    if (request->id.len > 0) {
        const struct schema *schema = registry_schema(registry, request->id);
        if (schema == NULL) {
            return fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no schema \"%.*s\"",
                        STR_ARGS(request->id));
        }
        struct roster_json *entry = schema_entry(ctx, schema);
        return entry == NULL ? fail_memory(err)
                             : answer_one(ctx, request, URI_SCHEMA, entry, out, err);
    }
    struct roster_json *resources = json_new(ctx->arena, JSON_ARRAY);
    for (size_t at = 0; resources != NULL && at < registry->schema_count; at++) {
        struct roster_json *entry = schema_entry(ctx, &registry->schemas[at]);
        if (entry == NULL) {
            return fail_memory(err);
        }
        json_push(resources, entry);
    }
    return resources != NULL ? answer_list(ctx, resources, out, err) : fail_memory(err);
}
