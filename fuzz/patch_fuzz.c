// patch_fuzz.c: any JSON as a PATCH of one fixed person and one fixed group, in both profiles.
//
// Oracles: what the PATCH is applied to stays as it was; the outcome is a canonical resource, which
// as the body of a PUT gives itself again; the same PATCH has the same outcome twice; one that
// changed nothing changes nothing the second time; members that are kept outside of the group end
// up as those inside.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "scim/filter.h"
#include "scim/patch.h"

#define ENTERPRISE "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

static const char person[] =
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\",\"" ENTERPRISE "\"],"
    "\"externalId\":\"e\",\"userName\":\"u\",\"active\":true,\"title\":\"T\","
    "\"name\":{\"givenName\":\"A\",\"familyName\":\"B\"},"
    "\"emails\":[{\"value\":\"w@x\",\"type\":\"work\"},"
    "{\"value\":\"h@x\",\"type\":\"home\",\"primary\":true}],"
    "\"roles\":[{\"value\":\"r\",\"primary\":true}],"
    "\"addresses\":[{\"type\":\"work\",\"country\":\"BE\"}],"
    "\"" ENTERPRISE "\":{\"department\":\"D\",\"manager\":{\"value\":\"7\"}}}";
static const char group[] =
    "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],\"displayName\":\"G\","
    "\"members\":[{\"value\":\"a\",\"type\":\"User\"},{\"value\":\"b\"}]}";

static struct fixture {
    struct roster_arena *own;
    struct roster_arena *arena;
    const struct roster_resource_type *types[2];
    struct roster_json *resources[2];
    struct roster_json *untouched[2];
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
    bool taken = roster_json_read(str_of(person), fixture.own, &fixture.resources[0], &err) &&
                 roster_json_read(str_of(person), fixture.own, &fixture.untouched[0], &err) &&
                 roster_json_read(str_of(group), fixture.own, &fixture.resources[1], &err) &&
                 roster_json_read(str_of(group), fixture.own, &fixture.untouched[1], &err);
    assert(taken);
}

// NULL when the PATCH is refused.
static struct roster_json *apply(size_t at, enum roster_profile profile,
                                 const struct roster_json *resource,
                                 const struct roster_json *message, struct roster_error *err)
{
    struct roster_quirks quirks = roster_quirks_of(profile);
    struct roster_json *out = NULL;
    *err = (struct roster_error){0};
    bool taken =
        roster_patch_apply(fixture.types[at], resource, message, &quirks, fixture.arena, &out, err);
    assert(taken == (out != NULL) && taken == (err->code == ROSTER_OK));
    assert(taken || (err->operation >= -1 && err->operation < PATCH_OPERATIONS_MAX));
    assert((quirks.used & ~quirks.on) == 0);
    assert(json_equal(fixture.resources[at], fixture.untouched[at]));
    return out;
}

static void check_outcome(size_t at, enum roster_profile profile, const struct roster_json *outcome)
{
    struct roster_quirks quirks = roster_quirks_of(profile);
    struct scope scope = {fixture.types[at], &quirks, fixture.arena};
    struct roster_error err = {0};
    // A person without `active` would be given one.
    quirks.on |= UINT64_C(1) << ROSTER_QUIRK_PUT_KEEPS_ACTIVE;
    struct roster_json *sent = NULL;
    struct roster_json *replaced = NULL;
    bool taken = resource_check_replace(&scope, outcome, &sent, &err) &&
                 resource_replace(&scope, outcome, sent, &replaced, &err);
    assert(taken || err.code == ROSTER_ERR_NO_MEMORY);
    assert(!taken || json_equal(outcome, replaced));
}

static void check_patch(size_t at, enum roster_profile profile, const struct roster_json *message)
{
    struct roster_error err = {0};
    struct roster_error second = {0};
    struct roster_json *once = apply(at, profile, fixture.resources[at], message, &err);
    struct roster_json *twice = apply(at, profile, fixture.resources[at], message, &second);
    if (err.code == ROSTER_ERR_NO_MEMORY || second.code == ROSTER_ERR_NO_MEMORY) {
        return;
    }
    assert(err.code == second.code && err.operation == second.operation);
    assert(json_equal(once, twice));
    if (once == NULL) {
        return;
    }
    check_outcome(at, profile, once);
    if (json_equal(once, fixture.resources[at])) {
        struct roster_json *again = apply(at, profile, once, message, &second);
        assert(again == NULL ? second.code == ROSTER_ERR_NO_MEMORY : json_equal(again, once));
    }
}

static bool holds(const struct roster_json *values, const struct roster_json *element)
{
    str id = json_find_text(element, STR("value"));
    const struct roster_json *value = values == NULL ? NULL : values->first;
    while (value != NULL && !str_equal(json_find_text(value, STR("value")), id)) {
        value = value->next;
    }
    return value != NULL;
}

static bool leaves(const struct edge_change *edge, const struct roster_json *element)
{
    switch (edge->op) {
    case EDGE_ADD:
        return false;
    case EDGE_REMOVE:
        return holds(edge->values, element);
    case EDGE_REPLACE:
        return true;
    case EDGE_FILTER:
        return filter_match_value(edge->filter, element, fixture.arena);
    }
    return false;
}

// What a store does with a change, by the plainest means.
static struct roster_json *change_edges(const struct roster_json *list,
                                        const struct edge_change *edge)
{
    struct roster_json *changed = json_new(fixture.arena, JSON_ARRAY);
    const struct roster_json *old = list->first;
    for (; changed != NULL && old != NULL; old = old->next) {
        struct roster_json *copy = leaves(edge, old) ? NULL : json_copy(fixture.arena, old);
        if (copy != NULL) {
            json_push(changed, copy);
        }
    }
    bool joins = edge->op == EDGE_ADD || edge->op == EDGE_REPLACE;
    const struct roster_json *new = joins && edge->values != NULL ? edge->values->first : NULL;
    for (; changed != NULL && new != NULL; new = new->next) {
        struct roster_json *copy = holds(changed, new) ? NULL : json_copy(fixture.arena, new);
        if (copy != NULL) {
            json_push(changed, copy);
        }
    }
    return changed;
}

static void check_edges(enum roster_profile profile, const struct roster_json *message)
{
    struct roster_error err = {0};
    const struct roster_json *whole = fixture.resources[1];
    const struct roster_json *inside = apply(1, profile, whole, message, &err);
    struct roster_quirks quirks = roster_quirks_of(profile);
    struct scope scope = {fixture.types[1], &quirks, fixture.arena};
    struct patch patch = {0};
    struct edge_change *edge = NULL;
    struct roster_json *outside = json_copy(fixture.arena, whole);
    const struct roster_json *list = json_find(whole, STR("members"));
    if (inside == NULL || outside == NULL) {
        return;
    }
    json_remove(outside, json_find(outside, STR("members")));
    if (!patch_parse(&scope, message, &patch, &err) ||
        !patch_apply(&scope, &patch, outside, type_attr(scope.type, STR("members")), &edge, &err)) {
        assert(err.code == ROSTER_ERR_NO_MEMORY);
        return;
    }
    for (; edge != NULL && list != NULL; edge = edge->next) {
        list = change_edges(list, edge);
    }
    const struct roster_json *members = json_find(inside, STR("members"));
    assert(list == NULL || (members == NULL ? list->first == NULL : json_equal(list, members)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum roster_profile profiles[] = {ROSTER_PROFILE_INTEROP, ROSTER_PROFILE_RFC};
    struct roster_json *message = NULL;
    struct roster_error err = {0};
    if (fixture.own == NULL) {
        open_fixture();
    }
    roster_arena_reset(fixture.arena);
    if (!roster_json_read((str){(const char *)data, size}, fixture.arena, &message, &err)) {
        return 0;
    }
    struct arena_mark mark = arena_mark(fixture.arena);
    for (size_t at = 0; at < COUNT_OF(fixture.types); at++) {
        for (size_t profile = 0; profile < COUNT_OF(profiles); profile++) {
            check_patch(at, profiles[profile], message);
            arena_rewind(fixture.arena, mark);
        }
    }
    for (size_t profile = 0; profile < COUNT_OF(profiles); profile++) {
        check_edges(profiles[profile], message);
        arena_rewind(fixture.arena, mark);
    }
    return 0;
}
