// send.c: one request of a step, from its templates to the answer.
// SPDX-License-Identifier: Apache-2.0
#include "probe/made.h"
#include "probe/template.h"

#include <string.h>

enum { HEADERS_MAX = 4 };

struct outgoing {
    str path;  // readable
    str body;
    const struct roster_json *json;  // the body, where it is JSON
    struct http_header headers[HEADERS_MAX];
    size_t header_count;
    struct http_request request;
};

static void set_header(struct outgoing *out, str name, str value)
{
    size_t at = 0;
    while (at < out->header_count && !str_equal_nocase(out->headers[at].name, name)) {
        at++;
    }
    assert(at < HEADERS_MAX);
    out->headers[at] = (struct http_header){name, value};
    out->header_count += at == out->header_count;
}

static void drop_header(struct outgoing *out, str name)
{
    size_t kept = 0;
    for (size_t i = 0; i < out->header_count; i++) {
        if (!str_equal_nocase(out->headers[i].name, name)) {
            out->headers[kept++] = out->headers[i];
        }
    }
    out->header_count = kept;
}

static bool add_headers(struct probe *probe, const struct check_step *step, struct outgoing *out)
{
    str token = {0};
    str line = {0};
    str name = {0};
    str value = {0};
    set_header(out, STR("Accept"), STR("application/scim+json"));
    if (step->body != NULL) {
        set_header(out, STR("Content-Type"), STR("application/scim+json"));
    }
    if (probe->options->token.len > 0) {
        if (!arena_format(probe->scratch, &token, "Bearer %.*s", STR_ARGS(probe->options->token))) {
            return false;
        }
        set_header(out, STR("Authorization"), token);
    }
    if (step->header == NULL) {
        return true;
    }
    if (!template_fill(probe, step->header, TEMPLATE_PLAIN, &line)) {
        return false;
    }
    str_cut(line, ':', &name, &value);
    value = str_trim(value);
    if (value.len > 0) {
        set_header(out, name, value);
    } else {
        drop_header(out, name);
    }
    return true;
}

// A user without what this server requires of one would be refused for a reason of no interest.
static bool add_required(struct probe *probe, struct roster_json *user)
{
    const struct roster_json *required = probe->service.required;
    const struct roster_json *at = required != NULL ? required->first : NULL;
    for (; at != NULL; at = at->next) {
        if (json_find(user, at->key) == NULL) {
            struct roster_json *copy = json_copy(probe->scratch, at);
            if (copy == NULL) {
                return false;
            }
            json_put(user, at->key, copy);
        }
    }
    return true;
}

static bool add_body(struct probe *probe, const struct check_step *step, struct outgoing *out)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    if (step->body == NULL) {
        return true;
    }
    if (!template_fill(probe, step->body, TEMPLATE_JSON, &out->body)) {
        return false;
    }
    if (!roster_json_read(out->body, probe->scratch, &json, &err)) {
        return true;  // meant to be none
    }
    out->json = json;
    bool is_user = json_find(json, STR("userName")) != NULL && strcmp(step->method, "PATCH") != 0;
    if (!is_user || probe->service.required == NULL || probe->service.required->count == 0) {
        return true;
    }
    return add_required(probe, json) && roster_json_print(json, probe->scratch, &out->body);
}

static bool prepare(struct probe *probe, const struct check_step *step, struct outgoing *out)
{
    str target = {0};
    str url = {0};
    bool ok =
        template_fill(probe, step->path, TEMPLATE_TARGET, &out->path) &&
        template_encode(out->path, probe->scratch, &target) &&
        arena_format(probe->scratch, &url, "%.*s%.*s", STR_ARGS(probe->options->url),
                     STR_ARGS(target)) &&
        arena_format(probe->scratch, &probe->sent, "%s %.*s", step->method, STR_ARGS(out->path)) &&
        add_headers(probe, step, out) && add_body(probe, step, out);
    out->request = (struct http_request){
        .method = str_of(step->method),
        .url = url,
        .headers = out->headers,
        .header_count = out->header_count,
        .body = out->body,
        .has_body = step->body != NULL,
    };
    return ok;
}

static void read_body(struct probe *probe, struct reply *reply)
{
    struct roster_json *json = NULL;
    struct roster_error err = {0};
    if (reply->answer.body.len == 0) {
        reply->why = STR("there is no body");
        return;
    }
    if (roster_json_read(reply->answer.body, probe->scratch, &json, &err)) {
        reply->json = json;
    } else if (!arena_format(probe->scratch, &reply->why, "the body is no JSON (%s)", err.detail)) {
        reply->why = STR("the body is no JSON");
    }
}

bool probe_send(struct probe *probe, const struct check_step *step)
{
    struct outgoing out = {0};
    struct roster_error err = {0};
    const struct transport *transport = probe->options->transport;
    struct reply *reply = &probe->reply;
    *reply = (struct reply){.sent = HTTP_SENT_NO_MEMORY, .why = STR("out of memory")};
    if (!prepare(probe, step, &out) ||
        !made_before(probe, str_of(step->method), out.path, out.json)) {
        return false;
    }
    reply->sent =
        transport->call(transport->ctx, &out.request, probe->scratch, &reply->answer, &err);
    if (reply->sent != HTTP_SENT) {
        // What was never sent does not speak against the server's being there.
        bool gone = reply->sent != HTTP_SENT_CANCELLED && reply->sent != HTTP_SENT_BAD_REQUEST;
        probe->failures += gone;
        reply->answer.status = 0;
        if (!arena_copy(probe->scratch, str_of(err.detail), &reply->why)) {
            reply->why = STR("out of memory");
        }
        return false;
    }
    probe->failures = 0;
    reply->why = (str){0};
    read_body(probe, reply);
    made_after(probe, str_of(step->method), out.path);
    return true;
}
