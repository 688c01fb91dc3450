// patch_parse.c: a PatchOp message becomes a list of operations with bound paths.
//
// Here the shape of the message is checked and paths are parsed; patch_target.c looks at what the
// operations want to do (RFC 7644 section 3.5.2, P-220 ff.).
// SPDX-License-Identifier: Apache-2.0
#include "scim/patch_parse.h"

#include "base/limits.h"
#include "scim/legacy.h"
#include "scim/quirks.h"

static bool takes(const struct patch_parser *p, enum roster_quirk quirk)
{
    return quirk_take(p->scope->quirks, quirk);
}

static bool has_patch_uri(const struct roster_json *schemas)
{
    if (json_is(schemas, JSON_STRING)) {
        return str_equal_nocase(schemas->text, URI_PATCH);
    }
    const struct roster_json *uri = json_is(schemas, JSON_ARRAY) ? schemas->first : NULL;
    while (uri != NULL && !(uri->kind == JSON_STRING && str_equal_nocase(uri->text, URI_PATCH))) {
        uri = uri->next;
    }
    return uri != NULL;
}

// The list, and nothing but this one URI in it, is what strict clients send.
static bool check_schemas(const struct patch_parser *p, const struct roster_json *schemas)
{
    if (!has_patch_uri(schemas)) {
        return takes(p, ROSTER_QUIRK_LEGACY_SCHEMAS) ||
               fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0, "schemas must be [\"%.*s\"]",
                    STR_ARGS(URI_PATCH));
    }
    if (schemas->kind == JSON_ARRAY && schemas->count == 1) {
        return true;
    }
    enum roster_quirk quirk =
        schemas->kind == JSON_ARRAY ? ROSTER_QUIRK_UNKNOWN_SCHEMA_URI : ROSTER_QUIRK_SCALAR_SHAPES;
    return takes(p, quirk) || fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                                   "schemas must be a list with the URI of PatchOp only");
}

static const char *const message_members[] = {"schemas", "Operations"};
static const char *const operation_members[] = {"op", "path", "value"};

static bool check_members(const struct patch_parser *p, const struct roster_json *object,
                          const char *const *names, size_t count)
{
    for (const struct roster_json *member = object->first; member != NULL; member = member->next) {
        bool is_known = false;
        for (size_t at = 0; at < count; at++) {
            is_known = is_known || str_equal_nocase(member->key, str_of(names[at]));
        }
        if (!is_known && !takes(p, ROSTER_QUIRK_OPERATION_EXTRAS)) {
            return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0, "a PATCH has no member \"%.*s\" here",
                        STR_ARGS(member->key));
        }
    }
    return true;
}

static const struct {
    const char *name;
    enum patch_op op;
} op_names[] = {{"add", PATCH_ADD}, {"replace", PATCH_REPLACE}, {"remove", PATCH_REMOVE}};

static bool parse_op(struct patch_parser *p, const struct roster_json *operation)
{
    str name = json_find_text(operation, STR("op"));
    for (size_t at = 0; at < COUNT_OF(op_names); at++) {
        str known = str_of(op_names[at].name);
        if (str_equal(name, known) ||
            (str_equal_nocase(name, known) && takes(p, ROSTER_QUIRK_OP_ANY_CASE))) {
            p->op = op_names[at].op;
            return true;
        }
    }
    return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                "op must be \"add\", \"replace\" or \"remove\"");
}

static bool refuse_path(const struct patch_parser *p, str text)
{
    return takes(p, ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE) ||
           fail(p->err, ROSTER_ERR_INVALID_PATH, 0, "%.*s has no attribute \"%.*s\"",
                STR_ARGS(p->scope->type->name), STR_ARGS(text));
}

static bool parse_with_path(struct patch_parser *p, str text, const struct roster_json *value)
{
    struct path path = {0};
    if (!legacy_path(p->scope, text, &text)) {
        return fail_memory(p->err);
    }
    if (!path_parse(p->scope, text, &path, p->err)) {
        return false;
    }
    return path.unknown ? refuse_path(p, text) : patch_parse_target(p, &path, value);
}

static bool parse_operation(struct patch_parser *p, const struct roster_json *operation)
{
    if (operation->kind != JSON_OBJECT) {
        return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0, "an operation must be a JSON object");
    }
    if (!check_members(p, operation, operation_members, COUNT_OF(operation_members)) ||
        !parse_op(p, operation)) {
        return false;
    }
    const struct roster_json *path = json_find(operation, STR("path"));
    const struct roster_json *value = json_find(operation, STR("value"));
    if (path != NULL && path->kind != JSON_STRING && path->kind != JSON_NULL) {
        return fail(p->err, ROSTER_ERR_INVALID_PATH, 0, "path must be a string");
    }
    bool has_path = path != NULL && path->text.len > 0;
    if (p->op == PATCH_REMOVE && !has_path) {
        return fail(p->err, ROSTER_ERR_NO_TARGET, 0, "remove needs a path");
    }
    if (p->op != PATCH_REMOVE && value == NULL) {
        return fail(p->err, ROSTER_ERR_INVALID_VALUE, 0, "add and replace need a value");
    }
    return has_path ? parse_with_path(p, path->text, value) : patch_parse_members(p, value);
}

// Names inside a value without path that are none at top level. What is no path at all is an
// unknown name; what goes wrong inside brackets is said.
static bool parse_key(struct patch_parser *p, const struct roster_json *member)
{
    struct path path = {0};
    str text = {0};
    if (!legacy_path(p->scope, member->key, &text)) {
        return fail_memory(p->err);
    }
    if (!quirk_is_on(p->scope->quirks, ROSTER_QUIRK_PATH_KEYS)) {
        return refuse_path(p, text);
    }
    struct roster_error err = {0};
    if (!path_parse(p->scope, text, &path, &err)) {
        if (err.code != ROSTER_ERR_INVALID_PATH) {
            *p->err = err;
            return false;
        }
        return refuse_path(p, text);
    }
    if (path.unknown) {
        return refuse_path(p, text);
    }
    (void)takes(p, ROSTER_QUIRK_PATH_KEYS);
    return patch_parse_member(p, &path, member);
}

static bool parse_member(struct patch_parser *p, const struct roster_json *member)
{
    const struct attr *attr = type_attr(p->scope->type, member->key);
    const struct schema *extension = legacy_extension(p->scope, member->key);
    if (attr == NULL && extension == NULL) {
        return parse_key(p, member);
    }
    bool is_schemas = str_equal_nocase(member->key, STR("schemas"));
    // Clients send whole resources back, with what they cannot change in it (P-231).
    if (is_schemas && takes(p, ROSTER_QUIRK_READONLY_IN_PATCH)) {
        return true;
    }
    struct path path = {.attr = attr, .text = member->key};
    if (attr == NULL) {
        path.extension = extension;
    }
    return patch_parse_member(p, &path, member);
}

bool patch_parse_members(struct patch_parser *p, const struct roster_json *value)
{
    if (json_is(value, JSON_ARRAY) && value->count == 1 && takes(p, ROSTER_QUIRK_SCALAR_SHAPES)) {
        value = value->first;
    }
    if (!json_is(value, JSON_OBJECT)) {
        return fail(p->err, ROSTER_ERR_INVALID_VALUE, 0,
                    "without a path, value must be a JSON object of attributes");
    }
    for (const struct roster_json *member = value->first; member != NULL; member = member->next) {
        if (!parse_member(p, member)) {
            return false;
        }
    }
    return true;
}

// One operation without a list around it is a list of one.
static bool find_operations(const struct patch_parser *p, const struct roster_json *message,
                            const struct roster_json **first, bool *is_list)
{
    const struct roster_json *operations = json_find(message, STR("Operations"));
    *is_list = json_is(operations, JSON_ARRAY);
    *first = *is_list ? operations->first : operations;
    if (!*is_list && (!json_is(operations, JSON_OBJECT) || !takes(p, ROSTER_QUIRK_SCALAR_SHAPES))) {
        return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "Operations must be a list of operations");
    }
    if (*first == NULL && !takes(p, ROSTER_QUIRK_EMPTY_OPERATIONS)) {
        return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "Operations must have at least one operation");
    }
    if (*is_list && operations->count > PATCH_OPERATIONS_MAX) {
        return fail(p->err, ROSTER_ERR_TOO_LARGE, 0, "a PATCH has at most %d operations",
                    PATCH_OPERATIONS_MAX);
    }
    return true;
}

static bool parse_operations(struct patch_parser *p, const struct roster_json *message)
{
    const struct roster_json *operation = NULL;
    bool is_list = false;
    if (!find_operations(p, message, &operation, &is_list)) {
        return false;
    }
    while (operation != NULL) {
        if (!parse_operation(p, operation)) {
            p->err->operation = p->index;
            return false;
        }
        operation = is_list ? operation->next : NULL;
        p->index++;
    }
    return true;
}

bool patch_parse(const struct scope *scope, const struct roster_json *message, struct patch *out,
                 struct roster_error *err)
{
    struct patch patch = {0};
    struct patch_parser p = {.scope = scope, .out = &patch, .err = err};
    if (message->kind != JSON_OBJECT) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "the body must be a JSON object");
    }
    if (!check_schemas(&p, json_find(message, STR("schemas"))) ||
        !check_members(&p, message, message_members, COUNT_OF(message_members)) ||
        !parse_operations(&p, message)) {
        return false;
    }
    *out = patch;
    return true;
}
