// issuer_test.c: tokens of trusted issuers at the whole server, on a clock of the test's own.
// SPDX-License-Identifier: Apache-2.0
#include "kit/issuer.h"

#include "core/issuers.h"
#include "kit/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

#define ISSUER "https://issuer.example"
#define SECOND_US INT64_C(1000000)
#define ACCESS "{\"alg\":\"EdDSA\",\"kid\":\"a\",\"typ\":\"at+jwt\"}"
#define PLAIN "{\"alg\":\"EdDSA\",\"kid\":\"a\"}"

static struct rig rig;
static struct roster_arena *arena;
static char keys[128];

static int open_rig(void **state)
{
    rig_open(&rig);
    rig_tenant(&rig, "acme", "interop");
    rig_tenant(&rig, "other", "interop");
    arena = roster_arena_open(MIB(1));
    snprintf(keys, sizeof(keys), "%s/keys.json", rig.folder);
    issuer_write(keys, "a");
    return 0;
}

static int close_rig(void **state)
{
    (void)unlink(keys);
    roster_arena_close(arena);
    rig_close(&rig);
    return 0;
}

static bool trust(const char *tenant, const char *audience, const char *subject, const char *claim,
                  struct token_row *row, struct roster_error *err)
{
    struct admin admin = rig_admin(&rig);
    const char *const claims[] = {claim};
    const struct issuer_request request = {
        .token = {.tenant = str_of(tenant)},
        .url = STR(ISSUER),
        .source = str_of(keys),
        .audience = str_of(audience),
        .subject = str_of(subject),
        .claims = claims,
        .claim_count = claim != NULL,
    };
    return issuers_add(&admin, &request, row, err);
}

static void must_trust(const char *tenant, const char *audience)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    assert_true(trust(tenant, audience, NULL, NULL, &row, &err));
}

// A token of `sub`, with times relative to now in seconds.
static str token_at(const char *kid, const char *header, const char *more, int64_t issued,
                    int64_t expires)
{
    char claims[512];
    long long now = env_now_ms(&rig.env) / 1000;
    snprintf(claims, sizeof(claims),
             "{\"iss\":\"" ISSUER "\",\"aud\":\"api://r\",\"iat\":%lld,\"exp\":%lld%s}",
             now + (long long)issued, now + (long long)expires, more);
    return issuer_sign(kid, header, claims, arena);
}

#define REST ",\"jti\":\"1\",\"client_id\":\"c\""
#define SUBJECT REST ",\"sub\":\"w\""

static struct rig_reply send_with(str token)
{
    str authorization = {0};
    assert_true(arena_format(arena, &authorization, "Bearer %.*s", STR_ARGS(token)));
    const struct http_header headers[] = {{STR("Authorization"), authorization}};
    return rig_send(&rig, STR("GET"), STR("/scim/v2/Users"), headers, 1, (str){0});
}

static void times_and_types_decide_and_are_named(void **state)
{
    static const struct {
        const char *sentence;
        const char *header;
        const char *more;
        int64_t issued;
        int64_t expires;
        const char *detail;  // NULL: accepted
    } cases[] = {
        {"fresh", ACCESS, SUBJECT, 0, 3600, NULL},
        {"by its long type", "{\"alg\":\"EdDSA\",\"kid\":\"a\",\"typ\":\"application/at+JWT\"}",
         SUBJECT, 0, 3600, NULL},
        {"without kid, by the only key", "{\"alg\":\"EdDSA\",\"typ\":\"at+jwt\"}", SUBJECT, 0, 9,
         NULL},
        {"expired within the skew", ACCESS, SUBJECT, -3600, -59, NULL},
        {"expired", ACCESS, SUBJECT, -3600, -61, "it has expired"},
        {"a minute from the future", ACCESS, SUBJECT, 59, 600, NULL},
        {"from the future", ACCESS, SUBJECT, 62, 600, "it is not valid yet"},
        {"not before", ACCESS, SUBJECT ",\"nbf\":4000000000", 0, 600, "it is not valid yet"},
        {"a day long", ACCESS, SUBJECT, 0, 86400, NULL},
        {"two days long", ACCESS, SUBJECT, 0, 172800, "it lives for longer than a day"},
        {"plain", PLAIN, SUBJECT, 0, 3600, "its type is not at+jwt"},
        {"an assertion", "{\"alg\":\"EdDSA\",\"kid\":\"a\",\"typ\":\"client-authentication+jwt\"}",
         SUBJECT, 0, 3600, "its type is not at+jwt"},
        {"without subject", ACCESS, REST, 0, 3600, "it has no subject"},
        {"without jti", ACCESS, ",\"sub\":\"w\",\"client_id\":\"c\"", 0, 3600,
         "it has no iat, jti"},
        {"without client_id", ACCESS, ",\"sub\":\"w\",\"jti\":\"1\"", 0, 3600,
         "it has no iat, jti"},
        {"another kid", "{\"alg\":\"EdDSA\",\"kid\":\"b\",\"typ\":\"at+jwt\"}", SUBJECT, 0, 3600,
         "the keys of its issuer"},
        {"another algorithm than the key's", "{\"alg\":\"RS256\",\"kid\":\"a\",\"typ\":\"at+jwt\"}",
         SUBJECT, 0, 3600, "the keys of its issuer"},
        {"none", "{\"alg\":\"none\",\"kid\":\"a\",\"typ\":\"at+jwt\"}", SUBJECT, 0, 3600,
         "the token is unknown"},
        {"HMAC with the public key", "{\"alg\":\"HS256\",\"kid\":\"a\",\"typ\":\"at+jwt\"}",
         SUBJECT, 0, 3600, "the token is unknown"},
    };
    must_trust("acme", "api://r");
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        roster_arena_reset(arena);
        rig_skip(&rig, 60 * SECOND_US);
        struct rig_reply reply = send_with(
            token_at("a", cases[at].header, cases[at].more, cases[at].issued, cases[at].expires));
        bool as_said =
            cases[at].detail == NULL
                ? reply.status == 200
                : reply.status == 401 && str_contains(reply.body, str_of(cases[at].detail));
        if (!as_said) {
            fail_msg("%s: %d %.*s", cases[at].sentence, reply.status, STR_ARGS(reply.body));
        }
    }
}

static void a_signature_of_another_key_is_refused(void **state)
{
    must_trust("acme", "api://r");
    struct rig_reply reply = send_with(token_at("x", ACCESS, SUBJECT, 0, 3600));
    assert_int_equal(reply.status, 401);
    assert_true(str_contains(reply.body, STR("its signature is not by the key that it names")));
}

static void a_token_that_was_checked_is_remembered_until_its_end(void **state)
{
    must_trust("acme", "api://r");
    str token = token_at("a", ACCESS, SUBJECT, 0, 600);
    assert_int_equal(send_with(token).status, 200);
    issuer_write(keys, "b");  // nobody looked at the file yet
    assert_int_equal(send_with(token).status, 200);
    rig.ahead_ms += INT64_C(661) * 1000;
    assert_int_equal(send_with(token).status, 401);
}

static void a_key_that_is_taken_back_ends_the_tokens_that_were_remembered(void **state)
{
    must_trust("acme", "api://r");
    str token = token_at("a", ACCESS, SUBJECT, 0, 600);
    assert_int_equal(send_with(token).status, 200);
    issuer_write(keys, "b");
    app_fetch_old(&rig.app);
    assert_int_equal(send_with(token).status, 401);
}

static void old_and_new_key_stand_side_by_side(void **state)
{
    must_trust("acme", "api://r");
    str old = token_at("a", ACCESS, SUBJECT, 0, 600);
    str new =
        token_at("b", "{\"alg\":\"EdDSA\",\"kid\":\"b\",\"typ\":\"at+jwt\"}", SUBJECT, 0, 600);
    assert_int_equal(send_with(old).status, 200);
    issuer_write(keys, "a b");
    assert_int_equal(send_with(new).status, 200);
    assert_int_equal(send_with(old).status, 200);
}

static void a_trust_is_for_its_audience_subject_and_claims(void **state)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    assert_true(trust("acme", "api://r", "w", "tid=t", &row, &err));
    static const struct {
        const char *more;
        int status;
    } cases[] = {
        {REST ",\"sub\":\"w\",\"tid\":\"t\"", 200},
        {REST ",\"sub\":\"v\",\"tid\":\"t\"", 401},
        {REST ",\"sub\":\"w\",\"tid\":\"u\"", 401},
        {REST ",\"sub\":\"w\"", 401},
        {REST ",\"sub\":\"w\",\"TID\":\"t\"", 401},
        {REST ",\"sub\":\"w\",\"tid\":[\"s\",\"t\"]", 200},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        assert_int_equal(send_with(token_at("a", ACCESS, cases[at].more, 0, 60)).status,
                         cases[at].status);
    }
    assert_false(trust("other", "api://r/.default", "w", "tid=t", &row, &err));
    assert_int_equal(err.code, ROSTER_ERR_UNIQUENESS);
}

static void the_trust_with_more_conditions_wins_and_a_draw_opens_nothing(void **state)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    must_trust("other", "api://r");
    assert_true(trust("acme", "api://r", "w", NULL, &row, &err));
    str both = token_at("a", ACCESS, SUBJECT ",\"tid\":\"t\"", 0, 60);
    assert_int_equal(send_with(both).status, 200);
    struct admin admin = rig_admin(&rig);
    struct token_row used = {0};
    app_tend(&rig.app, admin.writer);
    assert_int_equal(token_load(admin.writer, row.token, rig.arena, &used), STORE_OK);
    assert_true(used.used_ms > 0);
    assert_true(trust("other", "api://r", NULL, "tid=t", &row, &err));
    assert_int_equal(send_with(both).status, 401);
}

static void a_removed_trust_and_a_suspended_tenant_open_nothing(void **state)
{
    struct token_row row = {0};
    struct tenant_row tenant = {0};
    struct roster_error err = {0};
    assert_true(trust("acme", "api://r", NULL, NULL, &row, &err));
    str token = token_at("a", ACCESS, SUBJECT, 0, 600);
    assert_int_equal(send_with(token).status, 200);
    struct admin admin = rig_admin(&rig);
    assert_true(tenants_suspend(&admin, STR("acme"), true, &tenant, &err));
    assert_int_equal(send_with(token).status, 401);
    admin = rig_admin(&rig);
    assert_true(tenants_suspend(&admin, STR("acme"), false, &tenant, &err));
    assert_int_equal(send_with(token).status, 200);
    admin = rig_admin(&rig);
    assert_true(tokens_revoke(&admin, row.token, &row, &err));
    assert_int_equal(send_with(token).status, 401);
}

static void what_became_of_the_keys_is_written_for_people(void **state)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    assert_true(trust("acme", "api://r", NULL, NULL, &row, &err));
    int64_t number = row.token;
    assert_int_equal(send_with(token_at("a", ACCESS, SUBJECT, 0, 60)).status, 200);
    struct admin admin = rig_admin(&rig);
    assert_true(issuers_show(&admin, number, &row, &err));
    assert_int_equal(row.trust->fetched_ms, 0);
    app_tend(&rig.app, store_writer(rig.store));
    admin = rig_admin(&rig);
    assert_true(issuers_show(&admin, number, &row, &err));
    assert_int_equal(row.trust->key_count, 1);
    assert_true(row.trust->fetched_ms > 0);
    assert_int_equal(row.trust->error.len, 0);
}

static void what_cannot_be_trusted_is_refused_with_its_reason(void **state)
{
    struct issuer_request fine = {
        .token = {.tenant = STR("acme")},
        .url = STR(ISSUER),
        .source = STR("https://issuer.example/keys"),
        .audience = STR("api://r"),
    };
    static const char *const own[] = {"aud=x"};
    static const char *const twice[] = {"tid=a", "TID=b"};
    static const char *const bare[] = {"tid"};
    struct issuer_request wrong[8];
    for (size_t at = 0; at < COUNT_OF(wrong); at++) {
        wrong[at] = fine;
    }
    wrong[0].url = (str){0};
    wrong[1].audience = (str){0};
    wrong[2].source = STR("http://issuer.example/keys");
    wrong[3].source = STR("/nowhere/keys.json");
    wrong[4].claims = own;
    wrong[5].claims = twice;
    wrong[6].claims = bare;
    wrong[7].token.tenant = STR("nobody");
    wrong[4].claim_count = wrong[6].claim_count = 1;
    wrong[5].claim_count = 2;
    for (size_t at = 0; at < COUNT_OF(wrong); at++) {
        struct admin admin = rig_admin(&rig);
        struct token_row row = {0};
        struct roster_error err = {0};
        assert_false(issuers_add(&admin, &wrong[at], &row, &err));
        assert_int_equal(err.code, at == 7 ? ROSTER_ERR_NOT_FOUND : ROSTER_ERR_INVALID_VALUE);
        assert_true(err.detail[0] != '\0');
    }
}

static void a_store_that_fails_is_503_and_never_a_refused_token(void **state)
{
    int unavailable = 0;
    bool met = true;
    must_trust("acme", "api://r");
    str token = token_at("a", ACCESS, SUBJECT, 0, 600);
    assert_int_equal(send_with(token).status, 200);
    for (long call = 1; met; call++) {
        app_forget_actors(&rig.app);
        store_fail_at(rig.store, call);
        int status = send_with(token).status;
        met = store_fail_left(rig.store) <= 0;
        store_fail_at(rig.store, 0);
        assert_int_equal(status, status == 503 ? 503 : 200);
        unavailable += status == 503;
    }
    assert_true(unavailable > 0);
    assert_int_equal(send_with(token).status, 200);
}

static void trust_is_no_token_to_be_rotated(void **state)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    struct secret secret;
    assert_true(trust("acme", "api://r", NULL, NULL, &row, &err));
    struct admin admin = rig_admin(&rig);
    assert_false(tokens_rotate(&admin, row.token, 0, &secret, &row, &err));
    assert_int_equal(err.code, ROSTER_ERR_INVALID_VALUE);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(what_became_of_the_keys_is_written_for_people, open_rig,
                                    close_rig),
    cmocka_unit_test_setup_teardown(what_cannot_be_trusted_is_refused_with_its_reason, open_rig,
                                    close_rig),
    cmocka_unit_test_setup_teardown(trust_is_no_token_to_be_rotated, open_rig, close_rig),
    cmocka_unit_test_setup_teardown(a_store_that_fails_is_503_and_never_a_refused_token, open_rig,
                                    close_rig),
    cmocka_unit_test_setup_teardown(times_and_types_decide_and_are_named, open_rig, close_rig),
    cmocka_unit_test_setup_teardown(a_signature_of_another_key_is_refused, open_rig, close_rig),
    cmocka_unit_test_setup_teardown(a_token_that_was_checked_is_remembered_until_its_end, open_rig,
                                    close_rig),
    cmocka_unit_test_setup_teardown(a_key_that_is_taken_back_ends_the_tokens_that_were_remembered,
                                    open_rig, close_rig),
    cmocka_unit_test_setup_teardown(old_and_new_key_stand_side_by_side, open_rig, close_rig),
    cmocka_unit_test_setup_teardown(a_trust_is_for_its_audience_subject_and_claims, open_rig,
                                    close_rig),
    cmocka_unit_test_setup_teardown(the_trust_with_more_conditions_wins_and_a_draw_opens_nothing,
                                    open_rig, close_rig),
    cmocka_unit_test_setup_teardown(a_removed_trust_and_a_suspended_tenant_open_nothing, open_rig,
                                    close_rig),
};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
