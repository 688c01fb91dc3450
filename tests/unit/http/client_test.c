// client_test.c: requests that must never leave, and ends without an answer.
//
// What comes back over real connections is tried by tests/e2e/test_check.py.
// SPDX-License-Identifier: Apache-2.0
#include "http/client.h"

#include "unit/http/unit.h"

#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct http_client_options options = {
    .timeout_ms = 60000, .body_max = KIB(4), .user_agent = "test"};

static enum http_sent call_with(const struct http_client_options *how, const char *url,
                                struct http_header header, struct roster_error *err)
{
    struct roster_arena *arena = roster_arena_open(MIB(1));
    struct http_client *client = http_client_open(how, err);
    struct http_answer answer;
    const struct http_request request = {
        .method = STR("GET"), .url = str_of(url), .headers = &header, .header_count = 1};
    assert_non_null(arena);
    assert_non_null(client);
    enum http_sent sent = http_client_call(client, &request, arena, &answer, err);
    assert_int_equal(answer.status, 0);
    http_client_close(client);
    roster_arena_close(arena);
    return sent;
}

// A listening socket that nobody accepts from: who connects waits for ever.
static int listen_silently(char url[64])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(url, 64, "http://127.0.0.1:%u/", (unsigned)ntohs(address.sin_port));
    return fd;
}

static const struct {
    const char *name;
    const char *url;
    const char *value;
} unsendable[] = {
    {"a header with a line end", "http://127.0.0.1:1/", "a\r\nX-Other: b"},
    {"a header with a bare line feed", "http://127.0.0.1:1/", "a\nb"},
    {"a file of this machine", "file:///etc/hostname", "a"},
    {"another protocol", "ftp://127.0.0.1/", "a"},
    {"a URL that is none", "http://", "a"},
};

static void what_must_not_leave_does_not(void **state)
{
    for (size_t i = 0; i < COUNT_OF(unsendable); i++) {
        struct roster_error err = {0};
        struct http_header header = {STR("X-One"), str_of(unsendable[i].value)};
        print_message("# %s\n", unsendable[i].name);
        assert_int_equal(call_with(&options, unsendable[i].url, header, &err),
                         HTTP_SENT_BAD_REQUEST);
        assert_true(err.detail[0] != '\0');
    }
}

static void a_port_without_a_listener_is_told(void **state)
{
    char url[64];
    struct roster_error err = {0};
    close(listen_silently(url));
    assert_int_equal(call_with(&options, url, (struct http_header){STR("A"), STR("b")}, &err),
                     HTTP_SENT_NO_CONNECT);
}

static void silence_ends_when_its_time_is_over(void **state)
{
    char url[64];
    struct roster_error err = {0};
    struct http_client_options short_ones = options;
    int fd = listen_silently(url);
    short_ones.timeout_ms = 50;
    assert_int_equal(call_with(&short_ones, url, (struct http_header){STR("A"), STR("b")}, &err),
                     HTTP_SENT_LATE);
    assert_string_equal(err.detail, "no whole answer within 50 ms");
    close(fd);
}

static bool give_up(void *ctx)
{
    int *asked = ctx;
    return ++*asked >= 2;
}

static void a_wait_can_be_given_up(void **state)
{
    char url[64];
    int asked = 0;
    struct roster_error err = {0};
    struct http_client_options given_up = options;
    int fd = listen_silently(url);
    given_up.cancelled = give_up;
    given_up.ctx = &asked;
    assert_int_equal(call_with(&given_up, url, (struct http_header){STR("A"), STR("b")}, &err),
                     HTTP_SENT_CANCELLED);
    assert_int_equal(asked, 2);
    close(fd);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_must_not_leave_does_not),
    cmocka_unit_test(a_port_without_a_listener_is_told),
    cmocka_unit_test(silence_ends_when_its_time_is_over),
    cmocka_unit_test(a_wait_can_be_given_up),
};

RUN(tests)
