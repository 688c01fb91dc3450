// guard_test.c: which heads are refused, without sockets.
// SPDX-License-Identifier: Apache-2.0
#include "http/guard.h"

#include "unit/http/unit.h"

enum { FIELDS_MAX = 4 };

// clang-format off
#define HOST {STR("Host"), STR("a.example")}
#define LENGTH(value) {STR("Content-Length"), STR(value)}
#define CODING(value) {STR("Transfer-Encoding"), STR(value)}

static const struct {
    const char *name;
    const char *method, *target, *version;
    struct http_header fields[FIELDS_MAX];  // up to the first without a name pointer
    int status;
} rows[] = {
    {"a plain request", "GET", "/Users", "HTTP/1.1", {HOST}, 0},
    {"a query is not looked into", "GET", "/Users?filter=%zz%00", "HTTP/1.1", {HOST}, 0},
    {"an escaped path", "GET", "/t%2Fa/%C3%A9", "HTTP/1.1", {HOST}, 0},
    {"any method that is a token", "M-SEARCH", "/", "HTTP/1.1", {HOST}, 0},
    {"HTTP/1.0 without Host", "GET", "/", "HTTP/1.0", {{{0}, {0}}}, 0},
    {"an empty Host", "GET", "/", "HTTP/1.1", {{STR("Host"), STR("")}}, 0},
    {"IPv6 with a port", "GET", "/", "HTTP/1.1", {{STR("host"), STR("[::1]:80")}}, 0},
    {"a length", "POST", "/", "HTTP/1.1", {HOST, LENGTH("5")}, 0},
    {"a body in chunks", "POST", "/", "HTTP/1.1",
     {HOST, {STR("transfer-encoding"), STR("Chunked")}}, 0},
    {"a tab in a value", "GET", "/", "HTTP/1.1", {HOST, {STR("A"), STR("b\tc")}}, 0},
    {"bytes over 127 in a value", "GET", "/", "HTTP/1.1", {HOST, {STR("A"), STR("\xC3\xA9")}}, 0},

    {"a version that is none", "GET", "/", "HTTP/x", {HOST}, 400},
    {"a version in small letters", "GET", "/", "http/1.1", {HOST}, 400},
    {"a later version", "GET", "/", "HTTP/2.0", {HOST}, 400},
    {"no Host", "GET", "/", "HTTP/1.1", {{{0}, {0}}}, 400},
    {"no Host in HTTP/1.2", "GET", "/", "HTTP/1.2", {{{0}, {0}}}, 400},
    {"two Hosts", "GET", "/", "HTTP/1.1", {HOST, {STR("HOST"), STR("b.example")}}, 400},
    {"two equal Hosts", "GET", "/", "HTTP/1.1", {HOST, HOST}, 400},
    {"two Hosts in HTTP/1.0", "GET", "/", "HTTP/1.0", {HOST, HOST}, 400},
    {"a Host with a path", "GET", "/", "HTTP/1.1", {{STR("Host"), STR("a/b")}}, 400},
    {"a list of Hosts", "GET", "/", "HTTP/1.1", {{STR("Host"), STR("a, b")}}, 400},
    {"a Host with user information", "GET", "/", "HTTP/1.1", {{STR("Host"), STR("a@b")}}, 400},
    {"absolute form", "GET", "http://a.example/", "HTTP/1.1", {HOST}, 400},
    {"asterisk form", "OPTIONS", "*", "HTTP/1.1", {HOST}, 400},
    {"authority form", "CONNECT", "a.example:80", "HTTP/1.1", {HOST}, 400},
    {"no target", "GET", "", "HTTP/1.1", {HOST}, 400},
    {"a space in the target", "GET", "/a b", "HTTP/1.1", {HOST}, 400},
    {"a tab in the query", "GET", "/a?b\tc", "HTTP/1.1", {HOST}, 400},
    {"DEL in the target", "GET", "/a\x7F", "HTTP/1.1", {HOST}, 400},
    {"a fragment", "GET", "/a#b", "HTTP/1.1", {HOST}, 400},
    {"NUL escaped in the path", "GET", "/a%00", "HTTP/1.1", {HOST}, 400},
    {"a bad escape in the path", "GET", "/a%zz", "HTTP/1.1", {HOST}, 400},
    {"an escape that is cut off", "GET", "/a%4", "HTTP/1.1", {HOST}, 400},
    {"an escape cut off by the query", "GET", "/a%4?1", "HTTP/1.1", {HOST}, 400},
    {"a method with a colon", "GET:", "/", "HTTP/1.1", {HOST}, 400},
    {"a space behind the name", "GET", "/", "HTTP/1.1", {HOST, {STR("Foo "), STR("b")}}, 400},
    {"an empty name", "GET", "/", "HTTP/1.1", {HOST, {STR(""), STR("b")}}, 400},
    {"a name over 127", "GET", "/", "HTTP/1.1", {HOST, {STR("\xC3\xA9"), STR("b")}}, 400},
    {"a control in a value", "GET", "/", "HTTP/1.1", {HOST, {STR("A"), STR("b\x01")}}, 400},
    {"CR in a value", "GET", "/", "HTTP/1.1", {HOST, {STR("A"), STR("b\rc")}}, 400},
    {"two lengths", "POST", "/", "HTTP/1.1",
     {HOST, LENGTH("5"), LENGTH("6")}, 400},
    {"two equal lengths", "POST", "/", "HTTP/1.1",
     {HOST, LENGTH("5"), {STR("content-length"), STR("5")}}, 400},
    {"a list of lengths", "POST", "/", "HTTP/1.1", {HOST, LENGTH("5, 5")}, 400},
    {"a signed length", "POST", "/", "HTTP/1.1", {HOST, LENGTH("+5")}, 400},
    {"an empty length", "POST", "/", "HTTP/1.1", {HOST, LENGTH("")}, 400},
    {"length and chunks", "POST", "/", "HTTP/1.1",
     {HOST, LENGTH("5"), CODING("chunked")}, 400},
    {"chunks and length", "POST", "/", "HTTP/1.1",
     {HOST, CODING("chunked"), LENGTH("5")}, 400},
    {"the coding gzip", "POST", "/", "HTTP/1.1", {HOST, CODING("gzip")}, 400},
    {"two codings", "POST", "/", "HTTP/1.1",
     {HOST, CODING("gzip, chunked")}, 400},
    {"chunks twice", "POST", "/", "HTTP/1.1",
     {HOST, CODING("chunked"), CODING("chunked")}, 400},
    {"chunks with a space", "POST", "/", "HTTP/1.1",
     {HOST, CODING("chunked ")}, 400},
    {"the coding identity", "POST", "/", "HTTP/1.1", {HOST, CODING("identity")}, 400},
    {"chunks in HTTP/1.0", "POST", "/", "HTTP/1.0", {CODING("chunked")}, 400},
};
// clang-format on

static void heads_with_two_readings_are_refused(void **state)
{
    (void)state;
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        struct guard_framing framing = {0};
        struct guard_head head = {str_of(rows[at].method), str_of(rows[at].target),
                                  str_of(rows[at].version), rows[at].fields, 0};
        while (head.header_count < FIELDS_MAX &&
               rows[at].fields[head.header_count].name.ptr != NULL) {
            head.header_count++;
        }
        if (guard_check(&head, &framing) != rows[at].status) {
            fail_msg("%s", rows[at].name);
        }
    }
}

static int check_target(char *target, size_t len)
{
    struct http_header host = HOST;
    struct guard_framing framing = {0};
    memset(target, 'a', len);
    target[0] = '/';
    struct guard_head head = {STR("GET"), {target, len}, STR("HTTP/1.1"), &host, 1};
    return guard_check(&head, &framing);
}

static void a_target_has_a_longest_length(void **state)
{
    (void)state;
    static char target[HTTP_TARGET_MAX + 1];
    assert_int_equal(check_target(target, HTTP_TARGET_MAX), 0);
    assert_int_equal(check_target(target, HTTP_TARGET_MAX + 1), 414);
}

static void fields_have_a_largest_number(void **state)
{
    (void)state;
    static struct http_header fields[HTTP_HEADERS_MAX + 1];
    struct guard_framing framing = {0};
    for (size_t at = 0; at < COUNT_OF(fields); at++) {
        fields[at] = (struct http_header){STR("A"), STR("b")};
    }
    fields[0] = (struct http_header)HOST;
    struct guard_head head = {STR("GET"), STR("/"), STR("HTTP/1.1"), fields, HTTP_HEADERS_MAX};
    assert_int_equal(guard_check(&head, &framing), 0);
    head.header_count++;
    assert_int_equal(guard_check(&head, &framing), 431);
}

static uint64_t length_of(const char *digits)
{
    struct http_header fields[] = {HOST, {STR("Content-Length"), str_of(digits)}};
    struct guard_framing framing = {0};
    struct guard_head head = {STR("POST"), STR("/"), STR("HTTP/1.1"), fields, 2};
    assert_int_equal(guard_check(&head, &framing), 0);
    assert_true(framing.sized);
    assert_false(framing.chunked);
    return framing.length;
}

static void lengths_are_counted_without_overflow(void **state)
{
    (void)state;
    assert_true(length_of("0") == 0);
    assert_true(length_of("0017") == 17);
    assert_true(length_of("18446744073709551615") == UINT64_MAX);
    assert_true(length_of("18446744073709551616") == UINT64_MAX);
    assert_true(length_of("99999999999999999999999") == UINT64_MAX);
}

// A head as libmicrohttpd leaves it, with the slices where it would have them.
static bool lines_hold(str raw, size_t value_at, size_t value_len)
{
    struct http_header field = {{raw.ptr + 16, 1}, {raw.ptr + value_at, value_len}};
    struct guard_head head = {{raw.ptr, 3}, {raw.ptr + 4, 1}, {raw.ptr + 6, 8}, &field, 1};
    return guard_lines(&head, raw);
}

static void lines_end_in_both_characters_and_are_not_folded(void **state)
{
    (void)state;
    assert_true(lines_hold(STR("GET\0/\0HTTP/1.1\0\0A\0b\0\0\0\0"), 18, 1));
    assert_true(lines_hold(STR("GET\0/\0HTTP/1.1\0\0A\0 \tb\0\0\0\0"), 20, 1));
    // one byte of a line end, or of the end of the head, is missing
    assert_false(lines_hold(STR("GET\0/\0HTTP/1.1\0\0A\0b\0\0\0"), 18, 1));
    assert_false(lines_hold(STR("GET\0/\0HTTP/1.1\0A\0bb\0\0\0\0"), 18, 1));
    // something stands between the parts
    assert_false(lines_hold(STR("GET\0/\0HTTP/1.1\0\0A\0xb\0\0\0\0"), 19, 1));
    assert_false(lines_hold(STR("GET\0/\0HTTP/1.1\0\0A\0b\0\0 c\0\0\0\0"), 18, 1));
    // a NUL in the value makes it shorter than its place
    assert_false(lines_hold(STR("GET\0/\0HTTP/1.1\0\0A\0b\0c\0\0\0\0"), 18, 1));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(heads_with_two_readings_are_refused),
    cmocka_unit_test(a_target_has_a_longest_length),
    cmocka_unit_test(fields_have_a_largest_number),
    cmocka_unit_test(lengths_are_counted_without_overflow),
    cmocka_unit_test(lines_end_in_both_characters_and_are_not_folded),
};

RUN(tests)
