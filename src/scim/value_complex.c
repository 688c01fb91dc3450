// value_complex.c: complex values: their sub-attributes, their links, a text that stands for one.
// SPDX-License-Identifier: Apache-2.0
#include "scim/quirks.h"
#include "scim/shape.h"

// Other names under which clients send a sub-attribute.
static const struct sub_alias {
    const char *parent;
    const char *sent;
    const char *meant;
    enum roster_quirk quirk;
} sub_aliases[] = {
    {"manager", "managerId", "value", ROSTER_QUIRK_SCALAR_SHAPES},
    {"roles", "displayName", "display", ROSTER_QUIRK_ROLES_JSON_TEXT},
};

static const struct attr *find_sub(const struct shape *c, const struct attr *attr, str name)
{
    const struct attr *sub = attr_sub(attr, name);
    for (size_t at = 0; sub == NULL && at < COUNT_OF(sub_aliases); at++) {
        const struct sub_alias *alias = &sub_aliases[at];
        if (str_equal_nocase(attr->name, str_of(alias->parent)) &&
            str_equal_nocase(name, str_of(alias->sent)) &&
            quirk_take(c->scope->quirks, alias->quirk)) {
            sub = attr_sub(attr, str_of(alias->meant));
        }
    }
    return sub;
}

static bool refuse_unknown(const struct shape *c, const struct attr *attr, str name)
{
    if (quirk_take(c->scope->quirks, ROSTER_QUIRK_UNKNOWN_ATTRIBUTE)) {
        return true;
    }
    return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0, "%.*s has no sub-attribute \"%.*s\"",
                STR_ARGS(attr->name), STR_ARGS(name));
}

// In a merge, null says that the sub-attribute is to go.
static bool put_sub(const struct shape *c, const struct attr *sub, struct roster_json *value,
                    struct roster_json *to)
{
    if (value == NULL && c->mode != VALUE_MERGE) {
        return true;
    }
    if (value == NULL && sub->required) {
        return value_fail(c->err, ROSTER_ERR_MUTABILITY, sub, "is required: it cannot be removed");
    }
    if (value == NULL) {
        value = json_new(c->scope->arena, JSON_NULL);
    }
    if (value == NULL) {
        return fail_memory(c->err);
    }
    json_put(to, sub->name, value);
    return true;
}

static bool check_sub(const struct shape *c, const struct attr *attr,
                      const struct roster_json *member, struct roster_json *to)
{
    const struct attr *sub = find_sub(c, attr, member->key);
    if (sub == NULL) {
        return refuse_unknown(c, attr, member->key);
    }
    bool is_computed = str_equal_nocase(sub->name, STR("$ref")) && attr_is_link(attr);
    if (sub->mutability == ATTR_READ_ONLY || is_computed || json_find(to, sub->name) != NULL) {
        return true;
    }
    struct roster_json *value = NULL;
    return value_check(c->scope, c->mode, sub, member, false, &value, c->err) &&
           put_sub(c, sub, value, to);
}

static void move_to_front(struct roster_json *object, struct roster_json *member)
{
    json_remove(object, member);
    member->next = object->first;
    object->first = member;
    object->last = object->last == NULL ? member : object->last;
    object->count++;
}

// `value` is what counts; a `$ref` may stand for it and must not contradict it (P-075), unless the
// schema makes it read-only.
static bool settle_link(const struct shape *c, const struct attr *attr,
                        const struct roster_json *sent, struct roster_json *to)
{
    const struct attr *value_sub = attr_value_sub(attr);
    bool is_read = attr_sub(attr, STR("$ref"))->mutability != ATTR_READ_ONLY;
    str ref = is_read ? json_find_text(sent, STR("$ref")) : (str){0};
    struct roster_json *value = json_find(to, value_sub->name);
    if (ref.len > 0 && json_is(value, JSON_STRING)) {
        if (!str_equal(reference_id(ref), value->text)) {
            return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr,
                              "has a value and a $ref that name different resources");
        }
    } else if (reference_id(ref).len > 0) {
        value = json_string(c->scope->arena, reference_id(ref));
        if (value == NULL) {
            return fail_memory(c->err);
        }
        json_replace(to, value_sub->name, value);
    }
    if (attr->multi_valued && (!json_is(value, JSON_STRING) || value->text.len == 0)) {
        return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, value_sub,
                          "is missing: every element needs the id of a resource");
    }
    if (value != NULL) {
        move_to_front(to, value);
    }
    return true;
}

// They had to be there, but nothing keeps them.
static void drop_secrets(const struct attr *attr, struct roster_json *object)
{
    for (size_t at = 0; at < attr->sub_count; at++) {
        struct roster_json *member =
            attr_is_secret(&attr->subs[at]) ? json_find(object, attr->subs[at].name) : NULL;
        if (member != NULL) {
            json_remove(object, member);
        }
    }
}

static bool check_object(const struct shape *c, const struct attr *attr,
                         const struct roster_json *value, struct roster_json **out)
{
    struct roster_json *to = json_new(c->scope->arena, JSON_OBJECT);
    if (to == NULL) {
        return fail_memory(c->err);
    }
    for (const struct roster_json *member = value->first; member != NULL; member = member->next) {
        if (!check_sub(c, attr, member, to)) {
            return false;
        }
    }
    if (attr_is_link(attr) && !settle_link(c, attr, value, to)) {
        return false;
    }
    if (to->first == NULL) {
        return true;
    }
    if (c->mode != VALUE_MERGE && !value_check_subs(attr, to, true, c->err)) {
        return false;
    }
    drop_secrets(attr, to);
    *out = to->first == NULL ? NULL : to;
    return true;
}

// A text for a complex value means its `value`.
static bool wrap_text(const struct shape *c, const struct attr *attr,
                      const struct roster_json **value)
{
    if (!json_is(*value, JSON_STRING) || attr_value_sub(attr) == NULL || !shape_is_allowed(c)) {
        return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr, "must be a JSON object");
    }
    struct roster_json *object = json_new(c->scope->arena, JSON_OBJECT);
    if (object == NULL || !json_put_string(object, c->scope->arena, STR("value"), (*value)->text)) {
        return fail_memory(c->err);
    }
    *value = object;
    return true;
}

bool shape_complex(const struct shape *c, const struct attr *attr, const struct roster_json *value,
                   struct roster_json **out)
{
    if (shape_is_empty_text(value) && !attr->multi_valued && shape_is_allowed(c)) {
        return true;
    }
    if (!json_is(value, JSON_OBJECT) && !wrap_text(c, attr, &value)) {
        return false;
    }
    if (attr_is_core_user(attr, STR("roles")) &&
        !value_unpack_role(c->scope, value, &value, c->err)) {
        return false;
    }
    return check_object(c, attr, value, out);
}
