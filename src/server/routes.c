// routes.c: the route table and its matcher.
// SPDX-License-Identifier: Apache-2.0
#include "server/routes.h"

#include "server/handlers.h"

// One segment of a pattern.
struct part {
    enum { PART_WORD, PART_TYPE, PART_ID } kind;
    str word;
};

#define WORD(text)                                                                                 \
    {                                                                                              \
        PART_WORD, STR_INIT(text)                                                                  \
    }
#define TYPE                                                                                       \
    {                                                                                              \
        .kind = PART_TYPE                                                                          \
    }
#define ID                                                                                         \
    {                                                                                              \
        .kind = PART_ID                                                                            \
    }

enum { PARTS_MAX = 3 };

// The first row that a target matches and that has its method counts.
static const struct endpoint {
    size_t part_count;
    struct part parts[PARTS_MAX];
    struct route routes[HTTP_DELETE + 1];  // by method; without flags and function: not offered
} endpoints[] = {
    // clang-format off
    {2, {TYPE, ID},
     {[HTTP_GET] = {0, handle_get},
      [HTTP_PUT] = {ROUTE_WRITES | ROUTE_BODY, handle_put},
      [HTTP_PATCH] = {ROUTE_WRITES | ROUTE_BODY, handle_patch},
      [HTTP_DELETE] = {ROUTE_WRITES, handle_delete}}},
    {1, {TYPE},
     {[HTTP_GET] = {0, handle_list},
      [HTTP_POST] = {ROUTE_WRITES | ROUTE_BODY, handle_post}}},
    {2, {TYPE, WORD(".search")}, {[HTTP_POST] = {ROUTE_BODY, handle_search}}},
    {3, {TYPE, ID, WORD(".search")}, {[HTTP_POST] = {ROUTE_BODY, handle_search}}},
    {0, {{0}}, {[HTTP_GET] = {0, handle_list}}},
    {1, {WORD(".search")}, {[HTTP_POST] = {ROUTE_BODY, handle_search}}},
    {1, {WORD("Me")},
     {[HTTP_GET] = {ROUTE_ME, handle_get},
      [HTTP_POST] = {ROUTE_UNSUPPORTED, NULL},
      [HTTP_PUT] = {ROUTE_ME | ROUTE_WRITES | ROUTE_BODY, handle_put},
      [HTTP_PATCH] = {ROUTE_ME | ROUTE_WRITES | ROUTE_BODY, handle_patch},
      [HTTP_DELETE] = {ROUTE_ME | ROUTE_WRITES, handle_delete}}},
    {1, {WORD("Bulk")},
     {[HTTP_POST] = {ROUTE_WRITES | ROUTE_BODY | ROUTE_UNREAD, handle_bulk}}},
    {1, {WORD("ServiceProviderConfig")}, {[HTTP_GET] = {ROUTE_ANONYMOUS, handle_provider_config}}},
    {1, {WORD("ServiceProviderConfigs")}, {[HTTP_GET] = {ROUTE_ANONYMOUS, handle_provider_config}}},
    {2, {WORD("ServiceProviderConfig"), WORD(".search")},
     {[HTTP_POST] = {0, handle_discovery_search}}},
    {1, {WORD("ResourceTypes")}, {[HTTP_GET] = {0, handle_resource_types}}},
    {2, {WORD("ResourceTypes"), WORD(".search")}, {[HTTP_POST] = {0, handle_discovery_search}}},
    {2, {WORD("ResourceTypes"), ID}, {[HTTP_GET] = {0, handle_resource_types}}},
    {1, {WORD("Schemas")}, {[HTTP_GET] = {0, handle_schemas}}},
    {2, {WORD("Schemas"), WORD(".search")}, {[HTTP_POST] = {0, handle_discovery_search}}},
    {2, {WORD("Schemas"), ID}, {[HTTP_GET] = {0, handle_schemas}}},
    // clang-format on
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

static bool match_segment(struct pending *pending, const struct part *part, str segment)
{
    switch (part->kind) {
    case PART_WORD:
        return match_word(pending, part->word, segment);
    case PART_TYPE:
        return match_type(pending, segment);
    case PART_ID:
        pending->id = segment;
        return !str_equal(segment, STR(".search"));
    }
    return false;
}

static bool match(struct pending *pending, const struct target *target,
                  const struct endpoint *endpoint)
{
    pending->type = NULL;
    pending->id = (str){0};
    bool matches = target->segment_count == endpoint->part_count;
    for (size_t at = 0; at < endpoint->part_count && matches; at++) {
        matches = match_segment(pending, &endpoint->parts[at], target->segments[at]);
    }
    return matches;
}

static bool is_offered(const struct pending *pending, const struct route *route)
{
    bool is_managed = pending->type != NULL && pending->type->managed;
    return (route->run != NULL || route->flags != 0) &&
           (!is_managed || (route->flags & ROUTE_WRITES) == 0);
}

enum route_outcome route_find(struct pending *pending)
{
    enum http_method method = pending->exchange->method;
    bool known = false;
    if (method == HTTP_HEAD) {
        method = HTTP_GET;
    }
    for (size_t at = 0; at < COUNT_OF(endpoints); at++) {
        const struct endpoint *endpoint = &endpoints[at];
        if (match(pending, &pending->target, endpoint)) {
            known = true;
            if (method < COUNT_OF(endpoint->routes) &&
                is_offered(pending, &endpoint->routes[method])) {
                pending->route = &endpoint->routes[method];
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

static void add_methods(struct text *out, const struct pending *pending,
                        const struct endpoint *endpoint)
{
    for (size_t method = 0; method < COUNT_OF(endpoint->routes); method++) {
        if (is_offered(pending, &endpoint->routes[method])) {
            text_add(out, out->len > 0 ? STR(", ") : (str){0});
            text_add(out, method_names[method]);
        }
    }
}

str route_allow(const struct target *target, struct pending *pending)
{
    struct text out;
    text_init(&out, pending->exchange->arena, KIB(1));
    for (size_t at = 0; at < COUNT_OF(endpoints); at++) {
        if (match(pending, target, &endpoints[at])) {
            add_methods(&out, pending, &endpoints[at]);
        }
    }
    if (target->place == TARGET_TOKEN) {
        text_lit(&out, "POST");
    } else if (target->place != TARGET_SCIM) {
        text_lit(&out, "GET, HEAD");
    }
    return text_str(&out);
}
