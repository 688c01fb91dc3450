// stop_test.c: how a loop ends, and where it listens.
// SPDX-License-Identifier: Apache-2.0
#include "unit/http/rig.h"

#include "unit/http/unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "Host: a\r\n"

static void expect_last_reply(int fd, int status)
{
    struct reply reply;
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, status);
    assert_true(reply.closes);
    assert_true(client_is_ended(fd));
    reply_free(&reply);
    close(fd);
}

static void a_stop_answers_what_is_suspended(void **state)
{
    (void)state;
    struct rig rig;
    int fds[32];
    rig_open(&rig, NULL);
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        fds[at] = client_dial(rig.port);
        client_say(fds[at], "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1");
    }
    rig_await_held(&rig, COUNT_OF(fds));
    http_loop_stop(rig.loop);
    rig_let_go(&rig);
    rig_stop(&rig);
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        expect_last_reply(fds[at], 200);
    }
    rig_close(&rig);
}

static void a_stop_serves_what_has_arrived_and_closes_what_is_idle(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    int idle = client_dial(rig.port);
    client_say(idle, "GET /target HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_read(idle, &reply, false));
    assert_false(reply.closes);
    reply_free(&reply);
    int blocker = client_dial(rig.port);
    client_say(blocker, "GET /block HTTP/1.1\r\n" HOST "\r\n");
    rig_await(&rig, &rig.blocked, 1);
    int late = client_dial(rig.port);
    client_say(late, "GET /target HTTP/1.1\r\n" HOST "\r\n");
    http_loop_stop(rig.loop);
    rig_let_go(&rig);
    rig_stop(&rig);
    expect_last_reply(late, 200);
    assert_true(client_is_ended(idle));
    assert_true(client_is_ended(blocker));
    close(idle);
    close(blocker);
    rig_close(&rig);
}

static void after_the_drain_the_waiting_get_503(void **state)
{
    (void)state;
    struct rig rig;
    int fds[8];
    rig_open(&rig, NULL);
    rig.drain_ms = 50;
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        fds[at] = client_dial(rig.port);
        client_say(fds[at], "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1");
    }
    rig_await_held(&rig, COUNT_OF(fds));
    close(fds[0]);
    rig_stop(&rig);
    for (size_t at = 1; at < COUNT_OF(fds); at++) {
        expect_last_reply(fds[at], 503);
    }
    // Their owner completes them later: nothing was freed under it.
    assert_int_equal(atomic_load(&rig.releases), 0);
    rig_close(&rig);
    assert_int_equal(atomic_load(&rig.releases), 8);
}

static void a_half_request_does_not_hold_a_stop_beyond_the_drain(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    rig.drain_ms = 100;
    int fd = client_dial(rig.port);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n1");
    rig_await(&rig, &rig.heads, 1);
    rig_stop(&rig);
    rig_close(&rig);
    assert_true(client_is_ended(fd));
    close(fd);
}

static void a_loop_that_never_ran_can_be_closed(void **state)
{
    (void)state;
    struct rig rig;
    rig_prepare(&rig, NULL);
    http_loop_close(rig.loop);
    http_loop_close(NULL);
}

// Where

static uint16_t first_port;

static void same_port(struct http_loop_options *options)
{
    options->port = first_port;
    options->shares_port = true;
}

static void two_loops_share_a_port(void **state)
{
    (void)state;
    struct rig rigs[2];
    rig_open(&rigs[0], NULL);
    first_port = rigs[0].port;
    rig_open(&rigs[1], same_port);
    assert_int_equal(rigs[1].port, first_port);
    for (int round = 0; round < 64; round++) {
        struct reply reply;
        assert_true(client_ask(first_port, STR("GET /target HTTP/1.1\r\n" HOST "\r\n"), &reply));
        reply_free(&reply);
    }
    assert_int_equal(atomic_load(&rigs[0].heads) + atomic_load(&rigs[1].heads), 64);
    assert_true(atomic_load(&rigs[0].heads) > 0 && atomic_load(&rigs[1].heads) > 0);
    rig_close(&rigs[0]);
    rig_close(&rigs[1]);
}

static void a_port_is_shared_only_on_purpose(void **state)
{
    (void)state;
    static const struct http_handler none;
    struct rig rig;
    struct roster_error err = {0};
    rig_prepare(&rig, NULL);
    struct http_loop_options options = {.address = "127.0.0.1",
                                        .port = rig.port,
                                        .listen_fd = -1,
                                        .connections_max = 1,
                                        .idle_s = 1,
                                        .handler = &none};
    assert_null(http_loop_open(&options, &err));
    assert_non_null(strstr(err.detail, "in use"));
    http_loop_close(rig.loop);
}

static void use_any_ipv6(struct http_loop_options *options)
{
    options->address = "::";
}

static void an_IPv4_client_of_an_IPv6_socket_has_an_IPv4_address(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    int probe = socket(AF_INET6, SOCK_STREAM, 0);
    if (probe < 0) {
        skip();
    }
    close(probe);
    rig_open(&rig, use_any_ipv6);
    assert_true(client_ask(rig.port, STR("GET /target HTTP/1.1\r\n" HOST "\r\n"), &reply));
    assert_string_equal(reply.body, "GET\n/target\n\n127.0.0.1");
    reply_free(&reply);
    rig_close(&rig);
}

static int inherited;

static void use_inherited(struct http_loop_options *options)
{
    options->listen_fd = inherited;
}

static void an_inherited_socket_stays_the_callers(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    inherited = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(inherited, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(inherited, 16), 0);
    for (int round = 0; round < 2; round++) {
        struct rig rigs[2];
        struct reply reply;
        rig_open(&rigs[0], use_inherited);
        rig_open(&rigs[1], use_inherited);
        assert_int_equal(rigs[0].port, rigs[1].port);
        for (int at = 0; at < 8; at++) {
            assert_true(
                client_ask(rigs[0].port, STR("GET /target HTTP/1.1\r\n" HOST "\r\n"), &reply));
            assert_int_equal(reply.status, 200);
            reply_free(&reply);
        }
        rig_close(&rigs[0]);
        rig_close(&rigs[1]);
    }
    close(inherited);
}

static void an_address_that_cannot_be_had_is_an_error(void **state)
{
    (void)state;
    static const char *const addresses[] = {"localhost", "192.0.2.1", "", "1.2.3"};
    struct rig rig;
    rig_prepare(&rig, NULL);
    for (size_t at = 0; at < COUNT_OF(addresses); at++) {
        static const struct http_handler none;
        struct roster_error err = {0};
        struct http_loop_options options = {.address = addresses[at],
                                            .listen_fd = -1,
                                            .connections_max = 1,
                                            .idle_s = 1,
                                            .handler = &none};
        assert_null(http_loop_open(&options, &err));
        assert_true(err.code != ROSTER_OK);
        assert_true(strlen(err.detail) > 0);
    }
    http_loop_close(rig.loop);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_stop_answers_what_is_suspended),
    cmocka_unit_test(a_stop_serves_what_has_arrived_and_closes_what_is_idle),
    cmocka_unit_test(after_the_drain_the_waiting_get_503),
    cmocka_unit_test(a_half_request_does_not_hold_a_stop_beyond_the_drain),
    cmocka_unit_test(a_loop_that_never_ran_can_be_closed),
    cmocka_unit_test(two_loops_share_a_port),
    cmocka_unit_test(a_port_is_shared_only_on_purpose),
    cmocka_unit_test(an_IPv4_client_of_an_IPv6_socket_has_an_IPv4_address),
    cmocka_unit_test(an_inherited_socket_stays_the_callers),
    cmocka_unit_test(an_address_that_cannot_be_had_is_an_error),
};

RUN(tests)
