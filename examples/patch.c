// patch.c: the library in one page: a filter, a PATCH and a view, without a server or a store.
//
//   $ patch-example
//   the filter emails[type eq "work"] matches
//   {"schemas":[...],"userName":"ana","emails":[...],"title":"Lead"}
//   tolerated: op-any-case
//   {"schemas":[...],"emails":[{"value":"ana@new.example"}]}
//
// Everything lives in one arena and goes away with it.
// SPDX-License-Identifier: Apache-2.0
#include <roster/roster.h>

#include <stdio.h>
#include <stdlib.h>

enum { MEMORY_MAX = 16 * 1024 * 1024 };

static const char user_text[] =
    "{\"schemas\": [\"urn:ietf:params:scim:schemas:core:2.0:User\"], \"userName\": \"ana\","
    " \"emails\": [{\"value\": \"ana@old.example\", \"type\": \"work\", \"primary\": true}]}";

// As Entra ID writes it, with "Replace" in capitals.
static const char patch_text[] =
    "{\"schemas\": [\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"], \"Operations\": ["
    "{\"op\": \"Replace\", \"path\": \"emails[type eq \\\"work\\\"].value\","
    " \"value\": \"ana@new.example\"},"
    "{\"op\": \"add\", \"path\": \"title\", \"value\": \"Lead\"}]}";

struct example {
    struct roster_arena *arena;
    const struct roster_resource_type *type;
    struct roster_quirks quirks;
    struct roster_error err;
};

static bool print(struct example *e, const struct roster_json *value)
{
    roster_str text = {0};
    if (!roster_json_print(value, e->arena, &text)) {
        return false;
    }
    printf("%.*s\n", (int)text.len, text.ptr);
    return true;
}

static bool show_filter(struct example *e, const struct roster_json *user)
{
    const struct roster_filter *filter = NULL;
    roster_str text = {0};
    if (!roster_filter_parse(e->type, ROSTER_STR("EMAILS[Type Eq \"work\"]"), &e->quirks, e->arena,
                             &filter, &e->err) ||
        !roster_filter_print(filter, e->arena, &text)) {
        return false;
    }
    bool matches = roster_filter_match(filter, user, e->arena);
    printf("the filter %.*s %s\n", (int)text.len, text.ptr, matches ? "matches" : "does not match");
    return true;
}

static void show_quirks(const struct example *e)
{
    for (int quirk = 0; quirk < ROSTER_QUIRK_COUNT; quirk++) {
        if ((e->quirks.used >> quirk & 1) != 0) {
            printf("tolerated: %s\n", roster_quirk_name((enum roster_quirk)quirk));
        }
    }
}

static bool change(struct example *e)
{
    struct roster_json *body = NULL;
    struct roster_json *message = NULL;
    struct roster_json *user = NULL;
    struct roster_json *changed = NULL;
    struct roster_json *view = NULL;
    roster_str user_json = {user_text, sizeof(user_text) - 1};
    roster_str patch_json = {patch_text, sizeof(patch_text) - 1};
    if (!roster_json_read(user_json, e->arena, &body, &e->err) ||
        !roster_json_read(patch_json, e->arena, &message, &e->err) ||
        !roster_resource_check(e->type, body, &e->quirks, e->arena, &user, &e->err) ||
        !show_filter(e, user) ||
        !roster_patch_apply(e->type, user, message, &e->quirks, e->arena, &changed, &e->err) ||
        !print(e, changed)) {
        return false;
    }
    show_quirks(e);
    return roster_resource_project(e->type, changed, ROSTER_STR("emails.value"), ROSTER_STR(""),
                                   e->arena, &view, &e->err) &&
           print(e, view);
}

int main(void)
{
    struct example e = {.quirks = roster_quirks_of(ROSTER_PROFILE_INTEROP)};
    e.arena = roster_arena_open(MEMORY_MAX);
    const struct roster_registry *registry =
        e.arena == NULL ? NULL : roster_registry_builtin(e.arena, &e.err);
    e.type = registry == NULL ? NULL : roster_registry_type(registry, ROSTER_STR("User"));
    bool ok = e.type != NULL && change(&e);
    if (!ok) {
        fprintf(stderr, "operation %d: %s\n", e.err.operation, e.err.detail);
    }
    roster_arena_close(e.arena);
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
