// guard_rig.c: a tenant with people and a group, and a clock that is told.
// SPDX-License-Identifier: Apache-2.0
#include "server/guard_rig.h"

#include "kit/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { TEXT_MAX = sizeof(body) };

struct rig rig;
char authorization[80];
char people[MEMBERS][ID_SIZE];
char group[ID_SIZE];
char body[TEXT_MAX];

struct rig_reply send_text(const char *method, const char *path, const char *text)
{
    const struct http_header own[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, str_of(method), str_of(path), own, COUNT_OF(own), str_of(text));
}

void use_source(const char *source)
{
    struct secret token;
    rig_token(&rig, "acme", source, &token);
    snprintf(authorization, sizeof(authorization), "Bearer %.*s", TOKEN_TEXT_LEN, token.text);
}

static void take_id(struct rig_reply reply, char id[ID_SIZE])
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    snprintf(id, ID_SIZE, "%.*s", STR_ARGS(json_find_text(json, STR("id"))));
}

void add_people(size_t from, size_t to)
{
    for (size_t at = from; at < to; at++) {
        char text[TEXT_MAX / 8];
        snprintf(text, sizeof(text), "{\"userName\":\"u%zu\",\"active\":true}", at);
        take_id(send_text("POST", "/scim/v2/Users", text), people[at]);
    }
}

// The members array of those people, and what stands around it.
static const char *with_members(const char *before, size_t from, size_t to, const char *behind)
{
    int len = snprintf(body, sizeof(body), "%s[", before);
    for (size_t at = from; at < to; at++) {
        len += snprintf(body + len, sizeof(body) - (size_t)len, "%s{\"value\":\"%s\"}",
                        at == from ? "" : ",", people[at]);
    }
    snprintf(body + len, sizeof(body) - (size_t)len, "]%s", behind);
    return body;
}

// So long ago that nobody is fresh any more.
void let_days_pass(void)
{
    rig_clock(&rig, rig.stopped_ms + 3 * DAY);
}

void add_group(size_t count)
{
    const char *text = with_members("{\"displayName\":\"g\",\"members\":", 0, count, "}");
    take_id(send_text("POST", "/scim/v2/Groups", text), group);
}

struct rig_reply change(const char *method, const char *type, const char *id, const char *text)
{
    char path[ID_SIZE + 32];
    snprintf(path, sizeof(path), "/scim/v2/%s/%s", type, id);
    return send_text(method, path, text);
}

int set_active(size_t who, const char *value)
{
    char text[256];
    snprintf(text, sizeof(text),
             "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],\"Operations\":"
             "[{\"op\":\"replace\",\"value\":{\"active\":%s}}]}",
             value);
    return change("PATCH", "Users", people[who], text).status;
}

int patch_group(const char *operations_before, size_t from, size_t to, const char *behind)
{
    char before[512];
    snprintf(before, sizeof(before), "{\"Operations\":[%s", operations_before);
    return change("PATCH", "Groups", group, with_members(before, from, to, behind)).status;
}

static int64_t tenant_number(void)
{
    struct tenant_row row = {0};
    roster_arena_reset(rig.arena);
    assert_int_equal(tenant_find(store_writer(rig.store), STR("acme"), rig.arena, &row), STORE_OK);
    return row.tenant;
}

int64_t audit_rows(void)
{
    int64_t rows = 0;
    int64_t broken = 0;
    conn_hold(rig.lane.conn);
    assert_int_equal(verify_chain(rig.lane.conn, tenant_number(), &rows, &broken), STORE_OK);
    conn_rest(rig.lane.conn);
    assert_int_equal(broken, 0);
    return rows;
}

struct guard_view view_of(const char *source, enum guard_kind kind)
{
    struct guard_view *first = NULL;
    struct roster_error err = {0};
    struct admin admin = rig_admin(&rig);
    assert_true(guards_show(&admin, STR("acme"), &first, &err));
    while (first != NULL &&
           !(str_equal(first->source, str_of(source)) && first->row.kind == kind)) {
        first = first->next;
    }
    assert_non_null(first);
    return first == NULL ? (struct guard_view){0} : *first;
}

void release(const char *source, int64_t for_ms, int64_t count)
{
    const struct guard_choice choice = {.tenant = STR("acme"), .source = str_of(source)};
    struct roster_error err = {0};
    struct admin admin = rig_admin(&rig);
    assert_true(guards_release(&admin, &choice, for_ms, count, &err));
    app_forget_actors(&rig.app);
}

void deny(enum guard_kind kind, bool lift)
{
    const struct guard_choice choice = {.tenant = STR("acme"), .has_kind = true, .kind = kind};
    struct roster_error err = {0};
    struct admin admin = rig_admin(&rig);
    assert_true(guards_deny(&admin, &choice, lift, &err));
    app_forget_actors(&rig.app);
}

str header_of(struct rig_reply reply, const char *name)
{
    for (size_t at = 0; at < reply.reply->header_count; at++) {
        if (strcmp(reply.reply->headers[at].name, name) == 0) {
            return reply.reply->headers[at].value;
        }
    }
    return (str){0};
}

size_t deactivate_all(void)
{
    size_t passed = 0;
    for (size_t at = 0; at < PEOPLE; at++) {
        int status = set_active(at, "false");
        assert_true(status == 200 || status == 429);
        passed += status == 200;
    }
    return passed;
}

void set_budgets(void)
{
    rig_set(&rig, "acme", "guard-deactivations", "3,10%/1d");
    rig_set(&rig, "acme", "guard-deletions", "5,10%/1d");
    rig_set(&rig, "acme", "guard-removals", "25,20%/1d");
}

int guard_open(void **state)
{
    rig_open(&rig);
    rig_clock(&rig, NOW);
    rig_tenant(&rig, "acme", "interop");
    set_budgets();
    use_source("");
    return 0;
}

int guard_close(void **state)
{
    rig_close(&rig);
    return 0;
}
