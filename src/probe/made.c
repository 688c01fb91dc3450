// made.c: names written down, ids learnt, resources deleted.
// SPDX-License-Identifier: Apache-2.0
#include "probe/made.h"

#include "base/percent.h"
#include "probe/template.h"

#include <string.h>

static str name_of(const struct roster_json *resource)
{
    str name = json_find_text(resource, STR("userName"));
    return name.len > 0 ? name : json_find_text(resource, STR("displayName"));
}

static bool is_ours(const struct probe *probe, str name)
{
    size_t len = strlen(probe->run);
    return name.len > len && memcmp(name.ptr, probe->run, len) == 0;
}

static bool has_endpoint(str path)
{
    return str_equal(path, STR("/Users")) || str_equal(path, STR("/Groups"));
}

// Splits "/Users/7?x" into endpoint and what follows the slash, still encoded.
static bool split_path(str path, str *endpoint, str *id)
{
    str rest = {0};
    str_cut(path, '?', &path, &rest);
    size_t at = path.len;
    while (at > 0 && path.ptr[at - 1] != '/') {
        at--;
    }
    *endpoint = str_head(path, at > 0 ? at - 1 : 0);
    *id = str_tail(path, at);
    return has_endpoint(*endpoint) && id->len > 0;
}

static bool add(struct probe *probe, str endpoint, str name, str id)
{
    if (probe->made_count == PROBE_MADE_MAX) {
        return false;
    }
    struct made *made = &probe->made[probe->made_count];
    *made = (struct made){0};
    if (!arena_copy(probe->keep, endpoint, &made->endpoint) ||
        !arena_copy(probe->keep, name, &made->name) || !arena_copy(probe->keep, id, &made->id)) {
        return false;
    }
    probe->made_count++;
    return true;
}

static bool before_bulk(struct probe *probe, const struct roster_json *body)
{
    const struct roster_json *list = json_find(body, STR("Operations"));
    const struct roster_json *at = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; at != NULL; at = at->next) {
        str path = json_find_text(at, STR("path"));
        str name = name_of(json_find(at, STR("data")));
        bool makes = str_equal_nocase(json_find_text(at, STR("method")), STR("POST"));
        if (makes && has_endpoint(path) && !add(probe, path, name, (str){0})) {
            return false;
        }
    }
    return true;
}

bool made_before(struct probe *probe, str method, str path, const struct roster_json *body)
{
    str bare = {0};
    str query = {0};
    str_cut(path, '?', &bare, &query);
    if (!str_equal(method, STR("POST"))) {
        return true;
    }
    if (str_equal(bare, STR("/Bulk"))) {
        return before_bulk(probe, body);
    }
    return !has_endpoint(bare) || add(probe, bare, name_of(body), (str){0});
}

// The youngest of that endpoint and name that waits for its id.
static struct made *find_waiting(struct probe *probe, str endpoint, str name)
{
    for (size_t i = probe->made_count; i > 0; i--) {
        struct made *made = &probe->made[i - 1];
        if (made->id.len == 0 && !made->gone && str_equal(made->endpoint, endpoint) &&
            (name.len == 0 || str_equal(made->name, name))) {
            return made;
        }
    }
    return NULL;
}

static void take_id(struct probe *probe, struct made *made, str id)
{
    if (made == NULL || id.len == 0 || !arena_copy(probe->keep, id, &made->id)) {
        return;
    }
    if (probe->id_count < PROBE_CHECK_MADE_MAX) {
        probe->ids[probe->id_count++] = made->id;
    }
}

// The last segment of a location, decoded.
static str id_of_location(struct probe *probe, str location)
{
    str decoded = {0};
    size_t at = location.len;
    while (at > 0 && location.ptr[at - 1] != '/') {
        at--;
    }
    bool ok = percent_decode(str_tail(location, at), false, probe->scratch, &decoded);
    return ok ? decoded : (str){0};
}

static void after_post(struct probe *probe, str endpoint)
{
    const struct reply *reply = &probe->reply;
    struct made *made = find_waiting(probe, endpoint, (str){0});
    int status = reply->answer.status;
    if (made == NULL) {
        return;
    }
    if (status >= 400 && status < 500) {
        made->gone = true;  // refused: nothing came to be
        return;
    }
    if (status < 200 || status > 299) {
        return;
    }
    str id = json_find_text(reply->json, STR("id"));
    str location = {0};
    str name = name_of(reply->json);
    if (id.len == 0 && http_answer_header(&reply->answer, STR("Location"), &location)) {
        id = id_of_location(probe, location);
    }
    // An id that comes with another name is somebody else's.
    made->sure = str_equal(name, made->name);
    if (name.len == 0 || made->sure) {
        take_id(probe, made, id);
    }
}

// Which result belongs to which name is not asked: by name they are found when they are deleted.
static void after_bulk(struct probe *probe)
{
    const struct roster_json *list = json_find(probe->reply.json, STR("Operations"));
    const struct roster_json *at = json_is(list, JSON_ARRAY) ? list->first : NULL;
    for (; at != NULL && probe->id_count < PROBE_CHECK_MADE_MAX; at = at->next) {
        str location = json_find_text(at, STR("location"));
        if (str_equal_nocase(json_find_text(at, STR("method")), STR("POST")) && location.len > 0) {
            probe->ids[probe->id_count++] = id_of_location(probe, location);
        }
    }
}

static void after_put(struct probe *probe, str path)
{
    str endpoint = {0};
    str id = {0};
    str decoded = {0};
    str name = name_of(probe->reply.json);
    int status = probe->reply.answer.status;
    if (status < 200 || status > 299 || !split_path(path, &endpoint, &id) ||
        !is_ours(probe, name) || !percent_decode(id, false, probe->scratch, &decoded)) {
        return;
    }
    for (size_t i = 0; i < probe->made_count; i++) {
        if (str_equal(probe->made[i].id, decoded)) {
            return;
        }
    }
    if (add(probe, endpoint, name, decoded)) {
        probe->made[probe->made_count - 1].sure = true;
    }
}

static void after_delete(struct probe *probe, str path)
{
    str endpoint = {0};
    str id = {0};
    str decoded = {0};
    int status = probe->reply.answer.status;
    if (status < 200 || status > 299 || !split_path(path, &endpoint, &id) ||
        !percent_decode(id, false, probe->scratch, &decoded)) {
        return;
    }
    for (size_t i = 0; i < probe->made_count; i++) {
        struct made *made = &probe->made[i];
        made->gone =
            made->gone || (str_equal(made->id, decoded) && str_equal(made->endpoint, endpoint));
    }
}

void made_after(struct probe *probe, str method, str path)
{
    str bare = {0};
    str query = {0};
    str_cut(path, '?', &bare, &query);
    if (str_equal(method, STR("POST")) && str_equal(bare, STR("/Bulk"))) {
        after_bulk(probe);
    } else if (str_equal(method, STR("POST"))) {
        after_post(probe, bare);
    } else if (str_equal(method, STR("PUT"))) {
        after_put(probe, path);
    } else if (str_equal(method, STR("DELETE"))) {
        after_delete(probe, path);
    }
}

static bool send(struct probe *probe, const char *method, const char *path)
{
    const struct check_step step = {.method = method, .path = path};
    return probe_send(probe, &step);
}

static const char *path_of(struct probe *probe, const struct made *made)
{
    str id = {0};
    str path = {0};
    bool ok =
        template_encode_segment(made->id, probe->scratch, &id) &&
        arena_format(probe->scratch, &path, "%.*s/%.*s", STR_ARGS(made->endpoint), STR_ARGS(id));
    return ok ? path.ptr : NULL;
}

// Every resource of exactly that name becomes an entry of its own.
static void take_found(struct probe *probe, const struct made *made)
{
    const struct roster_json *list = json_find(probe->reply.json, STR("Resources"));
    const struct roster_json *at = json_is(list, JSON_ARRAY) ? list->first : NULL;
    str endpoint = made->endpoint;
    str name = made->name;
    for (; at != NULL; at = at->next) {
        str id = json_find_text(at, STR("id"));
        if (id.len > 0 && str_equal(name_of(at), name) && add(probe, endpoint, name, id)) {
            probe->made[probe->made_count - 1].sure = true;
            probe->made[probe->made_count - 1].found = true;
        }
    }
}

static bool says_none(const struct roster_json *list)
{
    const struct roster_json *total = json_find(list, STR("totalResults"));
    return json_is(total, JSON_NUMBER) && str_equal(total->text, STR("0"));
}

static void look_for(struct probe *probe, struct made *made)
{
    bool group = str_equal(made->endpoint, STR("/Groups"));
    str path = {0};
    if (!is_ours(probe, made->name)) {
        made->gone = true;  // a body without our name was never meant to be accepted
        return;
    }
    if (!arena_format(probe->scratch, &path, "%.*s?filter=%s eq \"%.*s\"", STR_ARGS(made->endpoint),
                      group ? "displayName" : "userName", STR_ARGS(made->name)) ||
        !send(probe, "GET", path.ptr) || probe->reply.answer.status != 200 ||
        !json_is(json_find(probe->reply.json, STR("Resources")), JSON_ARRAY)) {
        // A list without resources may leave the member out.
        made->gone = probe->reply.answer.status == 200 && says_none(probe->reply.json);
        return;
    }
    take_found(probe, made);
    made->gone = true;
}

// Whether what stands under that id bears our name.
static bool is_sure(struct probe *probe, struct made *made, const char *path)
{
    if (!made->sure && send(probe, "GET", path)) {
        made->sure = is_ours(probe, name_of(probe->reply.json));
    }
    return made->sure;
}

// An id that the server does not know was a wrong one: what it was told for is still there.
static void delete_one(struct probe *probe, struct made *made)
{
    const char *path = made->id.len > 0 ? path_of(probe, made) : NULL;
    if (path != NULL && is_sure(probe, made, path)) {
        (void)send(probe, "DELETE", path);
    }
    bool unknown = path != NULL && probe->reply.answer.status == 404;
    if (unknown && made->found) {
        made->gone = true;
    } else if (unknown || made->id.len == 0) {
        look_for(probe, made);
    }
}

void made_delete(struct probe *probe, size_t first, bool shared)
{
    // Those that are found by name are appended and deleted in the same pass.
    for (size_t i = first; i < probe->made_count; i++) {
        struct made *made = &probe->made[i];
        if (made->gone || (made->shared && !shared)) {
            continue;
        }
        delete_one(probe, made);
        if (probe->reply.sent == HTTP_SENT_CANCELLED || probe->failures >= PROBE_FAILURES_MAX) {
            return;
        }
    }
}

size_t made_left(struct probe *probe, const str **out)
{
    str *left = arena_array(probe->keep, probe->made_count + 1, sizeof(*left));
    size_t count = 0;
    for (size_t i = 0; left != NULL && i < probe->made_count; i++) {
        const struct made *made = &probe->made[i];
        if (made->gone) {
            continue;
        }
        bool known = made->id.len > 0;
        str line = {0};
        if (arena_format(probe->scratch, &line, "%.*s%s%.*s", STR_ARGS(made->endpoint),
                         known ? "/" : " named ", STR_ARGS(known ? made->id : made->name))) {
            left[count++] = probe_show(line, probe->keep);
        }
    }
    *out = left;
    return count;
}
