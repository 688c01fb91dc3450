// match.c: patterns against what came back.
// SPDX-License-Identifier: Apache-2.0
#include "probe/match.h"

#include "base/limits.h"
#include "probe/show.h"

#include <stdio.h>
#include <string.h>

enum { PATH_BYTES = 256, VALUE_BYTES = 80 };

struct matching {
    struct text *why;  // NULL inside lists, where one that does not match is no answer yet
    char path[PATH_BYTES];
    size_t path_len;
};

static bool match_value(struct matching *m, const struct roster_json *pattern,
                        const struct roster_json *actual);

static void add_value(struct text *out, const struct roster_json *value)
{
    struct text whole;
    if (value == NULL) {
        text_lit(out, "nothing");
        return;
    }
    text_init(&whole, out->arena, PROBE_REPLY_MAX);
    json_write(&whole, value);
    show_add(out, text_str(&whole), VALUE_BYTES);
}

static bool differs(struct matching *m, const char *wanted, const struct roster_json *pattern,
                    const struct roster_json *actual)
{
    if (m->why == NULL) {
        return false;
    }
    if (m->path_len > 0) {
        text_add(m->why, (str){m->path, m->path_len});
    } else {
        text_lit(m->why, "the body");
    }
    text_lit(m->why, " is ");
    add_value(m->why, actual);
    text_format(m->why, ", wanted %s", wanted);
    if (pattern != NULL) {
        add_value(m->why, pattern);
    }
    return false;
}

static bool is_empty(const struct roster_json *value)
{
    return json_is_unassigned(value) || (json_is(value, JSON_OBJECT) && value->count == 0);
}

static bool match_word(struct matching *m, const struct roster_json *pattern,
                       const struct roster_json *actual)
{
    static const struct {
        str word;
        enum json_kind kind;
        enum json_kind or_kind;
    } kinds[] = {
        {STR_INIT("*string"), JSON_STRING, JSON_STRING},
        {STR_INIT("*number"), JSON_NUMBER, JSON_NUMBER},
        {STR_INIT("*boolean"), JSON_TRUE, JSON_FALSE},
        {STR_INIT("*object"), JSON_OBJECT, JSON_OBJECT},
        {STR_INIT("*array"), JSON_ARRAY, JSON_ARRAY},
    };
    if (str_equal(pattern->text, STR("*"))) {
        return !is_empty(actual) || differs(m, "a value", NULL, actual);
    }
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (str_equal(pattern->text, kinds[i].word)) {
            bool right = json_is(actual, kinds[i].kind) || json_is(actual, kinds[i].or_kind);
            return right || differs(m, kinds[i].word.ptr + 1, NULL, actual);
        }
    }
    return differs(m, "", pattern, actual);
}

static bool match_text(struct matching *m, const struct roster_json *pattern,
                       const struct roster_json *actual)
{
    if (pattern->text.len > 0 && pattern->text.ptr[0] == '*') {
        return match_word(m, pattern, actual);
    }
    bool urn = str_starts_nocase(pattern->text, STR("urn:"));
    bool same = json_is(actual, JSON_STRING) && (urn ? str_equal_nocase(pattern->text, actual->text)
                                                     : str_equal(pattern->text, actual->text));
    return same || differs(m, "", pattern, actual);
}

static bool matches_quietly(const struct matching *m, const struct roster_json *pattern,
                            const struct roster_json *actual)
{
    struct matching quiet = *m;
    quiet.why = NULL;
    return match_value(&quiet, pattern, actual);
}

static size_t elements_matching(const struct matching *m, const struct roster_json *pattern,
                                const struct roster_json *array)
{
    size_t count = 0;
    for (const struct roster_json *at = array->first; at != NULL; at = at->next) {
        count += matches_quietly(m, pattern, at);
    }
    return count;
}

// Equal elements of the pattern want as many matches.
static size_t elements_equal(const struct roster_json *pattern, const struct roster_json *element)
{
    size_t count = 0;
    for (const struct roster_json *at = pattern->first; at != NULL; at = at->next) {
        count += json_equal(at, element);
    }
    return count;
}

static bool match_some(struct matching *m, const struct roster_json *pattern,
                       const struct roster_json *actual)
{
    for (const struct roster_json *want = pattern->first; want != NULL; want = want->next) {
        if (elements_matching(m, want, actual) < elements_equal(pattern, want)) {
            return differs(m, "in it ", want, actual);
        }
    }
    return true;
}

static bool match_none(struct matching *m, const struct roster_json *pattern,
                       const struct roster_json *actual)
{
    for (const struct roster_json *bad = pattern->first; bad != NULL; bad = bad->next) {
        if (elements_matching(m, bad, actual) > 0) {
            return differs(m, "without ", bad, actual);
        }
    }
    return true;
}

static bool match_order(struct matching *m, const struct roster_json *pattern,
                        const struct roster_json *actual)
{
    const struct roster_json *at = actual->first;
    for (const struct roster_json *want = pattern->first; want != NULL; want = want->next) {
        if (at == NULL || !matches_quietly(m, want, at)) {
            return differs(m, "in this order ", pattern, actual);
        }
        at = at->next;
    }
    return at == NULL || differs(m, "only ", pattern, actual);
}

static bool match_list(struct matching *m, const struct roster_json *pattern, enum match_kind kind,
                       const struct roster_json *actual)
{
    static const struct roster_json empty = {.kind = JSON_ARRAY};
    if (json_is_unassigned(actual)) {
        actual = &empty;
    }
    if (!json_is(actual, JSON_ARRAY)) {
        return differs(m, "an array", NULL, actual);
    }
    switch (kind) {
    case MATCH_SOME:
        return match_some(m, pattern, actual);
    case MATCH_NONE:
        return match_none(m, pattern, actual);
    case MATCH_ORDER:
        return match_order(m, pattern, actual);
    case MATCH_PLAIN:
        break;
    }
    if (actual->count != pattern->count) {
        return differs(m, "", pattern, actual);
    }
    return match_some(m, pattern, actual);
}

str match_name(str key, enum match_kind *kind)
{
    static const char marks[] = "+-<";
    const char *mark = key.len > 0 ? strchr(marks, key.ptr[key.len - 1]) : NULL;
    *kind = mark != NULL ? (enum match_kind)(MATCH_SOME + (mark - marks)) : MATCH_PLAIN;
    return mark != NULL ? str_head(key, key.len - 1) : key;
}

static bool match_member(struct matching *m, const struct roster_json *pattern,
                         const struct roster_json *object)
{
    enum match_kind kind = MATCH_PLAIN;
    str name = match_name(pattern->key, &kind);
    size_t before = m->path_len;
    size_t room = PATH_BYTES - before;
    if (name.len + 1 < room) {
        m->path_len += (size_t)snprintf(m->path + before, room, "%s%.*s", before > 0 ? "." : "",
                                        STR_ARGS(name));
    }
    const struct roster_json *actual = json_find(object, name);
    bool same = false;
    if (json_is(pattern, JSON_ARRAY)) {
        same = match_list(m, pattern, kind, actual);
    } else if (kind == MATCH_NONE) {
        same = !matches_quietly(m, pattern, actual) || differs(m, "not ", pattern, actual);
    } else {
        same = match_value(m, pattern, actual);
    }
    m->path_len = before;
    return same;
}

static bool match_object(struct matching *m, const struct roster_json *pattern,
                         const struct roster_json *actual)
{
    if (!json_is(actual, JSON_OBJECT)) {
        return differs(m, "", pattern, actual);
    }
    for (const struct roster_json *at = pattern->first; at != NULL; at = at->next) {
        if (!match_member(m, at, actual)) {
            return false;
        }
    }
    return true;
}

static bool match_value(struct matching *m, const struct roster_json *pattern,
                        const struct roster_json *actual)
{
    switch (pattern->kind) {
    case JSON_NULL:
        return is_empty(actual) || differs(m, "nothing", NULL, actual);
    case JSON_STRING:
        return match_text(m, pattern, actual);
    case JSON_ARRAY:
        return match_list(m, pattern, MATCH_PLAIN, actual);
    case JSON_OBJECT:
        return match_object(m, pattern, actual);
    case JSON_FALSE:
    case JSON_TRUE:
    case JSON_NUMBER:
        break;
    }
    return (actual != NULL && json_equal(pattern, actual)) || differs(m, "", pattern, actual);
}

bool match_json(const struct roster_json *pattern, const struct roster_json *actual,
                struct text *why)
{
    struct matching m = {.why = why};
    return match_value(&m, pattern, actual);
}
