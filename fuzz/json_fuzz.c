// json_fuzz.c: any bytes as JSON.
//
// Oracles: what is read and printed is read as an equal tree and printed alike; what is refused is
// refused again, for the same reason; and what is taken is taken inside a list too.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "json/value.h"

static bool read(struct roster_arena *arena, str text, struct roster_json **out,
                 struct roster_error *err)
{
    *err = (struct roster_error){0};
    bool taken = roster_json_read(text, arena, out, err);
    assert(taken == (err->code == ROSTER_OK));
    assert(err->offset <= text.len);
    return taken;
}

static void check_again(struct roster_arena *arena, str text, const struct roster_error *first)
{
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    bool taken = read(arena, text, &json, &err);
    assert(!taken && err.code == first->code && err.offset == first->offset);
}

static void check_list(struct roster_arena *arena, str canonical)
{
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    str list = {0};
    bool formatted = arena_format(arena, &list, "[%.*s]", STR_ARGS(canonical));
    assert(formatted);
    // One level more may be one too many.
    bool taken = read(arena, list, &json, &err);
    assert(taken || err.code == ROSTER_ERR_INVALID_SYNTAX);
    assert(!taken || (json->kind == JSON_ARRAY && json->count == 1));
}

static void check_tree(struct roster_arena *arena, const struct roster_json *json)
{
    struct roster_error err = {0};
    struct roster_json *again = NULL;
    str once = {0};
    str twice = {0};
    bool printed = roster_json_print(json, arena, &once);
    assert(printed);
    bool taken = read(arena, once, &again, &err);
    assert(taken && json_equal(json, again));
    printed = roster_json_print(again, arena, &twice);
    assert(printed && str_equal(once, twice));
    struct roster_json *copy = json_copy(arena, again);
    assert(copy != NULL && json_equal(copy, json));
    check_list(arena, once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct roster_arena *arena;
    if (arena == NULL) {
        arena = roster_arena_open(MIB(64));
        assert(arena != NULL);
    }
    roster_arena_reset(arena);
    struct roster_error err = {0};
    struct roster_json *json = NULL;
    str text = {(const char *)data, size};
    if (read(arena, text, &json, &err)) {
        check_tree(arena, json);
    } else if (err.code != ROSTER_ERR_NO_MEMORY) {
        check_again(arena, text, &err);
    }
    return 0;
}
