// reply.c: status, headers and body of every reply.
// SPDX-License-Identifier: Apache-2.0
#include "server/reply.h"

#include "scim/message.h"
#include "server/routes.h"

#include <stdlib.h>
#include <string.h>

void reply_header(struct pending *pending, const char *name, str value)
{
    http_reply_header(&pending->exchange->reply, name, value);
}

static void begin(struct pending *pending, int status)
{
    struct http_reply *reply = &pending->exchange->reply;
    *reply = (struct http_reply){.status = status};
    if (pending->ctx.request_id.len > 0) {
        reply_header(pending, "X-Request-Id", pending->ctx.request_id);
    }
    reply_header(pending, "Cache-Control", STR("private, no-cache"));
}

void reply_private(struct pending *pending)
{
    struct http_reply *reply = &pending->exchange->reply;
    for (size_t at = 0; at < reply->header_count; at++) {
        if (strcmp(reply->headers[at].name, "Cache-Control") == 0) {
            reply->headers[at].value = STR("no-store");
        }
    }
    reply_header(pending, "Pragma", STR("no-cache"));
}

void reply_retry(struct pending *pending)
{
    char digits[DIGITS_MAX];
    str copy = {0};
    int seconds = pending->retry_after_s > 0 ? pending->retry_after_s : RETRY_AFTER_S;
    size_t len = str_put_i64(seconds, digits);
    if (arena_copy(pending->exchange->arena, (str){digits, len}, &copy)) {
        reply_header(pending, "Retry-After", copy);
    }
}

void reply_empty(struct pending *pending, int status)
{
    begin(pending, status);
}

void reply_text(struct pending *pending, int status, str type, str body)
{
    begin(pending, status);
    reply_header(pending, "Content-Type", type);
    pending->exchange->reply.body = body;
}

str reply_media(const struct pending *pending)
{
    return media_name(pending->media == MEDIA_NONE ? MEDIA_SCIM : pending->media);
}

static void add_error_headers(struct pending *pending)
{
    static const str challenges[] = {
        [CHALLENGE_PLAIN] = STR("Bearer realm=\"roster\""),
        [CHALLENGE_REQUEST] = STR("Bearer realm=\"roster\", error=\"invalid_request\""),
        [CHALLENGE_TOKEN] = STR("Bearer realm=\"roster\", error=\"invalid_token\""),
        [CHALLENGE_SCOPE] = STR("Bearer realm=\"roster\", error=\"insufficient_scope\""),
        [CHALLENGE_OTHER] = STR("Bearer realm=\"roster\""),
    };
    enum roster_code code = pending->err.code;
    if (code == ROSTER_ERR_UNAUTHORIZED || pending->challenge != CHALLENGE_PLAIN) {
        reply_header(pending, "WWW-Authenticate", challenges[pending->challenge]);
    }
    if (code == ROSTER_ERR_UNAUTHORIZED && pending->offers_basic) {
        reply_header(pending, "WWW-Authenticate", STR("Basic realm=\"roster\", charset=\"UTF-8\""));
    }
    if (code == ROSTER_ERR_MEDIA_TYPE) {
        reply_header(pending, "Accept", STR("application/scim+json, application/json"));
    }
    if (code == ROSTER_ERR_UNAVAILABLE || code == ROSTER_ERR_TOO_MANY_REQUESTS) {
        reply_retry(pending);
    }
    if (code == ROSTER_ERR_METHOD_NOT_ALLOWED) {
        reply_header(pending, "Allow", route_allow(&pending->target, pending));
    }
}

void reply_error(struct pending *pending)
{
    struct text body;
    // A request that used all its memory still gets its answer: what came of it is not needed.
    arena_rewind(pending->exchange->arena, pending->mark);
    text_init(&body, pending->exchange->arena, HTTP_REPLY_MAX);
    error_write(&body, &pending->err);
    reply_text(pending, roster_error_status(pending->err.code), reply_media(pending),
               body.full ? (str){0} : text_str(&body));
    add_error_headers(pending);
}

static void refuse_memory(struct pending *pending)
{
    fail_memory(&pending->err);
    reply_error(pending);
}

void reply_json(struct pending *pending, const struct roster_json *body)
{
    str text = {0};
    if (!roster_json_print(body, pending->exchange->arena, &text)) {
        refuse_memory(pending);
        return;
    }
    reply_text(pending, 200, reply_media(pending), text);
}

void reply_resource_headers(struct pending *pending, const struct read_result *result)
{
    str tag = {0};
    if (arena_copy(pending->exchange->arena, etag_str(&result->tag), &tag)) {
        reply_header(pending, "ETag", tag);
    }
    if (result->location.len > 0) {
        reply_header(pending, "Location", result->location);
    }
}

struct stream {
    struct answer_reader reader;
    struct app *app;
};

static long stream_read(void *ctx, char *out, size_t max)
{
    struct stream *stream = ctx;
    return answer_read(&stream->reader, out, max);
}

static void stream_close(void *ctx)
{
    struct stream *stream = ctx;
    conn_release(stream->reader.ctx.conn);
    conn_close(stream->reader.ctx.conn);
    roster_arena_close(stream->reader.arena);
    atomic_fetch_sub(&stream->app->streams, 1);
}

static bool open_stream(struct pending *pending, const struct answer *answer, struct conn *conn)
{
    struct stream *stream = arena_alloc(pending->exchange->arena, sizeof(*stream));
    struct roster_arena *pages = roster_arena_open(ARENA_REQUEST_MAX);
    if (stream == NULL || pages == NULL) {
        roster_arena_close(pages);
        return false;
    }
    stream->app = pending->app;
    stream->reader.ctx = pending->ctx;
    stream->reader.ctx.conn = conn;
    stream->reader.piece = answer->first;
    stream->reader.arena = pages;
    pending->exchange->reply.read = stream_read;
    pending->exchange->reply.read_close = stream_close;
    pending->exchange->reply.read_ctx = stream;
    return true;
}

void reply_answer(struct pending *pending, int status, struct answer *answer, struct conn *conn)
{
    reply_text(pending, status, reply_media(pending), (str){0});
    if (conn == NULL) {
        assert(!answer->streamed && answer->first->next == NULL);
        pending->exchange->reply.body = answer->first->text;
        return;
    }
    if (!open_stream(pending, answer, conn)) {
        conn_release(conn);
        conn_close(conn);
        atomic_fetch_sub(&pending->app->streams, 1);
        refuse_memory(pending);
    }
}
