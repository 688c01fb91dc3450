// check_discovery.c: what a server says about itself, and whether it holds together.
// SPDX-License-Identifier: Apache-2.0
#include "probe/template.h"

#include <stdio.h>

#define DISCOVERY_ROW(id_, requirements_, level_, section_, title_)                                \
    .about = {"discovery." id_, requirements_, level_, section_, title_}

// Asks for each element of a list at `prefix` plus what its member `key` holds.
static void get_each(struct probe *probe, const struct roster_json *list, const char *prefix,
                     str key)
{
    if (list == NULL) {
        probe_skip(probe, "the server does not answer %s with a list", prefix);
        return;
    }
    for (const struct roster_json *at = list->first; at != NULL; at = at->next) {
        str id = json_find_text(at, key);
        str encoded = {0};
        str path = {0};
        if (id.len == 0) {
            id = json_find_text(at, STR("name"));
        }
        if (!template_encode_segment(id, probe->scratch, &encoded) ||
            !arena_format(probe->scratch, &path, "%s/%.*s", prefix, STR_ARGS(encoded))) {
            return;
        }
        const struct check_step step = {.method = "GET",
                                        .path = path.ptr,
                                        .status = "200",
                                        .want = "{\"name\":\"*string\",\"Resources\":null}"};
        if (!probe_step(probe, &step)) {
            return;
        }
    }
}

static void each_type_is_there(struct probe *probe)
{
    get_each(probe, probe->service.types, "/ResourceTypes", STR("id"));
}

static void each_schema_is_there(struct probe *probe)
{
    get_each(probe, probe->service.schemas, "/Schemas", STR("id"));
}

static bool is_listed(const struct probe *probe, str urn)
{
    for (const struct roster_json *at = probe->service.schemas->first; at != NULL; at = at->next) {
        if (str_equal_nocase(json_find_text(at, STR("id")), urn)) {
            return true;
        }
    }
    return probe_unmet((struct probe *)probe, "/Schemas does not list %.*s", STR_ARGS(urn));
}

static bool extensions_are_listed(struct probe *probe, const struct roster_json *type)
{
    const struct roster_json *list = json_find(type, STR("schemaExtensions"));
    for (const struct roster_json *at = json_is(list, JSON_ARRAY) ? list->first : NULL; at != NULL;
         at = at->next) {
        if (!is_listed(probe, json_find_text(at, STR("schema")))) {
            return false;
        }
    }
    return true;
}

static void schemas_of_types_are_listed(struct probe *probe)
{
    const struct check_step step = {.method = "GET", .path = "/Schemas", .status = "200"};
    if (probe->service.types == NULL || probe->service.schemas == NULL) {
        probe_skip(probe, "the server does not list its resource types and schemas");
        return;
    }
    if (!probe_step(probe, &step)) {
        return;
    }
    for (const struct roster_json *at = probe->service.types->first; at != NULL; at = at->next) {
        if (!is_listed(probe, json_find_text(at, STR("schema"))) ||
            !extensions_are_listed(probe, at)) {
            return;
        }
    }
}

static void paging_is_ignored(struct probe *probe)
{
    char want[64];
    const struct roster_json *schemas = probe->service.schemas;
    if (schemas == NULL) {
        probe_skip(probe, "the server does not list its schemas");
        return;
    }
    snprintf(want, sizeof(want), "{\"totalResults\":%u}", (unsigned)schemas->count);
    const struct check_step step = {.method = "GET",
                                    .path = "/Schemas?startIndex=2&count=1&sortBy=name",
                                    .status = "200",
                                    .want = want};
    if (!probe_step(probe, &step)) {
        return;
    }
    const struct roster_json *list = json_find(probe->reply.json, STR("Resources"));
    if (list == NULL || list->count != schemas->count) {
        probe_unmet(probe, "with startIndex=2&count=1 %u of %u schemas come",
                    list != NULL ? (unsigned)list->count : 0, (unsigned)schemas->count);
    }
}

#define FLAG(name) "\"" name "\":{\"supported\":\"*boolean\"}"
#define USER_ATTRIBUTE(pattern) "{\"attributes+\":[" pattern "]}"

// One row a check.
// clang-format off
const struct check discovery_checks[] = {
    {DISCOVERY_ROW("config", "P-295 P-080", LEVEL_MUST, "RFC 7643 5",
                   "ServiceProviderConfig is one object that says what is supported"),
     .steps = STEPS(GETS("/ServiceProviderConfig", "{\"schemas+\":[\"" URN_CONFIG "\"],"
                         "\"Resources\":null," FLAG("patch") "," FLAG("bulk") "," FLAG("filter") ","
                         FLAG("changePassword") "," FLAG("sort") "," FLAG("etag") "}"))},
    {DISCOVERY_ROW("limits", "P-295 P-260", LEVEL_MUST, "RFC 7643 5",
                   "ServiceProviderConfig tells the limits of Bulk and of queries"),
     .steps = STEPS(GETS("/ServiceProviderConfig",
                         "{\"bulk\":{\"maxOperations\":\"*number\",\"maxPayloadSize\":\"*number\"},"
                         "\"filter\":{\"maxResults\":\"*number\"}}"))},
    {DISCOVERY_ROW("authentication", "P-295 P-083", LEVEL_MUST, "RFC 7643 5",
                   "ServiceProviderConfig names how one authenticates"),
     .steps = STEPS(GETS("/ServiceProviderConfig",
                         "{\"authenticationSchemes+\":[{\"type\":\"*string\",\"name\":\"*string\","
                         "\"description\":\"*string\"}]}"))},
    {DISCOVERY_ROW("types", "P-296", LEVEL_MUST, "RFC 7644 4",
                   "ResourceTypes is a ListResponse with the type User"),
     .steps = STEPS(GETS("/ResourceTypes", "{\"schemas\":[\"" URN_LIST "\"],"
                         "\"totalResults\":\"*number\",\"Resources+\":[{\"name\":\"User\","
                         "\"endpoint\":\"*string\",\"schema\":\"" URN_USER "\"}]}"))},
    {DISCOVERY_ROW("type", "P-296", LEVEL_MUST, "RFC 7644 4",
                   "each resource type can be read by itself"), .run = each_type_is_there},
    {DISCOVERY_ROW("schemas", "P-296", LEVEL_MUST, "RFC 7644 4",
                   "Schemas is a ListResponse with the schema of User"),
     .steps = STEPS(GETS("/Schemas", "{\"schemas\":[\"" URN_LIST "\"],"
                         "\"totalResults\":\"*number\",\"Resources+\":[{\"id\":\"" URN_USER "\","
                         "\"attributes\":\"*array\"}]}"))},
    {DISCOVERY_ROW("schema", "P-296", LEVEL_MUST, "RFC 7644 4",
                   "each schema can be read by its URI"), .run = each_schema_is_there},
    {DISCOVERY_ROW("schemas-of-types", "P-085", LEVEL_MUST, "RFC 7643 7",
                   "every schema that a resource type names is listed"),
     .run = schemas_of_types_are_listed},
    {DISCOVERY_ROW("unknown", "P-296", LEVEL_MUST, "RFC 7644 3.12",
                   "a schema that there is not answers 404"),
     .steps = STEPS({.method = "GET", .path = "/Schemas/urn:example:$name", .status = "404"})},
    {DISCOVERY_ROW("user-name", "P-061", LEVEL_MUST, "RFC 7643 4.1.1",
                   "the schema says that userName is required and unique"),
     .steps = STEPS(GETS("/Schemas/" URN_USER, USER_ATTRIBUTE(
                         "{\"name\":\"userName\",\"required\":true,\"uniqueness-\":\"none\"}")))},
    {DISCOVERY_ROW("password", "P-064", LEVEL_MUST, "RFC 7643 4.1.1",
                   "the schema says that password is writeOnly and never returned"),
     .uses = "password",
     .steps = STEPS(GETS("/Schemas/" URN_USER, USER_ATTRIBUTE("{\"name\":\"password\","
                         "\"mutability\":\"writeOnly\",\"returned\":\"never\"}")))},
    {DISCOVERY_ROW("filter", "P-298", LEVEL_SHOULD, "RFC 7644 4",
                   "a filter on schemas is refused with 403"),
     .steps = STEPS({.method = "GET", .path = "/Schemas?filter=name eq \"User\"",
                     .status = "403"})},
    {DISCOVERY_ROW("paging", "P-297", LEVEL_MUST, "RFC 7644 4",
                   "paging and sorting of schemas are ignored"), .run = paging_is_ignored},
    {DISCOVERY_ROW("meta", "P-084", LEVEL_NOTE, "RFC 7643 3.1",
                   "a schema has meta.resourceType Schema"),
     .steps = STEPS(GETS("/Schemas/" URN_USER, "{\"meta\":{\"resourceType\":\"Schema\"}}"))},
    {.run = NULL},
};
// clang-format on
