// base64.c: a lenient decoder: values are compared by their octets, however they were written.
// SPDX-License-Identifier: Apache-2.0
#include "base/base64.h"

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    if (c == '+' || c == '-') {
        return 62;
    }
    return c == '/' || c == '_' ? 63 : -1;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Behind the digits there may only be padding that completes a group of four, and whitespace.
static bool is_padding(str rest, size_t digits)
{
    size_t signs = 0;
    for (size_t at = 0; at < rest.len; at++) {
        if (rest.ptr[at] != '=' && !is_space(rest.ptr[at])) {
            return false;
        }
        signs += rest.ptr[at] == '=';
    }
    return digits % 4 != 1 && (signs == 0 || (digits % 4 != 0 && signs == 4 - digits % 4));
}

bool base64_decode(str text, unsigned char *out, size_t *len)
{
    unsigned bits = 0;
    size_t digits = 0;
    size_t at = 0;
    *len = 0;
    for (; at < text.len && text.ptr[at] != '='; at++) {
        if (is_space(text.ptr[at])) {
            continue;
        }
        int digit = digit_of(text.ptr[at]);
        if (digit < 0) {
            return false;
        }
        bits = (bits << 6 | (unsigned)digit) & 0xffff;
        digits++;
        if (digits % 4 != 1) {
            // After 2, 3 and 4 digits of a group, 4, 2 and 0 bits wait for the next octet.
            out[(*len)++] = (unsigned char)(bits >> (2 * ((4 - digits % 4) % 4)));
        }
    }
    return is_padding(str_tail(text, at), digits);
}

void base64url_add(struct text *out, const unsigned char *octets, size_t len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned bits = 0;
    int waiting = 0;
    for (size_t at = 0; at < len; at++) {
        bits = (bits << 8 | octets[at]) & 0xffff;
        waiting += 8;
        while (waiting >= 6) {
            waiting -= 6;
            text_char(out, alphabet[bits >> waiting & 63]);
        }
    }
    if (waiting > 0) {
        text_char(out, alphabet[bits << (6 - waiting) & 63]);
    }
}

bool base64url_read(str text, struct roster_arena *arena, unsigned char *out, size_t *len)
{
    struct text same;
    if (!base64_decode(text, out, len)) {
        return false;
    }
    text_init(&same, arena, text.len);
    base64url_add(&same, out, *len);
    return !same.full && str_equal(text_str(&same), text);
}
