// split.c: finding where the values of a JSON text end, without reading them.
//
// What stands between brackets is passed over by counting them, whatever their kind: whoever reads
// the slice learns whether they match.
// SPDX-License-Identifier: Apache-2.0
#include "json/split.h"

#include "base/limits.h"

struct splitter {
    str text;
    size_t at;
    str name;
    size_t max;
    struct roster_arena *arena;
    struct roster_error *err;
    struct json_split *out;
};

static bool refuse(const struct splitter *s, const char *what)
{
    return fail(s->err, ROSTER_ERR_INVALID_SYNTAX, s->at,
                "the body is not valid JSON: %s at byte %zu", what, s->at);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static char peek(struct splitter *s)
{
    while (s->at < s->text.len && is_blank(s->text.ptr[s->at])) {
        s->at++;
    }
    return s->at < s->text.len ? s->text.ptr[s->at] : '\0';
}

static bool take(struct splitter *s, char c)
{
    bool found = peek(s) == c && s->at < s->text.len;
    s->at += found;
    return found;
}

static void pass_string(struct splitter *s)
{
    s->at++;
    while (s->at < s->text.len && s->text.ptr[s->at] != '"') {
        s->at += s->text.ptr[s->at] == '\\' ? 2 : 1;
    }
    s->at = s->at < s->text.len ? s->at + 1 : s->text.len;
}

static void pass_brackets(struct splitter *s)
{
    size_t depth = 0;
    do {
        char c = s->text.ptr[s->at];
        if (c == '"') {
            pass_string(s);
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= c == '}' || c == ']';
        s->at++;
    } while (depth > 0 && s->at < s->text.len);
}

static void pass_word(struct splitter *s)
{
    while (s->at < s->text.len && !is_blank(s->text.ptr[s->at]) && s->text.ptr[s->at] != ',' &&
           s->text.ptr[s->at] != '}' && s->text.ptr[s->at] != ']') {
        s->at++;
    }
}

// The slice of the value that begins here.
static bool take_value(struct splitter *s, str *out)
{
    char c = peek(s);
    size_t from = s->at;
    if (c == '"') {
        pass_string(s);
    } else if (c == '{' || c == '[') {
        pass_brackets(s);
    } else {
        pass_word(s);
    }
    *out = (str){s->text.ptr + from, s->at - from};
    return out->len > 0 || refuse(s, "a value is missing");
}

static bool keep_element(struct splitter *s, str element, size_t *cap)
{
    struct json_split *out = s->out;
    if (out->count < s->max) {
        str *grown =
            arena_room(s->arena, (void *)(uintptr_t)out->elements, out->count, cap, sizeof(*grown));
        if (grown == NULL) {
            return fail_memory(s->err);
        }
        grown[out->count] = element;
        out->elements = grown;
    }
    out->count++;
    return true;
}

static bool take_elements(struct splitter *s)
{
    size_t cap = 0;
    str element = {0};
    s->out->has_array = true;
    s->at++;
    if (take(s, ']')) {
        return true;
    }
    do {
        if (!take_value(s, &element) || !keep_element(s, element, &cap)) {
            return false;
        }
    } while (take(s, ','));
    return take(s, ']') || refuse(s, "a list is not closed");
}

static bool read_slice(struct splitter *s, str slice, struct roster_json **out)
{
    if (roster_json_read(slice, s->arena, out, s->err)) {
        return true;
    }
    s->err->offset += (size_t)(slice.ptr - s->text.ptr);
    return false;
}

static bool take_member(struct splitter *s)
{
    str slice = {0};
    struct roster_json *key = NULL;
    struct roster_json *value = NULL;
    if (peek(s) != '"') {
        return refuse(s, "a name is missing");
    }
    if (!take_value(s, &slice) || !read_slice(s, slice, &key)) {
        return false;
    }
    if (!take(s, ':')) {
        return refuse(s, "a colon is missing");
    }
    bool is_wanted = str_equal_nocase(key->text, s->name);
    if (json_find(s->out->rest, key->text) != NULL || (is_wanted && s->out->has_array)) {
        return fail(s->err, ROSTER_ERR_INVALID_SYNTAX, s->at, "the attribute \"%.*s\" occurs twice",
                    STR_ARGS(key->text));
    }
    if (is_wanted && peek(s) == '[') {
        return take_elements(s);
    }
    if (!take_value(s, &slice) || !read_slice(s, slice, &value)) {
        return false;
    }
    json_put(s->out->rest, key->text, value);
    return s->out->rest->count <= JSON_MEMBERS_MAX ||
           fail(s->err, ROSTER_ERR_INVALID_SYNTAX, s->at, "an object has more than %d members",
                JSON_MEMBERS_MAX);
}

static bool take_members(struct splitter *s)
{
    if (take(s, '}')) {
        return true;
    }
    do {
        if (!take_member(s)) {
            return false;
        }
    } while (take(s, ','));
    return take(s, '}') || refuse(s, "an object is not closed");
}

bool json_split(str text, str name, size_t max, struct roster_arena *arena, struct json_split *out,
                struct roster_error *err)
{
    struct splitter s = {
        .text = text, .name = name, .max = max, .arena = arena, .err = err, .out = out};
    *out = (struct json_split){.rest = json_new(arena, JSON_OBJECT)};
    if (out->rest == NULL) {
        return fail_memory(err);
    }
    s.at = str_starts_nocase(text, STR("\xEF\xBB\xBF")) ? 3 : 0;
    if (!take(&s, '{')) {
        return refuse(&s, "an object is missing");
    }
    if (!take_members(&s)) {
        return false;
    }
    (void)peek(&s);
    return s.at == text.len || refuse(&s, "text follows its end");
}
