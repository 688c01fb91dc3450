// path.c: text to bound path, bound path to text, and the values that a path names.
//
//   PATH     = attrPath / attrPath "[" filter "]" [ "." ATTRNAME ]      (RFC 7644 figure 7)
//   attrPath = [ URI ":" ] ATTRNAME [ "." ATTRNAME ]
//
// The URI of an extension that is inside another one (scim/modules.h) is a name there.
//
// URIs contain ':' and '.', so the longest URI of the registry that the text starts with is taken
// off before anything is split.
// SPDX-License-Identifier: Apache-2.0
#include "scim/path.h"

#include "base/limits.h"
#include "scim/filter_parse.h"

#include <string.h>

// A refusal that shows the text only where it can be read.
static bool malformed(str text, size_t offset, const char *why, struct roster_error *err)
{
    if (!str_is_ascii(text)) {
        return fail(err, ROSTER_ERR_INVALID_PATH, offset, "an attribute path is malformed: %s",
                    why);
    }
    return fail(err, ROSTER_ERR_INVALID_PATH, offset,
                "the attribute path \"%.*s\" is malformed: %s", STR_ARGS(text), why);
}

// The registered schema whose URI the text starts with, up to its end, a ':' or a '.'.
static const struct schema *longest_schema(const struct roster_registry *registry, str text)
{
    const struct schema *longest = NULL;
    for (size_t at = 0; at < registry->schema_count; at++) {
        const struct schema *schema = &registry->schemas[at];
        size_t len = schema->id.len;
        bool ends =
            text.len == len || (text.len > len && (text.ptr[len] == ':' || text.ptr[len] == '.'));
        if (ends && str_starts_nocase(text, schema->id) &&
            (longest == NULL || longest->id.len < len)) {
            longest = schema;
        }
    }
    return longest;
}

// An unqualified name that is not at top level belongs to the one extension that has it (P-141).
static const struct schema *only_extension(const struct roster_resource_type *type, str name)
{
    const struct schema *only = NULL;
    for (size_t at = 0; at < type->extension_count; at++) {
        const struct schema *schema = type->extensions[at].schema;
        if (schema_attr(schema, name) == NULL) {
            continue;
        }
        if (only != NULL) {
            return NULL;
        }
        only = schema;
    }
    return only;
}

// Finds the attribute `name` of `schema`, or of any schema of the type when that is NULL.
static void find_attr(const struct roster_resource_type *type, const struct schema *schema,
                      str name, struct path *out)
{
    if (schema == NULL || schema == type->schema) {
        out->attr = type_attr(type, name);
    }
    if (schema == NULL && out->attr == NULL) {
        schema = only_extension(type, name);
    }
    if (out->attr == NULL && schema != NULL && type_extension(type, schema->id) == schema) {
        out->extension = schema;
        out->attr = schema_attr(schema, name);
    }
}

bool path_bind_sub(const struct attr *attr, str name, const struct attr **sub)
{
    *sub = attr_sub(attr, name);
    // The elements of a list of simple values are called `value` (P-154).
    bool element = attr->type != ATTR_COMPLEX && attr->multi_valued;
    return *sub != NULL || (element && str_equal_nocase(name, STR("value")));
}

static void set_unknown(struct path *out)
{
    *out = (struct path){.text = out->text, .unknown = true};
}

// `names` is ATTRNAME [ "." ATTRNAME ], known to be well-formed.
static void bind_names(const struct scope *scope, const struct schema *schema, str names,
                       struct path *out)
{
    str name = {0};
    str sub = {0};
    bool has_sub = str_cut(names, '.', &name, &sub);
    find_attr(scope->type, schema, name, out);
    if (out->attr == NULL || (has_sub && !path_bind_sub(out->attr, sub, &out->sub))) {
        set_unknown(out);
    }
}

static bool are_names(str names)
{
    str name = {0};
    str sub = {0};
    bool has_sub = str_cut(names, '.', &name, &sub);
    return attr_name_is_valid(name) && (!has_sub || attr_name_is_valid(sub));
}

// Printable ASCII that a URI may contain, without the brackets that end a path.
static bool is_uri(str text)
{
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        if (c <= ' ' || c > '~' || strchr("\"()<>[]\\^`{|}", c) != NULL) {
            return false;
        }
    }
    return true;
}

// The URI of an extension inside `outer` (NULL: inside any), alone or with the name of one of its
// attributes: that is a sub-attribute here.
static bool bind_inner(const struct scope *scope, const struct schema *outer, str text,
                       struct path *out)
{
    const struct schema *inner = longest_schema(scope->type->registry, text);
    const struct schema *extension = NULL;
    const struct attr *attr = inner == NULL ? NULL : type_inner(scope->type, inner->id, &extension);
    if (attr == NULL || (outer != NULL && extension != outer)) {
        return false;
    }
    out->extension = extension;
    out->attr = attr;
    if (text.len > inner->id.len &&
        !path_bind_sub(attr, str_tail(text, inner->id.len + 1), &out->sub)) {
        set_unknown(out);
    }
    return true;
}

// What follows a known URI: nothing, or a separator and names.
static bool bind_qualified(const struct scope *scope, const struct schema *schema, str text,
                           struct path *out, struct roster_error *err)
{
    bool is_longer = text.len > schema->id.len;
    if (bind_inner(scope, NULL, text, out) ||
        (is_longer && bind_inner(scope, schema, str_tail(text, schema->id.len + 1), out))) {
        return true;
    }
    if (!is_longer) {
        out->extension = type_extension(scope->type, schema->id);
        if (out->extension == NULL) {
            set_unknown(out);
        }
        return true;
    }
    char separator = text.ptr[schema->id.len];
    str names = str_tail(text, schema->id.len + 1);
    if (are_names(names)) {
        bind_names(scope, schema, names, out);
        return true;
    }
    // A longer URI that nobody registered is well-formed; a broken name is not.
    if (is_uri(names) && (separator == '.' || str_contains(names, STR(":")))) {
        set_unknown(out);
        return true;
    }
    return malformed(text, schema->id.len + 1, "a name has letters, digits, $, - and _ only", err);
}

bool path_parse_name(const struct scope *scope, str text, struct path *out,
                     struct roster_error *err)
{
    *out = (struct path){.text = text};
    if (text.len == 0) {
        return fail(err, ROSTER_ERR_INVALID_PATH, 0, "an attribute path is empty");
    }
    const struct schema *schema = longest_schema(scope->type->registry, text);
    if (schema != NULL) {
        return bind_qualified(scope, schema, text, out, err);
    }
    if (are_names(text)) {
        bind_names(scope, NULL, text, out);
        return true;
    }
    if (str_contains(text, STR(":")) && is_uri(text)) {
        set_unknown(out);
        return true;
    }
    return malformed(text, 0, "write attribute, attribute.sub or URI:attribute", err);
}

static bool is_index(str text)
{
    text = str_trim(text);
    for (size_t at = 0; at < text.len; at++) {
        if (text.ptr[at] < '0' || text.ptr[at] > '9') {
            return false;
        }
    }
    return text.len > 0;
}

// What stands in front of a bracket has to be a whole attribute with several values.
static bool check_bracket(const struct path *path, str inside, struct roster_error *err)
{
    size_t at = path->text.len;
    str close = {0};
    str head = {0};
    if (str_cut(inside, ']', &head, &close) && is_index(head)) {
        return malformed(path->text, at,
                         "values have no index: choose them by a filter in brackets", err);
    }
    if (path->unknown) {
        return true;
    }
    if (path->attr == NULL || path->sub != NULL) {
        return malformed(path->text, at, "brackets follow an attribute with several values", err);
    }
    if (!path->attr->multi_valued) {
        return fail(err, ROSTER_ERR_INVALID_PATH, at,
                    "\"%.*s\" has one value only and takes no brackets",
                    STR_ARGS(path->attr->name));
    }
    return true;
}

// [ "." ATTRNAME ] behind the brackets.
static bool bind_tail(str text, size_t at, struct path *out, struct roster_error *err)
{
    if (at == text.len) {
        return true;
    }
    str name = str_tail(text, at + 1);
    if (text.ptr[at] != '.' || !attr_name_is_valid(name)) {
        return malformed(text, at, "only .name may follow the brackets", err);
    }
    if (!out->unknown && !path_bind_sub(out->attr, name, &out->sub)) {
        set_unknown(out);
    }
    return true;
}

bool path_parse(const struct scope *scope, str text, struct path *out, struct roster_error *err)
{
    str name = {0};
    str inside = {0};
    if (text.len > FILTER_TEXT_MAX) {
        return fail(err, ROSTER_ERR_INVALID_PATH, FILTER_TEXT_MAX,
                    "the attribute path is longer than %zu bytes", FILTER_TEXT_MAX);
    }
    if (!str_cut(text, '[', &name, &inside)) {
        return path_parse_name(scope, text, out, err);
    }
    size_t at = name.len + 1;
    if (!str_contains(inside, STR("]"))) {
        return malformed(text, text.len, "a closing bracket ] is missing", err);
    }
    if (!path_parse_name(scope, str_trim(name), out, err) || !check_bracket(out, inside, err) ||
        !filter_parse_brackets(scope, out, text, &at, &out->filter, err)) {
        return false;
    }
    out->text = text;
    if (out->unknown) {
        set_unknown(out);
    }
    return bind_tail(text, at, out, err);
}

void path_print(const struct path *path, struct text *out)
{
    if (path->unknown) {
        text_add(out, path->text);
        return;
    }
    if (path->extension != NULL) {
        text_add(out, path->extension->id);
        text_add(out, path->attr == NULL ? (str){0} : STR(":"));
    }
    if (path->attr != NULL) {
        text_add(out, path->attr->name);
    }
    if (path->filter != NULL) {
        text_char(out, '[');
        filter_write_values(path->filter, out);
        text_char(out, ']');
    }
    if (path->sub != NULL) {
        text_char(out, '.');
        text_add(out, path->sub->name);
    }
}

typedef bool walker(void *ctx, const struct roster_json *value);

static bool walk_values(const struct roster_json *value, walker *each, void *ctx)
{
    if (json_is_unassigned(value)) {
        return false;
    }
    if (value->kind != JSON_ARRAY) {
        return each(ctx, value);
    }
    for (const struct roster_json *element = value->first; element != NULL;
         element = element->next) {
        if (each(ctx, element)) {
            return true;
        }
    }
    return false;
}

struct sub_walk {
    const struct attr *sub;
    walker *each;
    void *ctx;
};

static bool walk_sub(void *ctx, const struct roster_json *element)
{
    const struct sub_walk *walk = ctx;
    return walk_values(json_find(element, walk->sub->name), walk->each, walk->ctx);
}

bool path_walk(const struct path *path, const struct roster_json *resource, walker *each, void *ctx)
{
    if (path->unknown) {
        return false;
    }
    const struct roster_json *container =
        path->extension == NULL ? resource : json_find(resource, path->extension->id);
    if (path->attr == NULL) {
        return container != NULL && each(ctx, container);
    }
    const struct roster_json *value = json_find(container, path->attr->name);
    struct sub_walk walk = {path->sub, each, ctx};
    return path->sub == NULL ? walk_values(value, each, ctx) : walk_values(value, walk_sub, &walk);
}
