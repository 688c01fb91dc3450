// lives.c: random lives of people and groups, and what was seen of them.
// SPDX-License-Identifier: Apache-2.0
#include "unit/server/lives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { BODY_MAX = 2048 };

struct rig rig;
static struct secret tokens[2];  // of two sources
static char authorization[2][80];
int64_t now_ms;
static uint64_t state_of_chance;

static int64_t fake_now(void *ctx)
{
    return now_ms;
}

static void real_random(void *ctx, void *out, size_t len)
{
    env_random(&env_system, out, len);
}

const struct env env_fake = {.now_ms = fake_now, .random = real_random};

// splitmix64: the same lives at every run.
unsigned chance(unsigned below)
{
    uint64_t z = state_of_chance += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ (z >> 31)) % below);
}

struct life lives[LIVES_MAX];
size_t life_count;
struct moment *moments;
size_t moment_count;

static struct rig_reply ask(unsigned source, const char *method, const char *path, const char *body)
{
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization[source])}};
    return rig_send(&rig, str_of(method), str_of(path), headers, 1, str_of(body));
}

static const char *path_of(const struct life *life, char out[80])
{
    snprintf(out, 80, "/scim/v2/%s/%s", life->group ? "Groups" : "Users", life->id);
    return out;
}

// A living one of the kind; LIVES_MAX when there is none.
static size_t pick(bool group)
{
    for (int tries = 0; tries < 40 && life_count > 0; tries++) {
        size_t at = chance((unsigned)life_count);
        if (!lives[at].dead && lives[at].group == group) {
            return at;
        }
    }
    return LIVES_MAX;
}

static void born(bool group, const char *body)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct rig_reply reply =
        ask(chance(2), "POST", group ? "/scim/v2/Groups" : "/scim/v2/Users", body);
    if (life_count == LIVES_MAX || reply.status != 201) {
        assert_true(reply.status == 409 || life_count == LIVES_MAX);
        return;
    }
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str id = json_find_text(json, STR("id"));
    struct life *life = &lives[life_count++];
    *life = (struct life){.group = group};
    memcpy(life->id, id.ptr, UUID_TEXT_LEN);
}

static void patch(const struct life *life, const char *operations)
{
    char path[80];
    char body[BODY_MAX];
    snprintf(body, sizeof(body), "{\"Operations\":[%s]}", operations);
    struct rig_reply reply = ask(chance(2), "PATCH", path_of(life, path), body);
    assert_true(reply.status == 200 || reply.status == 204 || reply.status == 409);
}

// `form` with `value` in place of its '#'.
static void fill(const char *form, const char *value, char out[BODY_MAX])
{
    const char *at = strchr(form, '#');
    snprintf(out, BODY_MAX, "%.*s%s%s", at == NULL ? (int)strlen(form) : (int)(at - form), form,
             at == NULL ? "" : value, at == NULL ? "" : at + 1);
}

static void a_person_comes(void)
{
    char body[BODY_MAX];
    unsigned n = chance(1000);
    snprintf(body, sizeof(body),
             "{\"userName\":\"person%u\",\"externalId\":\"x%u\",\"displayName\":\"P %u\","
             "\"active\":%s,\"emails\":[{\"value\":\"p%u@x.example\",\"type\":\"work\"}]}",
             chance(40), n, n, chance(4) == 0 ? "false" : "true", n);
    born(false, body);
}

static void a_group_comes(void)
{
    char body[BODY_MAX];
    size_t member = pick(false);
    snprintf(body, sizeof(body), "{\"displayName\":\"G %u\",\"members\":[%s%s%s]}", chance(10000),
             member < LIVES_MAX ? "{\"value\":\"" : "", member < LIVES_MAX ? lives[member].id : "",
             member < LIVES_MAX ? "\"}" : "");
    born(true, body);
}

static void a_person_changes(void)
{
    static const char *const operations[] = {
        "{\"op\":\"replace\",\"path\":\"active\",\"value\":false}",
        "{\"op\":\"replace\",\"path\":\"active\",\"value\":true}",
        "{\"op\":\"add\",\"path\":\"title\",\"value\":\"T#\"}",
        "{\"op\":\"remove\",\"path\":\"title\"}",
        "{\"op\":\"replace\",\"path\":\"externalId\",\"value\":\"e#\"}",
        "{\"op\":\"remove\",\"path\":\"externalId\"}",
        "{\"op\":\"add\",\"path\":\"emails\",\"value\":[{\"value\":\"n#@x.example\"}]}",
        "{\"op\":\"remove\",\"path\":\"emails\"}",
        "{\"op\":\"replace\",\"path\":\"userName\",\"value\":\"person#\"}",
        ("{\"op\":\"add\",\"path\":\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
         "department\",\"value\":\"D#\"}"),
        ("{\"op\":\"remove\",\"path\":\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:"
         "department\"}"),
        "{\"op\":\"add\",\"path\":\"name.familyName\",\"value\":\"F#\"}",
    };
    char text[BODY_MAX];
    size_t at = pick(false);
    if (at < LIVES_MAX) {
        char number[8];
        snprintf(number, sizeof(number), "%u", chance(40));
        fill(operations[chance(COUNT_OF(operations))], number, text);
        patch(&lives[at], text);
    }
}

static void a_person_gets_a_manager(void)
{
    char text[BODY_MAX];
    size_t at = pick(false);
    size_t boss = pick(false);
    if (at < LIVES_MAX && boss < LIVES_MAX) {
        snprintf(text, sizeof(text),
                 "{\"op\":\"add\",\"path\":\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:"
                 "User:manager\",\"value\":{\"value\":\"%s\"}}",
                 lives[boss].id);
        patch(&lives[at], text);
    }
}

static void a_person_is_replaced(void)
{
    char path[80];
    char body[BODY_MAX];
    size_t at = pick(false);
    if (at < LIVES_MAX) {
        snprintf(body, sizeof(body), "{\"userName\":\"person%u\",\"nickName\":\"N%u\"}", chance(40),
                 chance(9));
        int status = ask(chance(2), "PUT", path_of(&lives[at], path), body).status;
        assert_true(status == 200 || status == 409);
    }
}

static void a_group_changes(void)
{
    static const char *const operations[] = {
        "{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"#\"}]}",
        "{\"op\":\"remove\",\"path\":\"members[value eq \\\"#\\\"]\"}",
        "{\"op\":\"replace\",\"path\":\"members\",\"value\":[{\"value\":\"#\"}]}",
        // The same edge twice in one request: what counts is how it stood before the first.
        ("{\"op\":\"remove\",\"path\":\"members\"},"
         "{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"#\"}]}"),
        ("{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":\"#\"}]},"
         "{\"op\":\"remove\",\"path\":\"members\"}"),
    };
    char text[BODY_MAX];
    size_t group = pick(true);
    size_t member = pick(chance(4) == 0);
    if (group < LIVES_MAX && member < LIVES_MAX && group != member) {
        fill(operations[chance(COUNT_OF(operations))], lives[member].id, text);
        patch(&lives[group], text);
    }
}

static void a_group_is_renamed(void)
{
    char text[BODY_MAX];
    size_t at = pick(true);
    if (at < LIVES_MAX) {
        snprintf(text, sizeof(text),
                 "{\"op\":\"replace\",\"path\":\"displayName\",\"value\":\"G %u\"}", chance(10000));
        patch(&lives[at], text);
    }
}

static void somebody_goes(void)
{
    char path[80];
    size_t at = pick(chance(3) == 0);
    if (at < LIVES_MAX) {
        assert_int_equal(ask(chance(2), "DELETE", path_of(&lives[at], path), "").status, 204);
        lives[at].dead = true;
    }
}

static void (*const doings[])(void) = {
    a_person_comes,          a_person_changes,     a_person_changes, a_person_changes,
    a_person_gets_a_manager, a_group_changes,      a_group_changes,  a_group_changes,
    a_group_comes,           a_group_is_renamed,   a_person_changes, a_person_comes,
    somebody_goes,           a_person_is_replaced,
};

// ---- what a GET shows, in the form of a history_view

void drop(struct roster_json *object, const char *name)
{
    struct roster_json *member = json_find(object, str_of(name));
    if (member != NULL) {
        json_remove(object, member);
    }
}

void must_put(bool put)
{
    assert_true(put);
}

struct roster_json *object_of(void)
{
    struct roster_json *object = json_new(rig.arena, JSON_OBJECT);
    assert_non_null(object);
    return object;
}

void put_group(struct roster_json *groups, str id, str display, bool direct)
{
    struct roster_json *group = object_of();
    must_put(json_put_string(group, rig.arena, STR("display"), display));
    must_put(json_put_bool(group, rig.arena, STR("direct"), direct));
    json_put(groups, id, group);
}

static void reshape(struct roster_json *json)
{
    struct roster_json *groups = object_of();
    const struct roster_json *list = json_find(json, STR("groups"));
    for (const struct roster_json *group = list == NULL ? NULL : list->first; group != NULL;
         group = group->next) {
        put_group(groups, json_find_text(group, STR("value")),
                  json_find_text(group, STR("display")),
                  str_equal(json_find_text(group, STR("type")), STR("direct")));
    }
    struct roster_json *enterprise =
        json_find(json, STR("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"));
    struct roster_json *manager = json_find(enterprise, STR("manager"));
    if (manager != NULL) {
        drop(manager, "$ref");
        drop(manager, "displayName");
    }
    struct roster_json *meta = json_find(json, STR("meta"));
    drop(meta, "location");
    drop(meta, "resourceType");
    // W/"3-0a1b2c3d": the number alone is the resource's own.
    struct roster_json *version = json_find(meta, STR("version"));
    str number = str_tail(version->text, 3);
    size_t digits = 0;
    while (digits < number.len && number.ptr[digits] >= '0' && number.ptr[digits] <= '9') {
        digits++;
    }
    version->text = str_head(number, digits);
    drop(json, "id");
    drop(json, "groups");
    drop(json, "members");
    json_put(json, STR("groups"), groups);
}

char *kept(const struct roster_json *json)
{
    str text = {0};
    assert_true(roster_json_print(json, rig.arena, &text));
    return strndup(text.ptr, text.len);
}

// The externalIds of both sources, from a GET of each.
char *look(const struct life *life)
{
    static const char *const names[] = {"default", "okta"};
    char path[80];
    char external[2][64] = {"", ""};
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    for (unsigned source = 0; source < 2; source++) {
        struct rig_reply reply = ask(source, "GET", path_of(life, path), "");
        if (reply.status == 404) {
            return NULL;
        }
        assert_int_equal(reply.status, 200);
        assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
        str text = json_find_text(json, STR("externalId"));
        snprintf(external[source], sizeof(external[source]), "%.*s", STR_ARGS(text));
    }
    drop(json, "externalId");
    struct roster_json *externals = object_of();
    for (unsigned source = 0; source < 2; source++) {
        if (external[source][0] != '\0') {
            must_put(json_put_string(externals, rig.arena, str_of(names[source]),
                                     str_of(external[source])));
        }
    }
    if (externals->count > 0) {
        json_put(json, STR("externalIds"), externals);
    }
    reshape(json);
    return kept(json);
}

static void remember(void)
{
    for (size_t at = 0; at < life_count; at++) {
        // One look at the dead is enough.
        if (lives[at].mourned) {
            continue;
        }
        lives[at].mourned = lives[at].dead;
        assert_true(moment_count < MOMENTS_MAX);
        moments[moment_count++] = (struct moment){now_ms, at, look(&lives[at])};
    }
}

static void open_rig(void)
{
    rig_open(&rig);
    rig.app.options.env = &env_fake;
    rig_tenant(&rig, "acme", "interop");
    rig_set(&rig, "acme", "group-name-unique", "off");
    for (unsigned source = 0; source < 2; source++) {
        rig_token(&rig, "acme", source == 0 ? "" : "okta", &tokens[source]);
        snprintf(authorization[source], sizeof(authorization[source]), "Bearer %.*s",
                 (int)TOKEN_TEXT_LEN, tokens[source].text);
    }
}

void live(uint64_t seed)
{
    state_of_chance = seed;
    now_ms = env_now_ms(&env_system) + 1000;
    life_count = 0;
    moment_count = 0;
    moments = calloc(MOMENTS_MAX, sizeof(*moments));
    assert_non_null(moments);
    open_rig();
    for (int step = 0; step < STEPS; step++) {
        now_ms += chance(3);
        doings[chance(COUNT_OF(doings))]();
        remember();
    }
}

void end_lives(void)
{
    rig_close(&rig);
    for (size_t at = 0; at < moment_count; at++) {
        free(moments[at].seen);
    }
    free(moments);
}
