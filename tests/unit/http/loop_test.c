// loop_test.c: what a client gets from a loop, over real sockets.
// SPDX-License-Identifier: Apache-2.0
#include "unit/http/rig.h"

#include "unit/http/unit.h"

#include <stdlib.h>
#include <unistd.h>

#define HOST "Host: a\r\n"

static void expect_reply(int fd, int status, const char *body)
{
    struct reply reply;
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, status);
    assert_string_equal(reply.body, body);
    assert_false(reply.closes);
    reply_free(&reply);
}

static void the_handler_gets_the_raw_target(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "GET /t%2Fa//b?x=%41+%zz&y=1&y=2?z HTTP/1.1\r\n" HOST "\r\n");
    expect_reply(fd, 200, "GET\n/t%2Fa//b\nx=%41+%zz&y=1&y=2?z\n127.0.0.1");
    client_say(fd, "BREW /? HTTP/1.1\r\n" HOST "\r\n");
    expect_reply(fd, 200, "BREW\n/\n\n127.0.0.1");
    close(fd);
    rig_close(&rig);
}

static void a_body_arrives_whole_in_pieces(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    static char body[BODY_MAX];
    rig_open(&rig, NULL);
    for (size_t at = 0; at < sizeof(body); at++) {
        body[at] = (char)('a' + at % 23);
    }
    int fd = client_dial(rig.port);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n");
    for (size_t at = 0; at < sizeof(body); at += 10000) {
        client_send(fd, (str){body + at, 10000});
    }
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.len, sizeof(body));
    assert_memory_equal(reply.body, body, sizeof(body));
    reply_free(&reply);
    close(fd);
    rig_close(&rig);
}

static void a_request_may_arrive_byte_by_byte(void **state)
{
    (void)state;
    static const char text[] =
        "PUT /echo?q HTTP/1.1\r\n" HOST "Empty:\r\nContent-Length: 5\r\n\r\n01234";
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    for (int round = 0; round < 3; round++) {
        for (size_t at = 0; at < sizeof(text) - 1; at++) {
            int before = atomic_load(&rig.passes);
            client_send(fd, (str){text + at, 1});
            rig_await(&rig, &rig.passes, before + 1);
        }
        expect_reply(fd, 200, "01234");
    }
    close(fd);
    rig_close(&rig);
}

static void chunks_become_one_body(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n1\r\nd\r\nA\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n");
    expect_reply(fd, 200, "abcd0123456789");
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    expect_reply(fd, 200, "");
    close(fd);
    rig_close(&rig);
}

static void a_body_of_many_chunks_grows(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    static char piece[1000];
    rig_open(&rig, NULL);
    memset(piece, 'x', sizeof(piece));
    int fd = client_dial(rig.port);
    client_say(fd, "POST /wait HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n");
    for (int at = 0; at < 100; at++) {
        client_say(fd, "3e8\r\n");
        client_send(fd, (str){piece, sizeof(piece)});
        client_say(fd, "\r\n");
    }
    client_say(fd, "0\r\n\r\n");
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.len, 100000);
    assert_int_equal(strspn(reply.body, "x"), 100000);
    reply_free(&reply);
    close(fd);
    rig_close(&rig);
}

static void requests_in_one_go_are_answered_in_order(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "POST /wait HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n1"
                   "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n2"
                   "POST /wait HTTP/1.1\r\n" HOST
                   "Transfer-Encoding: chunked\r\n\r\n1\r\n3\r\n0\r\n\r\n"
                   "\r\nPUT /echo HTTP/1.1\r\n" HOST "Content-Length: 1\r\n\r\n4");
    expect_reply(fd, 200, "1");
    expect_reply(fd, 200, "2");
    expect_reply(fd, 200, "3");
    expect_reply(fd, 200, "4");
    close(fd);
    rig_close(&rig);
}

static void a_reply_to_HEAD_has_a_length_and_no_body(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "HEAD /target HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_read(fd, &reply, true));
    assert_int_equal(reply.status, 200);
    assert_int_equal(reply.length, strlen("HEAD\n/target\n\n127.0.0.1"));
    reply_free(&reply);
    client_say(fd, "GET /target HTTP/1.1\r\n" HOST "\r\n");
    expect_reply(fd, 200, "GET\n/target\n\n127.0.0.1");
    close(fd);
    rig_close(&rig);
}

// libmicrohttpd announces a length with 304. RFC 9111 section 3.2 has caches pass over it.
static void replies_without_content_have_no_body(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    static const char *const paths[] = {"/empty", "/same"};
    for (size_t at = 0; at < COUNT_OF(paths); at++) {
        client_say(fd, "GET ");
        client_say(fd, paths[at]);
        client_say(fd, " HTTP/1.1\r\n" HOST "\r\n");
        assert_true(client_read(fd, &reply, false));
        assert_int_equal(reply.status, at == 0 ? 204 : 304);
        assert_int_equal(reply.length, 0);
        assert_true(at == 1 || !reply.has_length);
        assert_null(strstr(reply.head, "Transfer-Encoding"));
        assert_false(reply.closes);
        reply_free(&reply);
    }
    client_say(fd, "GET /target HTTP/1.1\r\n" HOST "\r\n");
    expect_reply(fd, 200, "GET\n/target\n\n127.0.0.1");
    close(fd);
    rig_close(&rig);
}

static void a_refusal_of_the_head_keeps_the_connection_when_there_is_no_body(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "GET /refuse HTTP/1.1\r\n" HOST "\r\n");
    expect_reply(fd, 401, "no");
    client_say(fd, "DELETE /refuse HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
    expect_reply(fd, 401, "no");
    assert_int_equal(atomic_load(&rig.begins), 0);
    close(fd);
    rig_close(&rig);
}

static void a_refusal_of_the_head_reads_no_body(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "PATCH /refuse HTTP/1.1\r\n" HOST "Content-Length: 90000\r\n\r\n");
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, 401);
    assert_true(reply.closes);
    assert_true(client_is_ended(fd));
    reply_free(&reply);
    close(fd);
    rig_close(&rig);
}

static void expect_100_is_answered_only_when_the_body_is_wanted(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd,
               "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, 100);
    reply_free(&reply);
    client_say(fd, "abc");
    expect_reply(fd, 200, "abc");
    client_say(fd, "POST /refuse HTTP/1.1\r\n" HOST
                   "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, 401);
    reply_free(&reply);
    close(fd);
    fd = client_dial(rig.port);
    client_say(fd, "POST /echo HTTP/1.1\r\n" HOST
                   "Expect: 100-continue\r\nContent-Length: 100001\r\n\r\n");
    assert_true(client_read(fd, &reply, false));
    assert_int_equal(reply.status, 413);
    reply_free(&reply);
    close(fd);
    rig_close(&rig);
}

static void connections_end_when_either_side_says_so(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET /last HTTP/1.1\r\n" HOST "\r\n",
        "GET /target HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
        "GET /target HTTP/1.0\r\n\r\n",
    };
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    for (size_t at = 0; at < COUNT_OF(requests); at++) {
        int fd = client_dial(rig.port);
        client_say(fd, requests[at]);
        assert_true(client_read(fd, &reply, false));
        assert_int_equal(reply.status, 200);
        assert_true(reply.closes);
        assert_true(client_is_ended(fd));
        reply_free(&reply);
        close(fd);
    }
    rig_close(&rig);
}

static void a_line_end_in_a_reply_header_is_never_sent(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    assert_true(client_ask(rig.port, STR("GET /inject HTTP/1.1\r\n" HOST "\r\n"), &reply));
    assert_int_equal(reply.status, 500);
    assert_null(strstr(reply.head, "Set-Cookie"));
    reply_free(&reply);
    rig_close(&rig);
}

// Streams

static void check_stream(const struct reply *reply)
{
    assert_int_equal(reply->status, 200);
    assert_int_equal(reply->len, STREAM_BYTES);
    for (size_t at = 0; at < STREAM_BYTES; at++) {
        assert_int_equal(reply->body[at], 'a' + at % 26);
    }
}

static void a_stream_arrives_whole_and_is_closed_once(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    for (int round = 1; round <= 3; round++) {
        client_say(fd, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
        assert_true(client_read(fd, &reply, false));
        check_stream(&reply);
        reply_free(&reply);
        rig_await(&rig, &rig.stream_closes, round);
    }
    close(fd);
    rig_close(&rig);
    assert_int_equal(atomic_load(&rig.stream_closes), 3);
}

static void a_stream_to_HEAD_sends_nothing_behind_the_head(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    char byte = 0;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "HEAD /stream HTTP/1.1\r\n" HOST "\r\n");
    assert_true(client_read(fd, &reply, true));
    assert_int_equal(reply.status, 200);
    assert_false(reply.has_length);
    assert_int_equal(read(fd, &byte, 1), 0);
    reply_free(&reply);
    close(fd);
    rig_close(&rig);
    assert_int_equal(atomic_load(&rig.stream_closes), 1);
}

static void a_stream_that_breaks_is_not_taken_for_whole(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "GET /broken HTTP/1.1\r\n" HOST "\r\n");
    assert_false(client_read(fd, &reply, false));
    assert_true(client_is_ended(fd));
    reply_free(&reply);
    close(fd);
    rig_close(&rig);
    assert_int_equal(atomic_load(&rig.stream_closes), 1);
}

static void a_stream_ends_when_the_client_leaves(void **state)
{
    (void)state;
    struct rig rig;
    char byte = 0;
    rig_open(&rig, NULL);
    int fd = client_dial(rig.port);
    client_say(fd, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
    assert_int_equal(read(fd, &byte, 1), 1);
    close(fd);
    rig_await(&rig, &rig.stream_closes, 1);
    rig_close(&rig);
    assert_int_equal(atomic_load(&rig.stream_closes), 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_handler_gets_the_raw_target),
    cmocka_unit_test(a_body_arrives_whole_in_pieces),
    cmocka_unit_test(a_request_may_arrive_byte_by_byte),
    cmocka_unit_test(chunks_become_one_body),
    cmocka_unit_test(a_body_of_many_chunks_grows),
    cmocka_unit_test(requests_in_one_go_are_answered_in_order),
    cmocka_unit_test(a_reply_to_HEAD_has_a_length_and_no_body),
    cmocka_unit_test(replies_without_content_have_no_body),
    cmocka_unit_test(a_refusal_of_the_head_keeps_the_connection_when_there_is_no_body),
    cmocka_unit_test(a_refusal_of_the_head_reads_no_body),
    cmocka_unit_test(expect_100_is_answered_only_when_the_body_is_wanted),
    cmocka_unit_test(connections_end_when_either_side_says_so),
    cmocka_unit_test(a_line_end_in_a_reply_header_is_never_sent),
    cmocka_unit_test(a_stream_arrives_whole_and_is_closed_once),
    cmocka_unit_test(a_stream_to_HEAD_sends_nothing_behind_the_head),
    cmocka_unit_test(a_stream_that_breaks_is_not_taken_for_whole),
    cmocka_unit_test(a_stream_ends_when_the_client_leaves),
};

RUN(tests)
