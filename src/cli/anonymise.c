// anonymise.c: which part of a request is read how.
// SPDX-License-Identifier: Apache-2.0
#include "cli/anonymise.h"

#include "base/percent.h"
#include "json/value.h"

struct anonymiser {
    struct disguise *disguise;
    struct roster_arena *scratch;
};

typedef bool add_text(const struct anonymiser *run, str text, struct text *out);

// What `add` makes of the text.
static bool remake(const struct anonymiser *run, add_text *add, str text, str *out)
{
    struct text made;
    text_init(&made, run->scratch, arena_max(run->scratch));
    if (!add(run, text, &made)) {
        return false;
    }
    *out = text_str(&made);
    return !made.full;
}

static bool add_data(const struct anonymiser *run, str text, struct text *out)
{
    return disguise_text(run->disguise, DISGUISE_DATA, text, run->scratch, out);
}

static bool add_names(const struct anonymiser *run, str text, struct text *out)
{
    return disguise_text(run->disguise, DISGUISE_NAMES, text, run->scratch, out);
}

static bool add_facts(const struct anonymiser *run, str text, struct text *out)
{
    return disguise_text(run->disguise, DISGUISE_FACTS, text, run->scratch, out);
}

static bool add_expression(const struct anonymiser *run, str text, struct text *out)
{
    return disguise_expression(run->disguise, text, run->scratch, out, NULL);
}

static add_text *adder_of(enum disguise_mode mode)
{
    static add_text *const adders[] = {
        [DISGUISE_DATA] = add_data, [DISGUISE_NAMES] = add_names, [DISGUISE_FACTS] = add_facts};
    return adders[mode];
}

// Targets: paths and queries as they were sent, so percent-encoded.

static bool stays_in_target(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           strchr("-._~:@!$'()*,;", c) != NULL;
}

static void encode(str text, struct text *out)
{
    for (size_t at = 0; at < text.len; at++) {
        if (stays_in_target(text.ptr[at])) {
            text_char(out, text.ptr[at]);
        } else {
            text_format(out, "%%%02X", (unsigned char)text.ptr[at]);
        }
    }
}

// A bad escape stays one, and says nothing else.
static bool add_encoded(const struct anonymiser *run, add_text *add, str raw, bool plus,
                        struct text *out)
{
    str plain = {0};
    str made = {0};
    if (!percent_decode(raw, plus, run->scratch, &plain)) {
        text_char(out, '%');
        return !out->full;
    }
    if (!remake(run, add, plain, &made)) {
        return false;
    }
    encode(made, out);
    return !out->full;
}

// "/t/TENANT/scim/v2/...": a tenant may be called as an endpoint is.
static bool add_path(const struct anonymiser *run, str path, struct text *out)
{
    bool more = true;
    bool tenant = false;
    bool ok = true;
    for (size_t number = 0; more && ok; number++) {
        str segment = {0};
        more = str_cut(path, '/', &segment, &path);
        ok = add_encoded(run, tenant ? add_data : add_names, segment, false, out);
        text_add(out, more ? STR("/") : (str){0});
        tenant = number == 1 && str_equal(segment, STR("t"));
    }
    return ok && !out->full;
}

static bool is_expression(str name)
{
    return str_equal_nocase(name, STR("filter")) || str_equal_nocase(name, STR("path")) ||
           str_equal_nocase(name, STR("sortBy"));
}

static bool add_query(const struct anonymiser *run, str query, struct text *out)
{
    bool ok = true;
    for (bool more = query.len > 0; more && ok;) {
        str part = {0};
        str name = {0};
        str value = {0};
        more = str_cut(query, '&', &part, &query);
        bool has_value = str_cut(part, '=', &name, &value);
        add_text *add = is_expression(name) ? add_expression : adder_of(disguise_mode_of(name));
        ok = add_encoded(run, add_names, name, true, out);
        text_add(out, has_value ? STR("=") : (str){0});
        ok = ok && add_encoded(run, add, value, true, out);
        text_add(out, more ? STR("&") : (str){0});
    }
    return ok && !out->full;
}

static bool add_target(const struct anonymiser *run, str target, struct text *out)
{
    str path = {0};
    str query = {0};
    bool asks = str_cut(target, '?', &path, &query);
    bool ok = add_path(run, path, out);
    text_add(out, asks ? STR("?") : (str){0});
    return ok && add_query(run, query, out);
}

// Bodies.

static bool change_value(const struct anonymiser *run, struct roster_json *value,
                         enum disguise_mode mode);

// JSON in a text is read as JSON, for names stand in quotes there.
static bool add_nested(const struct anonymiser *run, str text, struct text *out)
{
    struct roster_json *json = NULL;
    struct roster_error ignored = {0};
    str trimmed = str_trim(text);
    bool nested = trimmed.len > 0 && (trimmed.ptr[0] == '{' || trimmed.ptr[0] == '[');
    if (!nested || !roster_json_read(text, run->scratch, &json, &ignored)) {
        return add_data(run, text, out);
    }
    bool ok = change_value(run, json, DISGUISE_DATA);
    json_write(out, json);
    return ok && !out->full;
}

static bool change_text(const struct anonymiser *run, struct roster_json *value,
                        enum disguise_mode mode)
{
    add_text *add = mode == DISGUISE_DATA ? add_nested : adder_of(mode);
    if (is_expression(value->key)) {
        bool is_target = value->text.len > 0 && value->text.ptr[0] == '/';
        add = is_target ? add_target : add_expression;
    }
    return remake(run, add, value->text, &value->text);
}

// A number with an exponent stays: its digits say how large it is.
static bool change_number(const struct anonymiser *run, struct roster_json *value,
                          enum disguise_mode mode)
{
    bool plain = memchr(value->text.ptr, 'e', value->text.len) == NULL &&
                 memchr(value->text.ptr, 'E', value->text.len) == NULL;
    return mode == DISGUISE_FACTS || !plain || remake(run, add_data, value->text, &value->text);
}

// What the text of `value` is, beside a path.
static bool mode_beside(const struct anonymiser *run, const struct roster_json *object,
                        enum disguise_mode *out)
{
    str path = json_find_text(object, STR("path"));
    str name = {0};
    struct text ignored;
    text_init(&ignored, run->scratch, arena_max(run->scratch));
    if (path.len == 0 || path.ptr[0] == '/') {
        return true;
    }
    bool ok = disguise_expression(run->disguise, path, run->scratch, &ignored, &name);
    *out = disguise_mode_of(name);
    return ok;
}

static bool change_member(const struct anonymiser *run, struct roster_json *member,
                          enum disguise_mode beside)
{
    struct text key;
    str name = {0};
    text_init(&key, run->scratch, arena_max(run->scratch));
    if (!disguise_expression(run->disguise, member->key, run->scratch, &key, &name)) {
        return false;
    }
    bool is_value = str_equal_nocase(member->key, STR("value"));
    bool ok = change_value(run, member, is_value ? beside : disguise_mode_of(name));
    member->key = text_str(&key);
    return ok;
}

static bool change_object(const struct anonymiser *run, struct roster_json *object,
                          enum disguise_mode mode)
{
    enum disguise_mode beside = mode;
    bool ok = mode_beside(run, object, &beside);
    for (struct roster_json *at = object->first; at != NULL && ok; at = at->next) {
        ok = change_member(run, at, beside);
    }
    return ok;
}

static bool change_value(const struct anonymiser *run, struct roster_json *value,
                         enum disguise_mode mode)
{
    bool ok = true;
    switch (value->kind) {
    case JSON_STRING:
        return change_text(run, value, mode);
    case JSON_NUMBER:
        return change_number(run, value, mode);
    case JSON_ARRAY:
        for (struct roster_json *at = value->first; at != NULL && ok; at = at->next) {
            ok = change_value(run, at, mode);
        }
        return ok;
    case JSON_OBJECT:
        return change_object(run, value, mode);
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
        break;
    }
    return true;
}

// What is no JSON was never kept.
static bool add_body(const struct anonymiser *run, str body, struct text *out)
{
    struct roster_json *json = NULL;
    struct roster_error ignored = {0};
    if (!roster_json_read(body, run->scratch, &json, &ignored)) {
        return body.len == 0;
    }
    bool ok = change_value(run, json, DISGUISE_DATA);
    json_write(out, json);
    return ok && !out->full;
}

static bool add_headers(const struct anonymiser *run, str lines, struct text *out)
{
    bool ok = true;
    while (lines.len > 0 && ok) {
        str line = {0};
        str name = {0};
        str value = {0};
        str_cut(lines, '\n', &line, &lines);
        if (!str_cut(line, ':', &name, &value) || str_equal_nocase(name, STR("User-Agent"))) {
            continue;
        }
        bool is_tag = str_starts_nocase(name, STR("If-"));
        text_add(out, name);
        text_char(out, ':');
        ok = (is_tag ? add_facts : add_names)(run, value, out);
        text_char(out, '\n');
    }
    return ok && !out->full;
}

bool anonymise_record(struct disguise *disguise, struct record *record,
                      struct roster_arena *scratch)
{
    static add_text *const adders[RECORD_TEXTS] = {
        [RECORD_TENANT] = add_data,  [RECORD_PATH] = add_path,       [RECORD_QUERY] = add_query,
        [RECORD_METHOD] = add_names, [RECORD_TYPE] = add_names,      [RECORD_ID] = add_names,
        [RECORD_BODY] = add_body,    [RECORD_HEADERS] = add_headers,
    };
    const struct anonymiser run = {disguise, scratch};
    bool ok = true;
    record->texts[RECORD_ADDRESS] = (str){0};
    record->texts[RECORD_DETAIL] = (str){0};
    for (size_t at = 0; at < RECORD_TEXTS && ok; at++) {
        ok = adders[at] == NULL || remake(&run, adders[at], record->texts[at], &record->texts[at]);
    }
    return ok;
}
