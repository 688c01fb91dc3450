// filter_scan.c: blanks, words, operators and literals.
//
//   value = false / null / true / number / string                           (RFC 8259)
//
// A blank is any number of spaces and tabs, and may miss between an operator and a quoted string
// (P-171).
// SPDX-License-Identifier: Apache-2.0
#include "scim/filter_scan.h"

#include "scim/number.h"
#include "scim/quirks.h"

#include <string.h>

bool scan_refuse(const struct scan *s, size_t at, const char *why)
{
    return fail(s->err, ROSTER_ERR_INVALID_FILTER, at, "the filter is wrong at byte %zu: %s", at,
                why);
}

bool scan_at_end(const struct scan *s)
{
    return s->at >= s->text.len;
}

char scan_peek(const struct scan *s)
{
    return scan_at_end(s) ? '\0' : s->text.ptr[s->at];
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

void scan_blanks(struct scan *s)
{
    while (!scan_at_end(s) && is_blank(s->text.ptr[s->at])) {
        s->at++;
    }
}

bool scan_char(struct scan *s, char wanted)
{
    scan_blanks(s);
    if (scan_at_end(s) || s->text.ptr[s->at] != wanted) {
        return false;
    }
    s->at++;
    return true;
}

str scan_word(const struct scan *s)
{
    size_t end = s->at;
    while (end < s->text.len && strchr(" \t\"()[]", s->text.ptr[end]) == NULL) {
        end++;
    }
    return (str){s->text.ptr + s->at, end - s->at};
}

bool scan_joint(struct scan *s, str joint)
{
    size_t from = s->at;
    scan_blanks(s);
    bool apart = s->at > 0 && strchr(" \t)]", s->text.ptr[s->at - 1]) != NULL;
    if (apart && str_equal_nocase(scan_word(s), joint)) {
        s->at += joint.len;
        if (scan_at_end(s) || is_blank(scan_peek(s)) || scan_peek(s) == '(') {
            return true;
        }
    }
    s->at = from;
    return false;
}

// Four hexadecimal digits or one letter behind a backslash are left to the reader of JSON; here
// only the closing quote is found.
static size_t string_end(str text, size_t at)
{
    for (at++; at < text.len && text.ptr[at] != '"'; at++) {
        at += text.ptr[at] == '\\';
    }
    return at < text.len ? at + 1 : 0;
}

static bool is_plain(str content)
{
    for (size_t at = 0; at < content.len; at++) {
        if ((unsigned char)content.ptr[at] < ' ' || content.ptr[at] == '\\') {
            return false;
        }
    }
    return true;
}

static bool parse_string(struct scan *s, struct literal *out)
{
    size_t end = string_end(s->text, s->at);
    if (end == 0) {
        return scan_refuse(s, s->at, "the closing quote of a string is missing");
    }
    str whole = {s->text.ptr + s->at, end - s->at};
    out->kind = LITERAL_STRING;
    out->text = (str){whole.ptr + 1, whole.len - 2};
    s->at = end;
    if (is_plain(out->text)) {
        return true;
    }
    struct roster_json *json = NULL;
    if (!roster_json_read(whole, s->scope->arena, &json, s->err)) {
        return s->err->code != ROSTER_ERR_NO_MEMORY &&
               scan_refuse(s, out->at, "the string is not valid JSON");
    }
    out->text = json->text;
    return true;
}

static bool is_joint(str word)
{
    return str_equal_nocase(word, STR("and")) || str_equal_nocase(word, STR("or")) ||
           str_equal_nocase(word, STR("not"));
}

// A word that is no JSON value: an unquoted string for who tolerates that.
static bool parse_bare(struct scan *s, str word, struct literal *out)
{
    if (word.len == 0 || is_joint(word)) {
        return scan_refuse(s, out->at, "a value is expected after the operator");
    }
    bool strange = str_contains(word, STR("'")) || str_contains(word, STR("\\"));
    if (strange || !quirk_take(s->scope->quirks, ROSTER_QUIRK_FILTER_BARE_WORDS)) {
        return scan_refuse(s, out->at, "a string needs double quotes");
    }
    out->kind = LITERAL_STRING;
    out->text = word;
    return true;
}

static bool parse_literal(struct scan *s, struct literal *out)
{
    scan_blanks(s);
    out->at = s->at;
    if (scan_peek(s) == '"') {
        return parse_string(s, out);
    }
    static const struct {
        str word;
        enum literal_kind kind;
    } words[] = {
        {STR_INIT("true"), LITERAL_BOOLEAN},
        {STR_INIT("false"), LITERAL_BOOLEAN},
        {STR_INIT("null"), LITERAL_NULL},
    };
    str word = scan_word(s);
    s->at += word.len;
    out->text = word;
    for (size_t at = 0; at < COUNT_OF(words); at++) {
        if (str_equal(word, words[at].word)) {
            out->kind = words[at].kind;
            return true;
        }
    }
    struct number number;
    if (number_parse(word, &number)) {
        out->kind = LITERAL_NUMBER;
        return true;
    }
    return parse_bare(s, word, out);
}

bool scan_comparison(struct scan *s, struct term *term)
{
    static const struct {
        str word;
        enum filter_kind kind;
    } ops[] = {
        {STR_INIT("eq"), FILTER_EQ},      {STR_INIT("ne"), FILTER_NE}, {STR_INIT("co"), FILTER_CO},
        {STR_INIT("sw"), FILTER_SW},      {STR_INIT("ew"), FILTER_EW}, {STR_INIT("gt"), FILTER_GT},
        {STR_INIT("ge"), FILTER_GE},      {STR_INIT("lt"), FILTER_LT}, {STR_INIT("le"), FILTER_LE},
        {STR_INIT("pr"), FILTER_PRESENT},
    };
    term->op_at = s->at;
    str word = scan_word(s);
    if (word.len == 0) {
        return scan_refuse(s, s->at, "an operator such as eq is expected after the attribute");
    }
    s->at += word.len;
    for (size_t at = 0; at < COUNT_OF(ops); at++) {
        if (str_equal_nocase(word, ops[at].word)) {
            term->op = ops[at].kind;
            return term->op == FILTER_PRESENT || parse_literal(s, &term->literal);
        }
    }
    return scan_refuse(s, term->op_at,
                       "the operators are eq, ne, co, sw, ew, gt, ge, lt, le and pr");
}
