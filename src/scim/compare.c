// compare.c: keys of single values, by one row for each type, and equality of whole values.
// SPDX-License-Identifier: Apache-2.0
#include "scim/compare.h"

#include "base/base64.h"
#include "base/time.h"
#include "scim/fold.h"
#include "scim/number.h"
#include "scim/value.h"

#include <stdio.h>
#include <stdlib.h>

static enum key_outcome done(bool ok)
{
    return ok ? KEY_FOUND : KEY_FULL;
}

// A version segment, as the "v2" of "https://host/v2/Users/1".
static bool is_version(str segment)
{
    if (segment.len < 2 || (segment.ptr[0] != 'v' && segment.ptr[0] != 'V')) {
        return false;
    }
    for (size_t at = 1; at < segment.len; at++) {
        if (segment.ptr[at] < '0' || segment.ptr[at] > '9') {
            return false;
        }
    }
    return true;
}

// The part of `text` before its last '/', which is cut off; the segment behind it is returned.
static str cut_last(str *text)
{
    size_t at = text->len;
    while (at > 0 && text->ptr[at - 1] != '/') {
        at--;
    }
    str segment = str_tail(*text, at);
    *text = str_head(*text, at == 0 ? 0 : at - 1);
    return segment;
}

// Two references that differ only in the version of the API are the same (P-020). The version
// stands right before the endpoint: third from the end.
static enum key_outcome ref_key(str text, struct roster_arena *arena, str *key)
{
    str head = text;
    str id = cut_last(&head);
    str endpoint = cut_last(&head);
    str version = cut_last(&head);
    if (id.len == 0 || endpoint.len == 0 || head.len == 0 || !is_version(version)) {
        *key = text;
        return KEY_FOUND;
    }
    return done(arena_format(arena, key, "%.*s/%.*s/%.*s", STR_ARGS(head), STR_ARGS(endpoint),
                             STR_ARGS(id)));
}

static enum key_outcome string_key(const struct attr *attr, str text, struct roster_arena *arena,
                                   str *key)
{
    return value_fold(attr, text, arena, key);
}

static enum key_outcome reference_key(const struct attr *attr, str text, struct roster_arena *arena,
                                      str *key)
{
    return str_equal(attr->name, STR("$ref")) ? ref_key(text, arena, key)
                                              : value_fold(attr, text, arena, key);
}

static enum key_outcome boolean_key(const struct attr *attr, str text, struct roster_arena *arena,
                                    str *key)
{
    bool yes = str_equal(text, STR("true"));
    if (!yes && !str_equal(text, STR("false"))) {
        return KEY_MISFIT;
    }
    *key = yes ? STR("1") : STR("0");
    return KEY_FOUND;
}

static enum key_outcome decimal_key(const struct attr *attr, str text, struct roster_arena *arena,
                                    str *key)
{
    struct number number;
    return number_parse(text, &number) ? done(number_key(&number, arena, key)) : KEY_MISFIT;
}

// Counted from long before the year 0, so that no key has a sign.
static const int64_t time_origin = INT64_C(1000000000000000);

bool time_key(int64_t ms, struct roster_arena *arena, str *key)
{
    return arena_format(arena, key, "%016lld", (long long)(ms + time_origin));
}

bool time_of_key(str key, int64_t *ms)
{
    int64_t counted = 0;
    bool is_time = str_to_i64(key, &counted) && counted >= 0;
    *ms = is_time ? counted - time_origin : 0;
    return is_time;
}

static enum key_outcome datetime_key(const struct attr *attr, str text, struct roster_arena *arena,
                                     str *key)
{
    int64_t ms = 0;
    int rest_ns = 0;
    if (!time_parse_exact(text, &ms, &rest_ns)) {
        return KEY_MISFIT;
    }
    str head = {0};
    if (!time_key(ms, arena, &head)) {
        return KEY_FULL;
    }
    *key = head;
    return done(rest_ns == 0 || arena_format(arena, key, "%.*s%06d", STR_ARGS(head), rest_ns));
}

static enum key_outcome binary_key(const struct attr *attr, str text, struct roster_arena *arena,
                                   str *key)
{
    size_t len = 0;
    unsigned char *octets = arena_alloc(arena, text.len / 4 * 3 + 3);
    if (octets == NULL) {
        return KEY_FULL;
    }
    if (!base64_decode(text, octets, &len)) {
        return KEY_MISFIT;
    }
    *key = (str){(const char *)octets, len};
    return KEY_FOUND;
}

typedef enum key_outcome key_maker(const struct attr *attr, str text, struct roster_arena *arena,
                                   str *key);

static key_maker *const key_makers[] = {
    [ATTR_STRING] = string_key,       [ATTR_BOOLEAN] = boolean_key,   [ATTR_DECIMAL] = decimal_key,
    [ATTR_INTEGER] = decimal_key,     [ATTR_DATETIME] = datetime_key, [ATTR_BINARY] = binary_key,
    [ATTR_REFERENCE] = reference_key, [ATTR_COMPLEX] = NULL,
};

enum key_outcome value_fold(const struct attr *attr, str text, struct roster_arena *arena, str *key)
{
    if (attr_is_core_user(attr, STR("userName"))) {
        return done(fold_username(text, arena, key));
    }
    bool bytes = attr_is_id(attr) || (attr->type == ATTR_REFERENCE && attr->case_exact);
    if (bytes) {
        *key = text;
        return KEY_FOUND;
    }
    return done(fold_key(text, attr->case_exact, arena, key));
}

enum key_outcome value_key_text_of(const struct attr *attr, str text, struct roster_arena *arena,
                                   str *key)
{
    assert((size_t)attr->type < COUNT_OF(key_makers));
    key_maker *make = key_makers[attr->type];
    return make == NULL ? KEY_MISFIT : make(attr, text, arena, key);
}

// The JSON kind in which values of a type are written; booleans have two and are asked for first.
static bool kind_fits(const struct attr *attr, const struct roster_json *value)
{
    switch (attr->type) {
    case ATTR_BOOLEAN:
        return json_is_bool(value);
    case ATTR_DECIMAL:
    case ATTR_INTEGER:
        return json_is(value, JSON_NUMBER);
    case ATTR_STRING:
    case ATTR_DATETIME:
    case ATTR_BINARY:
    case ATTR_REFERENCE:
        return json_is(value, JSON_STRING);
    case ATTR_COMPLEX:
        return false;
    }
    return false;
}

enum key_outcome value_key_of(const struct attr *attr, const struct roster_json *value,
                              struct roster_arena *arena, str *key)
{
    int64_t whole = 0;
    if (!kind_fits(attr, value) ||
        (attr->type == ATTR_INTEGER && !str_to_i64(value->text, &whole))) {
        return KEY_MISFIT;
    }
    str text = attr->type == ATTR_BOOLEAN ? (value->kind == JSON_TRUE ? STR("true") : STR("false"))
                                          : value->text;
    return value_key_text_of(attr, text, arena, key);
}

bool value_key(const struct attr *attr, const struct roster_json *value, struct roster_arena *arena,
               str *key)
{
    return value_key_of(attr, value, arena, key) == KEY_FOUND;
}

bool value_key_text(const struct attr *attr, str text, struct roster_arena *arena, str *key)
{
    return value_key_text_of(attr, text, arena, key) == KEY_FOUND;
}
