// too_many_test.c: a query that would take too much work is refused, and those beside it are not.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"
#include "store/member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static struct rig rig;
static struct secret token;
static char authorization[80];

static struct rig_reply send_text(const char *method, const char *path, const char *body)
{
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, str_of(method), str_of(path), headers, COUNT_OF(headers), str_of(body));
}

// Row numbers of the tenant acme and of its only group.
static void find_group(int64_t *tenant, int64_t *group)
{
    struct tenant_row row = {0};
    struct resource_row head = {0};
    char id[UUID_TEXT_LEN + 1] = "";
    struct rig_reply reply =
        send_text("POST", "/scim/v2/Groups",
                  "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:Group\"],"
                  "\"displayName\":\"Everybody\"}");
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str found = json_find_text(json, STR("id"));
    assert_int_equal(found.len, UUID_TEXT_LEN);
    memcpy(id, found.ptr, found.len);
    assert_int_equal(tenant_find(rig.lane.conn, STR("acme"), rig.arena, &row), STORE_OK);
    assert_int_equal(resource_find_head(rig.lane.conn, row.tenant, TYPE_NUMBER_GROUP, str_of(id),
                                        rig.arena, &head),
                     STORE_OK);
    *tenant = row.tenant;
    *group = head.row;
}

// People straight into the store: what a request of each would leave there.
static void add_members(int count)
{
    struct conn *writer = store_writer(rig.store);
    int64_t tenant = 0;
    int64_t group = 0;
    find_group(&tenant, &group);
    assert_int_equal(conn_begin(writer), STORE_OK);
    for (int at = 0; at < count; at++) {
        char id[32];
        char document[128];
        snprintf(id, sizeof(id), "person-%d", at);
        snprintf(document, sizeof(document),
                 "{\"schemas\":[\"urn:ietf:params:scim:schemas:core:2.0:User\"],\"id\":\"%s\"}",
                 id);
        struct resource_row row = {.type = TYPE_NUMBER_USER,
                                   .id = str_of(id),
                                   .revision = 1,
                                   .document = str_of(document),
                                   .display = str_of(id)};
        assert_int_equal(resource_insert(writer, tenant, &row, NULL), STORE_OK);
        struct member_row member = {.row = row.row, .type = TYPE_NUMBER_USER, .id = row.id};
        assert_int_equal(member_insert(writer, tenant, group, &member), STORE_OK);
    }
    assert_int_equal(conn_commit(writer), STORE_OK);
}

static void a_filter_that_looks_at_too_many_members_is_refused_and_others_are_answered(void **state)
{
    struct rig_reply reply =
        send_text("GET", "/scim/v2/Groups?filter=members.type%20eq%20%22Robot%22", "");
    assert_int_equal(reply.status, 400);
    assert_true(str_contains(reply.body, STR("\"scimType\":\"tooMany\"")));
    assert_true(str_contains(reply.body, STR("\"status\":\"400\"")));
    reply = send_text("GET", "/scim/v2/Groups?filter=members.value%20eq%20%22person-7%22", "");
    assert_int_equal(reply.status, 200);
    assert_true(str_contains(reply.body, STR("\"totalResults\":1")));
}

static int setup(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "rfc");
    rig_token(&rig, "acme", "", &token);
    snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
    add_members(MEMBERS_FILTER_MAX + 1);
    return 0;
}

static int teardown(void **state)
{
    rig_close(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_filter_that_looks_at_too_many_members_is_refused_and_others_are_answered),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
