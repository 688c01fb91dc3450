// scope.c: reading scopes, and asking what they allow.
// SPDX-License-Identifier: Apache-2.0
#include "auth/scope.h"

static bool is_separator(char c)
{
    return c == ',' || c == ' ';
}

// The next word, empty at the end.
static str take_word(str *text)
{
    size_t len = 0;
    while (text->len > 0 && is_separator(text->ptr[0])) {
        *text = str_tail(*text, 1);
    }
    while (len < text->len && !is_separator(text->ptr[len])) {
        len++;
    }
    str word = str_head(*text, len);
    *text = str_tail(*text, len);
    return word;
}

static bool read_word(str word, struct scope_term *out)
{
    str verb = {0};
    bool named = str_cut(word, ':', &verb, &out->type);
    out->writes = str_equal(verb, STR("write"));
    bool known = out->writes || str_equal(verb, STR("read"));
    return known && named == (out->type.len > 0);
}

enum scope_outcome scope_take(str *text, struct scope_term *out)
{
    str word = take_word(text);
    if (word.len == 0) {
        return SCOPE_END;
    }
    return read_word(word, out) ? SCOPE_TERM : SCOPE_MALFORMED;
}

// Whether one of the scopes includes the term.
static bool covers(str has, const struct scope_term *term)
{
    struct scope_term own = {0};
    while (scope_take(&has, &own) == SCOPE_TERM) {
        if ((own.writes || !term->writes) &&
            (own.type.len == 0 || str_equal(own.type, term->type))) {
            return true;
        }
    }
    return false;
}

static bool means_all(str word)
{
    str end = STR("/.default");
    return str_equal(word, STR("scim")) ||
           (word.len > end.len && str_equal(str_tail(word, word.len - end.len), end));
}

bool scope_narrow(str has, str wanted, str *out)
{
    struct scope_term term = {0};
    bool all = true;
    *out = wanted;
    if (wanted.len > SCOPES_TEXT_MAX) {
        return false;
    }
    for (str word = take_word(&wanted); word.len > 0; word = take_word(&wanted)) {
        if (means_all(word)) {
            *out = (str){0};
            return true;
        }
        if (!read_word(word, &term) || !covers(has, &term)) {
            return false;
        }
        all = false;
    }
    *out = all ? (str){0} : *out;
    return true;
}

static bool has_type(const struct actor_scope *scope, int type, bool to_write)
{
    for (int at = 0; at < scope->count; at++) {
        if (scope->types[at] == type && (!to_write || (scope->writes_type >> at & 1) != 0)) {
            return true;
        }
    }
    return false;
}

bool scope_may_read(const struct actor_scope *scope, int type)
{
    return scope->reads || scope->writes || has_type(scope, type, false);
}

bool scope_may_write(const struct actor_scope *scope, int type)
{
    return scope->writes || has_type(scope, type, true);
}

bool scope_may_write_some(const struct actor_scope *scope)
{
    return scope->writes || scope->writes_type != 0;
}
