// limits_test.c: many at once, too much, too slow, gone: a loop serves the others.
// SPDX-License-Identifier: Apache-2.0
#include "unit/http/rig.h"

#include "unit/http/unit.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define HOST "Host: a\r\n"

enum { CROWD_MAX = 256 };

static void expect_status(int fd, int status)
{
    struct reply reply;
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, status);
    reply_free(&reply);
}

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Sends on `count` connections while the loop stands still, so that all are ready at once.
static void crowd(const char *request, int count)
{
    struct rig rig;
    int fds[CROWD_MAX];
    rig_open(&rig, NULL);
    for (int at = 0; at < count; at++) {
        fds[at] = client_dial(rig.port);
        client_say(fds[at], "GET /target HTTP/1.1\r\n" HOST "\r\n");
        expect_status(fds[at], 200);
    }
    int blocker = client_dial(rig.port);
    client_say(blocker, "GET /block HTTP/1.1\r\n" HOST "\r\n");
    rig_await(&rig, &rig.blocked, 1);
    for (int at = 0; at < count; at++) {
        client_say(fds[at], request);
    }
    rig_let_go(&rig);
    int64_t began_ms = clock_ms();
    for (int at = 0; at < count; at++) {
        expect_status(fds[at], 200);
        close(fds[at]);
    }
    // A stall would last until the next event, which nobody sends.
    assert_true(clock_ms() - began_ms < 10000);
    expect_status(blocker, 200);
    close(blocker);
    rig_close(&rig);
}

static void exactly_128_ready_sockets_are_all_answered(void **state)
{
    (void)state;
    crowd("GET /target HTTP/1.1\r\n" HOST "\r\n", 128);
    crowd("POST /wait HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1", 128);
}

static void exactly_256_ready_sockets_are_all_answered(void **state)
{
    (void)state;
    crowd("GET /target HTTP/1.1\r\n" HOST "\r\n", 256);
    crowd("POST /wait HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1", 256);
}

static void connections_that_came_before_the_loop_ran_are_served(void **state)
{
    (void)state;
    struct rig rig;
    int fds[128];
    rig_prepare(&rig, NULL);
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        fds[at] = client_dial(rig.port);
        client_say(fds[at], "GET /target HTTP/1.1\r\n" HOST "\r\n");
    }
    rig_run(&rig);
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        expect_status(fds[at], 200);
        close(fds[at]);
    }
    rig_close(&rig);
}

static void waiting_requests_do_not_hold_up_others(void **state)
{
    (void)state;
    struct rig rig;
    int fds[64];
    rig_open(&rig, NULL);
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        fds[at] = client_dial(rig.port);
        client_say(fds[at], "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nbody");
    }
    rig_await_held(&rig, COUNT_OF(fds));
    int fd = client_dial(rig.port);
    for (int round = 0; round < 10; round++) {
        client_say(fd, "GET /target HTTP/1.1\r\n" HOST "\r\n");
        expect_status(fd, 200);
    }
    close(fd);
    rig_let_go(&rig);
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        struct reply reply;
        assert_true(client_read(fds[at], &reply, false));
        assert_string_equal(reply.body, "body");
        reply_free(&reply);
        close(fds[at]);
    }
    rig_close(&rig);
}

// A loop that does not ask libmicrohttpd how long it may wait needs half a second for each.
static void one_waiting_request_after_the_other_is_answered_at_once(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    int64_t began_ms = clock_ms();
    for (int round = 0; round < 100; round++) {
        client_say(fd, "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nbody");
        expect_status(fd, 200);
    }
    assert_true(clock_ms() - began_ms < 15000);
    close(fd);
    rig_close(&rig);
}

static void a_client_may_leave_while_it_waits(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    for (int round = 0; round < 20; round++) {
        int fd = client_dial(rig.port);
        client_say(fd, "POST /hold HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nbody");
        rig_await_held(&rig, (size_t)round + 1);
        struct linger reset = {.l_onoff = 1, .l_linger = 0};
        if (round % 2 == 0) {
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        }
        close(fd);
    }
    rig_let_go(&rig);
    rig_await(&rig, &rig.releases, 20);
    rig_close(&rig);
}

// Too much

static void a_body_announced_too_large_is_refused_unread(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100001\r\n\r\n");
    expect_status(fd, 413);
    assert_true(client_is_ended(fd));
    assert_int_equal(atomic_load(&rig.begins), 0);
    close(fd);
    rig_close(&rig);
}

static void send_chunks(int fd, int count)
{
    static char chunk[10006];
    memset(chunk, 'x', sizeof(chunk));
    memcpy(chunk, "2710\r\n", 6);
    for (int at = 0; at < count; at++) {
        client_send(fd, (str){chunk, sizeof(chunk)});
        client_say(fd, "\r\n");
    }
}

static void chunks_that_become_too_large_are_refused(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    send_chunks(fd, 11);
    client_say(fd, "0\r\n\r\n");
    expect_status(fd, 413);
    assert_true(client_is_ended(fd));
    assert_int_equal(atomic_load(&rig.begins), 0);
    close(fd);
    rig_close(&rig);
}

static void chunks_without_end_are_cut_off(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    send_chunks(fd, 50);
    assert_true(client_is_ended(fd));
    close(fd);
    rig_close(&rig);
}

static void fill_413(void *ctx, struct http_exchange *exchange, int status)
{
    (void)ctx;
    exchange->reply.status = status;
    exchange->reply.body = STR("{\"status\":\"413\"}");
}

static struct http_handler words;

static void use_own_words(struct http_loop_options *options)
{
    words = *options->handler;
    words.refuse = fill_413;
    options->handler = &words;
}

static void the_handler_may_word_the_refusal_of_a_body(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, use_own_words);
    assert_true(client_ask(
        rig.port, STR("POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100001\r\n\r\n"), &reply));
    assert_int_equal(reply.status, 413);
    assert_string_equal(reply.body, "{\"status\":\"413\"}");
    assert_true(reply.closes);
    reply_free(&reply);
    rig_close(&rig);
}

static void allow_two(struct http_loop_options *options)
{
    options->connections_max = 2;
}

static void over_the_limit_connections_wait_for_their_turn(void **state)
{
    (void)state;
    struct rig rig;
    int fds[4];
    rig_open(&rig, allow_two);
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        fds[at] = client_dial(rig.port);
        client_say(fds[at], "GET /target HTTP/1.1\r\n" HOST "\r\n");
    }
    for (size_t at = 0; at < COUNT_OF(fds); at++) {
        expect_status(fds[at], 200);
        assert_true(http_loop_counts(rig.loop).connections_open <= 2);
        close(fds[at]);
    }
    rig_close(&rig);
}

// Takes every descriptor number below the limit but the one that is given back.
static int take_descriptors(int *taken, int max)
{
    int count = 0;
    while (count < max && (taken[count] = dup(STDIN_FILENO)) >= 0) {
        count++;
    }
    assert_true(count > 0 && count < max);
    close(taken[--count]);
    return count;
}

static void without_descriptors_the_loop_pauses_and_goes_on(void **state)
{
    (void)state;
    struct rig rig;
    struct rlimit old;
    int taken[CROWD_MAX];
    rig_open(&rig, NULL);
    int first = client_dial(rig.port);
    client_say(first, "GET /target HTTP/1.1\r\n" HOST "\r\n");
    expect_status(first, 200);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit low = {(rlim_t)first + 16, old.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    int count = take_descriptors(taken, CROWD_MAX);
    int second = client_dial(rig.port);  // has the last number, so that accepting it fails
    client_say(second, "GET /target HTTP/1.1\r\n" HOST "\r\n");
    int before = atomic_load(&rig.passes);
    int64_t until_ms = clock_ms() + 500;
    while (clock_ms() < until_ms) {
        client_say(first, "GET /target HTTP/1.1\r\n" HOST "\r\n");
        expect_status(first, 200);
        usleep(50000);
    }
    assert_true(atomic_load(&rig.passes) - before < 200);
    while (count > 0) {
        close(taken[--count]);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    expect_status(second, 200);
    close(second);
    close(first);
    rig_close(&rig);
}

// Too slow

static void hurry(struct http_loop_options *options)
{
    options->idle_s = 1;
}

static void heads_that_do_not_end_are_cut_off(void **state)
{
    (void)state;
    static const char *const starts[] = {
        "",
        "GET /target",
        "\r\n\r\n",
        "GET /target HTTP/1.1\r\n",
        "GET /target HTTP/1.1\r\n" HOST "Half: ",
    };
    struct rig rig;
    int fds[COUNT_OF(starts)];
    rig_open(&rig, hurry);
    int64_t began_ms = clock_ms();
    for (size_t at = 0; at < COUNT_OF(starts); at++) {
        fds[at] = client_dial(rig.port);
        client_say(fds[at], starts[at]);
    }
    for (size_t at = 0; at < COUNT_OF(starts); at++) {
        assert_true(client_is_ended(fds[at]));
        close(fds[at]);
    }
    assert_true(clock_ms() - began_ms >= 900);
    assert_true(clock_ms() - began_ms < 8000);
    assert_int_equal(atomic_load(&rig.heads), 0);
    rig_close(&rig);
}

static void a_trickle_does_not_keep_a_connection(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, hurry);
    int fd = client_dial(rig.port);
    int64_t began_ms = clock_ms();
    client_say(fd, "GET /target HTTP/1.1\r\nA: ");
    struct timeval short_time = {.tv_usec = 100000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof(short_time));
    while (!client_is_ended(fd)) {
        client_say(fd, "x");
        assert_true(clock_ms() - began_ms < 8000);
    }
    close(fd);
    rig_close(&rig);
}

static void a_body_that_trickles_is_cut_off(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, hurry);
    int fd = client_dial(rig.port);
    int64_t began_ms = clock_ms();
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 90000\r\n\r\n");
    struct timeval short_time = {.tv_usec = 100000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &short_time, sizeof(short_time));
    while (!client_is_ended(fd)) {
        client_say(fd, "x");
        assert_true(clock_ms() - began_ms < 20000);
    }
    assert_int_equal(atomic_load(&rig.begins), 0);
    close(fd);
    rig_close(&rig);
}

// Who stops reading a stream must not keep what it is read from; nor what cannot be streamed.
static void replies_that_nobody_reads_are_cut_off(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, hurry);
    int fd = client_dial(rig.port);
    client_say(fd, "GET /endless HTTP/1.1\r\n" HOST "\r\n");
    rig_await(&rig, &rig.stream_closes, 1);
    rig_await(&rig, &rig.releases, 1);
    close(fd);
    rig_close(&rig);
}

static void an_idle_loop_sleeps(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "GET /target HTTP/1.1\r\n" HOST "\r\n");
    expect_status(fd, 200);
    int before = atomic_load(&rig.passes);
    usleep(1000000);
    assert_true(atomic_load(&rig.passes) - before < 10);
    close(fd);
    rig_close(&rig);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(exactly_128_ready_sockets_are_all_answered),
    cmocka_unit_test(exactly_256_ready_sockets_are_all_answered),
    cmocka_unit_test(connections_that_came_before_the_loop_ran_are_served),
    cmocka_unit_test(waiting_requests_do_not_hold_up_others),
    cmocka_unit_test(one_waiting_request_after_the_other_is_answered_at_once),
    cmocka_unit_test(a_client_may_leave_while_it_waits),
    cmocka_unit_test(a_body_announced_too_large_is_refused_unread),
    cmocka_unit_test(chunks_that_become_too_large_are_refused),
    cmocka_unit_test(chunks_without_end_are_cut_off),
    cmocka_unit_test(the_handler_may_word_the_refusal_of_a_body),
    cmocka_unit_test(over_the_limit_connections_wait_for_their_turn),
    cmocka_unit_test(without_descriptors_the_loop_pauses_and_goes_on),
    cmocka_unit_test(heads_that_do_not_end_are_cut_off),
    cmocka_unit_test(a_trickle_does_not_keep_a_connection),
    cmocka_unit_test(a_body_that_trickles_is_cut_off),
    cmocka_unit_test(replies_that_nobody_reads_are_cut_off),
    cmocka_unit_test(an_idle_loop_sleeps),
};

RUN(tests)
