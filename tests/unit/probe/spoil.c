// spoil.c: the opposite of match.c.
// SPDX-License-Identifier: Apache-2.0
#include "unit/probe/spoil.h"

#include "probe/match.h"

#include <stdlib.h>

static size_t count_member(const struct roster_json *pattern)
{
    enum match_kind kind = MATCH_PLAIN;
    (void)match_name(pattern->key, &kind);
    if (json_is(pattern, JSON_ARRAY) && kind == MATCH_PLAIN) {
        return pattern->count > 0 ? 2 : 1;  // one too many, and none
    }
    return json_is(pattern, JSON_OBJECT) && kind == MATCH_PLAIN ? spoil_count(pattern) : 1;
}

size_t spoil_count(const struct roster_json *pattern)
{
    size_t count = 0;
    for (const struct roster_json *at = pattern->first; at != NULL; at = at->next) {
        count += count_member(at);
    }
    return count;
}

static struct roster_json *must(struct roster_json *value)
{
    if (value == NULL) {
        abort();
    }
    return value;
}

static void put(struct roster_json *object, str name, struct roster_json *value)
{
    json_replace(object, name, must(value));
}

// What no pattern for an element matches, and every pattern for "anything".
static struct roster_json *stranger(struct roster_arena *arena)
{
    return must(json_new(arena, JSON_OBJECT));
}

static struct roster_json *copy_list(const struct roster_json *list, struct roster_arena *arena)
{
    return json_is(list, JSON_ARRAY) ? must(json_copy(arena, list))
                                     : must(json_new(arena, JSON_ARRAY));
}

static void spoil_list(const struct roster_json *pattern, struct roster_json *object, size_t n,
                       struct roster_arena *arena)
{
    enum match_kind kind = MATCH_PLAIN;
    str name = match_name(pattern->key, &kind);
    struct roster_json *list = copy_list(json_find(object, name), arena);
    switch (kind) {
    case MATCH_PLAIN:
        if (n == 0) {
            json_push(list, stranger(arena));
        } else {
            list = must(json_new(arena, JSON_ARRAY));
        }
        break;
    case MATCH_SOME:
        list = must(json_new(arena, JSON_ARRAY));
        break;
    case MATCH_NONE:
        json_push(list, must(json_copy(arena, pattern->first)));
        break;
    case MATCH_ORDER:
        if (list->first != list->last) {
            struct roster_json *first = list->first;
            json_remove(list, first);
            json_push(list, first);
        }
        break;
    }
    put(object, name, list);
}

static void spoil_scalar(const struct roster_json *pattern, struct roster_json *object,
                         struct roster_arena *arena)
{
    enum match_kind kind = MATCH_PLAIN;
    str name = match_name(pattern->key, &kind);
    bool any =
        json_is(pattern, JSON_STRING) && pattern->text.len > 0 && pattern->text.ptr[0] == '*';
    if (kind == MATCH_NONE) {
        put(object, name, json_copy(arena, pattern));
    } else if (any) {
        put(object, name, json_new(arena, JSON_NULL));
    } else {
        put(object, name, json_string(arena, STR("spoilt")));
    }
}

static void spoil_member(const struct roster_json *pattern, struct roster_json *object, size_t n,
                         struct roster_arena *arena)
{
    enum match_kind kind = MATCH_PLAIN;
    str name = match_name(pattern->key, &kind);
    if (json_is(pattern, JSON_ARRAY)) {
        spoil_list(pattern, object, n, arena);
    } else if (json_is(pattern, JSON_OBJECT) && kind == MATCH_PLAIN) {
        struct roster_json *child = json_find(object, name);
        spoil_place(pattern, must(child), n, arena);
    } else {
        spoil_scalar(pattern, object, arena);
    }
}

void spoil_place(const struct roster_json *pattern, struct roster_json *actual, size_t n,
                 struct roster_arena *arena)
{
    for (const struct roster_json *at = pattern->first; at != NULL; at = at->next) {
        size_t here = count_member(at);
        if (n < here) {
            spoil_member(at, actual, n, arena);
            return;
        }
        n -= here;
    }
    abort();  // there is no such place
}
