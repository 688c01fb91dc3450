// sources_test.c: the administration of sources, and to whom people belong behind it.
// SPDX-License-Identifier: Apache-2.0
#include "server/federation_rig.h"

#include "core/undo.h"
#include "store/member.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static void who_is_there_when_a_domain_is_claimed_belongs_to_its_source(void **state)
{
    static const struct call_step before[] = {
        {H, "POST", "/Users", "{\"userName\":\"old@C.example\"}", 201, NULL, NULL},
        {H, "POST", "/Users", "{\"userName\":\"o2\",\"emails\":[{\"value\":\"o2@c.example\"}]}",
         201, NULL, NULL},
        {H, "POST", "/Users", "{\"userName\":\"o3@xc.example\"}", 201, NULL, NULL},
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":1,", NULL},
    };
    static const struct call_step after[] = {
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":3,", "o3"},
        {H, "GET", "/Users?filter=userName%20eq%20%22o2%22", NULL, 200, "\"totalResults\":1,",
         NULL},
    };
    run(before, COUNT_OF(before));
    set("a", "domains", "a.example,c.example");
    run(after, COUNT_OF(after));
}

static void a_domain_or_an_attribute_belongs_to_one_source(void **state)
{
    static const struct {
        const char *name;
        const char *key;
        const char *value;
        const char *why;
    } rows[] = {
        {"b", "domains", "b.example,A.EXAMPLE", "a.example belongs to the source \"a\""},
        {"b", "owns", "title", "title belongs to the source \"hr\""},
        {"b", "owns", "titel", "no attribute"},
        {"b", "owns", "userName", "cannot be owned"},
        {"b", "owns", "groups", "cannot be owned"},
        {"b", "owns", "name.familyName", "cannot be owned"},
        {"b", "domains", "nodot", "no domain"},
        {"b", "domains", "a..example", "no domain"},
        {"b", "domains", "b\xc3\xbc.example", "no domain"},
        {"b", "domains", "b.example,", "no domain"},
        {"b", "sees", "some", "all or own"},
        {"b", "colour", "red", "no setting"},
        {"nobody", "sees", "own", "no source"},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct roster_error err = {0};
        assert_false(change_source(rows[at].name, rows[at].key, rows[at].value, false, &err));
        if (strstr(err.detail, rows[at].why) == NULL) {
            fail_msg("%s=%s: %s", rows[at].key, rows[at].value, err.detail);
        }
    }
    struct roster_error err = {0};
    assert_false(change_source("a", "sees", "own", true, &err));
    assert_non_null(strstr(err.detail, "already"));
    set("a", "domains", "default");
    set("b", "domains", "b.example,a.example");  // free again
}

static bool remove_source(const char *name, const char *to, struct source_view *view,
                          struct roster_error *err)
{
    struct admin admin = rig_admin(&rig);
    const struct source_request request = {STR("acme"), str_of(name), NULL, 0};
    return sources_remove(&admin, &request, str_of(to), view, err);
}

static void a_source_goes_when_nothing_is_left_or_an_heir_is_named(void **state)
{
    struct source_view view;
    struct roster_error err = {0};
    assert_false(remove_source("b", "", &view, &err));
    assert_non_null(strstr(err.detail, "1 people, 1 other resources and 1 credentials"));
    assert_false(remove_source("b", "a", &view, &err));
    assert_false(remove_source("default", "a", &view, &err));
    struct admin admin = rig_admin(&rig);
    struct token_row *token = NULL;
    assert_true(tokens_list(&admin, STR("acme"), &token, &err));
    while (!str_equal(token->source_name, STR("b"))) {
        token = token->next;
    }
    struct token_row ended;
    assert_true(tokens_revoke(&admin, token->token, &ended, &err));
    assert_false(remove_source("b", "", &view, &err));
    assert_false(remove_source("b", "b", &view, &err));
    assert_false(remove_source("b", "nobody", &view, &err));
    assert_true(remove_source("b", "a", &view, &err));
    assert_int_equal(view.counts.resources, 2);
    static const struct call_step steps[] = {
        {B, "GET", "/Users", NULL, 401, NULL, NULL},
        {A, "GET", "/Users", NULL, 200, "\"totalResults\":2,", "{H}"},
        {A, "GET", "/Groups", NULL, 200, "\"totalResults\":2,", "{S}"},
        {D, "POST", "/Users", "{\"userName\":\"eve@b.example\"}", 201, NULL, NULL},
    };
    run(steps, COUNT_OF(steps));
}

static void take_back(int64_t since_ms)
{
    const struct undo_request request = {
        .tenant = STR("acme"), .since_ms = since_ms, .apply = true};
    struct undo_walk walk = {0};
    while (walk.pass != UNDO_DONE) {
        struct admin admin = rig_admin(&rig);
        struct undo_item *items = NULL;
        struct roster_error err = {0};
        assert_true(undo_step(&admin, &request, &walk, &items, &err));
    }
}

static void what_is_brought_back_belongs_to_whom_it_did(void **state)
{
    int64_t then_ms = rig.env.now_ms(rig.env.ctx);
    static const struct call_step before[] = {
        {D, "PATCH", "/Groups/{K}", PATCH_OF("add", "members", "[{\"value\":\"{H}\"}]"), 204, NULL,
         NULL},
    };
    static const struct call_step gone[] = {
        {B, "DELETE", "/Users/{B}", NULL, 204, NULL, NULL},
        {B, "DELETE", "/Groups/{K}", NULL, 204, NULL, NULL},
        {B, "GET", "/", NULL, 200, "\"totalResults\":0,", NULL},
        {D, "GET", "/Groups/{S}", NULL, 200, "{A}", "{B}"},
    };
    static const struct call_step back[] = {
        {B, "GET", "/Users/{B}", NULL, 200, "Bob", NULL},
        {B, "GET", "/Groups/{K}", NULL, 200, "{B}", NULL},
        {B, "GET", "/Groups/{K}", NULL, 200, NULL, "{H}"},
        {D, "GET", "/Groups/{K}", NULL, 200, "{H}", NULL},
        {A, "GET", "/", NULL, 200, "\"totalResults\":2,", "{B}"},
        {D, "DELETE", "/Users/{B}", NULL, 403, "b.example", NULL},
    };
    run(before, COUNT_OF(before));
    rig_clock(&rig, then_ms + 60000);
    run(gone, COUNT_OF(gone));
    take_back(then_ms + 30000);
    run(back, COUNT_OF(back));
}

static void who_gets_an_address_back_belongs_to_its_domain(void **state)
{
    int64_t then_ms = rig.env.now_ms(rig.env.ctx);
    static const struct call_step renamed[] = {
        {H, "PATCH", "/Users/{H}", PATCH_OF("replace", "userName", "\"hal@d.example\""), 200, NULL,
         NULL},
    };
    static const struct call_step back[] = {
        {D, "GET", "/Users/{H}", NULL, 200, "hal@c.example", NULL},
        {A, "GET", "/Users/{H}", NULL, 200, "hal@c.example", NULL},
    };
    (void)ask(H, "PATCH", "/Users/{H}", PATCH_OF("replace", "userName", "\"hal@c.example\""));
    rig_clock(&rig, then_ms + 60000);
    run(renamed, COUNT_OF(renamed));
    set("a", "domains", "a.example,c.example");
    take_back(then_ms + 30000);
    run(back, COUNT_OF(back));
}

// So many of the company's join the group of a partner, who does not see them.
static void fill_group(int count)
{
    struct conn *writer = store_writer(rig.store);
    struct tenant_row tenant = {0};
    struct resource_row group = {0};
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    char id[ADDRESS_TEXT_MAX];
    struct rig_reply reply = ask(D, "GET", "/Groups/{G}?attributes=id", NULL);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    snprintf(id, sizeof(id), "%.*s", STR_ARGS(json_find_text(json, STR("id"))));
    assert_int_equal(tenant_find(writer, STR("acme"), rig.arena, &tenant), STORE_OK);
    assert_int_equal(
        resource_find_head(writer, tenant.tenant, TYPE_NUMBER_GROUP, str_of(id), rig.arena, &group),
        STORE_OK);
    assert_int_equal(conn_begin(writer), STORE_OK);
    for (int at = 0; at < count; at++) {
        snprintf(id, sizeof(id), "company-%d", at);
        struct resource_row row = {.type = TYPE_NUMBER_USER,
                                   .id = str_of(id),
                                   .revision = 1,
                                   .document = STR("{\"schemas\":[]}")};
        assert_int_equal(resource_insert(writer, tenant.tenant, &row, NULL), STORE_OK);
        const struct member_row member = {.row = row.row, .type = row.type, .id = row.id};
        assert_int_equal(member_insert(writer, tenant.tenant, group.row, &member), STORE_OK);
    }
    assert_int_equal(conn_commit(writer), STORE_OK);
}

static void expect_members(enum who who, const char *path, size_t count)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct rig_reply reply = ask(who, "GET", path, NULL);
    assert_int_equal(reply.status, 200);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    const struct roster_json *list = json_find(json, STR("Resources"));
    const struct roster_json *members =
        json_find(list == NULL ? json : list->first, STR("members"));
    assert_int_equal(members == NULL ? 0 : members->count, count);
    assert_non_null(reply.reply->read);  // in pages: no look at the group is as large as it is
}

static void what_others_filled_a_group_with_is_passed_over_page_by_page(void **state)
{
    static const struct call_step late[] = {
        {A, "POST", "/Users", "{\"userName\":\"late@a.example\"}", 201, NULL, NULL},
        {A, "GET", "/Groups/{G}", NULL, 200, "{A}", "company-"},
        {A, "GET", "/Groups?filter=members.type%20eq%20%22Robot%22", NULL, 400, "tooMany", NULL},
    };
    fill_group(MEMBERS_FILTER_MAX + 2 * MEMBERS_INLINE_MAX);
    run(late, COUNT_OF(late));
    expect_members(A, "/Groups/{G}", 1);
    expect_members(A, "/Groups?sortBy=displayName", 1);
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    struct rig_reply reply =
        ask(A, "GET", "/Users?filter=userName%20eq%20%22late@a.example%22", NULL);
    assert_true(roster_json_read(reply.body, rig.arena, &json, &err));
    str id = json_find_text(json_find(json, STR("Resources"))->first, STR("id"));
    char patch[512];
    snprintf(patch, sizeof(patch), PATCH_OF("add", "members", "[{\"value\":\"%.*s\"}]"),
             STR_ARGS(id));
    assert_int_equal(ask(D, "PATCH", "/Groups/{G}", patch).status, 204);
    expect_members(A, "/Groups/{G}", 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_RIG(who_is_there_when_a_domain_is_claimed_belongs_to_its_source),
        IN_RIG(a_domain_or_an_attribute_belongs_to_one_source),
        IN_RIG(a_source_goes_when_nothing_is_left_or_an_heir_is_named),
        IN_RIG(what_is_brought_back_belongs_to_whom_it_did),
        IN_RIG(who_gets_an_address_back_belongs_to_its_domain),
        IN_RIG(what_others_filled_a_group_with_is_passed_over_page_by_page),
    };
    return cmocka_run_group_tests_name("sources", tests, NULL, NULL);
}
