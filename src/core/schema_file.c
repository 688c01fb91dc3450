// schema_file.c: a file of schemas and resource types, taken apart.
// SPDX-License-Identifier: Apache-2.0
#include "core/schemas.h"

#include "base/limits.h"

#include <stdio.h>

static bool names_schema(const struct roster_json *json, str uri)
{
    const struct roster_json *list = json_find(json, STR("schemas"));
    const struct roster_json *element = json_is(list, JSON_ARRAY) ? list->first : NULL;
    while (element != NULL &&
           !(element->kind == JSON_STRING && str_equal_nocase(element->text, uri))) {
        element = element->next;
    }
    return element != NULL;
}

// What `schemas` does not say, the members do.
static bool is_type(const struct roster_json *json)
{
    return names_schema(json, URI_RESOURCE_TYPE) ||
           (!names_schema(json, URI_SCHEMA) && json_find(json, STR("endpoint")) != NULL);
}

bool schema_file_refuse(const struct schema_document *document, struct roster_error *err)
{
    char why[DETAIL_MAX];
    snprintf(why, sizeof(why), "%s", err->detail);
    enum roster_code code = err->code;
    return fail(err, code, 0, "%.*s: %s", STR_ARGS(document->place), why);
}

static bool add(const struct roster_json *json, str place, struct roster_arena *arena,
                struct schema_document ***tail, struct roster_error *err)
{
    struct schema_document *document = arena_alloc(arena, sizeof(*document));
    if (document == NULL) {
        return fail_memory(err);
    }
    *document = (struct schema_document){.json = json, .place = place};
    if (!json_is(json, JSON_OBJECT)) {
        fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "a Schema or a ResourceType is an object");
        return schema_file_refuse(document, err);
    }
    document->is_type = is_type(json);
    **tail = document;
    *tail = &document->next;
    return true;
}

static bool add_all(const struct roster_json *list, struct roster_arena *arena,
                    struct schema_document ***tail, struct roster_error *err)
{
    int number = 1;
    if (list->count == 0 || list->count > SCHEMAS_TENANT_MAX + TYPES_TENANT_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the file must have 1 to %d documents",
                    SCHEMAS_TENANT_MAX + TYPES_TENANT_MAX);
    }
    for (const struct roster_json *json = list->first; json != NULL; json = json->next) {
        str place = {0};
        if (!arena_format(arena, &place, "document %d", number++)) {
            return fail_memory(err);
        }
        if (!add(json, place, arena, tail, err)) {
            return false;
        }
    }
    return true;
}

bool schema_file_read(str text, struct roster_arena *arena, struct schema_document **first,
                      struct roster_error *err)
{
    struct roster_json *json = NULL;
    struct schema_document **tail = first;
    *first = NULL;
    if (text.len > SCHEMA_FILE_MAX) {
        return fail(err, ROSTER_ERR_TOO_LARGE, 0, "the file has more than %zu bytes",
                    SCHEMA_FILE_MAX);
    }
    if (!roster_json_read(text, arena, &json, err)) {
        char why[DETAIL_MAX];
        snprintf(why, sizeof(why), "%s", err->detail);
        enum roster_code code = err->code;
        size_t offset = err->offset;
        return fail(err, code, offset, "the file is no JSON that is taken, at byte %zu: %s", offset,
                    why);
    }
    const struct roster_json *resources = json_find(json, STR("Resources"));
    if (json_is(json, JSON_ARRAY)) {
        return add_all(json, arena, &tail, err);
    }
    return json_is(resources, JSON_ARRAY) ? add_all(resources, arena, &tail, err)
                                          : add(json, STR("the file"), arena, &tail, err);
}

static bool take_text(const struct roster_json *json, const char *name, bool required,
                      size_t len_max, str *out, struct roster_error *err)
{
    const struct roster_json *value = json_find(json, str_of(name));
    *out = (str){0};
    if (json_is_unassigned(value) && !required) {
        return true;
    }
    if (!json_is(value, JSON_STRING) || value->text.len == 0 || value->text.len > len_max) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the \"%s\" of a resource type must be a string of 1 to %zu bytes", name,
                    len_max);
    }
    *out = value->text;
    return true;
}

// NULL: refused.
static struct extension_row *take_extension(const struct roster_json *json,
                                            struct roster_arena *arena, struct roster_error *err)
{
    const struct roster_json *required = json_find(json, STR("required"));
    str schema = json_find_text(json, STR("schema"));
    if (schema.len == 0 || (required != NULL && !json_is_bool(required))) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0,
             "each of \"schemaExtensions\" needs a \"schema\", and \"required\" is true or false");
        return NULL;
    }
    struct extension_row *row = arena_alloc(arena, sizeof(*row));
    if (row == NULL) {
        fail_memory(err);
        return NULL;
    }
    *row = (struct extension_row){.schema = schema, .required = json_is(required, JSON_TRUE)};
    return row;
}

static bool take_extensions(const struct roster_json *json, struct roster_arena *arena,
                            struct extension_row **first, struct roster_error *err)
{
    const struct roster_json *list = json_find(json, STR("schemaExtensions"));
    struct extension_row **tail = first;
    *first = NULL;
    if (json_is_unassigned(list)) {
        return true;
    }
    if (!json_is(list, JSON_ARRAY) || list->count > EXTENSIONS_TYPE_MAX) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "\"schemaExtensions\" must be a list of at most %d", EXTENSIONS_TYPE_MAX);
    }
    for (const struct roster_json *one = list->first; one != NULL; one = one->next) {
        struct extension_row *row = take_extension(one, arena, err);
        if (row == NULL) {
            return false;
        }
        *tail = row;
        tail = &row->next;
    }
    return true;
}

static bool check_members(const struct roster_json *json, struct roster_error *err)
{
    static const char *const known[] = {"schemas", "id",          "externalId",
                                        "meta",    "name",        "endpoint",
                                        "schema",  "description", "schemaExtensions"};
    for (const struct roster_json *member = json->first; member != NULL; member = member->next) {
        size_t at = 0;
        while (at < COUNT_OF(known) && !str_equal_nocase(member->key, str_of(known[at]))) {
            at++;
        }
        if (at == COUNT_OF(known)) {
            return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0,
                        "\"%.*s\" is no attribute of a resource type", STR_ARGS(member->key));
        }
    }
    return true;
}

bool schema_file_type(const struct roster_json *json, struct roster_arena *arena,
                      struct type_row *type, struct extension_row **extensions,
                      struct roster_error *err)
{
    *type = (struct type_row){0};
    return check_members(json, err) &&
           take_text(json, "name", true, SCHEMA_NAME_MAX, &type->name, err) &&
           take_text(json, "endpoint", true, SCHEMA_NAME_MAX + 1, &type->endpoint, err) &&
           take_text(json, "schema", true, SCHEMA_URI_MAX, &type->schema, err) &&
           take_text(json, "description", false, SCHEMA_TEXT_MAX, &type->description, err) &&
           take_extensions(json, arena, extensions, err);
}
