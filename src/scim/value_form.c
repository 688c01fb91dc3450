// value_form.c: what schemas of the product say of values beyond RFC 7643 section 7.
// SPDX-License-Identifier: Apache-2.0
#include "scim/value.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool fits(char form, char c)
{
    switch (form) {
    case 'h':
        return is_hex(c);
    case 'd':
        return is_digit(c);
    default:
        return form == c;
    }
}

// A number is written with as many zeros in front as the form has room for: 42 is 000042.
static bool has_form(const struct attr *attr, str text)
{
    size_t zeros =
        attr->type == ATTR_INTEGER && text.len < attr->form.len ? attr->form.len - text.len : 0;
    bool good = zeros + text.len == attr->form.len;
    for (size_t at = 0; at < attr->form.len && good; at++) {
        good = fits(attr->form.ptr[at], at < zeros ? '0' : text.ptr[at - zeros]);
    }
    return good;
}

static bool is_canonical(const struct attr *attr, str text)
{
    size_t at = 0;
    while (at < attr->canonical_count &&
           !(attr->case_exact ? str_equal(attr->canonical_values[at], text)
                              : str_equal_nocase(attr->canonical_values[at], text))) {
        at++;
    }
    return at < attr->canonical_count;
}

bool value_check_form(const struct attr *attr, const struct roster_json *value,
                      struct roster_error *err)
{
    if (attr->form.len > 0 && !has_form(attr, value->text)) {
        str parent = attr->parent == NULL ? STR("") : attr->parent->name;
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%.*s%s%.*s must have the form %.*s (h: a hexadecimal digit, d: a digit)",
                    STR_ARGS(parent), parent.len > 0 ? "." : "", STR_ARGS(attr->name),
                    STR_ARGS(attr->form));
    }
    if (!attr->closed || is_canonical(attr, value->text)) {
        return true;
    }
    return value_fail(err, ROSTER_ERR_INVALID_VALUE, attr,
                      attr->canonical_count == 0
                          ? "takes no value: leave it out, or send null"
                          : "must be one of the values that its schema lists");
}

bool value_check_apart(const struct schema *schema, const struct roster_json *container,
                       struct roster_error *err)
{
    for (size_t at = 0; at < schema->attr_count; at++) {
        const struct attr *attr = &schema->attrs[at];
        if (attr->not_with.len > 0 && !json_is_unassigned(json_find(container, attr->name)) &&
            !json_is_unassigned(json_find(container, attr->not_with))) {
            return value_fail_apart(err, attr);
        }
    }
    return true;
}

bool value_fail_apart(struct roster_error *err, const struct attr *attr)
{
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.*s and %.*s exclude each other: send one",
                STR_ARGS(attr->name), STR_ARGS(attr->not_with));
}
