// read.c: text to tree, over yyjson.
//
// yyjson checks syntax and UTF-8; what it lets pass and we do not is checked here: nesting before
// it parses, repeated names and NUL while its flat result becomes a tree of ours.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "json/value.h"

#include <string.h>
#include <yyjson.h>

static void *alc_malloc(void *ctx, size_t size)
{
    return arena_alloc(ctx, size);
}

static void *alc_realloc(void *ctx, void *ptr, size_t old_size, size_t size)
{
    return size <= old_size ? ptr : arena_grow(ctx, ptr, old_size, size);
}

static void alc_free(void *ctx, void *ptr)
{
}

// Length of a string literal that starts at `text[at]`, quotes included; the rest when unclosed.
static size_t skip_string(str text, size_t at)
{
    size_t from = at++;
    while (at < text.len && text.ptr[at] != '"') {
        at += text.ptr[at] == '\\' ? 2 : 1;
    }
    return (at < text.len ? at + 1 : text.len) - from;
}

static bool check_depth(str text, struct roster_error *err)
{
    int depth = 0;
    for (size_t at = 0; at < text.len;) {
        char c = text.ptr[at];
        if (c == '"') {
            at += skip_string(text, at);
            continue;
        }
        depth += (c == '{' || c == '[') - (c == '}' || c == ']');
        if (depth > JSON_DEPTH_MAX) {
            return fail(err, ROSTER_ERR_INVALID_SYNTAX, at, "JSON is nested deeper than %d levels",
                        JSON_DEPTH_MAX);
        }
        at++;
    }
    return true;
}

struct reader {
    struct roster_arena *arena;
    struct roster_error *err;
};

static bool convert(struct reader *r, yyjson_val *from, struct roster_json **out);

static bool check_text(struct reader *r, str text)
{
    if (text.len > 0 && memchr(text.ptr, '\0', text.len) != NULL) {
        return fail(r->err, ROSTER_ERR_INVALID_SYNTAX, 0, "a string contains the character U+0000");
    }
    return true;
}

// The names of one object, in a table of open addressing: a hostile body of large objects costs
// no more than its length.
struct names {
    str *slots;
    size_t mask;
    size_t probes;  // beyond the first, over all names of the object
};

static bool names_init(struct reader *r, size_t count, struct names *names)
{
    size_t slots = 4;
    while (slots < 2 * count) {
        slots *= 2;
    }
    names->mask = slots - 1;
    names->slots = arena_array(r->arena, slots, sizeof(*names->slots));
    return names->slots != NULL || fail_memory(r->err);
}

static uint64_t hash_nocase(str name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t at = 0; at < name.len; at++) {
        // Bit 5 is the case of letters; that it also joins a few signs costs a comparison only.
        hash = (hash ^ (unsigned char)(name.ptr[at] | 0x20)) * 0x100000001b3u;
    }
    return hash ^ (hash >> 29);
}

static bool check_name(struct reader *r, struct names *names, str name)
{
    size_t at = hash_nocase(name) & names->mask;
    while (names->slots[at].ptr != NULL && !str_equal_nocase(names->slots[at], name)) {
        at = (at + 1) & names->mask;
        // Honest names take one or two probes; only chosen ones make a body cost more than that.
        if (++names->probes > JSON_PROBES_MAX) {
            return fail(r->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                        "an object has too many names that collide");
        }
    }
    if (names->slots[at].ptr != NULL) {
        return fail(r->err, ROSTER_ERR_INVALID_SYNTAX, 0, "the attribute \"%.*s\" occurs twice",
                    STR_ARGS(name));
    }
    names->slots[at] = name;
    return check_text(r, name);
}

static bool convert_object(struct reader *r, yyjson_val *from, struct roster_json *to)
{
    struct names names = {0};
    if (yyjson_obj_size(from) > JSON_MEMBERS_MAX) {
        return fail(r->err, ROSTER_ERR_INVALID_SYNTAX, 0, "an object has more than %d members",
                    JSON_MEMBERS_MAX);
    }
    if (!names_init(r, yyjson_obj_size(from), &names)) {
        return false;
    }
    size_t at = 0;
    size_t count = 0;
    yyjson_val *key = NULL;
    yyjson_val *value = NULL;
    yyjson_obj_foreach(from, at, count, key, value)
    {
        str name = {yyjson_get_str(key), yyjson_get_len(key)};
        struct roster_json *member = NULL;
        if (!check_name(r, &names, name) || !convert(r, value, &member)) {
            return false;
        }
        json_put(to, name, member);
    }
    return true;
}

static bool convert_array(struct reader *r, yyjson_val *from, struct roster_json *to)
{
    size_t at = 0;
    size_t count = 0;
    yyjson_val *value = NULL;
    yyjson_arr_foreach(from, at, count, value)
    {
        struct roster_json *element = NULL;
        if (!convert(r, value, &element)) {
            return false;
        }
        json_push(to, element);
    }
    return true;
}

static enum json_kind kind_of(yyjson_val *value)
{
    switch (yyjson_get_type(value)) {
    case YYJSON_TYPE_OBJ:
        return JSON_OBJECT;
    case YYJSON_TYPE_ARR:
        return JSON_ARRAY;
    case YYJSON_TYPE_STR:
        return JSON_STRING;
    case YYJSON_TYPE_BOOL:
        return yyjson_get_bool(value) ? JSON_TRUE : JSON_FALSE;
    case YYJSON_TYPE_RAW:
        return JSON_NUMBER;
    default:
        return JSON_NULL;
    }
}

static bool convert(struct reader *r, yyjson_val *from, struct roster_json **out)
{
    struct roster_json *to = json_new(r->arena, kind_of(from));
    if (to == NULL) {
        return fail_memory(r->err);
    }
    *out = to;
    switch (to->kind) {
    case JSON_OBJECT:
        return convert_object(r, from, to);
    case JSON_ARRAY:
        return convert_array(r, from, to);
    case JSON_STRING:
        to->text = (str){yyjson_get_str(from), yyjson_get_len(from)};
        return check_text(r, to->text);
    case JSON_NUMBER:
        to->text = (str){yyjson_get_raw(from), yyjson_get_len(from)};
        return true;
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
        return true;
    }
    return true;
}

bool roster_json_read(roster_str text, struct roster_arena *arena, struct roster_json **out,
                      struct roster_error *err)
{
    if (str_starts_nocase(text, STR("\xEF\xBB\xBF"))) {
        text = str_tail(text, 3);
    }
    if (!check_depth(text, err)) {
        return false;
    }
    yyjson_alc alc = {alc_malloc, alc_realloc, alc_free, arena};
    yyjson_read_err failure = {0};
    // Without INSITU yyjson copies the text and leaves it alone, so the cast writes nothing.
    yyjson_doc *doc = yyjson_read_opts((char *)(uintptr_t)text.ptr, text.len,
                                       YYJSON_READ_NUMBER_AS_RAW, &alc, &failure);
    if (doc == NULL && failure.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION) {
        return fail_memory(err);
    }
    if (doc == NULL) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, failure.pos,
                    "the body is not valid JSON: %s at byte %zu",
                    text.len == 0 ? "it is empty" : failure.msg, failure.pos);
    }
    struct reader r = {arena, err};
    return convert(&r, yyjson_doc_get_root(doc), out);
}
