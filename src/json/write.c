// write.c: JSON trees to text.
// SPDX-License-Identifier: Apache-2.0
#include "base/eight.h"
#include "json/value.h"

static const char *const words[] = {
    [JSON_NULL] = "null", [JSON_FALSE] = "false", [JSON_TRUE] = "true"};

static bool is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

static bool are_plain(uint64_t eight)
{
    return !eight_has_below(eight, 0x20) && !eight_has(eight, '"') && !eight_has(eight, '\\');
}

// How many bytes need no escape from `at` on.
static size_t plain_len(str string, size_t at)
{
    size_t from = at;
    while (string.len - at >= sizeof(uint64_t) && are_plain(eight_load(string.ptr + at))) {
        at += sizeof(uint64_t);
    }
    while (at < string.len && is_plain(string.ptr[at])) {
        at++;
    }
    return at - from;
}

static void write_escape(struct text *text, char c)
{
    static const char from[] = "\"\\\b\f\n\r\t";
    static const char to[] = "\"\\bfnrt";
    for (size_t at = 0; at + 1 < sizeof(from); at++) {
        if (from[at] == c) {
            text_char(text, '\\');
            text_char(text, to[at]);
            return;
        }
    }
    text_format(text, "\\u%04x", (unsigned)(unsigned char)c);
}

void json_write_string(struct text *text, str string)
{
    text_char(text, '"');
    for (size_t at = 0; at < string.len; at++) {
        size_t len = plain_len(string, at);
        text_add(text, (str){string.ptr + at, len});
        at += len;
        if (at < string.len) {
            write_escape(text, string.ptr[at]);
        }
    }
    text_char(text, '"');
}

static void write_children(struct text *text, const struct roster_json *value)
{
    for (const struct roster_json *child = value->first; child != NULL; child = child->next) {
        if (child != value->first) {
            text_char(text, ',');
        }
        if (value->kind == JSON_OBJECT) {
            json_write_string(text, child->key);
            text_char(text, ':');
        }
        json_write(text, child);
    }
}

void json_write(struct text *text, const struct roster_json *value)
{
    switch (value->kind) {
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
        text_add(text, str_of(words[value->kind]));
        break;
    case JSON_NUMBER:
        text_add(text, value->text);
        break;
    case JSON_STRING:
        json_write_string(text, value->text);
        break;
    case JSON_ARRAY:
        text_char(text, '[');
        write_children(text, value);
        text_char(text, ']');
        break;
    case JSON_OBJECT:
        text_char(text, '{');
        write_children(text, value);
        text_char(text, '}');
        break;
    }
}

bool roster_json_print(const struct roster_json *value, struct roster_arena *arena, roster_str *out)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    json_write(&text, value);
    *out = text_str(&text);
    return !text.full;
}
