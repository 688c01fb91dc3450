// certificate_test.c: what is read from certificates, against what openssl says of the same ones.
// SPDX-License-Identifier: Apache-2.0
#include "sys/certificate.h"

#include "base/base64.h"
#include "base/error.h"
#include "kit/certificate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static void assert_read(const struct certificate *certificate, struct roster_arena *arena)
{
    struct text text;
    text_init(&text, arena, 64);
    base64url_add(&text, certificate->thumbprint, DIGEST_LEN);
    assert_true(str_equal(text_str(&text), str_of(certificate_thumbprint)));
    assert_int_equal(certificate->begins_ms, certificate_begins_ms);
    assert_int_equal(certificate->ends_ms, certificate_ends_ms);
}

static void a_certificate_in_pem_is_read(void **state)
{
    struct certificate certificate;
    struct roster_error err = {0};
    assert_true(certificate_read(STR("junk before\n"), &certificate, &err) == false);
    assert_true(certificate_read(str_of(certificate_pem), &certificate, &err));
    assert_read(&certificate, *state);
    assert_string_equal(certificate.subject, "O=Acme\\, Inc,CN=d\\C3\\A9j\\C3\\A0 vu");
}

static void the_same_in_der_is_the_same(void **state)
{
    static unsigned char der[1024];
    struct certificate certificate;
    size_t len = 0;
    const char *begin = strchr(certificate_pem, '\n') + 1;
    const char *end = strstr(certificate_pem, "\n-----END");
    assert_true(base64_decode((str){begin, (size_t)(end - begin)}, der, &len));
    assert_true(certificate_read_der(der, len, &certificate));
    assert_read(&certificate, *state);
    for (size_t cut = 0; cut < len; cut++) {
        assert_false(certificate_read_der(der, cut, &certificate));
    }
}

static void what_is_none_is_refused(void **state)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "no certificate"},
        {"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "no certificate"},
        {"-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n", "no certificate"},
        {"-----BEGIN EC PRIVATE KEY-----\nMIIB\n-----END EC PRIVATE KEY-----\n", "private key"},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct certificate certificate;
        struct roster_error err = {0};
        assert_false(certificate_read(str_of(cases[at].text), &certificate, &err));
        assert_int_equal(err.code, ROSTER_ERR_INVALID_VALUE);
        assert_non_null(strstr(err.detail, cases[at].says));
    }
}

static int open_arena(void **state)
{
    *state = roster_arena_open(KIB(64));
    return *state == NULL;
}

static int close_arena(void **state)
{
    roster_arena_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_in_pem_is_read),
        cmocka_unit_test(the_same_in_der_is_the_same),
        cmocka_unit_test(what_is_none_is_refused),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
