// equal.c: whether two whole values are the same, by comparing their canonical keys.
//
// The key of a list holds the keys of its elements in sorted order, that of a complex value the
// keys of its assigned sub-attributes in the order of the schema; each with its length in front.
// Comparing costs n log n for n elements, whatever the order in which they were sent.
// SPDX-License-Identifier: Apache-2.0
#include "scim/compare.h"

#include <stdlib.h>

static bool whole_key(const struct attr *attr, const struct roster_json *value,
                      struct roster_arena *arena, str *key);

static void add_part(struct text *text, size_t index, str key)
{
    text_format(text, "%zu:%zu:", index, key.len);
    text_add(text, key);
}

static bool complex_key(const struct attr *attr, const struct roster_json *value,
                        struct roster_arena *arena, str *key)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    for (size_t at = 0; at < attr->sub_count; at++) {
        const struct attr *sub = &attr->subs[at];
        const struct roster_json *part = json_find(value, sub->name);
        str part_key = {0};
        if (sub->mutability == ATTR_READ_ONLY || json_is_unassigned(part)) {
            continue;
        }
        if (!whole_key(sub, part, arena, &part_key)) {
            return false;
        }
        add_part(&text, at, part_key);
    }
    *key = text_str(&text);
    return !text.full;
}

// A value that does not fit its type is compared as the JSON text that it is.
static bool json_key(const struct roster_json *value, struct roster_arena *arena, str *key)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    text_lit(&text, "json:");
    json_write(&text, value);
    *key = text_str(&text);
    return !text.full;
}

static bool element_key(const struct attr *attr, const struct roster_json *value,
                        struct roster_arena *arena, str *key)
{
    if (attr->type == ATTR_COMPLEX && value->kind == JSON_OBJECT) {
        return complex_key(attr, value, arena, key);
    }
    switch (value_key_of(attr, value, arena, key)) {
    case KEY_FOUND:
        return true;
    case KEY_MISFIT:
        return json_key(value, arena, key);
    case KEY_FULL:
        return false;
    }
    return false;
}

static int order(const void *a, const void *b)
{
    return str_compare(*(const str *)a, *(const str *)b);
}

static bool list_key(const struct attr *attr, const struct roster_json *list,
                     struct roster_arena *arena, str *key)
{
    str *keys = arena_array(arena, list->count, sizeof(*keys));
    if (keys == NULL) {
        return false;
    }
    size_t count = 0;
    for (const struct roster_json *element = list->first; element != NULL;
         element = element->next) {
        if (!element_key(attr, element, arena, &keys[count++])) {
            return false;
        }
    }
    qsort(keys, count, sizeof(*keys), order);
    struct text text;
    text_init(&text, arena, arena_max(arena));
    for (size_t at = 0; at < count; at++) {
        add_part(&text, 0, keys[at]);
    }
    *key = text_str(&text);
    return !text.full;
}

static bool whole_key(const struct attr *attr, const struct roster_json *value,
                      struct roster_arena *arena, str *key)
{
    return value->kind == JSON_ARRAY ? list_key(attr, value, arena, key)
                                     : element_key(attr, value, arena, key);
}

// Nothing and an object of nothing are one state (P-032).
static bool is_empty(const struct roster_json *value)
{
    return json_is_unassigned(value) || (value->kind == JSON_OBJECT && value->first == NULL);
}

bool value_equal(const struct attr *attr, const struct roster_json *a, const struct roster_json *b,
                 struct roster_arena *scratch)
{
    if (is_empty(a) || is_empty(b)) {
        return is_empty(a) && is_empty(b);
    }
    struct arena_mark mark = arena_mark(scratch);
    str left = {0};
    str right = {0};
    bool equal = (a->kind == JSON_ARRAY) == (b->kind == JSON_ARRAY) &&
                 whole_key(attr, a, scratch, &left) && whole_key(attr, b, scratch, &right) &&
                 str_equal(left, right);
    arena_rewind(scratch, mark);
    return equal;
}
