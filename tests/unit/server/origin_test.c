// origin_test.c: networks, and the address a request comes from behind proxies.
// SPDX-License-Identifier: Apache-2.0
#include "server/origin.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>  // last: it makes a macro of `fail`

static struct network network_of(const char *text)
{
    struct network network;
    struct roster_error err = {0};
    assert_true(network_parse(str_of(text), &network, &err));
    return network;
}

static void a_network_has_the_addresses_that_share_its_bits(void **state)
{
    static const struct {
        const char *network;
        const char *address;
        bool has;
    } cases[] = {
        {"10.0.0.1", "10.0.0.1", true},
        {"10.0.0.1", "10.0.0.2", false},
        {"10.0.0.1", "::ffff:10.0.0.1", true},
        {"10.0.0.0/8", "10.255.1.2", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"192.168.4.0/22", "192.168.7.255", true},
        {"192.168.4.0/22", "192.168.8.0", false},
        {"10.0.0.0/31", "10.0.0.1", true},
        {"10.0.0.0/31", "10.0.0.2", false},
        {"128.0.0.0/1", "200.1.1.1", true},
        {"128.0.0.0/1", "127.0.0.1", false},
        {"128.0.0.0/1", "8000::1", false},
        {"fd00::/8", "fd12:3456::1", true},
        {"fd00::/8", "fe80::1", false},
        {"fd00::/8", "253.0.0.1", false},
        {"2001:db8::/33", "2001:db8:7fff::1", true},
        {"2001:db8::/33", "2001:db8:8000::1", false},
        {"::1", "::1", true},
        {"::ffff:10.0.0.0/104", "10.1.2.3", true},
        {"::/96", "10.1.2.3", false},
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct network network = network_of(cases[at].network);
        struct ip ip;
        print_message("  %s in %s\n", cases[at].address, cases[at].network);
        assert_true(ip_parse(str_of(cases[at].address), &ip));
        assert_int_equal(network_has(&network, &ip), cases[at].has);
    }
}

static void what_is_no_network_is_refused(void **state)
{
    static const char *const cases[] = {
        "",           "10.0.0",       "10.0.0.256",  "10.0.0.0/",    "10.0.0.0/0", "10.0.0.0/33",
        "10.0.0.1/8", "10.0.0.0/8/8", "10.0.0.0/-8", "fd00::/129",   "fd00::1/64", "::/0",
        "localhost",  "[::1]",        "::1%eth0",    " 10.0.0.1",    "10.0.0.1 ",  "0x0a.0.0.1",
        "/8",         "fd00::/8x",    "10.0.0.0/8 ", "::ffff:0:0/0",
    };
    for (size_t at = 0; at < COUNT_OF(cases); at++) {
        struct network network;
        struct roster_error err = {0};
        print_message("  \"%s\"\n", cases[at]);
        assert_false(network_parse(str_of(cases[at]), &network, &err));
        assert_int_equal(err.code, ROSTER_ERR_INVALID_VALUE);
    }
}

// Our proxies are 10.0.0.0/8 and fd00::1.
static const struct {
    const char *name;
    const char *remote;
    const char *said[2];  // X-Forwarded-For, as sent
    const char *address;
} origins[] = {
    {"without a header it is the proxy", "10.0.0.1", {NULL}, "10.0.0.1"},
    {"a proxy is believed", "10.0.0.1", {"192.0.2.7"}, "192.0.2.7"},
    {"a stranger is not", "192.0.2.1", {"198.51.100.7"}, "192.0.2.1"},
    {"an IPv6 proxy is believed", "fd00::1", {"2001:db8::7"}, "2001:db8::7"},
    {"its neighbour is not", "fd00::2", {"2001:db8::7"}, "fd00::2"},
    {"what the client claims before is not", "10.0.0.1", {"1.1.1.1, 192.0.2.7"}, "192.0.2.7"},
    {"proxies behind one another", "10.0.0.1", {"192.0.2.7, 10.3.3.3"}, "192.0.2.7"},
    {"a chain behind a claim", "10.0.0.1", {"1.1.1.1,192.0.2.7 ,10.3.3.3"}, "192.0.2.7"},
    {"a claim to be a proxy ends at the stranger",
     "10.0.0.1",
     {"1.1.1.1, 10.9.9.9, 192.0.2.7"},
     "192.0.2.7"},
    {"all of them are proxies", "10.0.0.1", {"10.1.1.1, 10.2.2.2"}, "10.1.1.1"},
    {"several headers are one list", "10.0.0.1", {"1.1.1.1", "192.0.2.7, 10.3.3.3"}, "192.0.2.7"},
    {"the last header alone may be proxies", "10.0.0.1", {"192.0.2.7", "10.3.3.3"}, "192.0.2.7"},
    {"a port is left out", "10.0.0.1", {"192.0.2.7:4711"}, "192.0.2.7"},
    {"a port of IPv6 too", "10.0.0.1", {"[2001:db8::7]:4711"}, "2001:db8::7"},
    {"brackets alone", "10.0.0.1", {"[2001:db8::7]"}, "2001:db8::7"},
    {"one spelling of an address", "10.0.0.1", {"2001:DB8:0:0::0007"}, "2001:db8::7"},
    {"mapped IPv4 is IPv4", "10.0.0.1", {"::ffff:192.0.2.7"}, "192.0.2.7"},
    {"unknown is whom the proxy is for", "10.0.0.1", {"unknown"}, "10.0.0.1"},
    {"unknown behind a proxy", "10.0.0.1", {"192.0.2.7, unknown, 10.3.3.3"}, "10.3.3.3"},
    {"a name is no address", "10.0.0.1", {"evil.example"}, "10.0.0.1"},
    {"an empty element is none", "10.0.0.1", {"192.0.2.7,"}, "10.0.0.1"},
    {"an empty header is none", "10.0.0.1", {""}, "10.0.0.1"},
    {"quotes are none", "10.0.0.1", {"\"192.0.2.7\""}, "10.0.0.1"},
    {"an open bracket is none", "10.0.0.1", {"[2001:db8::7"}, "10.0.0.1"},
    {"seventeen proxies are too many",
     "10.0.0.1",
     {"192.0.2.7, 10.0.0.9, 10.0.0.8, 10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3",
      "10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3,10.0.0.3"},
     "10.0.0.9"},
};

static void the_address_is_the_last_that_a_proxy_of_ours_saw(void **state)
{
    const struct network proxies[] = {network_of("10.0.0.0/8"), network_of("fd00::1")};
    static struct app app;
    app.options.proxies = proxies;
    app.options.proxy_count = COUNT_OF(proxies);
    struct roster_arena *arena = roster_arena_open(KIB(64));
    for (size_t at = 0; at < COUNT_OF(origins); at++) {
        struct http_header headers[] = {{STR("Forwarded"), STR("for=203.0.113.9")},
                                        {STR("x-forwarded-for"), {0}},
                                        {STR("X-Real-IP"), STR("203.0.113.9")},
                                        {STR("X-Forwarded-For"), {0}}};
        size_t count = origins[at].said[1] != NULL ? 4 : origins[at].said[0] != NULL ? 2 : 1;
        print_message("  %s\n", origins[at].name);
        for (int said = 0; said < 2 && origins[at].said[said] != NULL; said++) {
            headers[said * 2 + 1].value = str_of(origins[at].said[said]);
        }
        const struct http_exchange exchange = {.remote = str_of(origins[at].remote),
                                               .headers = headers,
                                               .header_count = count,
                                               .arena = arena};
        str address = origin_address(&app, &exchange);
        assert_int_equal(address.len, strlen(origins[at].address));
        assert_memory_equal(address.ptr, origins[at].address, address.len);
    }
    roster_arena_close(arena);
}

static void without_proxies_nobody_is_believed(void **state)
{
    static struct app app;
    const struct http_header header = {STR("X-Forwarded-For"), STR("192.0.2.7")};
    const struct http_exchange exchange = {
        .remote = STR("127.0.0.1"), .headers = &header, .header_count = 1};
    assert_true(str_equal(origin_address(&app, &exchange), STR("127.0.0.1")));
    assert_false(origin_is_proxy(&app, STR("127.0.0.1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_has_the_addresses_that_share_its_bits),
        cmocka_unit_test(what_is_no_network_is_refused),
        cmocka_unit_test(the_address_is_the_last_that_a_proxy_of_ours_saw),
        cmocka_unit_test(without_proxies_nobody_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
