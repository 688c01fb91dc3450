// str.c: slices. Comparison ignores case by ASCII rules only, as attribute names want it.
// SPDX-License-Identifier: Apache-2.0
#include "base/str.h"

#include <assert.h>
#include <string.h>

str str_of(const char *text)
{
    return text == NULL ? (str){0} : (str){text, strlen(text)};
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

// Most names differ at once, or not even in case.
bool str_starts_nocase(str s, str prefix)
{
    if (s.len < prefix.len || prefix.len == 0) {
        return prefix.len == 0;
    }
    if (lower(s.ptr[0]) != lower(prefix.ptr[0])) {
        return false;
    }
    if (memcmp(s.ptr, prefix.ptr, prefix.len) == 0) {
        return true;
    }
    for (size_t at = 1; at < prefix.len; at++) {
        if (s.ptr[at] != prefix.ptr[at] && lower(s.ptr[at]) != lower(prefix.ptr[at])) {
            return false;
        }
    }
    return true;
}

bool str_contains_nocase(str s, str part)
{
    for (; s.len >= part.len; s = str_tail(s, 1)) {
        if (str_starts_nocase(s, part)) {
            return true;
        }
    }
    return false;
}

bool str_contains(str s, str part)
{
    return part.len == 0 || (s.len != 0 && memmem(s.ptr, s.len, part.ptr, part.len) != NULL);
}

bool str_is_ascii(str s)
{
    unsigned char seen = 0;
    for (size_t at = 0; at < s.len; at++) {
        seen |= (unsigned char)s.ptr[at];
    }
    return seen < 0x80;
}

str str_head(str s, size_t len)
{
    assert(len <= s.len);
    return (str){s.ptr, len};
}

str str_tail(str s, size_t from)
{
    assert(from <= s.len);
    return (str){s.ptr == NULL ? NULL : s.ptr + from, s.len - from};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

str str_trim(str s)
{
    while (s.len > 0 && is_blank(s.ptr[0])) {
        s = str_tail(s, 1);
    }
    while (s.len > 0 && is_blank(s.ptr[s.len - 1])) {
        s.len--;
    }
    return s;
}

bool str_cut(str s, char sep, str *head, str *rest)
{
    const char *found = s.len == 0 ? NULL : memchr(s.ptr, sep, s.len);
    if (found == NULL) {
        *head = s;
        *rest = (str){0};
        return false;
    }
    size_t at = (size_t)(found - s.ptr);
    *head = str_head(s, at);
    *rest = str_tail(s, at + 1);
    return true;
}

bool str_to_i64(str s, int64_t *out)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    if (s.len > 0 && (negative || s.ptr[0] == '+')) {
        s = str_tail(s, 1);
    }
    if (s.len == 0) {
        return false;
    }
    int64_t value = 0;
    for (size_t at = 0; at < s.len; at++) {
        int digit = s.ptr[at] - '0';
        // Counted downwards, because the smallest number has no positive twin.
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, digit, &value)) {
            return false;
        }
    }
    if (!negative && value == INT64_MIN) {
        return false;
    }
    *out = negative ? value : -value;
    return true;
}

size_t str_put_i64(int64_t value, char out[DIGITS_MAX])
{
    char digits[DIGITS_MAX];
    size_t from = DIGITS_MAX;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[--from] = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0) {
        digits[--from] = '-';
    }
    memcpy(out, digits + from, DIGITS_MAX - from);
    return DIGITS_MAX - from;
}

void str_put_hex32(uint32_t value, char out[HEX32_LEN])
{
    for (size_t at = HEX32_LEN; at > 0; value >>= 4) {
        out[--at] = "0123456789abcdef"[value & 15];
    }
}

int str_compare(str a, str b)
{
    size_t common = a.len < b.len ? a.len : b.len;
    int order = common == 0 ? 0 : memcmp(a.ptr, b.ptr, common);
    if (order != 0) {
        return order;
    }
    return a.len == b.len ? 0 : (a.len < b.len ? -1 : 1);
}

// A product carries bits upwards only; the shift brings them down again.
static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 29;
}

uint64_t str_hash(str s, uint64_t seed)
{
    uint64_t hash = mix(seed, s.len);
    uint64_t word = 0;
    size_t at = 0;
    for (; s.len - at >= sizeof(word); at += sizeof(word)) {
        memcpy(&word, s.ptr + at, sizeof(word));
        hash = mix(hash, word);
    }
    word = 0;
    if (at < s.len) {
        memcpy(&word, s.ptr + at, s.len - at);
    }
    return mix(mix(hash, word), 0);
}
