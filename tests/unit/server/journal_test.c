// journal_test.c: what stands in the journal of a request that went through the whole server.
// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"
#include "journal/reader.h"
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define USER "urn:ietf:params:scim:schemas:core:2.0:User"
#define ROOMS                                                                                      \
    "[{\"id\":\"urn:example:Room\",\"name\":\"Room\",\"attributes\":[{\"name\":\"floor\","         \
    "\"type\":\"string\"}]},{\"name\":\"Room\",\"endpoint\":\"/Rooms\","                           \
    "\"schema\":\"urn:example:Room\"}]"
#define PATCH_OP "urn:ietf:params:scim:api:messages:2.0:PatchOp"

struct scene {
    struct rig rig;
    char folder[128];
    struct http_header headers[2];
    char authorization[128];
    struct reader *reader;
};

static int scene_open(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    struct roster_error err = {0};
    struct secret token;
    rig_open(&scene->rig);
    rig_tenant(&scene->rig, "acme", "interop");
    rig_token(&scene->rig, "acme", "", &token);
    snprintf(scene->authorization, sizeof(scene->authorization), "Bearer %.*s", TOKEN_TEXT_LEN,
             token.text);
    scene->headers[0] = (struct http_header){STR("Authorization"), str_of(scene->authorization)};
    scene->headers[1] = (struct http_header){STR("Content-Type"), STR("application/scim+json")};
    snprintf(scene->folder, sizeof(scene->folder), "%s/roster.db.journal", scene->rig.folder);
    const struct journal_options options = {.folder = scene->folder,
                                            .env = &env_system,
                                            .size_max = MIB(8),
                                            .age_ms = JOURNAL_AGE_MS,
                                            .body_max = KIB(64)};
    scene->rig.app.journal = journal_open(&options, scene->rig.app.registry, &err);
    assert_non_null(scene->rig.app.journal);
    scene->rig.lane.journal = journal_lane(scene->rig.app.journal);
    assert_non_null(scene->rig.lane.journal);
    *state = scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;
    struct segment_list list;
    int folder = folder_open(scene->folder, false);
    char name[SEGMENT_NAME_BYTES];
    reader_close(scene->reader);
    journal_close(scene->rig.app.journal);
    assert_true(folder >= 0 && segments_list(folder, &list));
    for (size_t at = 0; at < list.count; at++) {
        segment_name(list.numbers[at], name);
        (void)unlinkat(folder, name, 0);
    }
    (void)unlinkat(folder, "lock", 0);
    close(folder);
    (void)rmdir(scene->folder);
    rig_close(&scene->rig);
    free(scene);
    return 0;
}

static int send(struct scene *scene, str method, str path, str body)
{
    size_t count = body.len > 0 ? 2 : 1;
    return rig_send(&scene->rig, method, path, scene->headers, count, body).status;
}

// The next record that was written.
static struct record next(struct scene *scene)
{
    struct roster_error err = {0};
    struct record record;
    journal_sync(scene->rig.app.journal);
    if (scene->reader == NULL) {
        scene->reader = reader_open(scene->folder, 0, &err);
    }
    assert_non_null(scene->reader);
    assert_true(reader_next(scene->reader, &record));
    return record;
}

static void expect_text(const struct record *record, enum record_text text, const char *want)
{
    char got[256];
    snprintf(got, sizeof(got), "%.*s", STR_ARGS(record->texts[text]));
    assert_string_equal(got, want);
}

static bool took_quirk(const struct record *record, enum roster_quirk quirk)
{
    return (record->facts.quirks_used >> quirk & 1) != 0;
}

static void a_create_says_who_sent_what_and_what_it_made(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(send(scene, STR("POST"), STR("/scim/v2/Users"),
                          STR("{\"schemas\":[\"" USER "\"],\"userName\":\"ann\","
                              "\"active\":\"True\",\"password\":\"geheim\"}")),
                     201);
    struct record record = next(scene);
    assert_int_equal(record.facts.status, 201);
    assert_int_equal(record.facts.place, RECORD_ON_WRITER);
    assert_int_equal(record.facts.revision, 1);
    assert_int_equal(record.facts.flags, RECORD_KNOWN | RECORD_CHANGED);
    assert_true(took_quirk(&record, ROSTER_QUIRK_COERCE_BOOLEAN));
    expect_text(&record, RECORD_TENANT, "acme");
    expect_text(&record, RECORD_ACTOR, "token:1");
    expect_text(&record, RECORD_ADDRESS, "127.0.0.1");
    expect_text(&record, RECORD_TYPE, "User");
    assert_int_equal(record.texts[RECORD_ID].len, UUID_TEXT_LEN);
    expect_text(&record, RECORD_HEADERS, "Content-Type: application/scim+json\n");
    expect_text(&record, RECORD_BODY,
                "{\"schemas\":[\"" USER "\"],\"userName\":\"ann\",\"active\":\"True\","
                "\"password\":\"***\"}");
}

static void a_refusal_keeps_its_body_and_its_reason(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(send(scene, STR("POST"), STR("/scim/v2/Users"),
                          STR("{\"schemas\":[\"" USER "\"],\"nickName\":\"ann\"}")),
                     400);
    struct record record = next(scene);
    assert_int_equal(record.facts.code, ROSTER_ERR_INVALID_VALUE);
    assert_int_equal(record.facts.flags, RECORD_KNOWN);
    assert_true(str_contains(record.texts[RECORD_DETAIL], STR("userName")));
    expect_text(&record, RECORD_BODY, "{\"schemas\":[\"" USER "\"],\"nickName\":\"ann\"}");
}

static void a_read_has_no_body_and_stays_on_its_loop(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(
        send(scene, STR("GET"), STR("/scim/v2/Users?filter=userName+eq+%22x%22"), (str){0}), 200);
    struct record record = next(scene);
    assert_int_equal(record.facts.place, RECORD_ON_LOOP);
    assert_int_equal(record.facts.body, BODY_NONE);
    assert_true(record.facts.bytes_out > 0);
    expect_text(&record, RECORD_QUERY, "filter=userName+eq+%22x%22");
}

static void a_search_for_workers_says_so(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(send(scene, STR("GET"), STR("/scim/v2/Users?startIndex=5000"), (str){0}), 200);
    assert_int_equal(
        send(scene, STR("GET"), STR("/scim/v2/Users?filter=title+co+%22x%22"), (str){0}), 200);
    struct record first = next(scene);
    struct record second = next(scene);
    assert_true(first.facts.place == RECORD_ON_WORKER || second.facts.place == RECORD_ON_WORKER);
}

static void a_stranger_has_neither_tenant_nor_body(void **state)
{
    struct scene *scene = *state;
    scene->headers[0].value = STR("Bearer rst_geheim");
    assert_int_equal(send(scene, STR("POST"), STR("/scim/v2/Users"), STR("{\"userName\":\"ann\"}")),
                     401);
    struct record record = next(scene);
    assert_int_equal(record.facts.body, BODY_UNKNOWN);
    assert_int_equal(record.facts.code, ROSTER_ERR_UNAUTHORIZED);
    expect_text(&record, RECORD_TENANT, "");
    expect_text(&record, RECORD_BODY, "");
}

// Two clients of two tenants in turn, each of whom does different things, and who are looked up
// anew at times. What is as long as another is beside it.
static void each_call_is_told_as_its_own(void **state)
{
    static const struct {
        str method;
        str path;
        const char *type;
    } calls[] = {
        {STR_INIT("GET"), STR_INIT("/scim/v2/Rooms/x"), "Room"},
        {STR_INIT("GET"), STR_INIT("/scim/v2/Users/x"), "User"},
        {STR_INIT("PUT"), STR_INIT("/scim/v2/Users/x"), "User"},
        {STR_INIT("GET"), STR_INIT("/scim/v2/Groups/x"), "Group"},
        {STR_INIT("HEAD"), STR_INIT("/scim/v2/Users/x"), "User"},
        {STR_INIT("GETS"), STR_INIT("/scim/v2/Users/x"), ""},
        {STR_INIT("PUTS"), STR_INIT("/scim/v2/Users/x"), ""},
        {STR_INIT("DELETE"), STR_INIT("/scim/v2/Groups/x"), "Group"},
        {STR_INIT("GET"), STR_INIT("/scim/v2/Schemas"), ""},
    };
    static const char *const tenants[] = {"acme", "evil"};
    static const char *const actors[] = {"token:1", "token:2"};
    struct scene *scene = *state;
    struct roster_error err = {0};
    struct secret token;
    char authorization[128];
    rig_tenant(&scene->rig, "evil", "interop");
    rig_token(&scene->rig, "evil", "", &token);
    snprintf(authorization, sizeof(authorization), "Bearer %.*s", TOKEN_TEXT_LEN, token.text);
    const str values[] = {str_of(scene->authorization), str_of(authorization)};
    for (size_t at = 0; at < COUNT_OF(tenants); at++) {
        assert_true(rig_schema(&scene->rig, tenants[at], STR(ROOMS), (str){0}, false, &err));
    }
    for (size_t call = 0; call < 8 * COUNT_OF(calls); call++) {
        size_t at = call / 2 % COUNT_OF(calls);
        scene->headers[0].value = values[call % 2];
        if (call % 7 == 6) {
            app_forget_actors(&scene->rig.app);
        }
        (void)send(scene, calls[at].method, calls[at].path, (str){0});
        struct record record = next(scene);
        assert_true(str_equal(record.texts[RECORD_METHOD], calls[at].method));
        assert_true(str_equal(record.texts[RECORD_PATH], calls[at].path));
        expect_text(&record, RECORD_TYPE, calls[at].type);
        expect_text(&record, RECORD_ACTOR, actors[call % 2]);
        expect_text(&record, RECORD_TENANT, tenants[call % 2]);
    }
}

static void headers_that_change_an_answer_are_kept(void **state)
{
    struct scene *scene = *state;
    const struct http_header headers[] = {
        {STR("Authorization"), str_of(scene->authorization)},
        {STR("Accept"), STR("a/b")},
        {STR("Cookie"), STR("c")},
        {STR("prefer"), STR("return=minimal")},
        {STR("Origin"), STR("http://a.example")},
        {STR("If-Match"), STR("W/\"1\"")},
        {STR("Location"), STR("l")},
        {STR("USER-AGENT"), STR("x/1")},
        {STR("Content-Type"), STR("application/scim+json")},
        {STR("X-Forwarded-Proto"), STR("https")},
        {STR("If-None-Match"), STR("*")},
        {STR("If-Unmodified-Since"), STR("now")},
    };
    (void)rig_send(&scene->rig, STR("GET"), STR("/scim/v2/Users/x"), headers, COUNT_OF(headers),
                   (str){0});
    struct record record = next(scene);
    expect_text(&record, RECORD_HEADERS,
                "Accept: a/b\nprefer: return=minimal\nIf-Match: W/\"1\"\nUSER-AGENT: x/1\n"
                "Content-Type: application/scim+json\nIf-None-Match: *\n");
}

static void a_write_without_effect_changes_nothing(void **state)
{
    struct scene *scene = *state;
    static const char created[] = "/scim/v2/Users/";
    char path[128];
    assert_int_equal(send(scene, STR("POST"), STR("/scim/v2/Users"),
                          STR("{\"schemas\":[\"" USER "\"],\"userName\":\"ann\"}")),
                     201);
    struct record record = next(scene);
    snprintf(path, sizeof(path), "%s%.*s", created, STR_ARGS(record.texts[RECORD_ID]));
    assert_int_equal(send(scene, STR("PATCH"), str_of(path),
                          STR("{\"schemas\":[\"" PATCH_OP "\"],\"Operations\":[{\"op\":\"replace\","
                              "\"path\":\"userName\",\"value\":\"ann\"}]}")),
                     200);
    record = next(scene);
    assert_int_equal(record.facts.flags, RECORD_KNOWN);
    assert_int_equal(record.facts.revision, 1);
}

static void pages_of_the_server_are_not_noted(void **state)
{
    struct scene *scene = *state;
    assert_int_equal(send(scene, STR("GET"), STR("/metrics"), (str){0}), 200);
    assert_int_equal(send(scene, STR("GET"), STR("/scim/v2/Users/7"), (str){0}), 404);
    struct record record = next(scene);
    expect_text(&record, RECORD_PATH, "/scim/v2/Users/7");
}

static void what_a_tenants_schema_hides_is_hidden(void **state)
{
    struct scene *scene = *state;
    struct roster_error err = {0};
    assert_true(rig_schema(&scene->rig, "acme",
                           STR("{\"id\":\"urn:example:Door\",\"name\":\"Door\",\"attributes\":["
                               "{\"name\":\"pin\",\"type\":\"string\",\"mutability\":\"writeOnly\","
                               "\"returned\":\"never\"}]}"),
                           STR("User"), false, &err));
    assert_int_equal(send(scene, STR("POST"), STR("/scim/v2/Users"),
                          STR("{\"schemas\":[\"" USER "\",\"urn:example:Door\"],"
                              "\"userName\":\"ann\",\"urn:example:Door\":{\"pin\":\"4711\"}}")),
                     201);
    struct record record = next(scene);
    assert_int_equal(record.facts.body, BODY_KEPT);
    assert_false(str_contains(record.texts[RECORD_BODY], STR("4711")));
    assert_true(str_contains(record.texts[RECORD_BODY], STR("\"pin\":\"***\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_create_says_who_sent_what_and_what_it_made, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(a_refusal_keeps_its_body_and_its_reason, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(a_read_has_no_body_and_stays_on_its_loop, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(a_search_for_workers_says_so, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(a_stranger_has_neither_tenant_nor_body, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(each_call_is_told_as_its_own, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(headers_that_change_an_answer_are_kept, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(a_write_without_effect_changes_nothing, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(pages_of_the_server_are_not_noted, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(what_a_tenants_schema_hides_is_hidden, scene_open,
                                        scene_close),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
