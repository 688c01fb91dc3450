// smuggle_test.c: requests with two readings, over real sockets: refused and closed.
//
// What stands behind them is never taken for a request.
// SPDX-License-Identifier: Apache-2.0
#include "unit/http/rig.h"

#include "unit/http/unit.h"

#include <unistd.h>

#define HOST "Host: a\r\n"
#define GET "GET /echo HTTP/1.1\r\n" HOST
#define POST "POST /echo HTTP/1.1\r\n" HOST
#define FIVE "Content-Length: 5\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define LAST "0\r\n\r\n"
#define NEXT "GET /smuggled HTTP/1.1\r\n" HOST "\r\n"

// clang-format off
static const struct {
    const char *name;
    str text;
    int status;  // later versions of libmicrohttpd close some of these without an answer
} rows[] = {
    // refused by guard.c
    {"two lengths", STR(POST FIVE "Content-Length: 6\r\n\r\n01234"), 400},
    {"two equal lengths", STR(POST FIVE FIVE "\r\n01234"), 400},
    {"chunks and length", STR(POST CHUNKED "Content-Length: 3\r\n\r\n" LAST), 400},
    {"length and chunks", STR(POST "Content-Length: 3\r\n" CHUNKED "\r\n" LAST), 400},
    {"the coding gzip", STR(POST "Transfer-Encoding: gzip\r\n\r\n"), 400},
    {"gzip and chunks", STR(POST "Transfer-Encoding: gzip, chunked\r\n\r\n" LAST), 400},
    {"chunks in HTTP/1.0", STR("POST /echo HTTP/1.0\r\n" HOST CHUNKED "\r\n" LAST), 400},
    {"a space before the colon", STR(POST "Content-Length : 5\r\n\r\n01234"), 400},
    {"a tab before the colon", STR(GET "Foo\t: b\r\n\r\n"), 400},
    {"a name that is no token", STR(GET "F(oo: b\r\n\r\n"), 400},
    {"an empty name", STR(GET ": b\r\n\r\n"), 400},
    {"a folded line", STR(GET "A: 1\r\n b\r\n\r\n"), 400},
    {"a folded length", STR(POST "Content-Length:\r\n 5\r\n\r\n01234"), 400},
    {"a fold before the first name", STR("GET /echo HTTP/1.1\r\n A: 1\r\n" HOST "\r\n"), 400},
    {"bare LF behind a field", STR(GET "A: b\nC: d\r\n\r\n"), 400},
    {"bare LF behind the request line", STR("GET /echo HTTP/1.1\n" HOST "\r\n"), 400},
    {"bare LF at the end of the head", STR(GET "\n"), 400},
    {"NUL in a value", STR(GET "A: b\0c\r\n\r\n"), 400},
    {"NUL in a name", STR(GET "A\0B: c\r\n\r\n"), 400},
    {"NUL in the target", STR("GET /echo\0x HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"NUL in the query", STR("GET /echo?a\0x HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"NUL in the method", STR("GE\0T /echo HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a control in a value", STR(GET "A: b\x01\r\n\r\n"), 400},
    {"CR in a value", STR(GET "A: b\rC: d\r\n\r\n"), 400},
    {"two Hosts", STR(GET "Host: b\r\n\r\n"), 400},
    {"no Host", STR("GET /echo HTTP/1.1\r\nA: b\r\n\r\n"), 400},
    {"no fields at all", STR("GET /echo HTTP/1.1\r\n\r\n"), 400},
    {"absolute form", STR("GET http://a/echo HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"asterisk form", STR("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"authority form", STR("CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a target without a slash", STR("GET echo HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a space in the target", STR("GET /echo a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two spaces before the target", STR("GET  /echo HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"two spaces behind the target", STR("GET /echo  HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a space behind the version", STR("GET /echo HTTP/1.1 \r\n" HOST "\r\n"), 400},
    {"a tab in the request line", STR("GET\t/echo HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a fragment", STR("GET /echo#a HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"a bad escape", STR("GET /echo%zz HTTP/1.1\r\n" HOST "\r\n"), 400},
    {"NUL escaped", STR("GET /echo%00 HTTP/1.1\r\n" HOST "\r\n"), 400},
    // refused by libmicrohttpd before any code of ours
    {"no colon", STR(GET "what\r\n\r\n"), 400},
    {"a signed length", STR(POST "Content-Length: +5\r\n\r\n01234"), 400},
    {"a length that is none", STR(POST "Content-Length: 5x\r\n\r\n01234"), 400},
    {"a list of lengths", STR(POST "Content-Length: 5, 5\r\n\r\n01234"), 400},
    {"an empty length", STR(POST "Content-Length:\r\n\r\n01234"), 400},
    {"a length over 64 bits", STR(POST "Content-Length: 99999999999999999999\r\n\r\n"), 413},
    {"a version to come, HTTP/2.0", STR("GET /echo HTTP/2.0\r\n" HOST "\r\n"), 505},
    {"a version gone by, HTTP/0.9", STR("GET /echo HTTP/0.9\r\n" HOST "\r\n"), 505},
    {"a version that is none", STR("GET /echo HTTP/x\r\n" HOST "\r\n"), 400},
    {"no version", STR("GET /echo\r\n" HOST "\r\n"), 400},
    {"garbage instead of a request line", STR("\x16\x03\x01garbage\r\n\r\n"), 0},
};
// clang-format on

static void requests_with_two_readings_are_refused_and_the_connection_closed(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct reply reply;
        int fd = client_dial(rig.port);
        client_send(fd, rows[at].text);
        client_say(fd, NEXT);
        (void)client_read(fd, &reply, false);
        bool ended = client_is_ended(fd);
        bool answered = reply.status == rows[at].status || reply.status == 0;
        if (!answered || !ended || atomic_load(&rig.heads) != 0) {
            fail_msg("%s: %d%s%s", rows[at].name, reply.status, ended ? "" : ", open",
                     atomic_load(&rig.heads) != 0 ? ", reached the handler" : "");
        }
        reply_free(&reply);
        close(fd);
    }
    assert_true(http_loop_counts(rig.loop).refused >= 10);
    assert_true(http_loop_counts(rig.loop).requests == 0);
    rig_close(&rig);
}

// Bodies: the head was fine, so the handler has seen it; but no request is begun.
static const struct {
    const char *name;
    str text;
    int status;
} bodies[] = {
    {"a chunk size that is none",
     STR("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"), 400},
    {"a negative chunk size",
     STR("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n-1\r\n"), 400},
    {"a chunk size over 64 bits",
     STR("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n"),
     413},
    {"a chunk that is longer than it says",
     STR("POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"), 400},
};

static void broken_chunks_are_refused_and_begin_nothing(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    for (size_t at = 0; at < COUNT_OF(bodies); at++) {
        struct reply reply;
        int fd = client_dial(rig.port);
        client_send(fd, bodies[at].text);
        client_say(fd, NEXT);
        (void)client_read(fd, &reply, false);
        bool ended = client_is_ended(fd);
        if (reply.status != bodies[at].status || !ended || atomic_load(&rig.begins) != 0) {
            fail_msg("%s: %d%s", bodies[at].name, reply.status, ended ? "" : ", open");
        }
        reply_free(&reply);
        close(fd);
    }
    rig_close(&rig);
}

static int status_of_long_request(struct rig *rig, size_t target_len, size_t field_len)
{
    static char text[HTTP_POOL_BYTES * 4];
    struct reply reply;
    int fd = client_dial(rig->port);
    client_say(fd, "GET /");
    memset(text, 'a', sizeof(text));
    client_send(fd, (str){text, target_len - 1});
    client_say(fd, " HTTP/1.1\r\n" HOST "Long: ");
    client_send(fd, (str){text, field_len});
    client_say(fd, "\r\n\r\n");
    (void)client_read(fd, &reply, false);
    int status = reply.status;
    assert_true(status == 200 || client_is_ended(fd));
    reply_free(&reply);
    close(fd);
    return status;
}

static void heads_have_a_longest_length(void **state)
{
    (void)state;
    struct rig rig;
    rig_open(&rig, NULL);
    assert_int_equal(status_of_long_request(&rig, HTTP_TARGET_MAX, 1000), 200);
    assert_int_equal(status_of_long_request(&rig, HTTP_TARGET_MAX + 1, 1), 414);
    assert_int_equal(status_of_long_request(&rig, HTTP_POOL_BYTES * 2, 1), 414);
    assert_int_equal(status_of_long_request(&rig, 1, KIB(8)), 200);
    assert_int_equal(status_of_long_request(&rig, 1, HTTP_POOL_BYTES * 2), 431);
    rig_close(&rig);
}

static void a_refusal_is_one_line_of_text(void **state)
{
    (void)state;
    struct rig rig;
    struct reply reply;
    rig_open(&rig, NULL);
    assert_true(client_ask(rig.port, STR("GET * HTTP/1.1\r\n" HOST "\r\n"), &reply));
    assert_string_equal(reply.body, "400 Bad Request\n");
    assert_non_null(strstr(reply.head, "Content-Type: text/plain\r\n"));
    assert_true(reply.closes);
    reply_free(&reply);
    rig_close(&rig);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(requests_with_two_readings_are_refused_and_the_connection_closed),
    cmocka_unit_test(broken_chunks_are_refused_and_begin_nothing),
    cmocka_unit_test(heads_have_a_longest_length),
    cmocka_unit_test(a_refusal_is_one_line_of_text),
};

RUN(tests)
