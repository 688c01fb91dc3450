// value_attr.c: what values need to know about attributes beyond their characteristics.
// SPDX-License-Identifier: Apache-2.0
#include "scim/value.h"

bool value_fail(struct roster_error *err, enum roster_code code, const struct attr *attr,
                const char *sentence)
{
    str parent = attr->parent == NULL ? STR("") : attr->parent->name;
    return fail(err, code, 0, "%.*s%s%.*s %s", STR_ARGS(parent), parent.len > 0 ? "." : "",
                STR_ARGS(attr->name), sentence);
}

bool value_is_primary(const struct roster_json *value)
{
    return json_is(json_find(value, STR("primary")), JSON_TRUE);
}

const struct attr *attr_value_sub(const struct attr *attr)
{
    return attr->type == ATTR_COMPLEX ? attr_sub(attr, STR("value")) : NULL;
}

bool attr_is_link(const struct attr *attr)
{
    // A tenant's own attributes keep what is sent, `$ref` too.
    if (attr->type != ATTR_COMPLEX || attr_value_sub(attr) == NULL || attr->schema == NULL ||
        !attr->schema->builtin) {
        return false;
    }
    const struct attr *ref = attr_sub(attr, STR("$ref"));
    return ref != NULL && ref->type == ATTR_REFERENCE;
}

bool attr_is_edges(const struct attr *attr)
{
    return attr->multi_valued && attr_is_link(attr);
}

bool attr_is_core_user(const struct attr *attr, str name)
{
    return attr->parent == NULL && attr->schema != NULL && str_equal_nocase(attr->name, name) &&
           str_equal_nocase(attr->schema->id, URI_USER);
}

bool attr_is_secret(const struct attr *attr)
{
    return attr->returned == ATTR_NEVER;
}

str reference_id(str reference)
{
    str rest = {0};
    (void)str_cut(reference, '#', &reference, &rest);
    (void)str_cut(reference, '?', &reference, &rest);
    while (reference.len > 0 && reference.ptr[reference.len - 1] == '/') {
        reference.len--;
    }
    size_t from = reference.len;
    while (from > 0 && reference.ptr[from - 1] != '/') {
        from--;
    }
    return str_tail(reference, from);
}

bool value_check_subs(const struct attr *attr, const struct roster_json *value, bool is_sent,
                      struct roster_error *err)
{
    for (size_t at = 0; at < attr->sub_count; at++) {
        const struct attr *sub = &attr->subs[at];
        if (sub->required && sub->mutability != ATTR_READ_ONLY &&
            (is_sent || !attr_is_secret(sub)) && json_find(value, sub->name) == NULL) {
            return value_fail(err, ROSTER_ERR_INVALID_VALUE, sub, "is required");
        }
    }
    return true;
}
