// test_config.c: addresses, URLs, and settings from a file and from options.
// SPDX-License-Identifier: Apache-2.0
#include "cli/config.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
// After what it needs.
#include <cmocka.h>

static int open_arena(void **state)
{
    *state = roster_arena_open(MIB(4));
    return *state == NULL;
}

static int close_arena(void **state)
{
    roster_arena_close(*state);
    return 0;
}

static const struct file_case {
    const char *name;
    const char *text;
    const char *detail;
} wrong_files[] = {
    {"an unknown key has its line", "\n# x\nlisen = 1\n",
     "f.conf:3: there is no setting \"lisen\"; did you mean \"listen\"?"},
    {"a far key gets no offer", "colour = red\n", "f.conf:1: there is no setting \"colour\""},
    {"a line without a value has its line", "drain = 1\ndomain\n",
     "f.conf:2: it is no \"key = value\""},
    {"the first of two wrong lines counts", "domain\nlisen = 1\n",
     "f.conf:1: it is no \"key = value\""},
    {"the first of two wrong keys counts", "lisen = 1\nfoo = 2\n",
     "f.conf:1: there is no setting \"lisen\"; did you mean \"listen\"?"},
    {"a section is refused", "[server]\ndrain = 1\n",
     "f.conf:2: there are no sections here: [server]"},
    {"a key given twice is refused", "drain = 1\ndrain = 1\n", "f.conf:2: drain is given twice"},
    {"a continued line is refused", "drain = 1\n  2\n", "f.conf:2: drain is given twice"},
    {"an empty value is refused", "domain =\n", "f.conf:1: domain has no value"},
    {"a bad address has its line", "listen = localhost:80\n",
     "f.conf:1: listen: \"localhost:80\" is no numeric address with a port: 127.0.0.1:8080, "
     "[::1]:8080"},
    {"a bad level has its line", "log-level = loud\n",
     "f.conf:1: log-level: it is debug, info, warning or error"},
    {"a long stop is refused", "drain = 3601\n",
     "f.conf:1: drain: it is a number of seconds from 0 to 3600"},
    {"a rate of nothing is refused", "rate = 0\n",
     "f.conf:1: rate: it is N/BURST or N (requests a second, and at once; 1 to 1000000) or "
     "unlimited"},
    {"a wrong proxy is named", "behind-proxy = 10.0.0.1\n  example.com\n",
     "f.conf:2: behind-proxy: \"example.com\" is no numeric address or network"},
    {"a proxy that is everybody is refused", "behind-proxy = 0.0.0.0/0\n",
     "f.conf:1: behind-proxy: \"0.0.0.0/0\": behind the / is a number from 1 to 32"},
};

static void a_wrong_line_of_a_file_is_named(void **state)
{
    for (size_t i = 0; i < COUNT_OF(wrong_files); i++) {
        struct settings settings;
        struct roster_error err = {0};
        print_message("  %s\n", wrong_files[i].name);
        assert_false(
            settings_parse_file("f.conf", str_of(wrong_files[i].text), *state, &settings, &err));
        assert_int_equal(err.code, ROSTER_ERR_INVALID_VALUE);
        assert_string_equal(err.detail, wrong_files[i].detail);
    }
}

static void a_line_that_is_too_long_is_refused(void **state)
{
    char text[1024] = "drain = 1\ndomain = ";
    struct settings settings;
    struct roster_error err = {0};
    memset(text + strlen(text), 'a', 500);
    assert_false(settings_parse_file("f.conf", str_of(text), *state, &settings, &err));
    assert_non_null(strstr(err.detail, "f.conf:2: the line is longer than"));
}

static void an_empty_file_gives_the_defaults(void **state)
{
    struct settings settings;
    struct roster_error err = {0};
    assert_true(settings_parse_file("f.conf", STR("# nothing\n\n"), *state, &settings, &err));
    assert_string_equal(settings.listen.host, "127.0.0.1");
    assert_int_equal(settings.listen.port, 8080);
    assert_null(settings.store);
    assert_null(settings.public_url);
    assert_null(settings.domain);
    assert_int_equal(settings.proxy_count, 0);
    assert_int_equal(settings.log_level, LOG_LEVEL_INFO);
    assert_int_equal(settings.drain_ms, 10000);
}

static void a_file_may_set_everything(void **state)
{
    struct settings settings;
    struct roster_error err = {0};
    str text = STR("store = sqlite:/srv/r.db\n"
                   "listen = [::1]:0 ; any port\n"
                   "public-url = https://id.example.com/\n"
                   "domain = scim.example.com\n"
                   "behind-proxy = 10.0.0.1, 10.0.2.0/24\n"
                   "               fd00::0001\n"
                   "tls-cert = /etc/roster/chain.pem\n"
                   "tls-key = /etc/roster/key.pem\n"
                   "log-level = debug\n"
                   "drain = 0");
    assert_true(settings_parse_file("f.conf", text, *state, &settings, &err));
    assert_string_equal(settings.store, "sqlite:/srv/r.db");
    assert_string_equal(settings.listen.host, "::1");
    assert_true(settings.listen.ipv6);
    assert_string_equal(settings.public_url, "https://id.example.com");
    assert_string_equal(settings.domain, "scim.example.com");
    assert_string_equal(settings.tls_cert, "/etc/roster/chain.pem");
    assert_string_equal(settings.tls_key, "/etc/roster/key.pem");
    assert_int_equal(settings.proxy_count, 3);
    assert_int_equal(settings.proxies[0].bits, 128);
    assert_int_equal(settings.proxies[1].bits, 96 + 24);
    assert_int_equal(settings.proxies[2].bits, 128);
    assert_int_equal(settings.proxies[2].first.bytes[0], 0xfd);
    assert_int_equal(settings.log_level, LOG_LEVEL_DEBUG);
    assert_int_equal(settings.drain_ms, 0);
}

// A file of its own for a test; unlinked by the caller.
static void make_file(char path[32], const char *text)
{
    snprintf(path, 32, "/tmp/roster-conf-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static bool read_settings(char **argv, int argc, struct roster_arena *arena, struct settings *out,
                          struct roster_error *err)
{
    static const struct cli_option help[] = {{"help", NULL, "", false}, {0}};
    const struct cli_option *const tables[] = {serve_options, help, NULL};
    struct options options;
    assert_true(options_parse(tables, argc, argv, &options, err));
    return settings_read(&options, arena, out, err);
}

static void options_win_over_the_file(void **state)
{
    char path[32];
    char drain[] = "--drain=7";
    char proxy[] = "--behind-proxy=10.9.9.9";
    char config[] = "--config";
    char *argv[] = {"roster", config, path, drain, proxy, NULL};
    struct settings settings;
    struct roster_error err = {0};
    make_file(path, "drain = 3\nlog-level = error\nbehind-proxy = 10.0.0.1,10.0.0.2\n");
    assert_true(read_settings(argv, 5, *state, &settings, &err));
    unlink(path);
    assert_int_equal(settings.drain_ms, 7000);
    assert_int_equal(settings.log_level, LOG_LEVEL_ERROR);
    assert_int_equal(settings.proxy_count, 1);
    assert_int_equal(settings.proxies[0].first.bytes[15], 9);
    assert_true(str_equal(settings.given[SETTING_DRAIN], STR("7")));
}

static void a_bad_option_is_told_from_a_bad_file(void **state)
{
    char path[32];
    char drain[] = "--drain=soon";
    char config[] = "--config";
    char *of_option[] = {"roster", drain, NULL};
    char *of_file[] = {"roster", config, path, NULL};
    struct settings settings;
    struct roster_error err = {0};
    assert_false(read_settings(of_option, 2, *state, &settings, &err));
    assert_int_equal(err.code, ROSTER_ERR_BAD_REQUEST);
    assert_string_equal(err.detail, "--drain: it is a number of seconds from 0 to 3600");
    make_file(path, "drain = soon\n");
    assert_false(read_settings(of_file, 3, *state, &settings, &err));
    unlink(path);
    assert_int_equal(err.code, ROSTER_ERR_INVALID_VALUE);
    assert_false(read_settings(of_file, 3, *state, &settings, &err));
    assert_non_null(strstr(err.detail, "No such file"));
}

static const struct address_case {
    const char *name;
    const char *text;
    const char *host;  // NULL: refused
    uint16_t port;
    bool loopback;
} addresses[] = {
    {"a v4 address has a port", "127.0.0.1:8080", "127.0.0.1", 8080, true},
    {"all of 127 is loopback", "127.9.9.9:1", "127.9.9.9", 1, true},
    {"a v6 address has brackets", "[::1]:0", "::1", 0, true},
    {"the any address is not loopback", "0.0.0.0:65535", "0.0.0.0", 65535, false},
    {"the any address of v6 is not loopback", "[::]:1", "::", 1, false},
    {"a mapped loopback is loopback", "[::ffff:127.0.0.1]:1", "::ffff:127.0.0.1", 1, true},
    {"an address is printed in one way", "[FD00:0::1]:1", "fd00::1", 1, false},
    {"a port is needed", "127.0.0.1", NULL, 0, false},
    {"a port is a number", "127.0.0.1:http", NULL, 0, false},
    {"a port ends at 65535", "127.0.0.1:65536", NULL, 0, false},
    {"a port has no sign", "127.0.0.1:+80", NULL, 0, false},
    {"a name is no address", "localhost:80", NULL, 0, false},
    {"v6 without brackets is refused", "::1:80", NULL, 0, false},
    {"v4 in brackets is refused", "[127.0.0.1]:80", NULL, 0, false},
    {"an open bracket is refused", "[::1:80", NULL, 0, false},
    {"a port alone is refused", ":80", NULL, 0, false},
    {"an empty text is refused", "", NULL, 0, false},
};

static void addresses_are_numeric_and_have_a_port(void **state)
{
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        struct address address;
        struct roster_error err = {0};
        print_message("  %s\n", addresses[i].name);
        bool ok = address_parse(str_of(addresses[i].text), &address, &err);
        assert_int_equal(ok, addresses[i].host != NULL);
        if (ok) {
            assert_string_equal(address.host, addresses[i].host);
            assert_int_equal(address.port, addresses[i].port);
            assert_int_equal(address_is_loopback(&address), addresses[i].loopback);
        }
    }
}

static const struct url_case {
    const char *name;
    const char *text;
    const char *url;  // NULL: refused
} urls[] = {
    {"a host is enough", "https://id.example.com", "https://id.example.com"},
    {"slashes at the end go", "http://id.example.com//", "http://id.example.com"},
    {"a path may follow", "https://example.com/scim-in/a/", "https://example.com/scim-in/a"},
    {"a port may follow", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
    {"a v6 host has brackets", "http://[::1]:8080/x", "http://[::1]:8080/x"},
    {"the scheme may be in capitals", "HTTPS://a.b", "HTTPS://a.b"},
    {"another scheme is refused", "ftp://a.b", NULL},
    {"a relative one is refused", "/scim", NULL},
    {"a query is refused", "https://a.b/?x=1", NULL},
    {"a fragment is refused", "https://a.b/#x", NULL},
    {"a user is refused", "https://me@a.b", NULL},
    {"a host is needed", "https://", NULL},
    {"a blank is refused", "https://a.b/c d", NULL},
    {"a line end is refused", "https://a.b/\n", NULL},
    {"a quote is refused", "https://a.b/\"", NULL},
    {"a bad port is refused", "https://a.b:99999", NULL},
};

static void public_urls_are_bases_of_addresses(void **state)
{
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        str url = {0};
        struct roster_error err = {0};
        print_message("  %s\n", urls[i].name);
        assert_int_equal(url_check(str_of(urls[i].text), &url, &err), urls[i].url != NULL);
        assert_true(str_equal(url, str_of(urls[i].url)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_wrong_line_of_a_file_is_named, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_line_that_is_too_long_is_refused, open_arena,
                                        close_arena),
        cmocka_unit_test_setup_teardown(an_empty_file_gives_the_defaults, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_file_may_set_everything, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(options_win_over_the_file, open_arena, close_arena),
        cmocka_unit_test_setup_teardown(a_bad_option_is_told_from_a_bad_file, open_arena,
                                        close_arena),
        cmocka_unit_test(addresses_are_numeric_and_have_a_port),
        cmocka_unit_test(public_urls_are_bases_of_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
