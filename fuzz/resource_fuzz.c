// resource_fuzz.c: any JSON as the body of a create and of a replace, in both profiles.
//
// Oracles: the body stays as it was; what is taken is canonical, so that checking it once more and
// replacing it by itself give it again; any projection of it shows no more than there is.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/project.h"
#include "scim/resource.h"

static struct fixture {
    struct roster_arena *own;
    struct roster_arena *arena;
    const struct roster_resource_type *types[2];
} fixture;

static void open_fixture(void)
{
    struct roster_error err = {0};
    fixture.own = roster_arena_open(MIB(16));
    fixture.arena = roster_arena_open(MIB(64));
    assert(fixture.own != NULL && fixture.arena != NULL);
    const struct roster_registry *registry = roster_registry_builtin(fixture.own, &err);
    assert(registry != NULL);
    fixture.types[0] = roster_registry_type(registry, STR("User"));
    fixture.types[1] = roster_registry_type(registry, STR("Group"));
}

static void check_replace(const struct scope *scope, const struct roster_json *resource)
{
    struct roster_error err = {0};
    struct roster_json *sent = NULL;
    struct roster_json *replaced = NULL;
    // A person without `active` would be given one.
    scope->quirks->on |= UINT64_C(1) << ROSTER_QUIRK_PUT_KEEPS_ACTIVE;
    bool taken = resource_check_replace(scope, resource, &sent, &err) &&
                 resource_replace(scope, resource, sent, &replaced, &err);
    assert(taken || err.code == ROSTER_ERR_NO_MEMORY);
    assert(!taken || json_equal(resource, replaced));
}

static void check_view(const struct scope *scope, const struct roster_json *resource)
{
    struct roster_error err = {0};
    const struct projection *projection = NULL;
    bool parsed =
        projection_parse(scope, STR("emails.type,name,members"), STR(""), &projection, &err);
    struct roster_json *view = parsed ? projection_apply(projection, scope, resource, NULL) : NULL;
    for (struct roster_json *member = view == NULL ? NULL : view->first; member != NULL;
         member = member->next) {
        assert(json_find(resource, member->key) != NULL);
    }
}

static void check_body(const struct roster_resource_type *type, enum roster_profile profile,
                       const struct roster_json *body)
{
    struct roster_quirks quirks = roster_quirks_of(profile);
    struct scope scope = {type, &quirks, fixture.arena};
    struct roster_error err = {0};
    struct roster_json *resource = NULL;
    struct roster_json *before = json_copy(fixture.arena, body);
    bool taken = resource_check(&scope, body, &resource, &err);
    assert(taken == (err.code == ROSTER_OK) && (quirks.used & ~quirks.on) == 0);
    assert(before == NULL || json_equal(before, body));
    if (taken) {
        check_replace(&scope, resource);
        check_view(&scope, resource);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum roster_profile profiles[] = {ROSTER_PROFILE_INTEROP, ROSTER_PROFILE_RFC};
    struct roster_json *body = NULL;
    struct roster_error err = {0};
    if (fixture.own == NULL) {
        open_fixture();
    }
    roster_arena_reset(fixture.arena);
    if (!roster_json_read((str){(const char *)data, size}, fixture.arena, &body, &err)) {
        return 0;
    }
    struct arena_mark mark = arena_mark(fixture.arena);
    for (size_t at = 0; at < COUNT_OF(fixture.types); at++) {
        for (size_t profile = 0; profile < COUNT_OF(profiles); profile++) {
            check_body(fixture.types[at], profiles[profile], body);
            arena_rewind(fixture.arena, mark);
        }
    }
    return 0;
}
