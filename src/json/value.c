// value.c: building, finding and editing JSON trees.
// SPDX-License-Identifier: Apache-2.0
#include "json/value.h"

struct roster_json *json_new(struct roster_arena *arena, enum json_kind kind)
{
    struct roster_json *value = arena_alloc(arena, sizeof(*value));
    if (value != NULL) {
        value->kind = kind;
    }
    return value;
}

struct roster_json *json_string(struct roster_arena *arena, str text)
{
    struct roster_json *value = json_new(arena, JSON_STRING);
    if (value != NULL) {
        value->text = text;
    }
    return value;
}

struct roster_json *json_bool(struct roster_arena *arena, bool value)
{
    return json_new(arena, value ? JSON_TRUE : JSON_FALSE);
}

struct roster_json *json_i64(struct roster_arena *arena, int64_t number)
{
    struct roster_json *value = json_new(arena, JSON_NUMBER);
    if (value == NULL || !arena_format(arena, &value->text, "%lld", (long long)number)) {
        return NULL;
    }
    return value;
}

struct roster_json *json_copy(struct roster_arena *arena, const struct roster_json *value)
{
    struct roster_json *copy = json_new(arena, value->kind);
    if (copy == NULL) {
        return NULL;
    }
    copy->key = value->key;
    copy->text = value->text;
    for (const struct roster_json *child = value->first; child != NULL; child = child->next) {
        struct roster_json *twin = json_copy(arena, child);
        if (twin == NULL) {
            return NULL;
        }
        json_push(copy, twin);
    }
    return copy;
}

struct roster_json *json_find(const struct roster_json *object, str name)
{
    if (!json_is(object, JSON_OBJECT)) {
        return NULL;
    }
    struct roster_json *member = object->first;
    while (member != NULL && !str_equal_nocase(member->key, name)) {
        member = member->next;
    }
    return member;
}

str json_find_text(const struct roster_json *object, str name)
{
    const struct roster_json *member = json_find(object, name);
    return json_is(member, JSON_STRING) ? member->text : (str){0};
}

bool json_is(const struct roster_json *value, enum json_kind kind)
{
    return value != NULL && value->kind == kind;
}

bool json_is_bool(const struct roster_json *value)
{
    return json_is(value, JSON_TRUE) || json_is(value, JSON_FALSE);
}

bool json_is_unassigned(const struct roster_json *value)
{
    return value == NULL || value->kind == JSON_NULL ||
           (value->kind == JSON_ARRAY && value->first == NULL);
}

void json_push(struct roster_json *array, struct roster_json *element)
{
    assert(array->kind == JSON_ARRAY || array->kind == JSON_OBJECT);
    element->next = NULL;
    if (array->last == NULL) {
        array->first = element;
    } else {
        array->last->next = element;
    }
    array->last = element;
    array->count++;
}

void json_put(struct roster_json *object, str key, struct roster_json *value)
{
    assert(object->kind == JSON_OBJECT);
    value->key = key;
    json_push(object, value);
}

void json_replace(struct roster_json *object, str key, struct roster_json *value)
{
    struct roster_json *old = json_find(object, key);
    if (old == NULL) {
        json_put(object, key, value);
        return;
    }
    struct roster_json *before = NULL;
    for (struct roster_json *child = object->first; child != old; child = child->next) {
        before = child;
    }
    value->key = key;
    value->next = old->next;
    if (before == NULL) {
        object->first = value;
    } else {
        before->next = value;
    }
    if (object->last == old) {
        object->last = value;
    }
    old->next = NULL;
}

void json_remove(struct roster_json *parent, struct roster_json *child)
{
    struct roster_json *before = NULL;
    struct roster_json *at = parent->first;
    while (at != child) {
        assert(at != NULL);
        before = at;
        at = at->next;
    }
    if (before == NULL) {
        parent->first = child->next;
    } else {
        before->next = child->next;
    }
    if (parent->last == child) {
        parent->last = before;
    }
    parent->count--;
    child->next = NULL;
}

static bool put_new(struct roster_json *object, str key, struct roster_json *value)
{
    if (value == NULL) {
        return false;
    }
    json_put(object, key, value);
    return true;
}

bool json_put_string(struct roster_json *object, struct roster_arena *arena, str key, str text)
{
    return put_new(object, key, json_string(arena, text));
}

bool json_put_bool(struct roster_json *object, struct roster_arena *arena, str key, bool value)
{
    return put_new(object, key, json_bool(arena, value));
}

bool json_put_i64(struct roster_json *object, struct roster_arena *arena, str key, int64_t value)
{
    return put_new(object, key, json_i64(arena, value));
}

static bool members_equal(const struct roster_json *a, const struct roster_json *b)
{
    for (const struct roster_json *child = a->first; child != NULL; child = child->next) {
        if (!json_equal(child, json_find(b, child->key))) {
            return false;
        }
    }
    return true;
}

static bool elements_equal(const struct roster_json *a, const struct roster_json *b)
{
    const struct roster_json *left = a->first;
    const struct roster_json *right = b->first;
    while (left != NULL && json_equal(left, right)) {
        left = left->next;
        right = right->next;
    }
    return left == NULL;
}

bool json_equal(const struct roster_json *a, const struct roster_json *b)
{
    if (a == NULL || b == NULL) {
        return a == b;
    }
    if (a->kind != b->kind || a->count != b->count || !str_equal(a->text, b->text)) {
        return false;
    }
    return a->kind == JSON_OBJECT ? members_equal(a, b) : elements_equal(a, b);
}
