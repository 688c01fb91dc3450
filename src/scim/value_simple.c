// value_simple.c: single values of simple types, by one row for each type (RFC 7643 section 2.3).
// SPDX-License-Identifier: Apache-2.0
#include "scim/value.h"

#include "scim/compare.h"
#include "scim/precis.h"
#include "scim/quirks.h"

struct simple {
    const struct scope *scope;
    const struct attr *attr;
    struct roster_error *err;
};

static bool refuse(const struct simple *s, const char *sentence)
{
    return value_fail(s->err, ROSTER_ERR_INVALID_VALUE, s->attr, sentence);
}

static bool keeps_bytes(const struct simple *s)
{
    return quirk_take(s->scope->quirks, ROSTER_QUIRK_VALUES_AS_SENT);
}

static bool has_blank_or_control(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (c <= ' ' || c == 0x7f) {
            return true;
        }
    }
    return false;
}

static bool check_user_name(const struct simple *s, struct roster_json *value)
{
    const char *why = NULL;
    struct arena_mark mark = arena_mark(s->scope->arena);
    enum precis_outcome outcome = precis_check_username(value->text, s->scope->arena, &why);
    arena_rewind(s->scope->arena, mark);
    if (outcome == PRECIS_FULL) {
        return fail_memory(s->err);
    }
    return outcome == PRECIS_OK || quirk_take(s->scope->quirks, ROSTER_QUIRK_USERNAME_ANY_TEXT) ||
           refuse(s, why);
}

static bool canonicalize(const struct simple *s, struct roster_json *value)
{
    str canonical = value->text;
    if (!value_canonical(s->attr, value->text, s->scope->arena, &canonical)) {
        return fail_memory(s->err);
    }
    if (!str_equal(canonical, value->text) && !keeps_bytes(s)) {
        value->text = canonical;
    }
    return true;
}

static bool check_string(const struct simple *s, struct roster_json *value)
{
    if (value->kind != JSON_STRING) {
        return refuse(s, "must be a string");
    }
    return attr_is_core_user(s->attr, STR("userName")) ? check_user_name(s, value)
                                                       : canonicalize(s, value);
}

static bool check_boolean(const struct simple *s, struct roster_json *value)
{
    if (json_is_bool(value)) {
        return true;
    }
    bool is_true = value->kind == JSON_STRING && str_equal_nocase(value->text, STR("true"));
    bool is_false = value->kind == JSON_STRING && str_equal_nocase(value->text, STR("false"));
    if ((!is_true && !is_false) || !quirk_take(s->scope->quirks, ROSTER_QUIRK_COERCE_BOOLEAN)) {
        return refuse(s, "must be true or false");
    }
    value->kind = is_true ? JSON_TRUE : JSON_FALSE;
    value->text = (str){0};
    return true;
}

// Whether the value has a key is whether it fits its type: one definition for both (compare.h).
static bool check_key(const struct simple *s, const struct roster_json *value, const char *sentence)
{
    str key = {0};
    struct arena_mark mark = arena_mark(s->scope->arena);
    enum key_outcome outcome = value_key_of(s->attr, value, s->scope->arena, &key);
    arena_rewind(s->scope->arena, mark);
    if (outcome == KEY_FULL) {
        return fail_memory(s->err);
    }
    return outcome == KEY_FOUND || refuse(s, sentence);
}

static bool check_decimal(const struct simple *s, struct roster_json *value)
{
    return check_key(s, value, "must be a number");
}

static bool check_integer(const struct simple *s, struct roster_json *value)
{
    return check_key(s, value, "must be a whole number of at most 64 bits");
}

static bool check_datetime(const struct simple *s, struct roster_json *value)
{
    return check_key(s, value, "must be a date and time such as \"2026-11-24T10:00:00Z\"") &&
           canonicalize(s, value);
}

static bool check_binary(const struct simple *s, struct roster_json *value)
{
    if (value->kind != JSON_STRING) {
        return refuse(s, "must be a string in base64");
    }
    return value_check_binary(s->scope, s->attr, value->text, &value->text, s->err);
}

static bool check_reference(const struct simple *s, struct roster_json *value)
{
    if (value->kind != JSON_STRING) {
        return refuse(s, "must be a URI in a string");
    }
    if (has_blank_or_control(value->text) && !keeps_bytes(s)) {
        return refuse(s, "must be a URI: it contains a space or a control character");
    }
    return true;
}

static bool (*const checks[])(const struct simple *s, struct roster_json *value) = {
    [ATTR_STRING] = check_string,       [ATTR_BOOLEAN] = check_boolean,
    [ATTR_DECIMAL] = check_decimal,     [ATTR_INTEGER] = check_integer,
    [ATTR_DATETIME] = check_datetime,   [ATTR_BINARY] = check_binary,
    [ATTR_REFERENCE] = check_reference, [ATTR_COMPLEX] = NULL,
};

bool value_check_simple(const struct scope *scope, const struct attr *attr,
                        const struct roster_json *value, struct roster_json **out,
                        struct roster_error *err)
{
    struct simple s = {scope, attr, err};
    if ((size_t)attr->type >= COUNT_OF(checks) || checks[attr->type] == NULL) {
        return refuse(&s, "is nested too deeply");
    }
    // Only the node is needed: an object or a list is refused before its content matters.
    struct roster_json *copy = json_new(scope->arena, value->kind);
    if (copy == NULL) {
        return fail_memory(err);
    }
    copy->text = value->text;
    if (!checks[attr->type](&s, copy) || !value_check_form(attr, copy, err)) {
        return false;
    }
    *out = copy;
    return true;
}
