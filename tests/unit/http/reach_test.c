// reach_test.c: which addresses a URL of somebody else may lead to.
// SPDX-License-Identifier: Apache-2.0
#include "http/reach.h"

#include "base/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static void only_global_unicast_is_public(void **state)
{
    static const struct {
        const char *address;
        bool is_public;
    } cases[] = {
        {"8.8.8.8", true},
        {"1.1.1.1", true},
        {"100.63.255.255", true},
        {"172.15.255.255", true},
        {"172.32.0.0", true},
        {"198.17.255.255", true},
        {"198.20.0.0", true},
        {"223.255.255.255", true},
        {"2606:4700::1111", true},
        {"2001:4860:4860::8888", true},
        {"::ffff:8.8.8.8", true},
        {"0.0.0.0", false},
        {"0.1.2.3", false},
        {"10.0.0.1", false},
        {"100.64.0.1", false},
        {"100.127.255.255", false},
        {"127.0.0.1", false},
        {"127.255.255.254", false},
        {"169.254.169.254", false},
        {"172.16.0.1", false},
        {"172.31.255.255", false},
        {"192.0.0.1", false},
        {"192.0.2.1", false},
        {"192.88.99.1", false},
        {"192.168.1.1", false},
        {"198.18.0.1", false},
        {"198.19.255.255", false},
        {"198.51.100.1", false},
        {"203.0.113.1", false},
        {"224.0.0.1", false},
        {"240.0.0.1", false},
        {"255.255.255.255", false},
        {"::", false},
        {"::1", false},
        {"::ffff:10.0.0.1", false},
        {"::ffff:127.0.0.1", false},
        {"::127.0.0.1", false},
        {"64:ff9b::a00:1", false},
        {"100::1", false},
        {"2001::1", false},
        {"2001:1ff::1", false},
        {"2001:db8::1", false},
        {"2002:a00:1::", false},
        {"3fff::1", false},
        {"fc00::1", false},
        {"fd12:3456::1", false},
        {"fe80::1", false},
        {"fe80::1%lo", false},
        {"ff02::1", false},
        {"example.com", false},
        {"0x7f000001", false},
        {"2130706433", false},
        {"", false},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        if (reach_is_public(cases[at].address) != cases[at].is_public) {
            fail_msg("%s", cases[at].address);
        }
    }
}

static void this_machine_has_many_addresses(void **state)
{
    assert_true(reach_is_loopback("127.0.0.1"));
    assert_true(reach_is_loopback("127.9.9.9"));
    assert_true(reach_is_loopback("::1"));
    assert_true(reach_is_loopback("::ffff:127.0.0.1"));
    assert_false(reach_is_loopback("128.0.0.1"));
    assert_false(reach_is_loopback("::2"));
    assert_false(reach_is_loopback("localhost"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_global_unicast_is_public),
    cmocka_unit_test(this_machine_has_many_addresses),
};

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
