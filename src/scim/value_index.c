// value_index.c: a table of open addressing in an arena, at most half full.
// SPDX-License-Identifier: Apache-2.0
#include "scim/value_index.h"

#include "base/limits.h"
#include "scim/compare.h"
#include "scim/value.h"

enum { SLOTS_FIRST = 32 };

void value_index_init(struct value_index *index, const struct attr *attr, size_t expected,
                      struct roster_arena *arena)
{
    *index = (struct value_index){.attr = attr, .expected = expected, .arena = arena};
}

bool value_index_key(const struct value_index *index, const struct roster_json *element, str *key,
                     struct roster_error *err)
{
    const struct attr *attr = index->attr;
    if (attr->type == ATTR_COMPLEX) {
        attr = attr_value_sub(attr);
        element = attr == NULL ? NULL : json_find(element, attr->name);
    }
    *key = (str){0};
    if (element == NULL || element->kind == JSON_NULL) {
        return true;
    }
    switch (value_key_of(attr, element, index->arena, key)) {
    case KEY_FOUND:
        return true;
    case KEY_MISFIT:
        *key = (str){0};
        return true;
    case KEY_FULL:
        return fail_memory(err);
    }
    return true;
}

static size_t home_slot(const struct value_index *index, str key)
{
    uint64_t hash = str_hash(key, 0);
    return (size_t)(hash ^ (hash >> 32)) & index->mask;
}

static void place(struct value_index *index, struct value_slot slot)
{
    size_t at = home_slot(index, slot.key);
    while (index->slots[at].element != NULL) {
        at = (at + 1) & index->mask;
        index->steps++;
    }
    index->slots[at] = slot;
}

static bool grow(struct value_index *index)
{
    size_t old_size = index->slots == NULL ? 0 : index->mask + 1;
    size_t size = old_size == 0 ? SLOTS_FIRST : old_size * 2;
    while (old_size == 0 && size < index->expected * 2) {
        size *= 2;
    }
    struct value_slot *old = index->slots;
    struct value_slot *slots = arena_array(index->arena, size, sizeof(*slots));
    if (slots == NULL) {
        return false;
    }
    index->slots = slots;
    index->mask = size - 1;
    for (size_t at = 0; at < old_size; at++) {
        if (old[at].element != NULL) {
            place(index, old[at]);
        }
    }
    return true;
}

static bool check_steps(const struct value_index *index, struct roster_error *err)
{
    if (index->steps > VALUE_STEPS_MAX) {
        return value_fail(err, ROSTER_ERR_TOO_MANY, index->attr,
                          "has too many values that are alike");
    }
    return true;
}

bool value_index_add(struct value_index *index, str key, struct roster_json *element,
                     struct roster_error *err)
{
    assert(element != NULL);
    if ((index->slots == NULL || index->count * 2 > index->mask) && !grow(index)) {
        return fail_memory(err);
    }
    place(index, (struct value_slot){key, element});
    index->count++;
    return check_steps(index, err);
}

bool value_index_find(struct value_index *index, str key, const struct roster_json *after,
                      struct roster_json **out, struct roster_error *err)
{
    *out = NULL;
    if (index->slots == NULL) {
        return true;
    }
    bool is_behind = after == NULL;
    size_t at = home_slot(index, key);
    for (; index->slots[at].element != NULL && *out == NULL; at = (at + 1) & index->mask) {
        struct roster_json *element = index->slots[at].element;
        if (is_behind && element->kind != JSON_NULL && str_equal(index->slots[at].key, key)) {
            *out = element;
        }
        is_behind = is_behind || element == after;
        index->steps++;
    }
    return check_steps(index, err);
}
