// schema_compare.c: what may change in a schema that resources may have values of.
//
// New attributes may come, and what is only said to people or only asked of new values may change.
// What decides how a stored value is read, compared, kept or shown stays.
// SPDX-License-Identifier: Apache-2.0
#include "scim/registry.h"

static bool refuse(const struct attr *attr, const char *what, struct roster_error *err)
{
    str parent = attr->parent == NULL ? (str){0} : attr->parent->name;
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "attribute \"%.*s%s%.*s\": %s cannot change while the schema is in use: remove the "
                "schema and add it anew, or choose another name",
                STR_ARGS(parent), parent.len > 0 ? "." : "", STR_ARGS(attr->name), what);
}

static bool check_attr(const struct attr *before, const struct attr *after,
                       struct roster_error *err)
{
    // clang-format off
    const struct { bool same; const char *what; } rows[] = {
        {before->type == after->type, "type"},
        {before->multi_valued == after->multi_valued, "multiValued"},
        {before->case_exact == after->case_exact, "caseExact"},
        {before->mutability == after->mutability, "mutability"},
        {before->returned == after->returned, "returned"},
        {before->uniqueness == after->uniqueness, "uniqueness"},
    };
    // clang-format on
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (!rows[at].same) {
            return refuse(before, rows[at].what, err);
        }
    }
    return true;
}

static const struct attr *find(const struct attr *attrs, size_t count, str name)
{
    for (size_t at = 0; at < count; at++) {
        if (str_equal(attrs[at].name, name)) {
            return &attrs[at];
        }
    }
    return NULL;
}

static bool check_attrs(const struct attr *before, size_t before_count, const struct attr *after,
                        size_t after_count, struct roster_error *err)
{
    for (size_t at = 0; at < before_count; at++) {
        const struct attr *now = find(after, after_count, before[at].name);
        if (now == NULL) {
            return refuse(&before[at], "its presence and spelling", err);
        }
        if (!check_attr(&before[at], now, err) ||
            !check_attrs(before[at].subs, before[at].sub_count, now->subs, now->sub_count, err)) {
            return false;
        }
    }
    return true;
}

bool schema_check_change(const struct schema *before, const struct schema *after,
                         struct roster_error *err)
{
    assert(str_equal_nocase(before->id, after->id));
    if (!str_equal(before->id, after->id)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the schema is spelt \"%.*s\": its URI cannot change", STR_ARGS(before->id));
    }
    return check_attrs(before->attrs, before->attr_count, after->attrs, after->attr_count, err);
}
