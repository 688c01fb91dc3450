// schemas_test.c: requests that wait while a tenant's schemas change, and stores that fail then.
// SPDX-License-Identifier: Apache-2.0
#include "core/schemas.h"
#include "kit/chain.h"
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define BADGE "urn:example:2.0:Badge"
#define PRINTER "urn:example:2.0:Printer"
#define BADGE_SCHEMA                                                                               \
    "{\"id\":\"" BADGE "\",\"attributes\":[{\"name\":\"number\",\"required\":true}]}"
#define PRINTERS                                                                                   \
    "[{\"id\":\"" PRINTER "\",\"attributes\":[{\"name\":\"label\",\"uniqueness\":\"server\"}]},"   \
    "{\"name\":\"Printer\",\"endpoint\":\"/Printers\",\"schema\":\"" PRINTER "\"}]"

enum { FAULTS_MAX = 3000, PEOPLE = 30 };

static struct rig rig;
static char authorization[80];
static char tenant[32];
static struct roster_arena *waiting_arena;

static struct rig_reply send_text(const char *method, const char *path, const char *body)
{
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, str_of(method), str_of(path), headers, COUNT_OF(headers), str_of(body));
}

static bool body_has(struct rig_reply reply, const char *part)
{
    return str_contains(reply.body, str_of(part));
}

static void declare(const char *text, const char *extends, bool required)
{
    struct roster_error err = {0};
    if (!rig_schema(&rig, tenant, str_of(text), str_of(extends), required, &err)) {
        fail_msg("%s", err.detail);
    }
}

static struct admin admin_in(struct roster_arena *arena)
{
    return (struct admin){store_writer(rig.store), &env_system, arena, "test", "", NULL};
}

// False: the store failed in one of the steps.
static bool index_all(struct roster_arena *arena, const char *path)
{
    const struct admin admin = admin_in(arena);
    const struct index_request request = {str_of(tenant), STR("User"), str_of(path)};
    struct schema_progress progress = {0};
    struct roster_error err = {0};
    bool done = false;
    bool good = true;
    while (good && !done) {
        good = schemas_index(&admin, &request, &progress, &done, &err);
        app_forget_actors(&rig.app);
    }
    return good;
}

static bool remove_all(struct roster_arena *arena, const char *id)
{
    const struct admin admin = admin_in(arena);
    struct schema_progress progress = {0};
    struct roster_error err = {0};
    bool gone = false;
    bool good = true;
    while (good && !gone) {
        good = schemas_remove(&admin, str_of(tenant), str_of(id), &progress, &gone, &err);
    }
    app_forget_actors(&rig.app);
    return good;
}

// A request that has come so far that it waits for the writer, in memory of its own.
struct waiting {
    struct http_header headers[1];
    struct http_exchange exchange;
    struct pending *pending;
};

static void begin(struct waiting *w, const char *path, const char *body, enum step step)
{
    roster_arena_reset(waiting_arena);
    *w = (struct waiting){.headers = {{STR("Authorization"), str_of(authorization)}}};
    w->exchange = (struct http_exchange){
        .method = HTTP_POST,
        .method_text = STR("POST"),
        .path = str_of(path),
        .body = str_of(body),
        .headers = w->headers,
        .header_count = 1,
        .arena = waiting_arena,
    };
    w->pending = app_admit(&rig.lane, &w->exchange);
    assert_true(w->pending->admitted);
    assert_int_equal(app_begin(&rig.lane, w->pending), step);
    conn_rest(rig.lane.conn);
}

static int finish(struct waiting *w)
{
    size_t count = 1;
    assert_true(rig_write(&rig, &w->pending, &count));
    app_finish(&rig.lane, w->pending);
    conn_rest(rig.lane.conn);
    app_release(w->pending);
    return w->exchange.reply.status;
}

static void a_waiting_write_is_held_to_an_extension_that_came_meanwhile(void **state)
{
    struct waiting w;
    begin(&w, "/scim/v2/Users", "{\"userName\":\"late\"}", STEP_WRITE);
    declare(BADGE_SCHEMA, "User", true);
    assert_int_equal(finish(&w), 400);
    assert_true(body_has(send_text("GET", "/scim/v2/Users", ""), "\"totalResults\":0"));
}

static void a_waiting_write_goes_into_an_index_that_was_declared_meanwhile(void **state)
{
    struct waiting w;
    struct roster_arena *arena = roster_arena_open(MIB(64));
    begin(&w, "/scim/v2/Users", "{\"userName\":\"a\",\"name\":{\"familyName\":\"Berg\"}}",
          STEP_WRITE);
    assert_true(index_all(arena, "name.familyName"));
    assert_int_equal(finish(&w), 201);
    assert_true(
        body_has(send_text("GET", "/scim/v2/Users?filter=name.familyName%20eq%20%22BERG%22", ""),
                 "\"totalResults\":1"));
    roster_arena_close(arena);
}

static void a_waiting_write_to_a_type_that_is_gone_finds_nothing(void **state)
{
    struct waiting w;
    struct roster_arena *arena = roster_arena_open(MIB(64));
    declare(PRINTERS, "", false);
    begin(&w, "/scim/v2/Printers", "{\"schemas\":[\"" PRINTER "\"],\"label\":\"x\"}", STEP_WRITE);
    assert_true(remove_all(arena, "Printer"));
    assert_true(remove_all(arena, PRINTER));
    assert_int_equal(finish(&w), 404);
    assert_int_equal(send_text("GET", "/scim/v2/Printers", "").status, 404);
    roster_arena_close(arena);
}

// Nobody but the request refers to the registry it was admitted under: the sanitizers look on.
static void a_registry_lives_as_long_as_a_request_uses_it(void **state)
{
    struct waiting w;
    struct roster_arena *arena = roster_arena_open(MIB(64));
    declare(PRINTERS, "", false);
    assert_int_equal(send_text("GET", "/scim/v2/Printers", "").status, 200);
    roster_arena_reset(waiting_arena);
    w = (struct waiting){.headers = {{STR("Authorization"), str_of(authorization)}}};
    w.exchange = (struct http_exchange){
        .method = HTTP_GET,
        .method_text = STR("GET"),
        .path = STR("/scim/v2/Printers"),
        .headers = w.headers,
        .header_count = 1,
        .arena = waiting_arena,
    };
    w.pending = app_admit(&rig.lane, &w.exchange);
    assert_true(w.pending->admitted);
    conn_rest(rig.lane.conn);
    assert_true(remove_all(arena, "Printer"));
    assert_int_equal(send_text("GET", "/scim/v2/Printers", "").status, 404);
    assert_int_equal(w.pending->own->uses, 1);
    assert_int_equal(app_begin(&rig.lane, w.pending), STEP_DONE);
    conn_rest(rig.lane.conn);
    app_release(w.pending);
    assert_null(w.pending->own);
    roster_arena_close(arena);
}

static void assert_chain_holds(void)
{
    struct tenant_row row = {0};
    int64_t rows = 0;
    int64_t broken = 0;
    roster_arena_reset(waiting_arena);
    assert_int_equal(tenant_find(rig.lane.conn, str_of(tenant), waiting_arena, &row), STORE_OK);
    assert_int_equal(verify_chain(rig.lane.conn, row.tenant, &rows, &broken), STORE_OK);
    assert_int_equal(broken, 0);
}

static void a_store_that_fails_at_any_call_adds_all_of_a_file_or_nothing(void **state)
{
    bool met = true;
    long call = 1;
    for (; met && call < FAULTS_MAX; call++) {
        struct roster_error err = {0};
        store_fail_at(rig.store, call);
        bool added = rig_schema(&rig, tenant, STR(PRINTERS), (str){0}, false, &err);
        met = store_fail_left(rig.store) <= 0;
        store_fail_at(rig.store, -1);
        if (conn_commit_failed(store_writer(rig.store))) {
            assert_true(store_reopen_writer(rig.store));
        }
        int status = send_text("GET", "/scim/v2/Printers", "").status;
        assert_int_equal(status, added ? 200 : 404);
        assert_true(added || err.code != ROSTER_OK);
        assert_chain_holds();
        if (added && met) {  // the fault hit what comes behind the commit: take it back and go on
            roster_arena_reset(waiting_arena);
            assert_true(remove_all(waiting_arena, "Printer"));
            assert_true(remove_all(waiting_arena, PRINTER));
        }
    }
    assert_true(call > 5 && call < FAULTS_MAX);
}

static void a_store_that_fails_while_an_index_fills_loses_nothing(void **state)
{
    struct roster_arena *arena = roster_arena_open(MIB(64));
    for (int at = 0; at < PEOPLE; at++) {
        char body[128];
        snprintf(body, sizeof(body), "{\"userName\":\"u%d\",\"name\":{\"familyName\":\"f%d\"}}", at,
                 at % 3);
        assert_int_equal(send_text("POST", "/scim/v2/Users", body).status, 201);
    }
    bool filled = false;
    long call = 1;
    for (; !filled && call < FAULTS_MAX; call += 3) {
        roster_arena_reset(arena);
        store_fail_at(rig.store, call);
        (void)index_all(arena, "name.familyName");
        filled = store_fail_left(rig.store) > 0;
        store_fail_at(rig.store, -1);
        if (conn_commit_failed(store_writer(rig.store))) {
            assert_true(store_reopen_writer(rig.store));
        }
        assert_true(
            body_has(send_text("GET", "/scim/v2/Users?filter=name.familyName%20eq%20%22F1%22", ""),
                     "\"totalResults\":10"));
    }
    assert_true(call > 10 && filled);
    assert_chain_holds();
    roster_arena_close(arena);
}

static int open_rig(void **state)
{
    rig_open(&rig);
    waiting_arena = roster_arena_open(MIB(64));
    return 0;
}

static int close_rig(void **state)
{
    roster_arena_close(waiting_arena);
    rig_close(&rig);
    return 0;
}

static int open_tenant(void **state)
{
    static int count;
    struct secret token;
    snprintf(tenant, sizeof(tenant), "t%d", ++count);
    rig_tenant(&rig, tenant, "interop");
    rig_token(&rig, tenant, "", &token);
    snprintf(authorization, sizeof(authorization), "Bearer %s", token.text);
    return 0;
}

#define WITH_TENANT(name_of_test) cmocka_unit_test_setup(name_of_test, open_tenant)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_TENANT(a_waiting_write_is_held_to_an_extension_that_came_meanwhile),
        WITH_TENANT(a_waiting_write_goes_into_an_index_that_was_declared_meanwhile),
        WITH_TENANT(a_waiting_write_to_a_type_that_is_gone_finds_nothing),
        WITH_TENANT(a_registry_lives_as_long_as_a_request_uses_it),
        WITH_TENANT(a_store_that_fails_at_any_call_adds_all_of_a_file_or_nothing),
        WITH_TENANT(a_store_that_fails_while_an_index_fills_loses_nothing),
    };
    return cmocka_run_group_tests(tests, open_rig, close_rig);
}
