// client_test.c: whom a client certificate stands for, and until when.
// SPDX-License-Identifier: Apache-2.0
#include "kit/certificate.h"
#include "kit/rig.h"

#include "core/certificates.h"
#include "sys/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define DAY_MS INT64_C(86400000)

static struct rig rig;
static struct http_certificate shown;

static int open_rig(void **state)
{
    struct certificate certificate;
    struct roster_error err = {0};
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_tenant(&rig, "other", "interop");
    assert_true(certificate_read(str_of(certificate_pem), &certificate, &err));
    memcpy(shown.thumbprint, certificate.thumbprint, sizeof(shown.thumbprint));
    shown.begins_ms = certificate.begins_ms;
    shown.ends_ms = certificate.ends_ms;
    rig.client = &shown;
    return 0;
}

static int close_rig(void **state)
{
    rig_close(&rig);
    return 0;
}

static int64_t bind_to(const char *tenant, int64_t expires_ms)
{
    struct admin admin = rig_admin(&rig);
    const struct token_request request = {.tenant = str_of(tenant), .expires_ms = expires_ms};
    struct token_row row = {0};
    struct roster_error err = {0};
    assert_true(certificates_add(&admin, &request, str_of(certificate_pem), &row, &err));
    (void)rig_admin(&rig);
    return row.token;
}

static void revoke(int64_t token)
{
    struct admin admin = rig_admin(&rig);
    struct token_row row = {0};
    struct roster_error err = {0};
    assert_true(tokens_revoke(&admin, token, &row, &err));
    (void)rig_admin(&rig);
}

static int status_of(const char *path, const struct secret *token)
{
    char authorization[80] = "";
    if (token != NULL) {
        snprintf(authorization, sizeof(authorization), "Bearer %s", token->text);
    }
    const struct http_header headers[] = {{STR("Authorization"), str_of(authorization)}};
    return rig_send(&rig, STR("GET"), str_of(path), headers, token != NULL, (str){0}).status;
}

static void a_certificate_is_good_from_its_binding_to_its_revocation(void **state)
{
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
    int64_t token = bind_to("acme", 0);
    assert_int_equal(status_of("/scim/v2/Users", NULL), 200);
    assert_int_equal(status_of("/t/other/scim/v2/Users", NULL), 401);
    rig.client = NULL;
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
    rig.client = &shown;
    revoke(token);
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
}

static void a_binding_ends_when_it_was_told_to(void **state)
{
    bind_to("acme", env_now_ms(&rig.env) + DAY_MS);
    rig.ahead_ms += DAY_MS - 60000;
    assert_int_equal(status_of("/scim/v2/Users", NULL), 200);
    rig.ahead_ms += 60000;
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
}

static void a_binding_ends_with_its_certificate(void **state)
{
    bind_to("acme", 0);
    rig.ahead_ms = certificate_ends_ms - 60000 - env_now_ms(&env_system);
    assert_int_equal(status_of("/scim/v2/Users", NULL), 200);
    rig.ahead_ms += 60000;
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
}

// Its times are looked at with each request, whatever the binding says.
static void a_certificate_is_good_only_within_its_times(void **state)
{
    bind_to("acme", 0);
    shown.ends_ms = env_now_ms(&rig.env);
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
    shown.ends_ms += DAY_MS;
    assert_int_equal(status_of("/scim/v2/Users", NULL), 200);
    shown.begins_ms = env_now_ms(&rig.env) + DAY_MS;
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
}

static void beside_a_token_both_are_of_one_tenant(void **state)
{
    struct secret mine;
    struct secret others;
    rig_token(&rig, "acme", "", &mine);
    rig_token(&rig, "other", "", &others);
    assert_int_equal(status_of("/scim/v2/Users", &others), 200);
    bind_to("acme", 0);
    assert_int_equal(status_of("/scim/v2/Users", &mine), 200);
    assert_int_equal(status_of("/scim/v2/Users", &others), 401);
}

static void what_a_proxy_shows_is_not_its_clients(void **state)
{
    struct secret token;
    struct network proxy;
    struct roster_error err = {0};
    assert_true(network_parse(STR("127.0.0.1"), &proxy, &err));
    rig_token(&rig, "other", "", &token);
    bind_to("acme", 0);
    rig.app.options.proxies = &proxy;
    rig.app.options.proxy_count = 1;
    assert_int_equal(status_of("/scim/v2/Users", NULL), 401);
    assert_int_equal(status_of("/scim/v2/Users", &token), 200);
}

static void a_certificate_opens_one_tenant_at_a_time(void **state)
{
    struct admin admin = rig_admin(&rig);
    const struct token_request request = {.tenant = STR("other")};
    struct token_row row = {0};
    struct roster_error err = {0};
    int64_t token = bind_to("acme", 0);
    assert_false(certificates_add(&admin, &request, str_of(certificate_pem), &row, &err));
    assert_int_equal(err.code, ROSTER_ERR_UNIQUENESS);
    revoke(token);
    bind_to("other", 0);
    assert_int_equal(status_of("/t/other/scim/v2/Users", NULL), 200);
    assert_int_equal(status_of("/t/acme/scim/v2/Users", NULL), 401);
}

static const struct actor *look_up(void)
{
    const struct actor_entry *entry = NULL;
    struct auth_notes notes = {0};
    const struct actor_request request = {
        .credentials = {.scheme = AUTH_CERTIFICATE,
                        .text = {(const char *)shown.thumbprint, DIGEST_LEN}},
        .notes = &notes,
        .address = STR("127.0.0.1"),
        .now_ms = env_now_ms(&rig.env),
        .generation = atomic_load(&rig.app.generation)};
    conn_hold(rig.lane.conn);
    assert_int_equal(actors_find(rig.lane.actors, rig.lane.conn, &request, rig.arena, &entry),
                     AUTH_OK);
    conn_rest(rig.lane.conn);
    return &entry->actor;
}

static void a_certificate_is_named_in_the_audit_as_one(void **state)
{
    int64_t token = bind_to("acme", 0);
    char name[40];
    snprintf(name, sizeof(name), "certificate:%lld", (long long)token);
    const struct actor *actor = look_up();
    assert_string_equal(actor->name, name);
    assert_int_equal(actor->name_len, strlen(name));
    assert_int_equal(actor->tenant_name_len, strlen(actor->tenant_name));
}

static void each_look_up_in_the_store_has_its_number(void **state)
{
    uint64_t before = 0;
    (void)bind_to("acme", 0);
    for (int round = 0; round < 3; round++) {
        uint64_t lookup = look_up()->lookup;
        assert_true(lookup > before);
        assert_true(look_up()->lookup == lookup);
        app_forget_actors(&rig.app);
        before = lookup;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_certificate_is_good_from_its_binding_to_its_revocation,
                                        open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_binding_ends_when_it_was_told_to, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_binding_ends_with_its_certificate, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_certificate_is_good_only_within_its_times, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(beside_a_token_both_are_of_one_tenant, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(what_a_proxy_shows_is_not_its_clients, open_rig, close_rig),
        cmocka_unit_test_setup_teardown(a_certificate_opens_one_tenant_at_a_time, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(a_certificate_is_named_in_the_audit_as_one, open_rig,
                                        close_rig),
        cmocka_unit_test_setup_teardown(each_look_up_in_the_store_has_its_number, open_rig,
                                        close_rig),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
