// routes.c: the route table and its matcher.
// SPDX-License-Identifier: Apache-2.0
#include "server/routes.h"

#include "server/handlers.h"

static const struct route routes[] = {
    {"ServiceProviderConfig", HTTP_GET, ROUTE_ANONYMOUS, handle_provider_config},
    {"ServiceProviderConfigs", HTTP_GET, ROUTE_ANONYMOUS, handle_provider_config},
    {"ServiceProviderConfig/.search", HTTP_POST, 0, handle_discovery_search},
    {"ResourceTypes", HTTP_GET, 0, handle_resource_types},
    {"ResourceTypes/.search", HTTP_POST, 0, handle_discovery_search},
    {"ResourceTypes/{id}", HTTP_GET, 0, handle_resource_types},
    {"Schemas", HTTP_GET, 0, handle_schemas},
    {"Schemas/.search", HTTP_POST, 0, handle_discovery_search},
    {"Schemas/{id}", HTTP_GET, 0, handle_schemas},
    {"Bulk", HTTP_POST, ROUTE_UNSUPPORTED, NULL},
    {"Me", HTTP_GET, 0, handle_get},
    {"Me", HTTP_PUT, ROUTE_WRITES | ROUTE_BODY, handle_put},
    {"Me", HTTP_PATCH, ROUTE_WRITES | ROUTE_BODY, handle_patch},
    {"Me", HTTP_DELETE, ROUTE_WRITES, handle_delete},
    {"Me", HTTP_POST, ROUTE_UNSUPPORTED, NULL},
    {"", HTTP_GET, 0, handle_list},
    {".search", HTTP_POST, ROUTE_BODY, handle_search},
    {"{type}", HTTP_GET, 0, handle_list},
    {"{type}", HTTP_POST, ROUTE_WRITES | ROUTE_BODY, handle_post},
    {"{type}/.search", HTTP_POST, ROUTE_BODY, handle_search},
    {"{type}/{id}/.search", HTTP_POST, ROUTE_BODY, handle_search},
    {"{type}/{id}", HTTP_GET, 0, handle_get},
    {"{type}/{id}", HTTP_PUT, ROUTE_WRITES | ROUTE_BODY, handle_put},
    {"{type}/{id}", HTTP_PATCH, ROUTE_WRITES | ROUTE_BODY, handle_patch},
    {"{type}/{id}", HTTP_DELETE, ROUTE_WRITES, handle_delete},
};

static bool match_word(struct pending *pending, str word, str segment)
{
    if (str_equal(word, segment)) {
        return true;
    }
    return str_equal_nocase(word, segment) &&
           quirk_take(&pending->quirks, ROSTER_QUIRK_ENDPOINT_ANY_CASE);
}

static bool match_type(struct pending *pending, str segment)
{
    const struct roster_registry *registry = pending->view.registry;
    pending->type = registry_endpoint(registry, segment, false);
    if (pending->type == NULL) {
        pending->type = registry_endpoint(registry, segment, true);
        if (pending->type != NULL &&
            !quirk_take(&pending->quirks, ROSTER_QUIRK_ENDPOINT_ANY_CASE)) {
            pending->type = NULL;
        }
    }
    return pending->type != NULL;
}

static bool match_segment(struct pending *pending, str part, str segment)
{
    if (str_equal(part, STR("{type}"))) {
        return match_type(pending, segment);
    }
    if (str_equal(part, STR("{id}"))) {
        pending->id = segment;
        return !str_equal(segment, STR(".search"));
    }
    return match_word(pending, part, segment);
}

static bool match(struct pending *pending, const struct target *target, const char *pattern)
{
    str rest = str_of(pattern);
    str part = {0};
    size_t at = 0;
    pending->type = NULL;
    pending->id = (str){0};
    if (rest.len == 0) {
        return target->segment_count == 0;
    }
    bool more = true;
    while (more) {
        more = str_cut(rest, '/', &part, &rest);
        if (at == target->segment_count || !match_segment(pending, part, target->segments[at++])) {
            return false;
        }
    }
    return at == target->segment_count;
}

enum route_outcome route_find(struct pending *pending)
{
    enum http_method method = pending->exchange->method;
    bool known = false;
    if (method == HTTP_HEAD) {
        method = HTTP_GET;
    }
    for (size_t at = 0; at < COUNT_OF(routes); at++) {
        if (match(pending, &pending->target, routes[at].pattern)) {
            known = true;
            if (routes[at].method == method) {
                pending->route = &routes[at];
                return ROUTE_FOUND;
            }
        }
    }
    return known ? ROUTE_NO_METHOD : ROUTE_NO_PATTERN;
}

static const str method_names[] = {
    [HTTP_GET] = STR("GET, HEAD"), [HTTP_POST] = STR("POST"),     [HTTP_PUT] = STR("PUT"),
    [HTTP_PATCH] = STR("PATCH"),   [HTTP_DELETE] = STR("DELETE"),
};

str route_allow(const struct target *target, struct pending *pending)
{
    struct text out;
    text_init(&out, pending->exchange->arena, KIB(1));
    for (size_t at = 0; at < COUNT_OF(routes); at++) {
        if (match(pending, target, routes[at].pattern)) {
            text_add(&out, out.len > 0 ? STR(", ") : (str){0});
            text_add(&out, method_names[routes[at].method]);
        }
    }
    if (target->place == TARGET_SERVER) {
        text_lit(&out, "GET, HEAD");
    }
    return text_str(&out);
}
