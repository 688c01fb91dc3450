// fault_test.c: the n-th call of the store fails, for every n, during every kind of write.
//
// Whatever fails, a write is there as a whole or not at all, the answer says which, and the audit
// chain holds.
// SPDX-License-Identifier: Apache-2.0
#include "kit/chain.h"
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

enum { FAULTS_MAX = 2000, BODY_MAX = 1024 };

static struct rig rig;
static struct secret token;
static char authorization[80];
static char group_id[UUID_TEXT_LEN + 1];
static char user_id[UUID_TEXT_LEN + 1];

static struct rig_reply send_text(const char *method, const char *path, const char *body)
{
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, str_of(method), str_of(path), headers, COUNT_OF(headers), str_of(body));
}

static void keep_id(struct rig_reply reply, char out[UUID_TEXT_LEN + 1])
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str id = json_find_text(json, STR("id"));
    assert_int_equal(id.len, UUID_TEXT_LEN);
    memcpy(out, id.ptr, id.len);
    out[id.len] = '\0';
}

static void assert_chain_holds(void)
{
    struct tenant_row row = {0};
    int64_t rows = 0;
    int64_t broken = 0;
    assert_int_equal(tenant_find(rig.lane.conn, STR("acme"), rig.arena, &row), STORE_OK);
    assert_int_equal(verify_chain(rig.lane.conn, row.tenant, &rows, &broken), STORE_OK);
    assert_true(rows > 0);
    assert_int_equal(broken, 0);
}

static bool body_has(struct rig_reply reply, const char *part)
{
    return str_contains(reply.body, str_of(part));
}

// One write with the n-th call failing. Returns false when there was no n-th call: it succeeded
// without meeting the fault.
static bool send_faulty(long call, const char *method, const char *path, const char *body,
                        int *status)
{
    store_fail_at(rig.store, call);
    *status = send_text(method, path, body).status;
    bool met = store_fail_left(rig.store) <= 0;
    store_fail_at(rig.store, -1);
    return met;
}

static void a_create_is_there_as_a_whole_or_not_at_all(void **state)
{
    bool met = true;
    for (long call = 1; met && call < FAULTS_MAX; call++) {
        char body[BODY_MAX];
        char path[BODY_MAX];
        int status = 0;
        snprintf(body, sizeof(body),
                 "{\"userName\":\"fault%ld\",\"externalId\":\"x%ld\",\"displayName\":\"F\","
                 "\"emails\":[{\"value\":\"f%ld@x\",\"type\":\"work\"}]}",
                 call, call, call);
        snprintf(path, sizeof(path), "/scim/v2/Users?filter=externalId+eq+%%22x%ld%%22", call);
        met = send_faulty(call, "POST", "/scim/v2/Users", body, &status);
        struct rig_reply found = send_text("GET", path, "");
        assert_int_equal(found.status, 200);
        bool there = body_has(found, "\"totalResults\":1");
        assert_true(there || body_has(found, "\"totalResults\":0"));
        if (status == 201) {
            assert_true(there);
            assert_true(body_has(found, "f@x") || body_has(found, "@x"));
        } else {
            assert_int_equal(status, 503);
        }
        assert_chain_holds();
    }
    assert_false(met);
}

static void a_patch_of_members_is_there_as_a_whole_or_not_at_all(void **state)
{
    bool met = true;
    char path[BODY_MAX];
    snprintf(path, sizeof(path), "/scim/v2/Groups/%s", group_id);
    for (long call = 1; met && call < FAULTS_MAX; call++) {
        char body[BODY_MAX];
        int status = 0;
        bool add = call % 2 == 1;
        snprintf(body, sizeof(body),
                 "{\"Operations\":[{\"op\":\"%s\",\"path\":\"members\",\"value\":[{\"value\":"
                 "\"%s\"}]},{\"op\":\"replace\",\"path\":\"displayName\",\"value\":\"n%ld\"}]}",
                 add ? "add" : "remove", user_id, call);
        bool before = body_has(send_text("GET", path, ""), user_id);
        met = send_faulty(call, "PATCH", path, body, &status);
        struct rig_reply after = send_text("GET", path, "");
        snprintf(body, sizeof(body), "\"n%ld\"", call);
        bool renamed = body_has(after, body);
        assert_true(status == 204 || status == 503);
        assert_true(status != 204 || renamed);
        assert_int_equal(body_has(after, user_id), renamed ? add : before);
        assert_chain_holds();
    }
    assert_false(met);
}

static void a_delete_is_whole_or_nothing_and_leaves_no_edge(void **state)
{
    bool met = true;
    for (long call = 1; met && call < FAULTS_MAX; call++) {
        char body[BODY_MAX];
        char path[BODY_MAX];
        char id[UUID_TEXT_LEN + 1];
        char group_path[BODY_MAX];
        int status = 0;
        snprintf(body, sizeof(body), "{\"userName\":\"gone%ld\"}", call);
        keep_id(send_text("POST", "/scim/v2/Users", body), id);
        snprintf(group_path, sizeof(group_path), "/scim/v2/Groups/%s", group_id);
        snprintf(body, sizeof(body),
                 "{\"Operations\":[{\"op\":\"add\",\"path\":\"members\",\"value\":[{\"value\":"
                 "\"%s\"}]}]}",
                 id);
        assert_int_equal(send_text("PATCH", group_path, body).status, 204);
        snprintf(path, sizeof(path), "/scim/v2/Users/%s", id);
        met = send_faulty(call, "DELETE", path, "", &status);
        int found = send_text("GET", path, "").status;
        assert_true(status == 204 || status == 503);
        assert_true(status != 204 || found == 404);
        assert_int_equal(body_has(send_text("GET", group_path, ""), id), found == 200);
        assert_chain_holds();
    }
    assert_false(met);
}

// What a page shows: all but its cursors, which are new each time.
static str shown(struct rig_reply reply)
{
    const char *found = memmem(reply.body.ptr, reply.body.len, "\"Resources\":", 12);
    assert_non_null(found);
    return str_tail(reply.body, (size_t)(found - reply.body.ptr));
}

static void expect_page(const char *path)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    str right = {0};
    bool met = true;
    assert_true(arena_copy(arena, shown(send_text("GET", path, "")), &right));
    for (long call = 1; met && call < FAULTS_MAX; call++) {
        store_fail_at(rig.store, call);
        struct rig_reply reply = send_text("GET", path, "");
        met = store_fail_left(rig.store) <= 0;
        store_fail_at(rig.store, -1);
        assert_true(reply.status == 200 || reply.status == 503);
        if (reply.status == 200) {
            assert_true(str_equal(shown(reply), right));
        }
    }
    assert_false(met);
    roster_arena_close(arena);
}

static void a_page_is_right_or_refused(void **state)
{
    static const char *const paths[] = {
        "/scim/v2/Users?cursor=&count=2",
        "/scim/v2/Users?cursor=&count=2&sortBy=userName&sortOrder=descending",
        "/scim/v2/Users?cursor=&count=2&sortBy=title",
        "/scim/v2/Users?cursor=&count=2&filter=title+co+%22t%22",
        "/scim/v2?cursor=&count=3&sortBy=displayName",
        "/scim/v2/Users?startIndex=1&count=2",
        "/scim/v2/Users?startIndex=3&count=2",
    };
    for (int at = 0; at < 6; at++) {
        char body[BODY_MAX];
        char id[UUID_TEXT_LEN + 1];
        snprintf(body, sizeof(body), "{\"userName\":\"page%d\",\"title\":\"t%d\"}", at, at % 3);
        keep_id(send_text("POST", "/scim/v2/Users", body), id);
    }
    for (size_t at = 0; at < COUNT_OF(paths); at++) {
        expect_page(paths[at]);
    }
}

// A total that a fault made uncertain is counted anew, never carried on.
static void a_walk_by_index_that_meets_faults_has_right_totals(void **state)
{
    for (long call = 1; call < 60; call++) {
        store_fail_at(rig.store, call);
        (void)send_text("GET", "/scim/v2/Users?startIndex=1&count=2", "");
        store_fail_at(rig.store, -1);
        struct rig_reply all = send_text("GET", "/scim/v2/Users?count=0", "");
        const char *at = memmem(all.body.ptr, all.body.len, "\"totalResults\":", 15);
        assert_non_null(at);
        char part[BODY_MAX];
        snprintf(part, sizeof(part), "\"totalResults\":%ld,", strtol(at + 15, NULL, 10));
        assert_true(body_has(send_text("GET", "/scim/v2/Users?startIndex=3&count=2", ""), part));
    }
}

static int open_all(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_token(&rig, "acme", "", &token);
    snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
    keep_id(send_text("POST", "/scim/v2/Users", "{\"userName\":\"member\"}"), user_id);
    keep_id(send_text("POST", "/scim/v2/Groups", "{\"displayName\":\"group\"}"), group_id);
    return 0;
}

static int close_all(void **state)
{
    rig_close(&rig);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_create_is_there_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_patch_of_members_is_there_as_a_whole_or_not_at_all),
        cmocka_unit_test(a_delete_is_whole_or_nothing_and_leaves_no_edge),
        cmocka_unit_test(a_page_is_right_or_refused),
        cmocka_unit_test(a_walk_by_index_that_meets_faults_has_right_totals),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
