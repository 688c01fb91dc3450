// send.c: from a reply to a response of libmicrohttpd.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include <stdio.h>
#include <string.h>

const char *http_reason(int status)
{
    return MHD_get_reason_phrase_for((unsigned)status);
}

bool http_header_find(const struct http_exchange *exchange, str name, str *value)
{
    for (size_t at = 0; at < exchange->header_count; at++) {
        if (str_equal_nocase(exchange->headers[at].name, name)) {
            *value = exchange->headers[at].value;
            return true;
        }
    }
    return false;
}

size_t http_header_count(const struct http_exchange *exchange, str name)
{
    size_t count = 0;
    for (size_t at = 0; at < exchange->header_count; at++) {
        count += str_equal_nocase(exchange->headers[at].name, name);
    }
    return count;
}

bool http_header_list(const struct http_exchange *exchange, str name, struct roster_arena *arena,
                      str *list)
{
    *list = (str){0};
    for (size_t at = 0; at < exchange->header_count; at++) {
        const struct http_header *header = &exchange->headers[at];
        if (!str_equal_nocase(header->name, name)) {
            continue;
        }
        if (list->len == 0) {
            *list = header->value;
            continue;
        }
        const str parts[] = {*list, STR(", "), header->value};
        if (!arena_join(arena, list, parts, COUNT_OF(parts))) {
            return false;
        }
    }
    return true;
}

void http_reply_header(struct http_reply *reply, const char *name, str value)
{
    assert(reply->header_count < HTTP_REPLY_HEADERS_MAX);
    reply->headers[reply->header_count].name = name;
    reply->headers[reply->header_count++].value = value;
}

// For a year (RFC 6797). Browsers heed it for host names only.
static bool add_transport_security(const struct peer *peer, struct MHD_Response *response)
{
    return peer == NULL || peer->identity == NULL ||
           MHD_add_response_header(response, "Strict-Transport-Security", "max-age=31536000") ==
               MHD_YES;
}

enum MHD_Result send_refusal(struct MHD_Connection *connection, int status)
{
    char text[64];
    int len = snprintf(text, sizeof(text), "%d %s\n", status, http_reason(status));
    if (len < 0 || (size_t)len >= sizeof(text)) {
        return MHD_NO;
    }
    struct MHD_Response *response =
        MHD_create_response_from_buffer((size_t)len, text, MHD_RESPMEM_MUST_COPY);
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = MHD_NO;
    if (MHD_add_response_header(response, "Content-Type", "text/plain") == MHD_YES &&
        MHD_add_response_header(response, "Connection", "close") == MHD_YES &&
        add_transport_security(peer_of(connection), response)) {
        result = MHD_queue_response(connection, (unsigned)status, response);
    }
    MHD_destroy_response(response);
    return result;
}

// A stream holds a snapshot of the store: each piece has its time, and the whole has its speed.
static int64_t stream_deadline_ms(const struct request *request)
{
    int64_t grace_ms = loop_grace_ms(request->loop);
    int64_t piece_ms = request->loop->now_ms + grace_ms;
    int64_t whole_ms =
        request->sent_began_ms + grace_ms + (int64_t)(request->sent_len / (HTTP_RATE_MIN / 1000));
    return piece_ms < whole_ms ? piece_ms : whole_ms;
}

static ssize_t read_piece(void *ctx, uint64_t position, char *out, size_t max)
{
    struct request *request = ctx;
    struct http_reply *reply = &request->exchange.reply;
    long len = reply->read(reply->read_ctx, out, max);
    assert(len <= (long)max);
    request->sent_len += len > 0 ? (size_t)len : 0;
    request->peer->deadline_ms = stream_deadline_ms(request);
    if (len < 0) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    return len == 0 ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)len;
}

// The stream is closed with the exchange, for the response outlives it by a moment.
static struct MHD_Response *open_stream(struct request *request)
{
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, HTTP_STREAM_BYTES, read_piece, request, NULL);
    // libmicrohttpd 0.9.75 ends a chunked reply to HEAD with a last chunk that nobody expects. With
    // this option it neither sends chunks nor says so, and closes the connection.
    if (response != NULL && request->exchange.method == HTTP_HEAD &&
        MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END) !=
            MHD_YES) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

static struct MHD_Response *open_response(struct request *request)
{
    struct http_reply *reply = &request->exchange.reply;
    if (reply->read != NULL) {
        return open_stream(request);
    }
    void *body = reply->body.len > 0 ? (void *)(uintptr_t)reply->body.ptr : (void *)(uintptr_t) "";
    return MHD_create_response_from_buffer(reply->body.len, body, MHD_RESPMEM_PERSISTENT);
}

// libmicrohttpd refuses names and values that would break out of their line.
static bool add_headers(struct request *request, struct MHD_Response *response)
{
    struct roster_arena *arena = request->exchange.arena;
    struct http_reply *reply = &request->exchange.reply;
    for (size_t at = 0; at < reply->header_count; at++) {
        str value = {0};
        if (!arena_copy(arena, reply->headers[at].value, &value) ||
            memchr(value.ptr, '\0', value.len) != NULL ||
            MHD_add_response_header(response, reply->headers[at].name, value.ptr) != MHD_YES) {
            return false;
        }
    }
    if (!add_transport_security(request->peer, response)) {
        return false;
    }
    bool close = reply->close || atomic_load(&request->loop->stopping);
    return !close || MHD_add_response_header(response, "Connection", "close") == MHD_YES;
}

enum MHD_Result send_reply(struct request *request)
{
    struct http_reply *reply = &request->exchange.reply;
    assert(reply->status >= 200 && reply->status <= 599);
    request->phase = PHASE_SENT;
    request->sent_began_ms = request->loop->now_ms;
    request->peer->deadline_ms = request->loop->now_ms + loop_grace_ms(request->loop) +
                                 (int64_t)(reply->body.len / (HTTP_RATE_MIN / 1000));
    struct MHD_Response *response = open_response(request);
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result =
        add_headers(request, response)
            ? MHD_queue_response(request->connection, (unsigned)reply->status, response)
            : send_refusal(request->connection, 500);
    MHD_destroy_response(response);
    return result;
}
