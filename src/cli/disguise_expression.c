// disguise_expression.c: paths and filters, whose literals are data and whose names are not.
// SPDX-License-Identifier: Apache-2.0
#include "cli/disguise.h"
#include "json/value.h"

struct walk {
    struct disguise *disguise;
    struct roster_arena *scratch;
    struct text *out;
    str name;       // the last one
    str outer;      // the last one outside of brackets
    size_t depth;   // of brackets
    bool is_value;  // an operator stands in front
};

static bool is_one_of(str word, const char *const *list, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        if (str_equal_nocase(word, str_of(list[at]))) {
            return true;
        }
    }
    return false;
}

static bool is_comparison(str word)
{
    static const char *const list[] = {"eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"};
    return is_one_of(word, list, COUNT_OF(list));
}

static bool is_joint(str word)
{
    static const char *const list[] = {"and", "or", "not", "pr"};
    return is_one_of(word, list, COUNT_OF(list));
}

static str leaf_of(str name)
{
    size_t from = name.len;
    while (from > 0 && name.ptr[from - 1] != '.' && name.ptr[from - 1] != ':') {
        from--;
    }
    return str_tail(name, from);
}

enum disguise_mode disguise_mode_of(str name)
{
    static const char *const names[] = {"schemas",
                                        "type",
                                        "op",
                                        "method",
                                        "path",
                                        "$ref",
                                        "location",
                                        "sortBy",
                                        "sortOrder",
                                        "attributes",
                                        "excludedAttributes",
                                        "scimType",
                                        "resourceType"};
    static const char *const facts[] = {"version",      "created",      "lastModified",
                                        "status",       "startIndex",   "count",
                                        "totalResults", "itemsPerPage", "failOnErrors"};
    str leaf = leaf_of(name);
    if (is_one_of(leaf, names, COUNT_OF(names))) {
        return DISGUISE_NAMES;
    }
    return is_one_of(leaf, facts, COUNT_OF(facts)) ? DISGUISE_FACTS : DISGUISE_DATA;
}

// Bytes of the literal at the start of `text`, with its quotes; all of it when it does not end.
static size_t literal_len(str text)
{
    for (size_t at = 1; at < text.len; at++) {
        if (text.ptr[at] == '\\') {
            at++;
        } else if (text.ptr[at] == '"') {
            return at + 1;
        }
    }
    return text.len;
}

static bool add_literal(struct walk *walk, str literal)
{
    struct roster_json *json = NULL;
    struct roster_error ignored = {0};
    struct text made;
    enum disguise_mode mode = disguise_mode_of(walk->name);
    walk->is_value = false;
    if (!roster_json_read(literal, walk->scratch, &json, &ignored)) {
        return disguise_text(walk->disguise, DISGUISE_DATA, literal, walk->scratch, walk->out);
    }
    text_init(&made, walk->scratch, arena_max(walk->scratch));
    if (!disguise_text(walk->disguise, mode, json->text, walk->scratch, &made)) {
        return false;
    }
    json_write_string(walk->out, text_str(&made));
    return !walk->out->full;
}

static bool ends_word(char c)
{
    return strchr(" \t\r\n\"()[],=&", c) != NULL;
}

static bool add_name(struct walk *walk, str word)
{
    bool was_value = walk->is_value;
    walk->is_value = false;
    if (was_value) {
        bool is_null = str_equal_nocase(word, STR("null"));
        return disguise_text(walk->disguise,
                             is_null ? DISGUISE_NAMES : disguise_mode_of(walk->name), word,
                             walk->scratch, walk->out);
    }
    walk->is_value = is_comparison(word);
    if (!walk->is_value && !is_joint(word)) {
        walk->name = word;
        walk->outer = walk->depth == 0 ? word : walk->outer;
    }
    return disguise_text(walk->disguise, DISGUISE_NAMES, word, walk->scratch, walk->out);
}

bool disguise_expression(struct disguise *disguise, str text, struct roster_arena *scratch,
                         struct text *out, str *name)
{
    struct walk walk = {.disguise = disguise, .scratch = scratch, .out = out};
    bool ok = true;
    for (size_t at = 0; at < text.len && ok;) {
        str rest = str_tail(text, at);
        size_t len = 0;
        if (rest.ptr[0] == '"') {
            len = literal_len(rest);
            ok = add_literal(&walk, str_head(rest, len));
        } else if (ends_word(rest.ptr[0])) {
            walk.depth += rest.ptr[0] == '[';
            walk.depth -= rest.ptr[0] == ']' && walk.depth > 0;
            len = 1;
            text_add(out, str_head(rest, len));
        } else {
            while (len < rest.len && !ends_word(rest.ptr[len])) {
                len++;
            }
            ok = add_name(&walk, str_head(rest, len));
        }
        at += len;
    }
    if (name != NULL) {
        *name = walk.outer;
    }
    return ok && !out->full;
}
