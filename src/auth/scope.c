// scope.c: reading scopes, and asking what they allow.
// SPDX-License-Identifier: Apache-2.0
#include "auth/scope.h"

static bool is_separator(char c)
{
    return c == ',' || c == ' ';
}

enum scope_outcome scope_take(str *text, struct scope_term *out)
{
    size_t len = 0;
    str verb = {0};
    while (text->len > 0 && is_separator(text->ptr[0])) {
        *text = str_tail(*text, 1);
    }
    while (len < text->len && !is_separator(text->ptr[len])) {
        len++;
    }
    str word = str_head(*text, len);
    *text = str_tail(*text, len);
    if (len == 0) {
        return SCOPE_END;
    }
    bool named = str_cut(word, ':', &verb, &out->type);
    out->writes = str_equal(verb, STR("write"));
    bool known = out->writes || str_equal(verb, STR("read"));
    return known && named == (out->type.len > 0) ? SCOPE_TERM : SCOPE_MALFORMED;
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
