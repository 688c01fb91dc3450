// value.c: the shapes of values: lists, single values, one for the other.
// SPDX-License-Identifier: Apache-2.0
#include "scim/compare.h"
#include "scim/quirks.h"
#include "scim/shape.h"
#include "scim/value_index.h"

bool shape_is_allowed(const struct shape *c)
{
    return quirk_take(c->scope->quirks, ROSTER_QUIRK_SCALAR_SHAPES);
}

bool shape_is_empty_text(const struct roster_json *value)
{
    return json_is(value, JSON_STRING) && value->text.len == 0;
}

// A single value may arrive as a list of one.
static bool take_from_list(const struct shape *c, const struct attr *attr,
                           const struct roster_json **value)
{
    if (!json_is(*value, JSON_ARRAY)) {
        return true;
    }
    if ((*value)->count != 1 || !shape_is_allowed(c)) {
        return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr, "must be one value, not a list");
    }
    *value = (*value)->first;
    return true;
}

// A simple value may arrive as {"value": x}.
static void take_from_object(const struct shape *c, const struct roster_json **value)
{
    const struct roster_json *inner = json_find(*value, STR("value"));
    if (inner != NULL && shape_is_allowed(c)) {
        *value = inner;
    }
}

static bool check_simple(const struct shape *c, const struct attr *attr,
                         const struct roster_json *value, struct roster_json **out)
{
    take_from_object(c, &value);
    if (json_is_unassigned(value)) {
        return true;
    }
    if (shape_is_empty_text(value) && attr->required) {
        return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr,
                          "is required: it must not be empty");
    }
    if (shape_is_empty_text(value) && c->mode != VALUE_BODY &&
        quirk_take(c->scope->quirks, ROSTER_QUIRK_EMPTY_STRING_CLEARS)) {
        return true;
    }
    return value_check_simple(c->scope, attr, value, out, c->err);
}

static bool check_one(const struct shape *c, const struct attr *attr,
                      const struct roster_json *value, struct roster_json **out)
{
    if (!take_from_list(c, attr, &value)) {
        return false;
    }
    if (json_is_unassigned(value)) {
        return true;
    }
    return attr->type == ATTR_COMPLEX ? shape_complex(c, attr, value, out)
                                      : check_simple(c, attr, value, out);
}

bool value_settle_primaries(const struct scope *scope, const struct attr *attr,
                            struct roster_json *list, const struct roster_json *old,
                            struct roster_error *err)
{
    struct roster_json *winner = NULL;
    size_t count = 0;
    for (struct roster_json *element = list->first; element != NULL; element = element->next) {
        if (value_is_primary(element) && element != old) {
            winner = element;
            count++;
        }
    }
    if (count > 1 && !quirk_take(scope->quirks, ROSTER_QUIRK_TWO_PRIMARIES)) {
        return value_fail(err, ROSTER_ERR_INVALID_VALUE, attr,
                          "has more than one value with \"primary\": true");
    }
    for (struct roster_json *element = list->first; element != NULL && winner != NULL;
         element = element->next) {
        if (value_is_primary(element) && element != winner) {
            json_find(element, STR("primary"))->kind = JSON_FALSE;
        }
    }
    return true;
}

// Lists in which the same value may stand twice under different labels only (RFC 7643 section 2.4).
static bool is_label_set(const struct shape *c, const struct attr *attr)
{
    return attr->type == ATTR_COMPLEX && attr_sub(attr, STR("type")) != NULL &&
           attr_value_sub(attr) != NULL &&
           !quirk_is_on(c->scope->quirks, ROSTER_QUIRK_VALUES_AS_SENT);
}

// An element that has the value and the label of an earlier one adds to that one what it says.
static bool merge_twin(const struct shape *c, const struct attr *attr, struct value_index *seen,
                       struct roster_json *element, bool *merged)
{
    const struct attr *label = attr_sub(attr, STR("type"));
    str key = {0};
    struct roster_json *twin = NULL;
    *merged = false;
    if (!value_index_key(seen, element, &key, c->err)) {
        return false;
    }
    if (key.len == 0) {
        return true;
    }
    do {
        if (!value_index_find(seen, key, twin, &twin, c->err)) {
            return false;
        }
    } while (twin != NULL && !value_equal(label, json_find(twin, label->name),
                                          json_find(element, label->name), c->scope->arena));
    if (twin == NULL) {
        return value_index_add(seen, key, element, c->err);
    }
    for (struct roster_json *member = element->first; member != NULL;) {
        struct roster_json *next = member->next;
        json_replace(twin, member->key, member);
        member = next;
    }
    *merged = true;
    return true;
}

// Appends an element, unless it is one of a set that holds it already.
static bool push_element(const struct shape *c, const struct attr *attr, struct value_index *seen,
                         struct roster_json *element, struct roster_json *list)
{
    if (element == NULL) {
        return true;
    }
    if (!attr_is_edges(attr) && is_label_set(c, attr)) {
        bool merged = false;
        if (!merge_twin(c, attr, seen, element, &merged) || merged) {
            return merged;
        }
    }
    if (attr_is_edges(attr)) {
        str key = {0};
        struct roster_json *twin = NULL;
        if (!value_index_key(seen, element, &key, c->err) ||
            !value_index_find(seen, key, NULL, &twin, c->err)) {
            return false;
        }
        if (twin != NULL) {
            return true;
        }
        if (!value_index_add(seen, key, element, c->err)) {
            return false;
        }
    }
    json_push(list, element);
    return true;
}

static bool check_element(const struct shape *c, const struct attr *attr,
                          const struct roster_json *value, struct roster_json **out)
{
    // Inside a list null has no meaning (P-033); what else is unassigned there is left out.
    if (json_is(value, JSON_NULL)) {
        return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr, "contains null: leave it out");
    }
    return check_one(c, attr, value, out);
}

static bool check_list(const struct shape *c, const struct attr *attr,
                       const struct roster_json *value, struct roster_json **out)
{
    bool is_list = json_is(value, JSON_ARRAY);
    if (shape_is_empty_text(value) && attr->type == ATTR_COMPLEX && shape_is_allowed(c)) {
        return true;
    }
    if (!is_list && !shape_is_allowed(c)) {
        return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr, "must be a list");
    }
    struct value_index seen;
    value_index_init(&seen, attr, is_list ? value->count : 1, c->scope->arena);
    struct roster_json *list = json_new(c->scope->arena, JSON_ARRAY);
    if (list == NULL) {
        return fail_memory(c->err);
    }
    const struct roster_json *next = is_list ? value->first : value;
    while (next != NULL) {
        struct roster_json *element = NULL;
        if (!check_element(c, attr, next, &element) ||
            !push_element(c, attr, &seen, element, list)) {
            return false;
        }
        next = is_list ? next->next : NULL;
    }
    *out = list->first == NULL ? NULL : list;
    return attr->type != ATTR_COMPLEX || value_settle_primaries(c->scope, attr, list, NULL, c->err);
}

bool value_check(const struct scope *scope, enum value_mode mode, const struct attr *attr,
                 const struct roster_json *value, bool element, struct roster_json **out,
                 struct roster_error *err)
{
    assert(attr != NULL && scope->arena != NULL);
    *out = NULL;
    if (json_is_unassigned(value)) {
        return true;
    }
    struct shape c = {scope, mode, err};
    if (!attr->multi_valued || element) {
        return check_one(&c, attr, value, out);
    }
    // A merge is about one element; the elements of a list are given whole.
    c.mode = mode == VALUE_MERGE ? VALUE_PATCH : mode;
    return check_list(&c, attr, value, out);
}
