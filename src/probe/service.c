// service.c: discovery, as the basis of all that follows.
//
// What a server does not say is not held against it here: checks of their own do that. Without
// ServiceProviderConfig PATCH and filters are tried, without /Schemas every core attribute.
// SPDX-License-Identifier: Apache-2.0
#include "probe/service.h"

#include "probe/show.h"

#include <string.h>

enum { EXPLAINED_BYTES = 640 };

bool service_flag(const struct probe *probe, const char *feature, const char *member)
{
    const struct roster_json *part = json_find(probe->service.config, str_of(feature));
    return json_is(json_find(part, str_of(member)), JSON_TRUE);
}

int64_t service_number(const struct probe *probe, const char *feature, const char *member)
{
    const struct roster_json *part = json_find(probe->service.config, str_of(feature));
    const struct roster_json *value = json_find(part, str_of(member));
    int64_t number = 0;
    bool ok = json_is(value, JSON_NUMBER) && str_to_i64(value->text, &number);
    return ok ? number : 0;
}

static const struct roster_json *find_schema(const struct probe *probe, const char *urn)
{
    const struct roster_json *list = probe->service.schemas;
    for (const struct roster_json *at = list != NULL ? list->first : NULL; at != NULL;
         at = at->next) {
        if (str_equal_nocase(json_find_text(at, STR("id")), str_of(urn))) {
            return at;
        }
    }
    return NULL;
}

static bool has_attribute(const struct probe *probe, str name)
{
    const struct roster_json *schema = find_schema(probe, URN_USER);
    const struct roster_json *list = json_find(schema, STR("attributes"));
    if (!json_is(list, JSON_ARRAY)) {
        return true;
    }
    for (const struct roster_json *at = list->first; at != NULL; at = at->next) {
        if (str_equal_nocase(json_find_text(at, STR("name")), name)) {
            return true;
        }
    }
    return false;
}

static bool has_endpoint(const struct probe *probe, const char *endpoint)
{
    const struct roster_json *list = probe->service.types;
    for (const struct roster_json *at = list != NULL ? list->first : NULL; at != NULL;
         at = at->next) {
        if (str_equal(json_find_text(at, STR("endpoint")), str_of(endpoint))) {
            return true;
        }
    }
    return list == NULL;
}

static bool has_index_paging(const struct probe *probe)
{
    const struct roster_json *paging = json_find(probe->service.config, STR("pagination"));
    return paging == NULL || service_flag(probe, "pagination", "index");
}

// What of `need` the server lacks, as a reason; NULL: nothing.
static const char *missing(const struct probe *probe, unsigned need)
{
    bool said = probe->service.config != NULL;
    bool patch = !said || service_flag(probe, "patch", "supported");
    bool filter = !said || service_flag(probe, "filter", "supported");
    const struct {
        unsigned need;
        bool there;
        const char *reason;
    } rows[] = {
        {NEED_PATCH, patch, "the server says that it does not support PATCH"},
        {NEED_FILTER, filter, "the server says that it does not support filters"},
        {NEED_SORT, service_flag(probe, "sort", "supported"),
         "the server does not say that it supports sorting"},
        {NEED_ETAG, service_flag(probe, "etag", "supported"),
         "the server does not say that it supports ETags"},
        {NEED_BULK, service_flag(probe, "bulk", "supported"),
         "the server does not say that it supports Bulk"},
        {NEED_CURSOR, service_flag(probe, "pagination", "cursor"),
         "the server does not say that it supports paging by cursor"},
        {NEED_INDEX, has_index_paging(probe),
         "the server says that it does not support paging by index"},
        {NEED_GROUPS, has_endpoint(probe, "/Groups"), "the server has no resource type at /Groups"},
        {NEED_ENTERPRISE, find_schema(probe, URN_ENTERPRISE) != NULL,
         "the server does not list the Enterprise User schema"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if ((need & rows[i].need) != 0 && !rows[i].there) {
            return rows[i].reason;
        }
    }
    return NULL;
}

bool service_suits(struct probe *probe, const struct check *check)
{
    const char *reason = missing(probe, check->needs);
    str rest = str_of(check->uses);
    if (reason != NULL) {
        return probe_skip(probe, "%s", reason);
    }
    while (rest.len > 0) {
        str name = {0};
        str_cut(rest, ' ', &name, &rest);
        if (!has_attribute(probe, name)) {
            return probe_skip(probe, "the server's User schema has no %.*s", STR_ARGS(name));
        }
    }
    return true;
}

static bool get(struct probe *probe, const char *path)
{
    const struct check_step step = {.method = "GET", .path = path};
    return probe_send(probe, &step);
}

static const struct roster_json *get_list(struct probe *probe, const char *path)
{
    if (!get(probe, path) || probe->reply.answer.status != 200) {
        return NULL;
    }
    const struct roster_json *json = probe->reply.json;
    // Some servers answer with a bare array: a check says so, the rest can go on.
    const struct roster_json *list =
        json_is(json, JSON_ARRAY) ? json : json_find(json, STR("Resources"));
    return json_is(list, JSON_ARRAY) ? list : NULL;
}

static struct roster_json *read_filler(struct probe *probe, const char *text)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    return roster_json_read(str_of(text), probe->facts, &json, &err) ? json : NULL;
}

// Values for what a server may require of every user beyond the RFC.
static void take_required(struct probe *probe)
{
    static const struct {
        const char *name;
        const char *value;
    } fillers[] = {
        {"name", "{\"givenName\":\"Roster\",\"familyName\":\"Check\"}"},
        {"displayName", "\"Roster Check\""},
        {"active", "true"},
        {"emails", "[{\"value\":\"roster-check@example.com\",\"type\":\"work\"}]"},
        {"externalId", "\"roster-check\""},
        {"password", "\"Roster-check-1\""},
    };
    const struct roster_json *schema = find_schema(probe, URN_USER);
    const struct roster_json *list = json_find(schema, STR("attributes"));
    probe->service.required = json_new(probe->facts, JSON_OBJECT);
    for (const struct roster_json *at = json_is(list, JSON_ARRAY) ? list->first : NULL; at != NULL;
         at = at->next) {
        for (size_t i = 0; i < COUNT_OF(fillers) && probe->service.required != NULL; i++) {
            bool needed =
                json_is(json_find(at, STR("required")), JSON_TRUE) &&
                str_equal_nocase(json_find_text(at, STR("name")), str_of(fillers[i].name));
            struct roster_json *value = needed ? read_filler(probe, fillers[i].value) : NULL;
            if (value != NULL) {
                json_put(probe->service.required, str_of(fillers[i].name), value);
            }
        }
    }
}

static enum probe_end explain(struct probe *probe, enum probe_end end, const char *text,
                              str *detail)
{
    struct text out;
    struct text shown;
    text_init(&out, probe->scratch, EXPLAINED_BYTES);
    text_format(&out, "%.*s: %s%.*s", STR_ARGS(probe->sent), text, STR_ARGS(probe->reply.why));
    text_init(&shown, probe->keep, EXPLAINED_BYTES);
    show_add(&shown, text_str(&out), EXPLAINED_BYTES / 2);
    *detail = text_str(&shown);
    return end;
}

static enum probe_end end_of(struct probe *probe, str *detail)
{
    enum http_sent sent = probe->reply.sent;
    if (sent == HTTP_SENT_CANCELLED) {
        return explain(probe, PROBE_STOPPED, "", detail);
    }
    return explain(probe, sent == HTTP_SENT_NO_HOST ? PROBE_NO_HOST : PROBE_UNREACHABLE, "",
                   detail);
}

// Ends that show in the first answers, whatever the check.
static enum probe_end judge_first(struct probe *probe, str *detail)
{
    int status = probe->reply.answer.status;
    str location = {0};
    probe->reply.why = (str){0};
    if (status == 401 || status == 403) {
        return explain(probe, PROBE_REFUSED,
                       status == 401 ? "401: the server does not accept the token"
                                     : "403: the token may not do this",
                       detail);
    }
    if (status >= 300 && status < 400 &&
        http_answer_header(&probe->reply.answer, STR("Location"), &location)) {
        probe->reply.why = location;
        return explain(probe, PROBE_UNREACHABLE,
                       "the server redirects, which is not followed; give the URL of the SCIM "
                       "service itself instead: ",
                       detail);
    }
    return PROBE_DONE;
}

enum probe_end service_discover(struct probe *probe, str *detail)
{
    if (!get(probe, "/ServiceProviderConfig")) {
        return end_of(probe, detail);
    }
    enum probe_end end = judge_first(probe, detail);
    if (end != PROBE_DONE) {
        return end;
    }
    bool told = probe->reply.answer.status == 200 && json_is(probe->reply.json, JSON_OBJECT);
    probe->service.config = told ? probe->reply.json : NULL;
    if (!get(probe, "/Users?count=1")) {
        return end_of(probe, detail);
    }
    end = judge_first(probe, detail);
    if (end != PROBE_DONE) {
        return end;
    }
    if (!told && (probe->reply.json == NULL || probe->reply.answer.status == 404)) {
        return explain(probe, PROBE_UNREACHABLE, "no SCIM server answers at this URL", detail);
    }
    probe->service.types = get_list(probe, "/ResourceTypes");
    probe->service.schemas = get_list(probe, "/Schemas");
    take_required(probe);
    return probe->reply.sent == HTTP_SENT_CANCELLED ? end_of(probe, detail) : PROBE_DONE;
}
