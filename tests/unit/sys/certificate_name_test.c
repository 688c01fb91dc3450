// certificate_name_test.c: names that are declared, in the one form in which they are compared.
// SPDX-License-Identifier: Apache-2.0
#include "sys/certificate_name.h"

#include "base/error.h"
#include "kit/certificate.h"

#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static void a_name_has_one_form(void **state)
{
    static const struct {
        enum name_kind kind;
        const char *text;
        const char *normal;  // NULL: it is refused
    } cases[] = {
        {NAME_DNS, "HR.Acme.Example", "hr.acme.example"},
        {NAME_DNS, "_spf.acme-1.example", "_spf.acme-1.example"},
        {NAME_DNS, "*.acme.example", NULL},
        {NAME_DNS, "hr.acme.example/", NULL},
        {NAME_DNS, "", NULL},
        {NAME_URI, "spiffe://Acme/hr", "spiffe://Acme/hr"},
        {NAME_URI, "acme/hr", NULL},
        {NAME_URI, "spiffe://acme/h r", NULL},
        {NAME_EMAIL, "Hr@Acme.Example", "Hr@acme.example"},
        {NAME_EMAIL, "@acme.example", NULL},
        {NAME_EMAIL, "hr@", NULL},
        {NAME_EMAIL, "hr@a@b", NULL},
        {NAME_EMAIL, "*@acme.example", NULL},
        {NAME_IP, "192.0.2.7", "192.0.2.7"},
        {NAME_IP, "2001:DB8:0:0::7", "2001:db8::7"},
        {NAME_IP, "192.0.2.07", NULL},
        {NAME_IP, "192.0.2.0/24", NULL},
        {NAME_IP, "192.0.2", NULL},
        {NAME_SUBJECT, "CN=hr,O=Acme", "CN=hr,O=Acme"},
        {NAME_SUBJECT, " cn = hr , o = Acme Corp ", "CN=hr,O=Acme Corp"},
        {NAME_SUBJECT, "CN=hr+UID=7,O=Acme", "CN=hr+UID=7,O=Acme"},
        {NAME_SUBJECT, "CN=hr,O=Acme\\, Inc", "CN=hr,O=Acme\\, Inc"},
        {NAME_SUBJECT, "CN=hr\\ ", "CN=hr\\ "},
        {NAME_SUBJECT, "CN=d\xc3\xa9j\xc3\xa0", "CN=d\\C3\\A9j\\C3\\A0"},
        {NAME_SUBJECT, "2.5.4.3=hr", "CN=hr"},
        {NAME_SUBJECT, "1.2.3.4.5.6.7=#0c026872", "1.2.3.4.5.6.7=#0c026872"},
        {NAME_SUBJECT, "emailAddress=hr@acme.example", "emailAddress=hr@acme.example"},
        {NAME_SUBJECT, "/O=Acme/CN=hr", NULL},
        {NAME_SUBJECT, "CN=hr,", NULL},
        {NAME_SUBJECT, "CN=,O=Acme", NULL},
        {NAME_SUBJECT, "=hr", NULL},
        {NAME_SUBJECT, "NOSUCH=hr", NULL},
        {NAME_SUBJECT, "1.2.x=hr", NULL},
        {NAME_SUBJECT, "CN=h\nr", NULL},
        {NAME_SUBJECT, "CN=\"hr\"", NULL},
        {NAME_SUBJECT, "CN=hr\\", NULL},
        {NAME_SUBJECT, "hr", NULL},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct roster_error err = {0};
        str normal = {0};
        bool taken = name_normal(cases[at].kind, str_of(cases[at].text), *state, &normal, &err);
        if (taken != (cases[at].normal != NULL) ||
            (taken && !str_equal(normal, str_of(cases[at].normal)))) {
            fail_msg("%s: \"%.*s\"", cases[at].text, STR_ARGS(normal));
        }
        assert_true(taken || (err.code == ROSTER_ERR_INVALID_VALUE && err.detail[0] == '-'));
    }
}

static void a_name_may_not_be_longer_than_what_is_kept(void **state)
{
    static const enum name_kind kinds[] = {NAME_DNS, NAME_SUBJECT};
    char text[CERTIFICATE_SUBJECT_MAX + 1];
    for (size_t at = 0; at < COUNT_OF(kinds); at++) {
        struct roster_error err = {0};
        str normal = {0};
        memset(text, 'a', sizeof(text));
        for (size_t place = 0; kinds[at] == NAME_SUBJECT && place < 3; place++) {
            text[place] = "CN="[place];
        }
        assert_true(name_normal(kinds[at], (str){text, sizeof(text) - 1}, *state, &normal, &err));
        assert_int_equal(normal.len, sizeof(text) - 1);
        assert_false(name_normal(kinds[at], (str){text, sizeof(text)}, *state, &normal, &err));
    }
}

// What is read of a certificate is what has to be declared.
static void the_subject_that_is_read_is_its_own_form(void **state)
{
    static const char *const declared[] = {"O=Acme\\, Inc,CN=d\\C3\\A9j\\C3\\A0 vu",
                                           "o=Acme\\, Inc, cn=d\xc3\xa9j\xc3\xa0 vu"};
    struct certificate_name names[CERTIFICATE_NAMES_MAX];
    unsigned char *der = NULL;
    BIO *pem = BIO_new_mem_buf(certificate_pem, -1);
    X509 *x509 = PEM_read_bio_X509(pem, NULL, NULL, NULL);
    int len = i2d_X509(x509, &der);
    assert_true(len > 0);
    assert_true(names_read((str){(const char *)der, (size_t)len}, *state, names) > 0);
    assert_int_equal(names[0].kind, NAME_SUBJECT);
    for (size_t at = 0; at < COUNT_OF(declared); at++) {
        struct roster_error err = {0};
        str normal = {0};
        assert_true(name_normal(NAME_SUBJECT, str_of(declared[at]), *state, &normal, &err));
        assert_true(str_equal(normal, names[0].text));
    }
    for (int cut = 0; cut < len; cut++) {
        assert_int_equal(names_read((str){(const char *)der, (size_t)cut}, *state, names), 0);
    }
    OPENSSL_free(der);
    X509_free(x509);
    BIO_free(pem);
}

static int open_arena(void **state)
{
    *state = roster_arena_open(MIB(1));
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
        cmocka_unit_test(a_name_has_one_form),
        cmocka_unit_test(a_name_may_not_be_longer_than_what_is_kept),
        cmocka_unit_test(the_subject_that_is_read_is_its_own_form),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
