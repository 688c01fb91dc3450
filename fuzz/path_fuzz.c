// path_fuzz.c: any bytes as a PATCH path and as a name, in both profiles.
//
// Oracle: what is printed parses again to the same path.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/path.h"

struct world {
    struct roster_arena *lasting;
    struct roster_arena *arena;
    const struct roster_registry *registry;
};

static struct world *world_open(void)
{
    static struct world world;
    struct roster_error err = {0};
    if (world.lasting == NULL) {
        world.lasting = roster_arena_open(MIB(4));
        world.arena = roster_arena_open(MIB(4));
        world.registry = roster_registry_builtin(world.lasting, &err);
        assert(world.registry != NULL);
    }
    roster_arena_reset(world.arena);
    return &world;
}

typedef bool parser(const struct scope *scope, str text, struct path *out,
                    struct roster_error *err);

static bool parse(const struct scope *scope, str text, parser *with, struct path *out)
{
    struct roster_error err = {0};
    bool parsed = with(scope, text, out, &err);
    assert(parsed == (err.code == ROSTER_OK));
    assert(err.offset <= text.len);
    return parsed;
}

static str print(const struct scope *scope, const struct path *path)
{
    struct text text;
    text_init(&text, scope->arena, MIB(1));
    path_print(path, &text);
    assert(!text.full);
    return text_str(&text);
}

static void check(const struct scope *scope, str text, parser *with)
{
    struct path first = {0};
    struct path second = {0};
    if (!parse(scope, text, with, &first)) {
        return;
    }
    assert(!first.unknown || (first.attr == NULL && first.filter == NULL));
    assert(first.unknown || first.attr != NULL || first.extension != NULL);
    str canonical = print(scope, &first);
    if (canonical.len > FILTER_TEXT_MAX) {
        return;  // full names are longer than the short ones that were written
    }
    bool parsed = parse(scope, canonical, with, &second);
    assert(parsed);
    assert(first.unknown == second.unknown && first.extension == second.extension);
    assert(first.attr == second.attr && first.sub == second.sub);
    assert((first.filter == NULL) == (second.filter == NULL));
    assert(str_equal(canonical, print(scope, &second)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world *w = world_open();
    str text = {(const char *)data, size};
    for (size_t type = 0; type < w->registry->type_count; type++) {
        struct roster_quirks quirks[] = {roster_quirks_of(ROSTER_PROFILE_INTEROP),
                                         roster_quirks_of(ROSTER_PROFILE_RFC)};
        for (size_t at = 0; at < COUNT_OF(quirks); at++) {
            struct scope scope = {&w->registry->types[type], &quirks[at], w->arena};
            check(&scope, text, path_parse);
            check(&scope, text, path_parse_name);
        }
    }
    return 0;
}
