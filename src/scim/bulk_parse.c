// bulk_parse.c: the envelope of a bulk job, and of each operation in it (RFC 7644 section 3.7).
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "json/split.h"
#include "scim/bulk.h"
#include "scim/quirks.h"

static bool check_schemas(const struct roster_json *rest, struct roster_quirks *quirks,
                          struct roster_error *err)
{
    const struct roster_json *schemas = json_find(rest, STR("schemas"));
    const struct roster_json *uri = json_is(schemas, JSON_ARRAY) ? schemas->first : NULL;
    while (uri != NULL && !(uri->kind == JSON_STRING && str_equal_nocase(uri->text, URI_BULK))) {
        uri = uri->next;
    }
    return uri != NULL || quirk_take(quirks, ROSTER_QUIRK_LEGACY_SCHEMAS) ||
           fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "schemas must be [\"%.*s\"]",
                STR_ARGS(URI_BULK));
}

static bool read_errors_max(const struct roster_json *rest, int64_t *out, struct roster_error *err)
{
    const struct roster_json *value = json_find(rest, STR("failOnErrors"));
    *out = 0;
    if (value == NULL || value->kind == JSON_NULL) {
        return true;
    }
    return (value->kind == JSON_NUMBER && str_to_i64(value->text, out) && *out > 0) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "failOnErrors must be a whole number above 0");
}

static bool check_operations(const struct json_split *split, struct roster_quirks *quirks,
                             struct roster_error *err)
{
    if (!split->has_array) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "Operations must be a list of operations");
    }
    if (split->count > BULK_OPERATIONS_MAX) {
        return fail(err, ROSTER_ERR_TOO_LARGE, 0,
                    "the job has %zu operations, and maxOperations is %d: send several jobs",
                    split->count, BULK_OPERATIONS_MAX);
    }
    return split->count > 0 || quirk_take(quirks, ROSTER_QUIRK_EMPTY_OPERATIONS) ||
           fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "Operations must have at least one operation");
}

bool bulk_read(str body, struct roster_quirks *quirks, struct roster_arena *arena, struct bulk *out,
               struct roster_error *err)
{
    struct json_split split = {0};
    if (!json_split(body, STR("Operations"), BULK_OPERATIONS_MAX, arena, &split, err) ||
        !check_schemas(split.rest, quirks, err) ||
        !read_errors_max(split.rest, &out->errors_max, err) ||
        !check_operations(&split, quirks, err)) {
        return false;
    }
    out->operations = split.elements;
    out->count = split.count;
    return true;
}

static const struct {
    str name;
    enum bulk_method method;
} methods[] = {
    {STR_INIT("POST"), BULK_POST},
    {STR_INIT("PUT"), BULK_PUT},
    {STR_INIT("PATCH"), BULK_PATCH},
    {STR_INIT("DELETE"), BULK_DELETE},
};

static bool read_method(const struct roster_json *operation, struct roster_quirks *quirks,
                        struct roster_arena *arena, struct bulk_operation *out,
                        struct roster_error *err)
{
    const struct roster_json *value = json_find(operation, STR("method"));
    out->method = BULK_OTHER;
    if (!json_is(value, JSON_STRING) || value->text.len > BULK_METHOD_MAX) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "method must be \"POST\", \"PUT\", \"PATCH\" or \"DELETE\"");
    }
    for (size_t at = 0; at < COUNT_OF(methods); at++) {
        if (str_equal(value->text, methods[at].name) ||
            (str_equal_nocase(value->text, methods[at].name) &&
             quirk_take(quirks, ROSTER_QUIRK_OP_ANY_CASE))) {
            out->method = methods[at].method;
            out->method_text = methods[at].name;
            return true;
        }
    }
    return arena_copy(arena, value->text, &out->method_text) || fail_memory(err);
}

// A text member of at most `max` bytes. Missing and null leave *out empty.
static bool read_text(const struct roster_json *operation, const char *name, size_t max,
                      struct roster_arena *arena, str *out, struct roster_error *err)
{
    const struct roster_json *value = json_find(operation, str_of(name));
    if (value == NULL || value->kind == JSON_NULL) {
        return true;
    }
    if (value->kind != JSON_STRING || value->text.len > max) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%s must be a string of at most %zu bytes",
                    name, max);
    }
    return arena_copy(arena, value->text, out) || fail_memory(err);
}

// All that a refusal has to name is read first.
bool bulk_operation_read(const struct roster_json *operation, struct roster_quirks *quirks,
                         struct roster_arena *arena, struct bulk_operation *out,
                         struct roster_error *err)
{
    struct roster_error first = {0};
    struct roster_error second = {0};
    struct roster_error third = {0};
    *out = (struct bulk_operation){.method = BULK_OTHER};
    bool has_method = read_method(operation, quirks, arena, out, &first);
    bool has_id = read_text(operation, "bulkId", ID_BYTES_MAX, arena, &out->bulk_id, &second);
    bool has_path = read_text(operation, "path", HTTP_TARGET_MAX, arena, &out->path, &third);
    if (!has_method || !has_id || !has_path) {
        *err = !has_method ? first : !has_id ? second : third;
        return false;
    }
    if (out->method == BULK_OTHER) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "method must be \"POST\", \"PUT\", \"PATCH\" or \"DELETE\", not \"%.*s\"",
                    STR_ARGS(out->method_text));
    }
    if (out->path.len == 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "path is missing");
    }
    if (out->method == BULK_POST && out->bulk_id.len == 0 &&
        !quirk_take(quirks, ROSTER_QUIRK_BULK_ID_OPTIONAL)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "a POST needs a bulkId");
    }
    if (out->method != BULK_DELETE && json_find(operation, STR("data")) == NULL) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "data is missing");
    }
    return read_text(operation, "version", BULK_VERSION_MAX, arena, &out->version, err);
}
