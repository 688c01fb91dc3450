// resource_check.c: the body of a create or a replace becomes a canonical resource.
//
// Nothing here knows the stored state. A replace keeps, as null, what the client cleared on
// purpose, because resource_replace.c treats that unlike what the client left out.
// SPDX-License-Identifier: Apache-2.0
#include "scim/legacy.h"
#include "scim/quirks.h"
#include "scim/resource.h"
#include "scim/value.h"

struct check {
    const struct scope *scope;
    const struct roster_json *body;
    const struct roster_json *listed;  // `schemas` of the body; NULL: to be inferred
    bool is_replace;
    struct roster_json *out;
    struct roster_error *err;
};

static bool takes(const struct check *c, enum roster_quirk quirk)
{
    return quirk_take(c->scope->quirks, quirk);
}

// Whether the URI is the base schema of another type than the one asked for.
static bool is_other_base(const struct roster_resource_type *type, str uri)
{
    for (size_t at = 0; at < type->registry->type_count; at++) {
        const struct roster_resource_type *other = &type->registry->types[at];
        if (other->schema != type->schema && str_equal_nocase(other->schema->id, uri)) {
            return true;
        }
    }
    return false;
}

static bool check_uri(const struct check *c, const struct roster_json *uri, bool *has_base,
                      bool *has_other)
{
    if (uri->kind != JSON_STRING) {
        return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0, "schemas must be a list of URIs");
    }
    if (str_equal_nocase(uri->text, c->scope->type->schema->id)) {
        *has_base = true;
        return true;
    }
    if (legacy_is_core(uri->text) && takes(c, ROSTER_QUIRK_LEGACY_SCHEMAS)) {
        *has_base = true;
        return true;
    }
    *has_other = *has_other || is_other_base(c->scope->type, uri->text);
    const struct schema *outer = NULL;
    if (legacy_extension(c->scope, uri->text) != NULL ||
        type_inner(c->scope->type, uri->text, &outer) != NULL ||
        takes(c, ROSTER_QUIRK_UNKNOWN_SCHEMA_URI)) {
        return true;
    }
    return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                "schemas names \"%.*s\", which this resource type does not have",
                STR_ARGS(uri->text));
}

// One URI without a list around it is a list of one.
static bool find_listed(struct check *c, const struct roster_json *schemas)
{
    if (json_is(schemas, JSON_ARRAY)) {
        c->listed = schemas;
        return true;
    }
    if (!takes(c, ROSTER_QUIRK_SCALAR_SHAPES)) {
        return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0, "schemas must be a list of URIs");
    }
    struct roster_json *list = json_new(c->scope->arena, JSON_ARRAY);
    struct roster_json *uri = json_copy(c->scope->arena, schemas);
    if (list == NULL || uri == NULL) {
        return fail_memory(c->err);
    }
    json_push(list, uri);
    c->listed = list;
    return true;
}

static bool infer_schemas(struct check *c)
{
    str base = c->scope->type->schema->id;
    return takes(c, ROSTER_QUIRK_LEGACY_SCHEMAS) ||
           fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0, "schemas must be a list with \"%.*s\"",
                STR_ARGS(base));
}

static bool check_schemas(struct check *c)
{
    const struct roster_json *schemas = json_find(c->body, STR("schemas"));
    bool has_base = false;
    bool has_other = false;
    if (json_is_unassigned(schemas)) {
        return infer_schemas(c);
    }
    if (!find_listed(c, schemas)) {
        return false;
    }
    assert(c->listed != NULL);
    for (const struct roster_json *uri = c->listed->first; uri != NULL; uri = uri->next) {
        if (!check_uri(c, uri, &has_base, &has_other)) {
            return false;
        }
    }
    if (has_base) {
        return true;
    }
    if (has_other) {
        return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "schemas names another resource type: this endpoint is for \"%.*s\"",
                    STR_ARGS(c->scope->type->schema->id));
    }
    return infer_schemas(c);
}

static bool is_listed(const struct check *c, const struct schema *extension)
{
    const struct roster_json *uri = c->listed == NULL ? NULL : c->listed->first;
    while (uri != NULL) {
        if (uri->kind == JSON_STRING && legacy_extension(c->scope, uri->text) == extension) {
            return true;
        }
        uri = uri->next;
    }
    return false;
}

static bool refuse_unknown(const struct check *c, str name)
{
    return takes(c, ROSTER_QUIRK_UNKNOWN_ATTRIBUTE) ||
           fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0, "%.*s has no attribute \"%.*s\"",
                STR_ARGS(c->scope->type->name), STR_ARGS(name));
}

static bool check_attr(const struct check *c, const struct attr *attr,
                       const struct roster_json *sent, struct roster_json *to)
{
    struct roster_json *value = NULL;
    if (attr->mutability == ATTR_READ_ONLY) {
        return true;
    }
    if (!value_check(c->scope, VALUE_BODY, attr, sent, false, &value, c->err)) {
        return false;
    }
    if (attr_is_secret(attr) || (value == NULL && !c->is_replace)) {
        return true;
    }
    if (value == NULL) {
        value = json_new(c->scope->arena, JSON_NULL);
    }
    if (value == NULL) {
        return fail_memory(c->err);
    }
    json_put(to, attr->name, value);
    return true;
}

static bool check_core(const struct check *c)
{
    for (const struct roster_json *sent = c->body->first; sent != NULL; sent = sent->next) {
        const struct attr *attr = type_attr(c->scope->type, sent->key);
        if (attr == NULL && legacy_extension(c->scope, sent->key) == NULL &&
            !refuse_unknown(c, sent->key)) {
            return false;
        }
        bool is_schemas = str_equal_nocase(sent->key, STR("schemas"));
        if (attr != NULL && !is_schemas && !check_attr(c, attr, sent, c->out)) {
            return false;
        }
    }
    return true;
}

static bool check_container(const struct check *c, const struct schema *extension,
                            const struct roster_json *sent, struct roster_json *to)
{
    for (const struct roster_json *member = sent->first; member != NULL; member = member->next) {
        const struct attr *attr = schema_attr(extension, member->key);
        if (attr == NULL ? !refuse_unknown(c, member->key) : !check_attr(c, attr, member, to)) {
            return false;
        }
    }
    return value_check_apart(extension, sent, c->err);
}

static bool check_extension(const struct check *c, const struct schema *extension,
                            const struct roster_json *sent)
{
    if (sent->kind != JSON_OBJECT) {
        return fail(c->err, ROSTER_ERR_INVALID_VALUE, 0, "\"%.*s\" must be a JSON object",
                    STR_ARGS(extension->id));
    }
    if (!is_listed(c, extension) && !takes(c, ROSTER_QUIRK_LEGACY_SCHEMAS)) {
        return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "\"%.*s\" is in the body but not in schemas", STR_ARGS(extension->id));
    }
    if (json_find(c->out, extension->id) != NULL) {
        return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0, "\"%.*s\" occurs twice",
                    STR_ARGS(extension->id));
    }
    struct roster_json *to = json_new(c->scope->arena, JSON_OBJECT);
    if (to == NULL) {
        return fail_memory(c->err);
    }
    json_put(c->out, extension->id, to);
    return check_container(c, extension, sent, to);
}

static bool check_extensions(const struct check *c)
{
    for (const struct roster_json *sent = c->body->first; sent != NULL; sent = sent->next) {
        const struct schema *extension = legacy_extension(c->scope, sent->key);
        if (extension != NULL && !json_is_unassigned(sent) &&
            !check_extension(c, extension, sent)) {
            return false;
        }
    }
    return true;
}

// A new person is active unless the client says something else, null included (P-063, P-115).
static bool fill_defaults(const struct check *c)
{
    const struct attr *active = type_attr(c->scope->type, STR("active"));
    if (active == NULL || !attr_is_core_user(active, STR("active")) ||
        json_find(c->body, active->name) != NULL) {
        return true;
    }
    return json_put_bool(c->out, c->scope->arena, active->name, true) || fail_memory(c->err);
}

// What a replace does not keep has to be in its body (P-210).
static bool is_needed(const struct check *c, const struct attr *attr)
{
    return attr->required && (c->is_replace ? attr->mutability == ATTR_READ_WRITE
                                            : attr->mutability != ATTR_READ_ONLY);
}

// Secrets are dropped by now: they have to be in what was sent.
static bool check_secrets(const struct check *c, const struct schema *schema,
                          const struct roster_json *sent)
{
    for (size_t at = 0; at < schema->attr_count; at++) {
        const struct attr *attr = &schema->attrs[at];
        if (attr_is_secret(attr) && is_needed(c, attr) &&
            json_is_unassigned(json_find(sent, attr->name))) {
            return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr, "is required");
        }
    }
    return true;
}

static bool check_all_secrets(const struct check *c)
{
    const struct roster_resource_type *type = c->scope->type;
    if (!check_secrets(c, type->schema, c->body)) {
        return false;
    }
    for (size_t at = 0; at < type->extension_count; at++) {
        const struct schema *extension = type->extensions[at].schema;
        const struct roster_json *sent = json_find(c->body, extension->id);
        if (json_is(sent, JSON_OBJECT) && sent->first != NULL &&
            !check_secrets(c, extension, sent)) {
            return false;
        }
    }
    return true;
}

static bool check_sent(const struct check *c, const struct schema *schema,
                       const struct roster_json *container)
{
    for (size_t at = 0; at < schema->attr_count; at++) {
        const struct attr *attr = &schema->attrs[at];
        if (is_needed(c, attr) && !attr_is_secret(attr) &&
            json_is_unassigned(json_find(container, attr->name))) {
            return value_fail(c->err, ROSTER_ERR_INVALID_VALUE, attr, "is required");
        }
    }
    return true;
}

// Containers that were sent empty, and there only as nulls, do not call for their attributes.
static bool has_value(const struct roster_json *container)
{
    const struct roster_json *member = container == NULL ? NULL : container->first;
    while (member != NULL && member->kind == JSON_NULL) {
        member = member->next;
    }
    return member != NULL;
}

static bool check_all_sent(const struct check *c)
{
    const struct roster_resource_type *type = c->scope->type;
    if (!check_sent(c, type->schema, c->out)) {
        return false;
    }
    for (size_t at = 0; at < type->extension_count; at++) {
        const struct schema *extension = type->extensions[at].schema;
        const struct roster_json *container = json_find(c->out, extension->id);
        if (has_value(container) && !check_sent(c, extension, container)) {
            return false;
        }
    }
    return true;
}

static bool check_body(struct check *c)
{
    if (c->body->kind != JSON_OBJECT) {
        return fail(c->err, ROSTER_ERR_INVALID_SYNTAX, 0, "the body must be a JSON object");
    }
    c->out = json_new(c->scope->arena, JSON_OBJECT);
    if (c->out == NULL) {
        return fail_memory(c->err);
    }
    return check_schemas(c) && check_core(c) && check_extensions(c) && check_all_secrets(c);
}

bool resource_check(const struct scope *scope, const struct roster_json *body,
                    struct roster_json **out, struct roster_error *err)
{
    struct check c = {.scope = scope, .body = body, .err = err};
    if (!check_body(&c) || !fill_defaults(&c) || !resource_finish(scope, c.out, err)) {
        return false;
    }
    *out = c.out;
    return true;
}

bool resource_check_replace(const struct scope *scope, const struct roster_json *body,
                            struct roster_json **out, struct roster_error *err)
{
    struct check c = {.scope = scope, .body = body, .is_replace = true, .err = err};
    if (!check_body(&c) || !check_all_sent(&c)) {
        return false;
    }
    *out = c.out;
    return true;
}

bool resource_check_value(const struct scope *scope, const struct attr *attr,
                          const struct roster_json *value, bool element, struct roster_json **out,
                          struct roster_error *err)
{
    return value_check(scope, VALUE_PATCH, attr, value, element, out, err);
}

bool roster_resource_check(const struct roster_resource_type *type, const struct roster_json *body,
                           struct roster_quirks *quirks, struct roster_arena *arena,
                           struct roster_json **out, struct roster_error *err)
{
    struct scope scope = {type, quirks, arena};
    return resource_check(&scope, body, out, err);
}
