// filter_fuzz.c: any bytes as a filter, in both profiles, for users and groups.
//
// Oracles: what is printed parses again, prints the same and matches the same; and `not` around it
// matches exactly the other half.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/filter.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static const char resource_text[] =
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"" ENTERPRISE "\"],"
    "\"id\":\"2819c223\",\"externalId\":\"a1\",\"userName\":\"Ana@Example.com\",\"title\":\"\","
    "\"active\":true,\"displayName\":\"Stra\\u00dfe\",\"name\":{\"givenName\":\"Ana\"},"
    "\"emails\":[{\"value\":\"a@work.com\",\"type\":\"work\",\"primary\":true},{\"value\":\"b\"}],"
    "\"x509Certificates\":[{\"value\":\"AQID\"}],\"photos\":[{\"value\":\"https://h/p\"}],"
    "\"groups\":[{\"value\":\"g1\",\"$ref\":\"https://h/v2/Groups/g1\"}],"
    "\"members\":[{\"value\":\"u1\",\"type\":\"User\"}],"
    "\"meta\":{\"resourceType\":\"User\",\"created\":\"2020-01-02T03:04:05Z\"},"
    "\"" ENTERPRISE "\":{\"department\":\"Ops\",\"manager\":{\"value\":\"m\"}}}";

struct world {
    struct roster_arena *lasting;  // registry and resource
    struct roster_arena *arena;    // one input
    struct roster_arena *scratch;
    const struct roster_registry *registry;
    struct roster_json *resource;
};

static struct world *world_open(void)
{
    static struct world world;
    struct roster_error err = {0};
    if (world.lasting == NULL) {
        world.lasting = roster_arena_open(MIB(4));
        world.arena = roster_arena_open(MIB(4));
        world.scratch = roster_arena_open(MIB(4));
        world.registry = roster_registry_builtin(world.lasting, &err);
        bool read = roster_json_read(str_of(resource_text), world.lasting, &world.resource, &err);
        assert(read && world.registry != NULL);
    }
    roster_arena_reset(world.arena);
    return &world;
}

static bool parse(struct world *w, const struct roster_resource_type *type, str text,
                  struct roster_quirks *quirks, const struct roster_filter **out)
{
    struct roster_error err = {0};
    bool parsed = roster_filter_parse(type, text, quirks, w->arena, out, &err);
    assert(parsed == (err.code == ROSTER_OK));
    assert(err.offset <= text.len);
    return parsed;
}

static str print(struct world *w, const struct roster_filter *filter)
{
    str text = {0};
    bool printed = roster_filter_print(filter, w->arena, &text);
    assert(printed);
    return text;
}

static bool match(struct world *w, const struct roster_filter *filter)
{
    bool matches = roster_filter_match(filter, w->resource, w->scratch);
    assert(arena_used(w->scratch) == 0);
    return matches;
}

static void check_not(struct world *w, const struct roster_resource_type *type, str text,
                      struct roster_quirks *quirks, bool matched)
{
    const struct roster_filter *inverse = NULL;
    str whole = {0};
    bool formatted = arena_format(w->arena, &whole, "not (%.*s)", STR_ARGS(text));
    assert(formatted);
    // One level more may be one too many.
    if (parse(w, type, whole, quirks, &inverse)) {
        assert(match(w, inverse) == !matched);
    }
}

static void check(struct world *w, const struct roster_resource_type *type, str text,
                  enum roster_profile profile)
{
    struct roster_quirks quirks = roster_quirks_of(profile);
    const struct roster_filter *first = NULL;
    const struct roster_filter *second = NULL;
    if (!parse(w, type, text, &quirks, &first)) {
        return;
    }
    bool matched = match(w, first);
    bool unknown = (quirks.used & UINT64_C(1) << ROSTER_QUIRK_UNKNOWN_FILTER_ATTRIBUTE) != 0;
    str canonical = print(w, first);
    if (canonical.len > FILTER_TEXT_MAX) {
        return;  // full names are longer than the short ones that were written
    }
    bool parsed = parse(w, type, canonical, &quirks, &second);
    assert(parsed);
    assert(str_equal(canonical, print(w, second)));
    assert(match(w, second) == matched);
    if (!unknown) {
        check_not(w, type, canonical, &quirks, matched);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world_open();
    str text = {(const char *)data, size};
    for (size_t type = 0; type < w->registry->type_count; type++) {
        check(w, &w->registry->types[type], text, ROSTER_PROFILE_INTEROP);
        check(w, &w->registry->types[type], text, ROSTER_PROFILE_RFC);
    }
    return 0;
}
