// password_test.c: what becomes of a password where the tenant stores them.
// SPDX-License-Identifier: Apache-2.0
#include "kit/rig.h"

#include "store/password.h"
#include "sys/password.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static struct rig rig;
static char authorization[80];
static char target[80];

static struct rig_reply send(const char *method, const char *path, const char *body)
{
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, str_of(method), str_of(path), headers, 1, str_of(body));
}

static int open_rig(void **state)
{
    struct secret token;
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_token(&rig, "acme", "", &token);
    snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
    rig_set(&rig, "acme", "store-passwords", "on");
    return 0;
}

static int close_rig(void **state)
{
    rig_close(&rig);
    return 0;
}

static void create(const char *body)
{
    struct rig_reply reply = send("POST", "/scim/v2/Users", body);
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    assert_int_equal(reply.status, 201);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str id = json_find_text(json, STR("id"));
    snprintf(target, sizeof(target), "/scim/v2/Users/%.*s", STR_ARGS(id));
}

// Of the only user that has one.
static bool has_password(const char *text)
{
    static const int64_t tenant = 1;
    str hash = {0};
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct conn *conn = store_reader(rig.store, STORE_READER_CACHE_KIB);
    bool same = false;
    for (int64_t row = 1; row < 2000 && hash.len == 0; row++) {
        enum store_outcome got = password_find(conn, tenant, row, arena, &hash);
        assert_true(got == STORE_OK || got == STORE_NONE);
    }
    if (hash.len > 0) {
        assert_true(str_starts_nocase(hash, STR("$argon2id$v=19$m=19456,t=2,p=1$")));
        same = text != NULL && password_matches(hash, str_of(text));
        assert_false(password_matches(hash, STR("another")));
    }
    conn_close(conn);
    roster_arena_close(arena);
    return text == NULL ? hash.len > 0 : same;
}

static void patch(const char *operation)
{
    char body[400];
    snprintf(body, sizeof(body),
             "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:PatchOp\"],"
             "\"Operations\":[%s]}",
             operation);
    assert_int_equal(send("PATCH", target, body).status, 200);
}

static void a_password_is_kept_as_a_hash_that_it_matches(void **state)
{
    create("{\"userName\":\"a\",\"password\":\"correct horse\"}");
    assert_true(has_password("correct horse"));
}

static void a_password_is_prepared_before_it_is_hashed(void **state)
{
    create("{\"userName\":\"a\",\"password\":\"foo\xE1\x9A\x80"
           "e\xCC\x81\"}");
    assert_true(has_password("foo \xC3\xA9"));
}

static void every_way_of_writing_sets_or_removes_it(void **state)
{
    create("{\"userName\":\"a\"}");
    assert_false(has_password(NULL));
    patch("{\"op\":\"add\",\"path\":\"password\",\"value\":\"one\"}");
    assert_true(has_password("one"));
    patch("{\"op\":\"replace\",\"value\":{\"password\":\"two\"}}");
    assert_true(has_password("two"));
    patch("{\"op\":\"replace\",\"path\":\"urn:ietf:params:scim:schemas:core:2.0:User:password\","
          "\"value\":\"three\"},{\"op\":\"replace\",\"path\":\"title\",\"value\":\"t\"}");
    assert_true(has_password("three"));
    patch("{\"op\":\"replace\",\"path\":\"title\",\"value\":\"u\"}");
    assert_true(has_password("three"));
    assert_int_equal(send("PUT", target, "{\"userName\":\"a\"}").status, 200);
    assert_true(has_password("three"));
    assert_int_equal(send("PUT", target, "{\"userName\":\"a\",\"password\":\"four\"}").status, 200);
    assert_true(has_password("four"));
    patch("{\"op\":\"remove\",\"path\":\"password\"}");
    assert_false(has_password(NULL));
    patch("{\"op\":\"add\",\"path\":\"password\",\"value\":\"five\"},"
          "{\"op\":\"replace\",\"path\":\"password\",\"value\":null}");
    assert_false(has_password(NULL));
    patch("{\"op\":\"add\",\"path\":\"password\",\"value\":\"six\"}");
    assert_int_equal(send("PUT", target, "{\"userName\":\"a\",\"password\":null}").status, 200);
    assert_false(has_password(NULL));
}

static void a_refused_write_keeps_the_old_password(void **state)
{
    create("{\"userName\":\"a\",\"password\":\"old\"}");
    char kept[80];
    memcpy(kept, target, sizeof(kept));
    assert_int_equal(send("POST", "/scim/v2/Users", "{\"userName\":\"b\"}").status, 201);
    assert_int_equal(send("PUT", kept, "{\"userName\":\"b\",\"password\":\"new\"}").status, 409);
    assert_true(has_password("old"));
}

static void a_new_password_is_a_new_version_and_shows_nowhere(void **state)
{
    create("{\"userName\":\"a\",\"password\":\"old\"}");
    patch("{\"op\":\"replace\",\"path\":\"password\",\"value\":\"new\"}");
    struct rig_reply reply = send("GET", target, "");
    assert_true(str_contains(reply.body, STR("W/\\\"2\\\"")));
    assert_false(str_contains(reply.body, STR("password")));
    patch("{\"op\":\"remove\",\"path\":\"password\"}");
    patch("{\"op\":\"remove\",\"path\":\"password\"}");
    assert_true(str_contains(send("GET", target, "").body, STR("W/\\\"3\\\"")));
}

static void a_password_goes_with_its_user(void **state)
{
    create("{\"userName\":\"a\",\"password\":\"old\"}");
    assert_int_equal(send("DELETE", target, "").status, 204);
    assert_false(has_password(NULL));
}

static void a_tenant_that_stops_to_store_passwords_has_none(void **state)
{
    create("{\"userName\":\"a\",\"password\":\"old\"}");
    rig_set(&rig, "acme", "store-passwords", "off");
    assert_false(has_password(NULL));
    patch("{\"op\":\"replace\",\"path\":\"password\",\"value\":\"new\"}");
    assert_false(has_password(NULL));
}

static void a_password_that_cannot_be_one_is_refused(void **state)
{
    char body[1200] = "{\"userName\":\"a\",\"password\":\"";
    assert_int_equal(
        send("POST", "/scim/v2/Users", "{\"userName\":\"a\",\"password\":\"\"}").status, 400);
    assert_int_equal(
        send("POST", "/scim/v2/Users", "{\"userName\":\"a\",\"password\":\"a\\u0007\"}").status,
        400);
    size_t len = strlen(body);
    memset(body + len, 'x', PASSWORD_LEN_MAX + 1);
    memcpy(body + len + PASSWORD_LEN_MAX + 1, "\"}", 3);
    assert_int_equal(send("POST", "/scim/v2/Users", body).status, 400);
    assert_int_equal(send("POST", "/scim/v2/Users", "{\"userName\":\"a\",\"password\":5}").status,
                     400);
    assert_false(has_password(NULL));
}

static void a_hash_that_is_none_matches_nothing(void **state)
{
    char text[400];
    memset(text, 'x', sizeof(text));
    assert_false(password_matches(STR(""), STR("a")));
    assert_false(password_matches(STR("$argon2id$v=19$m=19456,t=2,p=1$"), STR("a")));
    assert_false(password_matches((str){text, sizeof(text)}, STR("a")));
}

#define IN_RIG(name)                                                                               \
    {                                                                                              \
#name, name, open_rig, close_rig, NULL                                                     \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(a_password_is_kept_as_a_hash_that_it_matches),
        IN_RIG(a_password_is_prepared_before_it_is_hashed),
        IN_RIG(every_way_of_writing_sets_or_removes_it),
        IN_RIG(a_refused_write_keeps_the_old_password),
        IN_RIG(a_new_password_is_a_new_version_and_shows_nowhere),
        IN_RIG(a_password_goes_with_its_user),
        IN_RIG(a_tenant_that_stops_to_store_passwords_has_none),
        IN_RIG(a_password_that_cannot_be_one_is_refused),
        cmocka_unit_test(a_hash_that_is_none_matches_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
