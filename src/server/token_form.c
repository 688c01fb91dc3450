// token_form.c: splitting at '&' and '=', decoding once.
// SPDX-License-Identifier: Apache-2.0
#include "server/token_form.h"

#include "base/limits.h"
#include "base/percent.h"

static const str names[FIELD_COUNT] = {
    [FIELD_GRANT_TYPE] = STR_INIT("grant_type"),
    [FIELD_CLIENT_ID] = STR_INIT("client_id"),
    [FIELD_CLIENT_SECRET] = STR_INIT("client_secret"),
    [FIELD_SCOPE] = STR_INIT("scope"),
    [FIELD_ASSERTION_TYPE] = STR_INIT("client_assertion_type"),
    [FIELD_ASSERTION] = STR_INIT("client_assertion"),
};

static enum token_field find(str name)
{
    enum token_field at = FIELD_GRANT_TYPE;
    while (at < FIELD_COUNT && !str_equal(names[at], name)) {
        at++;
    }
    return at;
}

enum form_outcome token_form_read(str body, struct roster_arena *arena, struct token_form *out)
{
    unsigned seen = 0;
    int count = 0;
    *out = (struct token_form){0};
    for (bool more = body.len > 0; more;) {
        str pair = {0};
        str name = {0};
        str value = {0};
        more = str_cut(body, '&', &pair, &body);
        str_cut(pair, '=', &name, &value);
        if (++count > FORM_FIELDS_MAX || !percent_decode(name, true, arena, &name) ||
            !percent_decode(value, true, arena, &value)) {
            return FORM_MALFORMED;
        }
        enum token_field field = find(name);
        if (field == FIELD_COUNT) {
            continue;
        }
        if (seen & 1u << field) {
            return FORM_TWICE;
        }
        seen |= 1u << field;
        out->values[field] = value;
    }
    return FORM_OK;
}
