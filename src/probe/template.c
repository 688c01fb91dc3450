// template.c: texts of steps with what a run knows put in.
// SPDX-License-Identifier: Apache-2.0
#include "probe/template.h"

#include <ctype.h>
#include <string.h>

static const char hex[] = "0123456789ABCDEF";

static void add_encoded(struct text *out, str value, const char *plain)
{
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];
        if (c < 0x80 && (isalnum(c) || (c != '\0' && strchr(plain, c) != NULL))) {
            text_char(out, (char)c);
        } else {
            text_char(out, '%');
            text_char(out, hex[c >> 4]);
            text_char(out, hex[c & 15]);
        }
    }
}

static void add_value(struct text *out, str value, enum template_place place)
{
    struct text quoted;
    switch (place) {
    case TEMPLATE_PLAIN:
        text_add(out, value);
        return;
    case TEMPLATE_JSON:
        text_init(&quoted, out->arena, PROBE_REPLY_MAX);
        json_write_string(&quoted, value);
        if (quoted.full) {
            out->full = true;
        } else {
            text_add(out, (str){quoted.ptr + 1, quoted.len - 2});
        }
        return;
    case TEMPLATE_TARGET:
        add_encoded(out, value, "-._~");
        return;
    }
}

static void add_name(const struct probe *probe, struct text *out)
{
    text_format(out, "%s-%zu", probe->run, probe->check_index);
}

// False when there is no variable of that name.
static bool add_variable(const struct probe *probe, str word, enum template_place place,
                         struct text *out)
{
    const struct {
        str name;
        str value;
    } rows[] = {
        {STR("run"), str_of(probe->run)},
        {STR("etag"), probe->etag},
        {STR("modified"), probe->modified},
        {STR("location"), probe->location},
    };
    if (str_equal(word, STR("name"))) {
        add_name(probe, out);
        return true;
    }
    if (word.len == 3 && memcmp(word.ptr, "id", 2) == 0 && isdigit((unsigned char)word.ptr[2])) {
        size_t at = (size_t)(word.ptr[2] - '1');
        add_value(out, at < probe->id_count ? probe->ids[at] : (str){0}, place);
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (str_equal(rows[i].name, word)) {
            add_value(out, rows[i].value, place);
            return true;
        }
    }
    return false;
}

static size_t word_len(const char *at)
{
    size_t len = 0;
    while (islower((unsigned char)at[len]) || isdigit((unsigned char)at[len])) {
        len++;
    }
    return len;
}

bool template_fill(const struct probe *probe, const char *format, enum template_place place,
                   str *out)
{
    struct text text;
    text_init(&text, probe->scratch, PROBE_REPLY_MAX);
    for (const char *at = format; *at != '\0';) {
        size_t plain = strcspn(at, "$");
        text_add(&text, (str){at, plain});
        at += plain;
        if (*at == '$') {
            str word = {at + 1, word_len(at + 1)};
            if (!add_variable(probe, word, place, &text)) {
                text_add(&text, (str){at, word.len + 1});
            }
            at += word.len + 1;
        }
    }
    *out = text_str(&text);
    return !text.full;
}

bool template_encode(str target, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, PROBE_REPLY_MAX);
    add_encoded(&text, target, "-._~/?&=,:;%$!*'()@");
    *out = text_str(&text);
    return !text.full;
}

bool template_encode_segment(str segment, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, PROBE_REPLY_MAX);
    add_encoded(&text, segment, "-._~");
    *out = text_str(&text);
    return !text.full;
}
