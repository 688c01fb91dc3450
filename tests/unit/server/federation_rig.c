// federation_rig.c: the cast of the tests about sources.
// SPDX-License-Identifier: Apache-2.0
#include "server/federation_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { ID_SIZE = 40 };

struct rig rig;
static char authorization[WHO_COUNT][80];
static char ids[26][ID_SIZE];  // by a letter, "{A}" in texts

static const char *expand(const char *text, char out[TEXT_MAX])
{
    size_t len = 0;
    for (; text != NULL && *text != '\0' && len + ID_SIZE < TEXT_MAX; text++) {
        if (text[0] == '{' && text[1] >= 'A' && text[1] <= 'Z' && text[2] == '}') {
            len += (size_t)snprintf(out + len, TEXT_MAX - len, "%s", ids[text[1] - 'A']);
            text += 2;
        } else {
            out[len++] = *text;
        }
    }
    out[len] = '\0';
    return out;
}

struct rig_reply ask(enum who who, const char *method, const char *path, const char *body)
{
    char target[TEXT_MAX];
    char sent[TEXT_MAX];
    char whole[TEXT_MAX + 16];
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization[who])}};
    snprintf(whole, sizeof(whole), "/scim/v2%s", expand(path, target));
    return rig_send(&rig, str_of(method), str_of(whole), headers, 1, str_of(expand(body, sent)));
}

int change_late(enum who who, const char *path, const char *body, void (*meanwhile)(void))
{
    char target[TEXT_MAX];
    char whole[TEXT_MAX + 16];
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization[who])}};
    struct roster_arena *arena = roster_arena_open(MIB(1));  // administration empties the rig's
    snprintf(whole, sizeof(whole), "/scim/v2%s", expand(path, target));
    struct http_exchange exchange = {
        .method = HTTP_PATCH,
        .method_text = STR("PATCH"),
        .path = str_of(whole),
        .body = str_of(body),
        .headers = headers,
        .header_count = 1,
        .arena = arena,
    };
    struct pending *pending = app_admit(&rig.lane, &exchange);
    size_t count = 1;
    assert_int_equal(app_begin(&rig.lane, pending), STEP_WRITE);
    meanwhile();
    assert_true(rig_write(&rig, &pending, &count));
    app_finish(&rig.lane, pending);
    conn_rest(rig.lane.conn);
    int status = exchange.reply.status;
    app_release(pending);
    roster_arena_close(arena);
    return status;
}

static void keep(char letter, struct rig_reply reply)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    snprintf(ids[letter - 'A'], ID_SIZE, "%.*s", STR_ARGS(json_find_text(json, STR("id"))));
}

bool change_source(const char *name, const char *key, const char *value, bool add,
                   struct roster_error *err)
{
    struct admin admin = rig_admin(&rig);
    const struct tenant_setting setting = {str_of(key), str_of(value)};
    const struct source_request request = {STR("acme"), str_of(name), &setting, 1};
    struct source_view view;
    int64_t taken = 0;
    return add ? sources_add(&admin, &request, &view, &taken, err)
               : sources_set(&admin, &request, &view, &taken, err);
}

void set(const char *name, const char *key, const char *value)
{
    struct roster_error err = {0};
    if (!change_source(name, key, value, false, &err)) {
        fail_msg("%s %s=%s: %s", name, key, value, err.detail);
    }
}

static void credential(enum who who, const char *source)
{
    struct secret token;
    rig_token(&rig, "acme", source, &token);
    snprintf(authorization[who], sizeof(authorization[who]), "Bearer %.*s", TOKEN_TEXT_LEN,
             token.text);
}

static void make_people(void)
{
    keep('A',
         ask(A, "POST", "/Users",
             "{\"userName\":\"ada@a.example\",\"externalId\":\"x1\",\"displayName\":\"Ada\"}"));
    keep('B',
         ask(B, "POST", "/Users",
             "{\"userName\":\"bob@b.example\",\"externalId\":\"x1\",\"displayName\":\"Bob\"}"));
    keep('H', ask(H, "POST", "/Users", "{\"userName\":\"hal\",\"displayName\":\"Hal\"}"));
    keep('G',
         ask(A, "POST", "/Groups", "{\"displayName\":\"ga\",\"members\":[{\"value\":\"{A}\"}]}"));
    keep('K',
         ask(B, "POST", "/Groups", "{\"displayName\":\"gb\",\"members\":[{\"value\":\"{B}\"}]}"));
    keep('S', ask(H, "POST", "/Groups",
                  "{\"displayName\":\"all\",\"members\":[{\"value\":\"{A}\"},{\"value\":\"{B}\"},"
                  "{\"value\":\"{H}\"}]}"));
}

int open_rig(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_set(&rig, "acme", "guard-deletions", "off");
    rig_set(&rig, "acme", "guard-removals", "off");
    rig_set(&rig, "acme", "guard-deactivations", "off");
    credential(A, "a");
    credential(B, "b");
    credential(H, "hr");
    credential(D, "");
    set("a", "domains", "a.example");
    set("a", "sees", "own");
    set("b", "domains", "b.example");
    set("b", "sees", "own");
    set("hr", "owns", "title");
    make_people();
    return 0;
}

int close_rig(void **state)
{
    rig_close(&rig);
    return 0;
}

void run(const struct call_step *steps, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        const struct call_step *step = &steps[at];
        char text[TEXT_MAX];
        struct rig_reply reply = ask(step->who, step->method, step->path, step->body);
        bool has = step->has == NULL || str_contains(reply.body, str_of(expand(step->has, text)));
        bool lacks =
            step->lacks == NULL || !str_contains(reply.body, str_of(expand(step->lacks, text)));
        if (reply.status != step->status || !has || !lacks) {
            fail_msg("step %zu: %s %s %s: %d %.*s", at, step->method, step->path,
                     step->body == NULL ? "" : step->body, reply.status, STR_ARGS(reply.body));
        }
    }
}
