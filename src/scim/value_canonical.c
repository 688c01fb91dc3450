// value_canonical.c: one way to write what can be written in several.
// SPDX-License-Identifier: Apache-2.0
#include "scim/value.h"

#include "base/time.h"
#include "scim/fold.h"

#include <stdio.h>
#include <string.h>

enum { SECONDS_LEN = 19 };  // 2026-11-24T10:00:00

static bool finish(const struct text *text, str *out)
{
    *out = text_str(text);
    return !text->full;
}

static size_t domain_start(str address)
{
    size_t at = address.len;
    while (at > 0 && address.ptr[at - 1] != '@') {
        at--;
    }
    return at == 0 ? address.len : at;
}

// The domain of an address is the same in any case, and canonical in lower case.
static bool email(str value, struct roster_arena *arena, str *out)
{
    struct text text;
    size_t from = domain_start(value);
    text_init(&text, arena, value.len);
    text_add(&text, str_head(value, from));
    for (size_t at = from; at < value.len; at++) {
        char c = value.ptr[at];
        text_char(&text, (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c));
    }
    return finish(&text, out);
}

// "+1 201 555-0123", with what people put between digits.
static bool is_global_number(str value)
{
    bool has_digit = false;
    for (size_t at = 1; at < value.len; at++) {
        char c = value.ptr[at];
        has_digit |= c >= '0' && c <= '9';
        if (!((c >= '0' && c <= '9') || c == '-' || c == '.' || c == '(' || c == ')' || c == ' ')) {
            return false;
        }
    }
    return has_digit && value.ptr[0] == '+';
}

// A tel: URI (RFC 3966). What is no global number stays: nobody knows where it would be dialled.
static bool phone(str value, struct roster_arena *arena, str *out)
{
    static const str scheme = STR_INIT("tel:");
    struct text text;
    bool is_uri = str_starts_nocase(value, scheme);
    str number = is_uri ? str_tail(value, scheme.len) : str_trim(value);
    *out = value;
    if (!is_uri && (number.len == 0 || !is_global_number(number))) {
        return true;
    }
    text_init(&text, arena, scheme.len + number.len);
    text_add(&text, scheme);
    for (size_t at = 0; at < number.len; at++) {
        bool is_blank = number.ptr[at] == ' ';
        if (!is_blank || number.ptr[at - 1] != ' ') {
            text_char(&text, is_blank ? '-' : number.ptr[at]);
        }
    }
    return finish(&text, out);
}

static bool messenger(str value, struct roster_arena *arena, str *out)
{
    return fold_lower(str_trim(value), arena, out);
}

static const struct {
    str parent;
    bool (*write)(str value, struct roster_arena *arena, str *out);
} rows[] = {
    {STR_INIT("emails"), email},
    {STR_INIT("phoneNumbers"), phone},
    {STR_INIT("ims"), messenger},
};

// In UTC, and then to the millisecond at least. What is in UTC already stays.
static bool moment(str value, struct roster_arena *arena, str *out)
{
    char text[TIME_TEXT_LEN + 6];
    int64_t ms = 0;
    int rest_ns = 0;
    size_t len = TIME_TEXT_LEN;
    if (!time_parse_exact(value, &ms, &rest_ns)) {
        *out = value;
        return true;
    }
    time_print(ms, text);
    bool is_utc = value.ptr[value.len - 1] == 'Z' && memcmp(value.ptr, text, SECONDS_LEN) == 0;
    if (is_utc) {
        *out = value;
        return true;
    }
    if (rest_ns > 0) {
        char digits[12];
        snprintf(digits, sizeof(digits), "%06d", rest_ns);
        size_t count = 6;
        while (digits[count - 1] == '0') {
            count--;
        }
        memcpy(text + len - 1, digits, count);
        len += count;
        text[len - 1] = 'Z';
    }
    return arena_copy(arena, (str){text, len}, out);
}

// The spelling of the schema, where the value is one of those that it suggests.
static str label(const struct attr *attr, str value)
{
    for (size_t at = 0; at < attr->canonical_count && !attr->case_exact; at++) {
        if (str_equal_nocase(attr->canonical_values[at], value)) {
            return attr->canonical_values[at];
        }
    }
    return value;
}

bool value_canonical(const struct attr *attr, str text, struct roster_arena *arena, str *out)
{
    const struct attr *parent = attr->parent;
    if (attr->type == ATTR_DATETIME) {
        return moment(text, arena, out);
    }
    for (size_t at = 0; at < COUNT_OF(rows) && parent != NULL; at++) {
        if (attr_is_core_user(parent, rows[at].parent) &&
            str_equal_nocase(attr->name, STR("value"))) {
            return rows[at].write(text, arena, out);
        }
    }
    *out = label(attr, text);
    return true;
}
