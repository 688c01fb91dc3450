// exchange.c: one request, from its request line until its reply is sent or cannot be.
//
// libmicrohttpd calls exchange_serve when the head is there, for each piece of the body, at the
// end of the body, and again when a suspended connection was resumed; `phase` tells these apart.
// It takes a reply only with the head (it closes the connection then) or behind the whole body.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include <string.h>

static struct roster_arena *take_arena(struct http_loop *loop)
{
    return loop->arena_count > 0 ? loop->arenas[--loop->arena_count]
                                 : roster_arena_open(ARENA_REQUEST_MAX);
}

static void give_arena(struct http_loop *loop, struct roster_arena *arena)
{
    if (loop->arena_count < COUNT_OF(loop->arenas)) {
        roster_arena_reset(arena);
        loop->arenas[loop->arena_count++] = arena;
    } else {
        roster_arena_close(arena);
    }
}

// A request that is given up may outlive its connection.
static const struct http_certificate *keep_client(struct roster_arena *arena,
                                                  const struct http_certificate *client)
{
    struct http_certificate *kept = client == NULL ? NULL : arena_alloc(arena, sizeof(*kept));
    if (kept != NULL) {
        *kept = *client;
        if (!arena_copy(arena, client->chain, &kept->chain)) {
            return NULL;
        }
    }
    return kept;
}

void *exchange_open(void *ctx, const char *target, struct MHD_Connection *connection)
{
    struct http_loop *loop = ctx;
    struct peer *peer = peer_of(connection);
    struct roster_arena *arena = take_arena(loop);
    if (arena == NULL) {
        return NULL;
    }
    struct request *request = arena_alloc(arena, sizeof(*request));
    if (peer == NULL || request == NULL || !arena_copy(arena, str_of(target), &request->target) ||
        !arena_copy(arena, str_of(peer->remote), &request->exchange.remote)) {
        give_arena(loop, arena);
        return NULL;  // exchange_serve closes the connection
    }
    request->exchange.connection = peer->number;
    request->exchange.tls = peer->identity != NULL;
    request->exchange.client = keep_client(arena, secure_client(peer, connection));
    request->exchange.arena = arena;
    request->exchange.loop_ctx = loop->options.loop_ctx;
    request->target_place = (str){target, request->target.len};
    request->loop = loop;
    request->peer = peer;
    request->connection = connection;
    peer->request = request;
    unsigned head_s = loop->options.idle_s < HTTP_HEAD_S ? loop->options.idle_s : HTTP_HEAD_S;
    peer->deadline_ms = loop->now_ms + (int64_t)head_s * 1000;
    return request;
}

void exchange_close(struct request *request)
{
    struct http_loop *loop = request->loop;
    struct http_exchange *exchange = &request->exchange;
    if (exchange->reply.read != NULL && exchange->reply.read_close != NULL) {
        exchange->reply.read_close(exchange->reply.read_ctx);
    }
    if (request->seen) {
        loop->options.handler->release(loop->options.loop_ctx, exchange);
    }
    body_drop(request);
    give_arena(loop, exchange->arena);
}

// The head

static enum MHD_Result take_field(void *ctx, enum MHD_ValueKind kind, const char *name,
                                  size_t name_len, const char *value, size_t value_len)
{
    struct http_loop *loop = ctx;
    loop->fields[loop->field_count++] = (struct http_header){{name, name_len}, {value, value_len}};
    return loop->field_count < COUNT_OF(loop->fields) ? MHD_YES : MHD_NO;
}

static int check_head(struct request *request, const char *method, const char *version)
{
    struct http_loop *loop = request->loop;
    loop->field_count = 0;
    (void)MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, take_field, loop);
    struct guard_head head = {.method = str_of(method),
                              .target = request->target,
                              .version = str_of(version),
                              .headers = loop->fields,
                              .header_count = loop->field_count};
    int status = guard_check(&head, &request->framing);
    if (status == 0 && loop->parsed_in_place) {
        size_t len =
            MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
                ->header_size;
        head.target = request->target_place;
        status = guard_lines(&head, (str){method, len}) ? 0 : 400;
    }
    return status;
}

static enum http_method method_of(str text)
{
    static const struct {
        str text;
        enum http_method method;
    } methods[] = {
        {STR("GET"), HTTP_GET},         {STR("HEAD"), HTTP_HEAD},   {STR("POST"), HTTP_POST},
        {STR("PUT"), HTTP_PUT},         {STR("PATCH"), HTTP_PATCH}, {STR("DELETE"), HTTP_DELETE},
        {STR("OPTIONS"), HTTP_OPTIONS},
    };
    for (size_t at = 0; at < COUNT_OF(methods); at++) {
        if (str_equal(text, methods[at].text)) {
            return methods[at].method;
        }
    }
    return HTTP_OTHER;
}

static char *copy_text(char *place, str from, str *out)
{
    if (from.len > 0) {
        memcpy(place, from.ptr, from.len);
    }
    *out = (str){place, from.len};
    return place + from.len;
}

// What libmicrohttpd holds is gone when a request is given up, while others may still read it.
static bool keep_head(struct request *request, const char *method)
{
    struct http_loop *loop = request->loop;
    struct http_exchange *exchange = &request->exchange;
    size_t count = loop->field_count;
    size_t bytes = 1;
    for (size_t at = 0; at < count; at++) {
        loop->fields[at].value = str_trim(loop->fields[at].value);
        bytes += loop->fields[at].name.len + loop->fields[at].value.len;
    }
    struct http_header *headers = arena_array(exchange->arena, count + 1, sizeof(*headers));
    char *place = arena_alloc(exchange->arena, bytes);
    if (headers == NULL || place == NULL ||
        !arena_copy(exchange->arena, str_of(method), &exchange->method_text)) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        place = copy_text(place, loop->fields[at].name, &headers[at].name);
        place = copy_text(place, loop->fields[at].value, &headers[at].value);
    }
    exchange->method = method_of(exchange->method_text);
    exchange->headers = headers;
    exchange->header_count = count;
    (void)str_cut(request->target, '?', &exchange->path, &exchange->query);
    return true;
}

static enum MHD_Result refuse_body(struct request *request, int status)
{
    const struct http_loop_options *options = &request->loop->options;
    atomic_fetch_add_explicit(&request->loop->refused_count, 1, memory_order_relaxed);
    if (options->handler->refuse == NULL) {
        request->phase = PHASE_SENT;
        return send_refusal(request->connection, status);
    }
    request->exchange.reply = (struct http_reply){0};
    options->handler->refuse(options->loop_ctx, &request->exchange, status);
    request->exchange.reply.close = true;
    return send_reply(request);
}

static enum MHD_Result take_head(struct request *request, const char *method, const char *version)
{
    struct http_loop *loop = request->loop;
    struct http_exchange *exchange = &request->exchange;
    str expect = {0};
    int status = check_head(request, method, version);
    if (status != 0) {
        atomic_fetch_add_explicit(&loop->refused_count, 1, memory_order_relaxed);
        request->phase = PHASE_SENT;
        return send_refusal(request->connection, status);
    }
    if (!keep_head(request, method)) {
        return MHD_NO;
    }
    atomic_fetch_add_explicit(&loop->request_count, 1, memory_order_relaxed);
    bool has_body = request->framing.chunked || request->framing.length > 0;
    request->seen = true;
    if (loop->options.handler->head(loop->options.loop_ctx, exchange) == HTTP_DONE) {
        request->phase = PHASE_REPLY;
        // Without a body the reply waits for the end of the request, which comes at once: sent
        // now, it would close the connection.
        bool early = has_body || http_header_find(exchange, STR("Expect"), &expect);
        return early ? send_reply(request) : MHD_YES;
    }
    if (request->framing.length > loop->options.body_max) {
        return refuse_body(request, 413);
    }
    request->phase = PHASE_BODY;
    request->body_began_ms = loop->now_ms;
    request->peer->deadline_ms = loop->now_ms + loop_grace_ms(loop);
    return MHD_YES;
}

// The end

static enum MHD_Result take_whole(struct request *request)
{
    struct http_loop *loop = request->loop;
    if (request->phase == PHASE_SKIP) {
        return refuse_body(request, request->status);
    }
    request->exchange.body = (str){request->body, request->body_len};
    request->phase = PHASE_REPLY;
    if (loop->options.handler->begin(loop->options.loop_ctx, &request->exchange) == HTTP_DONE) {
        return send_reply(request);
    }
    // Nothing is published before flush, so nobody completes what is not suspended yet.
    MHD_suspend_connection(request->connection);
    request->phase = PHASE_WAITING;
    request->peer->deadline_ms = INT64_MAX;
    loop->waiting_count++;
    return MHD_YES;
}

// libmicrohttpd forgets a request that was given up.
static void detach(struct request *request)
{
    request->connection = NULL;
    request->peer = NULL;
    if (request->completed) {
        exchange_close(request);
    }
}

enum MHD_Result exchange_serve(void *ctx, struct MHD_Connection *connection, const char *target,
                               const char *method, const char *version, const char *data,
                               size_t *data_len, void **request_ctx)
{
    struct request *request = *request_ctx;
    if (request == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = MHD_YES;
    switch (request->phase) {
    case PHASE_HEAD:
        return take_head(request, method, version);
    case PHASE_BODY:
    case PHASE_SKIP:
        if (*data_len == 0) {
            return take_whole(request);
        }
        result = body_take(request, data, *data_len);
        *data_len = 0;
        return result;
    case PHASE_REPLY:
        return send_reply(request);
    case PHASE_LEFT:
        *request_ctx = NULL;
        detach(request);
        return send_refusal(connection, 503);
    case PHASE_WAITING:
    case PHASE_SENT:
        break;
    }
    return MHD_YES;
}

void exchange_notify(void *ctx, struct MHD_Connection *connection, void **request_ctx,
                     enum MHD_RequestTerminationCode code)
{
    struct http_loop *loop = ctx;
    struct request *request = *request_ctx;
    *request_ctx = NULL;
    if (request == NULL) {
        return;
    }
    if (request->phase == PHASE_LEFT) {
        detach(request);
        return;
    }
    assert(request->phase != PHASE_WAITING);
    request->peer->request = NULL;
    request->peer->deadline_ms = loop->now_ms + (int64_t)loop->options.idle_s * 1000;
    exchange_close(request);
}
