// message.c: reading search requests, writing errors.
// SPDX-License-Identifier: Apache-2.0
#include "scim/message.h"

#include "scim/quirks.h"

struct reader {
    const struct roster_json *body;
    struct roster_quirks *quirks;
    struct roster_arena *arena;
    struct roster_error *err;
};

static bool check_schemas(const struct reader *r)
{
    const struct roster_json *schemas = json_find(r->body, STR("schemas"));
    const struct roster_json *uri = json_is(schemas, JSON_ARRAY) ? schemas->first : NULL;
    while (uri != NULL && !(uri->kind == JSON_STRING && str_equal_nocase(uri->text, URI_SEARCH))) {
        uri = uri->next;
    }
    return uri != NULL || quirk_take(r->quirks, ROSTER_QUIRK_LEGACY_SCHEMAS) ||
           fail(r->err, ROSTER_ERR_INVALID_SYNTAX, 0, "schemas must be [\"%.*s\"]",
                STR_ARGS(URI_SEARCH));
}

static bool read_text(const struct reader *r, const char *name, str *out, bool *has)
{
    const struct roster_json *value = json_find(r->body, str_of(name));
    *has = value != NULL && value->kind != JSON_NULL;
    if (!*has) {
        return true;
    }
    *out = value->text;
    return value->kind == JSON_STRING ||
           fail(r->err, ROSTER_ERR_INVALID_SYNTAX, 0, "%s must be a string", name);
}

static bool join(const struct reader *r, const char *name, const struct roster_json *list, str *out)
{
    struct text text;
    text_init(&text, r->arena, arena_max(r->arena));
    for (const struct roster_json *part = list->first; part != NULL; part = part->next) {
        if (part->kind != JSON_STRING) {
            return fail(r->err, ROSTER_ERR_INVALID_SYNTAX, 0, "%s must be a list of strings", name);
        }
        if (part != list->first) {
            text_char(&text, ',');
        }
        text_add(&text, part->text);
    }
    *out = text_str(&text);
    return !text.full || fail_memory(r->err);
}

// A list of names or, as in a URL, one text with commas (P-132).
static bool read_names(const struct reader *r, const char *name, str *out)
{
    const struct roster_json *value = json_find(r->body, str_of(name));
    if (json_is(value, JSON_ARRAY)) {
        return join(r, name, value, out);
    }
    bool has = false;
    return read_text(r, name, out, &has);
}

static bool read_number(const struct reader *r, const char *name, int64_t *out, bool *has)
{
    const struct roster_json *value = json_find(r->body, str_of(name));
    *has = value != NULL && value->kind != JSON_NULL;
    return !*has || (value->kind == JSON_NUMBER && str_to_i64(value->text, out)) ||
           fail(r->err, ROSTER_ERR_INVALID_VALUE, 0, "%s must be a whole number", name);
}

bool search_request_read(const struct roster_json *body, struct roster_quirks *quirks,
                         struct roster_arena *arena, struct search_request *out,
                         struct roster_error *err)
{
    struct reader r = {body, quirks, arena, err};
    struct search_request request = {0};
    bool has = false;
    if (body->kind != JSON_OBJECT) {
        return fail(err, ROSTER_ERR_INVALID_SYNTAX, 0, "the body must be a JSON object");
    }
    if (!check_schemas(&r) || !read_text(&r, "filter", &request.filter, &request.has_filter) ||
        !read_text(&r, "sortBy", &request.sort_by, &has) ||
        !read_text(&r, "sortOrder", &request.sort_order, &has) ||
        !read_text(&r, "cursor", &request.cursor, &request.has_cursor) ||
        !read_names(&r, "attributes", &request.attributes) ||
        !read_names(&r, "excludedAttributes", &request.excluded) ||
        !read_number(&r, "startIndex", &request.start_index, &request.has_start_index) ||
        !read_number(&r, "count", &request.count, &request.has_count)) {
        return false;
    }
    *out = request;
    return true;
}

// Without the start of a character that the buffer of the detail cut off.
static str whole_characters(str text)
{
    size_t at = text.len;
    while (at > 0 && text.len - at < 3 && ((unsigned char)text.ptr[at - 1] & 0xC0) == 0x80) {
        at--;
    }
    if (at == 0) {
        return text;
    }
    unsigned char lead = (unsigned char)text.ptr[at - 1];
    size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    return text.len - (at - 1) < wanted ? str_head(text, at - 1) : text;
}

void error_write(struct text *out, const struct roster_error *err)
{
    const char *type = roster_error_type(err->code);
    text_lit(out, "{\"schemas\":[");
    json_write_string(out, URI_ERROR);
    text_format(out, "],\"status\":\"%d\"", roster_error_status(err->code));
    if (type != NULL) {
        text_lit(out, ",\"scimType\":");
        json_write_string(out, str_of(type));
    }
    text_lit(out, ",\"detail\":");
    json_write_string(out, whole_characters(str_of(err->detail)));
    text_char(out, '}');
}
