// prefer.c: reading Prefer, as far as it is honoured.
// SPDX-License-Identifier: Apache-2.0
#include "server/prefer.h"

static const str values[] = {
    [PREFER_MINIMAL] = STR("minimal"),
    [PREFER_REPRESENTATION] = STR("representation"),
};

static const str names[] = {
    [PREFER_MINIMAL] = STR("return=minimal"),
    [PREFER_REPRESENTATION] = STR("return=representation"),
};

static enum preference value_find(str value)
{
    if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
        value = (str){value.ptr + 1, value.len - 2};
    }
    for (size_t at = PREFER_MINIMAL; at < COUNT_OF(values); at++) {
        if (str_equal_nocase(value, values[at])) {
            return (enum preference)at;
        }
    }
    return PREFER_NONE;
}

// One preference: name, perhaps "=value", perhaps parameters. False: it is another one.
static bool read_one(str text, enum preference *out)
{
    str name = {0};
    str value = {0};
    str parameters = {0};
    str_cut(text, ';', &text, &parameters);
    str_cut(text, '=', &name, &value);
    if (!str_equal_nocase(str_trim(name), STR("return"))) {
        return false;
    }
    *out = value_find(str_trim(value));
    return true;
}

enum preference preference_read(const struct http_exchange *exchange)
{
    enum preference found = PREFER_NONE;
    for (size_t at = 0; at < exchange->header_count; at++) {
        str list = exchange->headers[at].value;
        bool more = str_equal_nocase(exchange->headers[at].name, STR("Prefer"));
        while (more) {
            str one = {0};
            more = str_cut(list, ',', &one, &list);
            if (read_one(one, &found)) {
                return found;
            }
        }
    }
    return PREFER_NONE;
}

str preference_name(enum preference preference)
{
    assert(preference != PREFER_NONE && (size_t)preference < COUNT_OF(names));
    return names[preference];
}
