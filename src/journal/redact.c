// redact.c: bodies, queries and paths without what is secret in them.
// SPDX-License-Identifier: Apache-2.0
#include "journal/redact.h"

#include "base/percent.h"
#include "journal/secrets.h"
#include "json/value.h"

static void hide(struct roster_json *value)
{
    value->kind = JSON_STRING;
    value->text = REDACTED;
    value->first = NULL;
    value->last = NULL;
    value->count = 0;
}

// Members whose texts are expressions and not values.
static bool is_expression(str key)
{
    return str_equal_nocase(key, STR("path")) || str_equal_nocase(key, STR("filter")) ||
           str_equal_nocase(key, STR("sortBy"));
}

static void redact(const struct secrets *secrets, struct roster_json *value, str context);

static void redact_text(const struct secrets *secrets, struct roster_json *value)
{
    if (is_expression(value->key) ? secrets_expression(secrets, value->text)
                                  : secrets_value(secrets, value->text)) {
        hide(value);
    }
}

// In an operation `path` says what `value` is, in an object around it the object's own name.
static str context_of(const struct roster_json *object, str context)
{
    str path = json_find_text(object, STR("path"));
    return path.len > 0 ? path : context;
}

static void redact_member(const struct secrets *secrets, struct roster_json *member, str context,
                          bool under_secret)
{
    bool is_value = str_equal_nocase(member->key, STR("value"));
    if (secrets_name(secrets, member->key, context) || (under_secret && is_value)) {
        hide(member);
    } else {
        redact(secrets, member, is_value ? context : member->key);
    }
}

static void redact_object(const struct secrets *secrets, struct roster_json *object, str context)
{
    str inner = context_of(object, context);
    str path = json_find_text(object, STR("path"));
    // A path that is no text is a mistake: what it was to say cannot be told.
    const struct roster_json *sent = json_find(object, STR("path"));
    bool under_secret = (path.len > 0 && secrets_name(secrets, path, context)) ||
                        (sent != NULL && !json_is(sent, JSON_STRING) && !json_is(sent, JSON_NULL));
    struct roster_json *next = NULL;
    for (struct roster_json *at = object->first; at != NULL; at = next) {
        next = at->next;
        // A name that says more than a name: two of them could not have the same one.
        if (secrets_expression(secrets, at->key)) {
            json_remove(object, at);
        } else {
            redact_member(secrets, at, inner, under_secret);
        }
    }
}

static void redact(const struct secrets *secrets, struct roster_json *value, str context)
{
    switch (value->kind) {
    case JSON_STRING:
        redact_text(secrets, value);
        break;
    case JSON_ARRAY:
        for (struct roster_json *at = value->first; at != NULL; at = at->next) {
            redact(secrets, at, context);
        }
        break;
    case JSON_OBJECT:
        redact_object(secrets, value, context);
        break;
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_NUMBER:
        break;
    }
}

bool redact_json(const struct secrets *secrets, str body, struct roster_arena *arena, str *out)
{
    struct roster_json *json = NULL;
    struct roster_error ignored = {0};
    if (!roster_json_read(body, arena, &json, &ignored)) {
        return false;
    }
    redact(secrets, json, (str){0});
    return roster_json_print(json, arena, out);
}

static bool parameter_speaks(const struct secrets *secrets, str name, str value,
                             struct roster_arena *arena)
{
    str plain_name = {0};
    str plain_value = {0};
    return !percent_decode(name, true, arena, &plain_name) ||
           !percent_decode(value, true, arena, &plain_value) ||
           secrets_name(secrets, plain_name, (str){0}) || secrets_expression(secrets, plain_value);
}

bool redact_query(const struct secrets *secrets, str query, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, query.len * 2 + REDACTED.len);
    for (bool more = query.len > 0; more;) {
        str part = {0};
        str name = {0};
        str value = {0};
        more = str_cut(query, '&', &part, &query);
        str_cut(part, '=', &name, &value);
        if (parameter_speaks(secrets, name, value, arena)) {
            part = secrets_is_plain(name) && !secrets_token(name) ? name : (str){0};
            text_add(&text, part);
            text_lit(&text, "=***");
        } else {
            text_add(&text, part);
        }
        text_add(&text, more ? STR("&") : (str){0});
    }
    *out = text_str(&text);
    return !text.full;
}

str redact_path(const struct secrets *secrets, str path, struct roster_arena *arena)
{
    str plain = path;
    if (!percent_decode(path, false, arena, &plain)) {
        plain = path;
    }
    bool speaks = !secrets_is_plain_path(plain) && secrets_value(secrets, plain);
    return speaks || secrets_token(plain) ? REDACTED : path;
}

str redact_id(const struct secrets *secrets, str id)
{
    return secrets_value(secrets, id) ? REDACTED : id;
}

str redact_detail(const struct secrets *secrets, str detail)
{
    return secrets_sentence(secrets, detail) ? REDACTED : detail;
}

str redact_token(str text)
{
    return secrets_token(text) ? REDACTED : text;
}
