// jwt_test.c: what a signed token may look like, and what a set of keys may.
// SPDX-License-Identifier: Apache-2.0
#include "auth/jwks.h"
#include "auth/jwt.h"

#include "base/base64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static struct roster_arena *arena;

static int open_arena(void **state)
{
    arena = roster_arena_open(MIB(8));
    return arena == NULL;
}

static int close_arena(void **state)
{
    roster_arena_close(arena);
    return 0;
}

static void encode(struct text *out, const char *part)
{
    base64url_add(out, (const unsigned char *)part, strlen(part));
}

// Unsigned: the signature is four octets of nothing.
static str token_of(const char *header, const char *claims)
{
    struct text out;
    text_init(&out, arena, JWT_TEXT_MAX + 1);
    encode(&out, header);
    text_char(&out, '.');
    encode(&out, claims);
    text_lit(&out, ".AAAAAA");
    return text_str(&out);
}

#define HEADER "{\"alg\":\"ES256\",\"kid\":\"k\"}"
#define CLAIMS "{\"iss\":\"https://i.example\",\"exp\":2000000000}"

static void a_token_is_read_or_refused_with_its_reason(void **state)
{
    static const struct {
        const char *sentence;
        const char *header;
        const char *claims;
        const char *why;  // NULL: it is read
    } cases[] = {
        {"the least that a token has", HEADER, CLAIMS, NULL},
        {"a type in any case", "{\"alg\":\"EdDSA\",\"typ\":\"Application/AT+JWT\"}", CLAIMS, NULL},
        {"a fraction of a second", HEADER, "{\"iss\":\"i\",\"exp\":2000000000.75}", NULL},
        {"no signature wanted", "{\"alg\":\"none\"}", CLAIMS, "its algorithm"},
        {"none in capitals", "{\"alg\":\"NONE\"}", CLAIMS, "its algorithm"},
        {"HMAC", "{\"alg\":\"HS256\",\"kid\":\"k\"}", CLAIMS, "its algorithm"},
        {"another RSA", "{\"alg\":\"RS1\"}", CLAIMS, "its algorithm"},
        {"lower case", "{\"alg\":\"es256\"}", CLAIMS, "its algorithm"},
        {"no algorithm", "{\"kid\":\"k\"}", CLAIMS, "its algorithm"},
        {"an algorithm that is no text", "{\"alg\":1}", CLAIMS, "its algorithm"},
        {"the algorithm by another name", "{\"ALG\":\"ES256\"}", CLAIMS, "its algorithm"},
        {"an algorithm twice", "{\"alg\":\"ES256\",\"alg\":\"RS256\"}", CLAIMS, "its header"},
        {"twice in another case", "{\"alg\":\"ES256\",\"Alg\":\"none\"}", CLAIMS, "its header"},
        {"crit", "{\"alg\":\"ES256\",\"crit\":[\"exp\"]}", CLAIMS, "its header asks"},
        {"an empty crit", "{\"alg\":\"ES256\",\"crit\":[]}", CLAIMS, "its header asks"},
        {"b64", "{\"alg\":\"ES256\",\"b64\":false}", CLAIMS, "its header asks"},
        {"another type", "{\"alg\":\"ES256\",\"typ\":\"dpop+jwt\"}", CLAIMS, "its type"},
        {"a type that is no text", "{\"alg\":\"ES256\",\"typ\":[]}", CLAIMS, "its type"},
        {"a kid that is no text", "{\"alg\":\"ES256\",\"kid\":7}", CLAIMS, "its kid"},
        {"a header that is no object", "[]", CLAIMS, "its header"},
        {"a header that is not JSON", "{", CLAIMS, "its header"},
        {"claims that are no object", HEADER, "\"x\"", "its claims"},
        {"a claim twice", HEADER, "{\"iss\":\"i\",\"exp\":1,\"exp\":2}", "its claims"},
        {"no issuer", HEADER, "{\"exp\":2000000000}", "iss"},
        {"an issuer that is a list", HEADER, "{\"iss\":[\"i\"],\"exp\":2000000000}", "iss"},
        {"a subject that is a number", HEADER, "{\"iss\":\"i\",\"sub\":5,\"exp\":9}", "iss"},
        {"no end", HEADER, "{\"iss\":\"i\"}", "it has no end"},
        {"an end in another spelling", HEADER, "{\"iss\":\"i\",\"EXP\":2000000000}", "it has no"},
        {"an end that is text", HEADER, "{\"iss\":\"i\",\"exp\":\"2000000000\"}", "exp"},
        {"an end in the far future", HEADER, "{\"iss\":\"i\",\"exp\":99999999999999}", "exp"},
        {"an end before 1970", HEADER, "{\"iss\":\"i\",\"exp\":-5}", "exp"},
        {"an exponent", HEADER, "{\"iss\":\"i\",\"exp\":2e9}", "exp"},
        {"an exponent behind a point", HEADER, "{\"iss\":\"i\",\"exp\":2.0e9}", "exp"},
        {"a beginning that is null", HEADER, "{\"iss\":\"i\",\"exp\":9,\"nbf\":null}", "exp"},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct jwt jwt;
        const char *why = NULL;
        roster_arena_reset(arena);
        bool read = jwt_read(token_of(cases[at].header, cases[at].claims), arena, &jwt, &why);
        if (read != (cases[at].why == NULL) ||
            (!read && strncmp(why, cases[at].why, strlen(cases[at].why)) != 0)) {
            fail_msg("%s: %s", cases[at].sentence, read ? "read" : why);
        }
    }
}

static void three_parts_of_base64url_are_a_token_and_nothing_else_is(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {"a.b.c", true},    {"aa-_.b0.c", true}, {"a.b", false},     {"a.b.", false},
        {".b.c", false},    {"a..c", false},     {"a.b.c.d", false}, {"a.b.c=", false},
        {"a.b.c d", false}, {"a+b.c.d", false},  {"a/b.c.d", false}, {"", false},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        assert_int_equal(jwt_is_wellformed(str_of(cases[at].text)), cases[at].is);
    }
    char *large = malloc(JWT_TEXT_MAX + 1);
    assert_non_null(large);
    memset(large, 'a', JWT_TEXT_MAX + 1);
    large[1] = large[3] = '.';
    assert_true(jwt_is_wellformed((str){large, JWT_TEXT_MAX}));
    assert_false(jwt_is_wellformed((str){large, JWT_TEXT_MAX + 1}));
    free(large);
}

static void base64url_has_one_spelling(void **state)
{
    // The last two bits of "AB" mean nothing and have to be 0.
    struct jwt jwt;
    const char *why = NULL;
    struct text out;
    text_init(&out, arena, JWT_TEXT_MAX);
    encode(&out, HEADER);
    text_char(&out, '.');
    encode(&out, CLAIMS);
    text_lit(&out, ".AB");
    assert_false(jwt_read(text_str(&out), arena, &jwt, &why));
    assert_string_equal(why, "its signature is malformed");
}

static void claims_and_audiences_are_compared_as_they_are_written(void **state)
{
    struct jwt jwt;
    const char *why = NULL;
    assert_true(jwt_read(token_of(HEADER, "{\"iss\":\"i\",\"exp\":9,\"tid\":\"T\",\"roles\":[\"a\","
                                          "\"b\"],\"n\":1.0,\"ok\":true,\"aud\":[\"x\","
                                          "\"api://r/.default\"]}"),
                         arena, &jwt, &why));
    static const struct {
        const char *name;
        const char *value;
        bool has;
    } cases[] = {
        {"tid", "T", true},     {"tid", "t", false}, {"TID", "T", false}, {"roles", "b", true},
        {"roles", "c", false},  {"n", "1.0", true},  {"n", "1", false},   {"ok", "true", true},
        {"ok", "false", false}, {"aud", "x", true},  {"gone", "", false},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        assert_int_equal(jwt_claim_has(&jwt, str_of(cases[at].name), str_of(cases[at].value)),
                         cases[at].has);
    }
    assert_true(jwt_audience_has(&jwt, STR("api://r")));
    assert_true(jwt_audience_has(&jwt, STR("api://r/.default")));
    assert_true(jwt_audience_has(&jwt, STR("x/.default")));
    assert_false(jwt_audience_has(&jwt, STR("api://r/")));
    assert_false(jwt_audience_has(&jwt, STR("api://R")));
    assert_false(jwt_audience_has(&jwt, STR("")));
}

// Keys and signatures of the appendices of RFC 7515 and RFC 8037.
#define PAYLOAD                                                                                    \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl" \
    "fQ"
#define RSA_N                                                                                      \
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4" \
    "d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5re" \
    "xMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxX" \
    "FvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RSA_SIGNATURE                                                                              \
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5" \
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb" \
    "1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QO" \
    "YEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define EC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define EC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC_SIGNATURE                                                                               \
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define ED_X "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
#define ED_SIGNATURE                                                                               \
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

#define RSA_KEY "\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" RSA_N "\""
#define EC_KEY "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_Y "\""
#define ED_KEY "\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "\""

static str octets(const char *text)
{
    str out = {0};
    assert_true(jwt_octets(str_of(text), arena, &out));
    return out;
}

static void the_signatures_of_the_rfcs_are_good_and_one_bit_off_they_are_not(void **state)
{
    static const struct {
        enum key_alg alg;
        const char *message;
        const char *signature;
    } cases[] = {
        {KEY_RS256, "eyJhbGciOiJSUzI1NiJ9." PAYLOAD, RSA_SIGNATURE},
        {KEY_ES256, "eyJhbGciOiJFUzI1NiJ9." PAYLOAD, EC_SIGNATURE},
        {KEY_EDDSA, "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc", ED_SIGNATURE},
    };
    struct jwks jwks;
    struct roster_error err = {0};
    assert_true(
        jwks_read(STR("{\"keys\":[{" RSA_KEY "},{" EC_KEY "},{" ED_KEY "}]}"), arena, &jwks, &err));
    assert_int_equal(jwks.count, 3);
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        const struct public_key *key = jwks_find(&jwks, (str){0}, cases[at].alg);
        str message = str_of(cases[at].message);
        str signature = octets(cases[at].signature);
        char *changed = malloc(signature.len);
        assert_non_null(key);
        assert_non_null(changed);
        assert_true(public_key_check(key, message, signature));
        assert_false(public_key_check(key, str_tail(message, 1), signature));
        assert_false(public_key_check(key, message, str_tail(signature, 1)));
        assert_false(public_key_check(key, message, (str){0}));
        for (size_t byte = 0; byte < signature.len; byte += 7) {
            memcpy(changed, signature.ptr, signature.len);
            changed[byte] ^= 1;
            assert_false(public_key_check(key, message, (str){changed, signature.len}));
        }
        free(changed);
    }
    jwks_release(&jwks);
}

static void a_signature_of_zeros_is_none(void **state)
{
    static const char zeros[64] = {0};
    struct jwks jwks;
    struct roster_error err = {0};
    assert_true(jwks_read(STR("{\"keys\":[{" EC_KEY "},{" ED_KEY "}]}"), arena, &jwks, &err));
    for (int at = 0; at < jwks.count; at++) {
        assert_false(public_key_check(jwks.keys[at].key, STR("x"), (str){zeros, sizeof(zeros)}));
    }
    jwks_release(&jwks);
}

static void a_set_of_keys_is_read_or_refused(void **state)
{
    static const struct {
        const char *sentence;
        const char *text;
        int count;  // 0: refused
    } cases[] = {
        {"one of each kind", "{\"keys\":[{" RSA_KEY "},{" EC_KEY "},{" ED_KEY "}]}", 3},
        {"RSA for PSS", "{\"keys\":[{" RSA_KEY ",\"alg\":\"PS256\"}]}", 1},
        {"members that nobody knows", "{\"keys\":[{" EC_KEY ",\"x5c\":[\"M\"],\"z\":1}],\"a\":2}",
         1},
        {"key_ops with verify", "{\"keys\":[{" EC_KEY ",\"key_ops\":[\"verify\"]}]}", 1},
        {"what is of no use is left out",
         "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"},{" EC_KEY
         "},{\"kty\":\"EC\",\"crv\":\"P-384\"},7,null]}",
         1},
        {"only for encryption", "{\"keys\":[{" EC_KEY ",\"use\":\"enc\"}]}", 0},
        {"key_ops without verify", "{\"keys\":[{" EC_KEY ",\"key_ops\":[\"sign\"]}]}", 0},
        {"only for HMAC", "{\"keys\":[{\"kty\":\"oct\",\"k\":\"c2VjcmV0\",\"alg\":\"HS256\"}]}", 0},
        {"RSA that says HMAC", "{\"keys\":[{" RSA_KEY ",\"alg\":\"HS256\"}]}", 0},
        {"RSA that says EC", "{\"keys\":[{" RSA_KEY ",\"alg\":\"ES256\"}]}", 0},
        {"EC that says RSA", "{\"keys\":[{" EC_KEY ",\"alg\":\"RS256\"}]}", 0},
        {"a short modulus", "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"" EC_X "\"}]}", 0},
        {"no point of the curve",
         "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" EC_X "\",\"y\":\"" EC_X "\"}]}",
         0},
        {"a short coordinate",
         "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"" EC_Y "\"}]}", 0},
        {"base64 instead of base64url",
         "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" ED_X "=\"}]}", 0},
        {"another curve of Edwards",
         "{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" ED_X "\"}]}", 0},
        {"a private key", "{\"keys\":[{" ED_KEY ",\"d\":\"AAAA\"},{" EC_KEY "}]}", 0},
        {"no keys", "{\"keys\":[]}", 0},
        {"no list", "{\"keys\":{}}", 0},
        {"another name", "{\"KEYS\":[{" EC_KEY "}]}", 0},
        {"no object", "[{" EC_KEY "}]", 0},
        {"no JSON", "<html>", 0},
        {"nothing", "", 0},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct jwks jwks;
        struct roster_error err = {0};
        roster_arena_reset(arena);
        bool read = jwks_read(str_of(cases[at].text), arena, &jwks, &err);
        if (read != (cases[at].count > 0) || (read && jwks.count != cases[at].count) ||
            (!read && err.detail[0] == '\0')) {
            fail_msg("%s: %s", cases[at].sentence, read ? "read" : err.detail);
        }
        jwks_release(&jwks);
    }
}

static void a_key_is_found_by_kid_and_its_own_algorithm(void **state)
{
    struct jwks jwks;
    struct roster_error err = {0};
    assert_true(
        jwks_read(STR("{\"keys\":[{" EC_KEY ",\"kid\":\"a\"},{" RSA_KEY ",\"kid\":\"a\"},{" ED_KEY
                      ",\"kid\":\"b\"},{" ED_KEY ",\"kid\":\"c\"}]}"),
                  arena, &jwks, &err));
    assert_ptr_equal(jwks_find(&jwks, STR("a"), KEY_ES256), jwks.keys[0].key);
    assert_ptr_equal(jwks_find(&jwks, STR("a"), KEY_RS256), jwks.keys[1].key);
    assert_null(jwks_find(&jwks, STR("a"), KEY_PS256));
    assert_null(jwks_find(&jwks, STR("A"), KEY_ES256));
    assert_null(jwks_find(&jwks, STR("b"), KEY_ES256));
    assert_ptr_equal(jwks_find(&jwks, (str){0}, KEY_ES256), jwks.keys[0].key);
    assert_null(jwks_find(&jwks, (str){0}, KEY_EDDSA));
    jwks_release(&jwks);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_token_is_read_or_refused_with_its_reason),
    cmocka_unit_test(three_parts_of_base64url_are_a_token_and_nothing_else_is),
    cmocka_unit_test(base64url_has_one_spelling),
    cmocka_unit_test(claims_and_audiences_are_compared_as_they_are_written),
    cmocka_unit_test(the_signatures_of_the_rfcs_are_good_and_one_bit_off_they_are_not),
    cmocka_unit_test(a_signature_of_zeros_is_none),
    cmocka_unit_test(a_set_of_keys_is_read_or_refused),
    cmocka_unit_test(a_key_is_found_by_kid_and_its_own_algorithm),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
