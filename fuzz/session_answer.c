// session_answer.c: form, media type, headers and secrecy of an answer.
// SPDX-License-Identifier: Apache-2.0
#include "fuzz/session_answer.h"

#include <stdio.h>
#include <string.h>

#define ERROR_URI "urn:ietf:params:scim:api:messages:2.0:Error"
#define LIST_URI "urn:ietf:params:scim:api:messages:2.0:ListResponse"
#define BULK_URI "urn:ietf:params:scim:api:messages:2.0:BulkResponse"

str answer_header(const struct http_reply *reply, const char *name)
{
    for (size_t at = 0; at < reply->header_count; at++) {
        if (strcmp(reply->headers[at].name, name) == 0) {
            return reply->headers[at].value;
        }
    }
    return (str){0};
}

static bool is_under(str path, const char *place)
{
    return str_contains(path, str_of(place));
}

// RFC 7644 table 9, and RFC 9865 section 3: which scimType goes with which status.
static bool is_type_of(str type, int status)
{
    static const struct {
        const char *type;
        int status;
    } rows[] = {
        {"invalidSyntax", 400}, {"invalidFilter", 400}, {"invalidPath", 400},
        {"invalidValue", 400},  {"invalidVers", 400},   {"noTarget", 400},
        {"mutability", 400},    {"tooMany", 400},       {"invalidCursor", 400},
        {"expiredCursor", 400}, {"invalidCount", 400},  {"sensitive", 403},
        {"uniqueness", 409},
    };
    for (size_t at = 0; at < COUNT_OF(rows); at++) {
        if (str_equal(type, str_of(rows[at].type))) {
            return rows[at].status == status;
        }
    }
    return false;
}

static bool has_schema(const struct roster_json *json, const char *uri)
{
    const struct roster_json *list = json_find(json, STR("schemas"));
    return json_is(list, JSON_ARRAY) && list->count == 1 &&
           str_equal(list->first->text, str_of(uri));
}

// RFC 7644 section 3.12.
static void check_error(const struct roster_json *json, int status)
{
    char digits[16];
    snprintf(digits, sizeof(digits), "%d", status);
    const struct roster_json *type = json_find(json, STR("scimType"));
    assert(has_schema(json, ERROR_URI));
    assert(str_equal(json_find_text(json, STR("status")), str_of(digits)));
    assert(json_find_text(json, STR("detail")).len > 0);
    assert(type == NULL || is_type_of(type->text, status));
}

static int64_t number_of(const struct roster_json *json, str name)
{
    const struct roster_json *number = json_find(json, name);
    int64_t value = -1;
    bool is_number = json_is(number, JSON_NUMBER) && str_to_i64(number->text, &value);
    assert(is_number);
    return value;
}

static void check_list(const struct roster_json *json)
{
    const struct roster_json *list = json_find(json, STR("Resources"));
    int64_t shown = list == NULL ? 0 : list->count;
    // A page by cursor may do without it (RFC 9865 section 2).
    bool is_counted =
        json_find(json, STR("totalResults")) != NULL || json_find(json, STR("startIndex")) != NULL;
    int64_t total = is_counted ? number_of(json, STR("totalResults")) : shown;
    const struct roster_json *page = json_find(json, STR("itemsPerPage"));
    assert(list == NULL || list->kind == JSON_ARRAY);
    assert(total >= shown);
    assert(page == NULL || number_of(json, STR("itemsPerPage")) == shown);
}

static void check_bulk(const struct roster_json *json)
{
    const struct roster_json *list = json_find(json, STR("Operations"));
    assert(json_is(list, JSON_ARRAY));
    for (const struct roster_json *one = list->first; one != NULL; one = one->next) {
        int64_t status = 0;
        bool is_number = str_to_i64(json_find_text(one, STR("status")), &status);
        assert(is_number && status >= 200 && status < 500);
        assert(json_find_text(one, STR("method")).len > 0 || status == 400);
        if (status >= 400) {
            check_error(json_find(one, STR("response")), (int)status);
        }
    }
}

static void check_resource(const struct rig_reply *reply, const struct roster_json *json)
{
    const struct roster_json *list = json_find(json, STR("schemas"));
    str version = json_find_text(json_find(json, STR("meta")), STR("version"));
    str location = json_find_text(json_find(json, STR("meta")), STR("location"));
    str tag = answer_header(reply->reply, "ETag");
    str place = answer_header(reply->reply, "Location");
    assert(json_is(list, JSON_ARRAY) && list->count > 0);
    assert(version.len == 0 || tag.len == 0 || str_equal(version, tag));
    assert(location.len == 0 || place.len == 0 || str_equal(location, place));
    assert(reply->status != 201 || (tag.len > 0 && place.len > 0));
}

static void check_json(str path, const struct rig_reply *reply, const struct roster_json *json)
{
    str type = answer_header(reply->reply, "Content-Type");
    assert(json_is(json, JSON_OBJECT));
    assert(str_starts_nocase(type, STR("application/scim+json")) ||
           str_starts_nocase(type, STR("application/json")));
    if (reply->status >= 400) {
        if (json_find(json, STR("error")) == NULL || !is_under(path, "oauth/token")) {
            check_error(json, reply->status);
        }
    } else if (has_schema(json, LIST_URI)) {
        check_list(json);
    } else if (has_schema(json, BULK_URI)) {
        check_bulk(json);
    } else if (!is_under(path, "oauth")) {
        check_resource(reply, json);
    }
}

static void check_headers(const struct rig_reply *reply)
{
    const struct http_reply *http = reply->reply;
    assert(reply->status != 401 || answer_header(http, "WWW-Authenticate").len > 0);
    assert(reply->status != 405 || answer_header(http, "Allow").len > 0 ||
           answer_header(http, "Content-Type").len > 0);
    assert(reply->status != 429 || answer_header(http, "Retry-After").len > 0);
    for (size_t at = 0; at < http->header_count; at++) {
        str value = http->headers[at].value;
        assert(value.len == 0 || (memchr(value.ptr, '\n', value.len) == NULL &&
                                  memchr(value.ptr, '\r', value.len) == NULL &&
                                  memchr(value.ptr, '\0', value.len) == NULL));
    }
}

static void check_lacks(const struct rig_reply *reply, str secret)
{
    assert(!str_contains(reply->body, secret));
    for (size_t at = 0; at < reply->reply->header_count; at++) {
        assert(!str_contains(reply->reply->headers[at].value, secret));
    }
}

static void check_secrets(const struct world *world, size_t sender, const struct rig_reply *reply)
{
    check_lacks(reply, STR(PASSWORD));
    for (size_t at = 0; at < SENDERS; at++) {
        const char *text = world->credentials[at].secret.text;
        if (text[0] != '\0') {
            check_lacks(reply, (str){text, TOKEN_TEXT_LEN});
        }
    }
    if (world->access[0] != '\0') {
        check_lacks(reply, str_of(world->access));
    }
    if (senders[sender].tenant != TENANT_B) {
        check_lacks(reply, STR(MARKER_B));
    }
    if (senders[sender].tenant == NO_TENANT || (senders[sender].sees_own && world->federated) ||
        senders[sender].tenant == TENANT_B) {
        check_lacks(reply, STR(MARKER_HIDDEN));
    }
}

void answer_check(struct world *world, size_t sender, str method, str path,
                  const struct rig_reply *reply, struct roster_json **json)
{
    struct roster_error err = {0};
    *json = NULL;
    assert(reply->status >= 200 && (reply->status < 500 || reply->status == 501));
    check_headers(reply);
    check_secrets(world, sender, reply);
    if (reply->status == 204 || reply->status == 304 || str_equal(method, STR("HEAD"))) {
        assert(reply->body.len == 0);
        return;
    }
    if (str_starts_nocase(answer_header(reply->reply, "Content-Type"), STR("text/plain"))) {
        return;
    }
    assert(reply->body.len > 0 || str_equal(method, STR("OPTIONS")));
    if (reply->body.len > 0) {
        bool read = roster_json_read(reply->body, world->rig.arena, json, &err);
        assert(read);
        check_json(path, reply, *json);
    }
}
