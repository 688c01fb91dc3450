// guard.c: the checks of guard.h, over slices; no libmicrohttpd here.
// SPDX-License-Identifier: Apache-2.0
#include "http/guard.h"

#include "base/eight.h"
#include "base/limits.h"

#include <string.h>

enum { BAD_REQUEST = 400, URI_TOO_LONG = 414, FIELDS_TOO_LARGE = 431 };

// What a byte may stand in.
enum { IN_TOKEN = 1, IN_HOST = 2, IN_BOTH = IN_TOKEN | IN_HOST };

// A token of RFC 9110 section 5.6.2, and "uri-host [ ":" port ]" by its characters only.
static const unsigned char places[256] = {
    ['0' ... '9'] = IN_BOTH, ['A' ... 'Z'] = IN_BOTH, ['a' ... 'z'] = IN_BOTH, ['!'] = IN_BOTH,
    ['$'] = IN_BOTH,         ['%'] = IN_BOTH,         ['&'] = IN_BOTH,         ['\''] = IN_BOTH,
    ['*'] = IN_BOTH,         ['+'] = IN_BOTH,         ['-'] = IN_BOTH,         ['.'] = IN_BOTH,
    ['_'] = IN_BOTH,         ['~'] = IN_BOTH,         ['#'] = IN_TOKEN,        ['^'] = IN_TOKEN,
    ['`'] = IN_TOKEN,        ['|'] = IN_TOKEN,        ['('] = IN_HOST,         [')'] = IN_HOST,
    [';'] = IN_HOST,         ['='] = IN_HOST,         [':'] = IN_HOST,         ['['] = IN_HOST,
    [']'] = IN_HOST,
};

static bool is_all(str text, unsigned place)
{
    unsigned in_all = place;
    for (size_t at = 0; at < text.len; at++) {
        in_all &= places[(unsigned char)text.ptr[at]];
    }
    return in_all != 0;
}

static bool is_token(str text)
{
    return text.len > 0 && is_all(text, IN_TOKEN);
}

static bool is_host(str text)
{
    return is_all(text, IN_HOST);
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static bool is_value(str text)
{
    bool good = true;
    size_t at = 0;
    for (; text.len - at >= sizeof(uint64_t); at += sizeof(uint64_t)) {
        uint64_t eight = eight_load(text.ptr + at);
        if (eight_has_below(eight, ' ') || eight_has(eight, 0x7f)) {
            break;
        }
    }
    for (; at < text.len; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        good &= (c >= ' ' || c == '\t') && c != 0x7f;
    }
    return good;
}

static bool is_version(str text)
{
    return text.len == 8 && memcmp(text.ptr, "HTTP/1.", 7) == 0 && text.ptr[7] >= '0' &&
           text.ptr[7] <= '9';
}

static bool is_escape(str text, size_t at)
{
    return at + 2 < text.len && is_hex(text.ptr[at + 1]) && is_hex(text.ptr[at + 2]) &&
           (text.ptr[at + 1] != '0' || text.ptr[at + 2] != '0');
}

static int check_target(str target)
{
    if (target.len > HTTP_TARGET_MAX) {
        return URI_TOO_LONG;
    }
    if (target.len == 0 || target.ptr[0] != '/') {
        return BAD_REQUEST;
    }
    bool in_path = true;
    for (size_t at = 0; at < target.len; at++) {
        unsigned char c = (unsigned char)target.ptr[at];
        in_path = in_path && c != '?';
        if (c <= ' ' || c == 0x7f || c == '#' || (in_path && c == '%' && !is_escape(target, at))) {
            return BAD_REQUEST;
        }
    }
    return 0;
}

static uint64_t length_of(str digits)
{
    uint64_t length = 0;
    for (size_t at = 0; at < digits.len; at++) {
        if (__builtin_mul_overflow(length, 10u, &length) ||
            __builtin_add_overflow(length, (uint64_t)(digits.ptr[at] - '0'), &length)) {
            return UINT64_MAX;
        }
    }
    return length;
}

static bool is_digits(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] < '0' || text.ptr[at] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

// What the fields that have only one place in a request said so far.
struct seen {
    bool host;
    struct guard_framing framing;
};

static bool take_field(struct seen *seen, const struct http_header *field)
{
    if (!is_token(field->name) || !is_value(field->value)) {
        return false;
    }
    if (str_equal_nocase(field->name, STR("Host"))) {
        bool again = seen->host;
        seen->host = true;
        return !again && is_host(str_trim(field->value));
    }
    if (str_equal_nocase(field->name, STR("Content-Length"))) {
        bool again = seen->framing.sized;
        seen->framing.sized = true;
        seen->framing.length = is_digits(field->value) ? length_of(field->value) : 0;
        return !again && is_digits(field->value);
    }
    if (str_equal_nocase(field->name, STR("Transfer-Encoding"))) {
        bool again = seen->framing.chunked;
        seen->framing.chunked = true;
        return !again && str_equal_nocase(field->value, STR("chunked"));
    }
    return true;
}

int guard_check(const struct guard_head *head, struct guard_framing *framing)
{
    int status = check_target(head->target);
    if (status != 0) {
        return status;
    }
    if (!is_token(head->method) || !is_version(head->version)) {
        return BAD_REQUEST;
    }
    if (head->header_count > HTTP_HEADERS_MAX) {
        return FIELDS_TOO_LARGE;
    }
    struct seen seen = {0};
    for (size_t at = 0; at < head->header_count; at++) {
        if (!take_field(&seen, &head->headers[at])) {
            return BAD_REQUEST;
        }
    }
    bool is_old = str_equal(head->version, STR("HTTP/1.0"));
    if ((!seen.host && !is_old) || (seen.framing.chunked && (seen.framing.sized || is_old))) {
        return BAD_REQUEST;
    }
    *framing = seen.framing;
    return 0;
}

// Whether `part` starts at *at in `raw` with `gap` NULs behind it; then *at is behind those.
static bool take_part(str raw, size_t *at, str part, size_t gap)
{
    size_t left = raw.len - *at;
    if (part.ptr != raw.ptr + *at || part.len > left || gap > left - part.len) {
        return false;
    }
    *at += part.len;
    for (size_t i = 0; i < gap; i++) {
        if (raw.ptr[(*at)++] != '\0') {
            return false;
        }
    }
    return true;
}

static void skip_blanks(str raw, size_t *at)
{
    while (*at < raw.len && (raw.ptr[*at] == ' ' || raw.ptr[*at] == '\t')) {
        (*at)++;
    }
}

bool guard_lines(const struct guard_head *head, str raw)
{
    size_t at = 0;
    if (!take_part(raw, &at, head->method, 1) || !take_part(raw, &at, head->target, 1) ||
        !take_part(raw, &at, head->version, 2)) {
        return false;
    }
    for (size_t i = 0; i < head->header_count; i++) {
        if (!take_part(raw, &at, head->headers[i].name, 1)) {
            return false;
        }
        skip_blanks(raw, &at);
        if (!take_part(raw, &at, head->headers[i].value, 2)) {
            return false;
        }
    }
    return take_part(raw, &at, (str){raw.ptr + at, 0}, 2) && at == raw.len;
}
