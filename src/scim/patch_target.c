// patch_target.c: whether an operation may do what it wants to its target, and the value for that.
//
// Everything that needs no stored state is decided here: mutability of the target, required
// attributes that would be removed, types. What is left over is one operation, or none.
// SPDX-License-Identifier: Apache-2.0
#include "scim/patch_parse.h"

#include "scim/filter.h"
#include "scim/quirks.h"
#include "scim/value.h"

static bool takes(const struct patch_parser *p, enum roster_quirk quirk)
{
    return quirk_take(p->scope->quirks, quirk);
}

static bool push(struct patch_parser *p, const struct path *path, struct roster_json *value,
                 bool has_values)
{
    struct patch_operation *operation = arena_alloc(p->scope->arena, sizeof(*operation));
    if (operation == NULL) {
        return fail_memory(p->err);
    }
    *operation = (struct patch_operation){
        .op = p->op, .path = *path, .value = value, .has_values = has_values, .index = p->index};
    if (p->out->last == NULL) {
        p->out->first = operation;
    } else {
        p->out->last->next = operation;
    }
    p->out->last = operation;
    p->out->count++;
    return true;
}

// The attribute that gets the value: the sub-attribute where there is one.
static const struct attr *target_of(const struct path *path)
{
    return path->sub != NULL ? path->sub : path->attr;
}

// One element of a list is meant, not the list.
static bool is_element(const struct path *path)
{
    return path->filter != NULL && path->sub == NULL;
}

static bool check_mutability(const struct patch_parser *p, const struct path *path)
{
    const struct attr *target = target_of(path);
    if (path->attr->mutability == ATTR_READ_ONLY || target->mutability == ATTR_READ_ONLY) {
        return value_fail(p->err, ROSTER_ERR_MUTABILITY, target, "is read-only");
    }
    // Members come and go as a whole (P-074, P-243).
    bool edits_edge = path->sub != NULL || (path->filter != NULL && p->op != PATCH_REMOVE);
    if (attr_is_edges(path->attr) && edits_edge) {
        return value_fail(p->err, ROSTER_ERR_MUTABILITY, path->attr,
                          "can only be added and removed as whole elements");
    }
    return true;
}

static bool check_unassign(const struct patch_parser *p, const struct path *path)
{
    if (target_of(path)->required && !is_element(path)) {
        return value_fail(p->err, ROSTER_ERR_MUTABILITY, target_of(path),
                          "is required: it cannot be removed");
    }
    return true;
}

static bool push_value(struct patch_parser *p, const struct path *path, struct roster_json *value,
                       bool has_values)
{
    if (value == NULL && !has_values && !check_unassign(p, path)) {
        return false;
    }
    return push(p, path, value, has_values);
}

static size_t count_values(const struct roster_filter *filter)
{
    if (filter->kind == FILTER_EQ && filter->path.sub != NULL &&
        filter->operand == OPERAND_STRING &&
        str_equal_nocase(filter->path.sub->name, STR("value"))) {
        return 1;
    }
    size_t sum = 0;
    for (const struct roster_filter *child = filter->kind == FILTER_OR ? filter->child : NULL;
         child != NULL; child = child->next) {
        size_t count = count_values(child);
        if (count == 0) {
            return 0;
        }
        sum += count;
    }
    return sum;
}

static bool list_values(const struct patch_parser *p, const struct roster_filter *filter,
                        struct roster_json *list)
{
    if (filter->kind == FILTER_OR) {
        for (const struct roster_filter *child = filter->child; child != NULL;
             child = child->next) {
            if (!list_values(p, child, list)) {
                return false;
            }
        }
        return true;
    }
    struct roster_json *element = json_new(p->scope->arena, JSON_OBJECT);
    if (element == NULL ||
        !json_put_string(element, p->scope->arena, filter->path.sub->name, filter->text)) {
        return false;
    }
    json_push(list, element);
    return true;
}

// members[value eq "a" or value eq "b"] names its elements by their keys, and keys are found
// without looking at the others.
static bool push_edge_filter(struct patch_parser *p, const struct path *path)
{
    if (count_values(path->filter) == 0) {
        return push(p, path, NULL, false);
    }
    struct path whole = *path;
    struct roster_json *list = json_new(p->scope->arena, JSON_ARRAY);
    if (list == NULL || !list_values(p, path->filter, list)) {
        return fail_memory(p->err);
    }
    whole.filter = NULL;
    return push(p, &whole, list, true);
}

static bool refuse_values(const struct patch_parser *p, const struct path *path)
{
    return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                "remove takes no value: write %.*s[value eq \"…\"] as the path",
                STR_ARGS(path->attr->name));
}

static bool parse_remove_values(struct patch_parser *p, const struct path *path,
                                const struct roster_json *sent)
{
    struct roster_json *value = NULL;
    if (!value_check(p->scope, VALUE_PATCH, path->attr, sent, false, &value, p->err)) {
        return false;
    }
    // An empty list names no value to remove, and must never remove all of them.
    return value == NULL || push(p, path, value, true);
}

static bool parse_remove(struct patch_parser *p, const struct path *path,
                         const struct roster_json *sent)
{
    bool has_value = sent != NULL && sent->kind != JSON_NULL;
    if (has_value && !takes(p, ROSTER_QUIRK_PATCH_REMOVE_VALUES)) {
        return refuse_values(p, path);
    }
    bool is_list = path->attr->multi_valued && path->filter == NULL && path->sub == NULL;
    if (has_value && is_list) {
        return parse_remove_values(p, path, sent);
    }
    if (attr_is_edges(path->attr) && path->filter != NULL) {
        return push_edge_filter(p, path);
    }
    return push_value(p, path, NULL, false);
}

static enum value_mode mode_of(const struct patch_parser *p, const struct path *path)
{
    bool is_merge = target_of(path)->type == ATTR_COMPLEX && path->sub == NULL &&
                    (!path->attr->multi_valued || (is_element(path) && p->op == PATCH_ADD));
    return is_merge ? VALUE_MERGE : VALUE_PATCH;
}

// Whether a value that came out as nothing changes nothing. An object in which only unknown or
// read-only names stand does not, nor does adding an empty list or object.
static bool is_without_effect(const struct patch_parser *p, const struct path *path,
                              const struct roster_json *sent)
{
    bool is_list = path->attr->multi_valued && !is_element(path) && path->sub == NULL;
    assert(sent != NULL && p->op != PATCH_REMOVE);
    if (!is_list && sent->kind == JSON_ARRAY && sent->count == 1) {
        sent = sent->first;
    }
    if (target_of(path)->type == ATTR_COMPLEX && sent->kind == JSON_OBJECT) {
        return sent->first != NULL || p->op == PATCH_ADD;
    }
    return sent->kind == JSON_ARRAY && p->op == PATCH_ADD;
}

// One value may be added without a list around it (section 12.2).
static bool wrap(const struct patch_parser *p, struct roster_json **value)
{
    if (*value == NULL) {
        return true;
    }
    struct roster_json *list = json_new(p->scope->arena, JSON_ARRAY);
    if (list == NULL) {
        return fail_memory(p->err);
    }
    json_push(list, *value);
    *value = list;
    return true;
}

static bool parse_set(struct patch_parser *p, const struct path *path,
                      const struct roster_json *sent)
{
    const struct attr *target = target_of(path);
    struct roster_json *value = NULL;
    bool adds_one = p->op == PATCH_ADD && target->multi_valued && !json_is(sent, JSON_ARRAY);
    if (!value_check(p->scope, mode_of(p, path), target, sent, is_element(path) || adds_one, &value,
                     p->err) ||
        (adds_one && !is_element(path) && !wrap(p, &value))) {
        return false;
    }
    if (value == NULL && is_without_effect(p, path, sent)) {
        return true;
    }
    return push_value(p, path, value, false);
}

bool patch_parse_member(struct patch_parser *p, const struct path *path,
                        const struct roster_json *value)
{
    const struct attr *target = path->attr == NULL ? NULL : target_of(path);
    if (target != NULL &&
        (path->attr->mutability == ATTR_READ_ONLY || target->mutability == ATTR_READ_ONLY)) {
        return takes(p, ROSTER_QUIRK_READONLY_IN_PATCH) ||
               value_fail(p->err, ROSTER_ERR_MUTABILITY, target, "is read-only: leave it out");
    }
    return patch_parse_target(p, path, value);
}

// A name in an extension that may be a path there, such as manager.value.
static bool bind_key(struct patch_parser *p, const struct schema *extension, str key,
                     struct path *path)
{
    struct roster_error err = {0};
    str text = {0};
    *path = (struct path){.extension = extension, .attr = schema_attr(extension, key), .text = key};
    if (path->attr != NULL || !quirk_is_on(p->scope->quirks, ROSTER_QUIRK_PATH_KEYS)) {
        return true;
    }
    if (!arena_format(p->scope->arena, &text, "%.*s:%.*s", STR_ARGS(extension->id),
                      STR_ARGS(key))) {
        return fail_memory(p->err);
    }
    if (path_parse(p->scope, text, path, &err)) {
        return path->attr == NULL || takes(p, ROSTER_QUIRK_PATH_KEYS);
    }
    *path = (struct path){0};
    if (err.code != ROSTER_ERR_INVALID_PATH) {
        *p->err = err;
        return false;
    }
    return true;
}

// Each member of a whole extension is an operation of its own.
static bool parse_extension_member(struct patch_parser *p, const struct schema *extension,
                                   const struct roster_json *member)
{
    struct path path = {0};
    if (!bind_key(p, extension, member->key, &path)) {
        return false;
    }
    if (path.attr == NULL) {
        return takes(p, ROSTER_QUIRK_UNKNOWN_PATCH_ATTRIBUTE) ||
               fail(p->err, ROSTER_ERR_INVALID_PATH, 0, "\"%.*s\" has no attribute \"%.*s\"",
                    STR_ARGS(extension->id), STR_ARGS(member->key));
    }
    return patch_parse_member(p, &path, member);
}

static bool is_required(const struct patch_parser *p, const struct schema *extension)
{
    for (size_t at = 0; at < p->scope->type->extension_count; at++) {
        if (p->scope->type->extensions[at].schema == extension) {
            return p->scope->type->extensions[at].required;
        }
    }
    return false;
}

static bool parse_extension(struct patch_parser *p, const struct path *path,
                            const struct roster_json *sent)
{
    if (p->op == PATCH_REMOVE && sent != NULL && sent->kind != JSON_NULL &&
        !takes(p, ROSTER_QUIRK_PATCH_REMOVE_VALUES)) {
        return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0, "remove takes no value");
    }
    if (p->op == PATCH_REMOVE || json_is_unassigned(sent)) {
        return is_required(p, path->extension)
                   ? fail(p->err, ROSTER_ERR_MUTABILITY, 0, "the extension \"%.*s\" is required",
                          STR_ARGS(path->extension->id))
                   : push(p, path, NULL, false);
    }
    if (sent->kind != JSON_OBJECT) {
        return fail(p->err, ROSTER_ERR_INVALID_VALUE, 0, "\"%.*s\" must be a JSON object",
                    STR_ARGS(path->extension->id));
    }
    for (const struct roster_json *member = sent->first; member != NULL; member = member->next) {
        if (!parse_extension_member(p, path->extension, member)) {
            return false;
        }
    }
    return true;
}

// The $ref of a link is another way to write its value, and nothing that could be removed alone.
static bool parse_link_ref(struct patch_parser *p, const struct path *path,
                           const struct roster_json *sent)
{
    struct roster_json *ref = NULL;
    if (p->op != PATCH_REMOVE &&
        !value_check(p->scope, VALUE_PATCH, path->sub, sent, false, &ref, p->err)) {
        return false;
    }
    str id = ref == NULL ? (str){0} : reference_id(ref->text);
    if (id.len == 0) {
        return true;
    }
    struct path path_of_value = *path;
    struct roster_json *value = json_string(p->scope->arena, id);
    path_of_value.sub = attr_value_sub(path->attr);
    return value != NULL ? push(p, &path_of_value, value, false) : fail_memory(p->err);
}

// JSON text for the value of a role stands for several sub-attributes. The value comes last, so
// that filters which look at it find the same roles for all of them.
static bool parse_role_value(struct patch_parser *p, const struct path *path,
                             const struct roster_json *sent)
{
    const struct roster_json *role = NULL;
    struct roster_json *value = NULL;
    if (!value_check(p->scope, VALUE_PATCH, path->sub, sent, false, &value, p->err)) {
        return false;
    }
    if (value == NULL) {
        return parse_set(p, path, sent);
    }
    struct roster_json *packed = json_new(p->scope->arena, JSON_OBJECT);
    if (packed == NULL || !json_put_string(packed, p->scope->arena, STR("value"), value->text)) {
        return fail_memory(p->err);
    }
    if (!value_unpack_role(p->scope, packed, &role, p->err)) {
        return false;
    }
    const struct roster_json *display = json_find(role, STR("display"));
    display = display == NULL ? json_find(role, STR("displayName")) : display;
    struct path path_of_display = *path;
    path_of_display.sub = attr_sub(path->attr, STR("display"));
    return (display == NULL || parse_set(p, &path_of_display, display)) &&
           parse_set(p, path, json_find(role, STR("value")));
}

// Only what the type knows may stand in `schemas`.
static bool check_uris(const struct patch_parser *p, const struct roster_json *sent)
{
    const struct roster_json *uri = json_is(sent, JSON_ARRAY) ? sent->first : sent;
    while (uri != NULL) {
        const struct schema *outer = NULL;
        bool is_known = uri->kind != JSON_STRING ||
                        str_equal_nocase(uri->text, p->scope->type->schema->id) ||
                        type_extension(p->scope->type, uri->text) != NULL ||
                        type_inner(p->scope->type, uri->text, &outer) != NULL;
        if (!is_known && !takes(p, ROSTER_QUIRK_UNKNOWN_SCHEMA_URI)) {
            return fail(p->err, ROSTER_ERR_INVALID_VALUE, 0,
                        "schemas names \"%.*s\", which this resource type does not have",
                        STR_ARGS(uri->text));
        }
        uri = uri == sent ? NULL : uri->next;
    }
    return true;
}

// A value that is not kept, and that something which may be there excludes.
static bool push_guard(struct patch_parser *p, const struct path *path)
{
    struct patch_guard *guard = arena_alloc(p->scope->arena, sizeof(*guard));
    if (guard == NULL) {
        return fail_memory(p->err);
    }
    *guard = (struct patch_guard){.extension = path->extension,
                                  .attr = path->attr,
                                  .index = p->index,
                                  .next = p->out->guards};
    p->out->guards = guard;
    return true;
}

// Checked, and of the password the last one is remembered.
static bool parse_secret(struct patch_parser *p, const struct path *path,
                         const struct roster_json *sent)
{
    struct roster_json *checked = NULL;
    if (p->op != PATCH_REMOVE && !value_check(p->scope, VALUE_PATCH, target_of(path), sent,
                                              is_element(path), &checked, p->err)) {
        return false;
    }
    if (attr_is_core_user(path->attr, STR("password"))) {
        p->out->password = checked;
        p->out->has_password = true;
    }
    bool excludes = checked != NULL && path->sub == NULL && path->attr->not_with.len > 0;
    return !excludes || push_guard(p, path);
}

bool patch_parse_target(struct patch_parser *p, const struct path *path,
                        const struct roster_json *value)
{
    if (path->attr == NULL) {
        return parse_extension(p, path, value);
    }
    if (!check_mutability(p, path)) {
        return false;
    }
    bool is_schemas = path->attr == type_attr(p->scope->type, STR("schemas"));
    if (is_schemas && value != NULL && !check_uris(p, value)) {
        return false;
    }
    if (path->sub != NULL && attr_is_link(path->attr) &&
        str_equal_nocase(path->sub->name, STR("$ref"))) {
        return parse_link_ref(p, path, value);
    }
    if (attr_is_secret(path->attr) || attr_is_secret(target_of(path))) {
        return parse_secret(p, path, value);
    }
    if (p->op == PATCH_REMOVE) {
        return parse_remove(p, path, value);
    }
    bool is_role = attr_is_core_user(path->attr, STR("roles")) && path->sub != NULL &&
                   path->sub == attr_value_sub(path->attr);
    return is_role ? parse_role_value(p, path, value) : parse_set(p, path, value);
}
