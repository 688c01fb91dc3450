// body.c: bodies of requests, gathered as they arrive.
//
// Memory grows with what has come, never with what was announced. A body that becomes too large is
// read on and thrown away, up to the same size again, because a reply can only stand behind it.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include <stdlib.h>
#include <string.h>

void body_drop(struct request *request)
{
    if (request->on_heap) {
        request->loop->body_bytes -= request->body_cap;
        free(request->body);
    }
    request->body = NULL;
    request->body_cap = 0;
    request->on_heap = false;
}

static size_t grown_cap(const struct request *request, size_t needed)
{
    size_t cap = request->body_cap * 2 > KIB(4) ? request->body_cap * 2 : KIB(4);
    size_t length = (size_t)request->framing.length;
    if (request->framing.sized && (length <= HTTP_BODY_INLINE || cap > length)) {
        cap = length;
    }
    return cap > needed ? cap : needed;
}

static bool grow_inline(struct request *request, size_t cap)
{
    char *body = arena_grow(request->exchange.arena, request->body, request->body_cap, cap);
    if (body == NULL) {
        return false;
    }
    request->body = body;
    request->body_cap = cap;
    return true;
}

static bool grow_on_heap(struct request *request, size_t cap)
{
    struct http_loop *loop = request->loop;
    size_t more = request->on_heap ? cap - request->body_cap : cap;
    if (more > HTTP_BODIES_MAX - loop->body_bytes) {
        return false;
    }
    char *body = realloc(request->on_heap ? request->body : NULL, cap);
    if (body == NULL) {
        return false;
    }
    if (!request->on_heap && request->body_len > 0) {
        memcpy(body, request->body, request->body_len);
    }
    loop->body_bytes += more;
    request->body = body;
    request->body_cap = cap;
    request->on_heap = true;
    return true;
}

// Everyday bodies lie in the arena. Longer ones do not: their meaning will need the arena.
static bool reserve(struct request *request, size_t needed)
{
    if (needed <= request->body_cap) {
        return true;
    }
    size_t cap = grown_cap(request, needed);
    return cap <= HTTP_BODY_INLINE ? grow_inline(request, cap) : grow_on_heap(request, cap);
}

static void skip(struct request *request, int status)
{
    body_drop(request);
    request->status = status;
    request->phase = PHASE_SKIP;
}

enum MHD_Result body_take(struct request *request, const char *data, size_t len)
{
    size_t max = request->loop->options.body_max;
    if (request->phase == PHASE_BODY && request->body_len + len > max) {
        skip(request, 413);
    } else if (request->phase == PHASE_BODY && !reserve(request, request->body_len + len)) {
        skip(request, 503);
    }
    if (request->phase == PHASE_BODY) {
        memcpy(request->body + request->body_len, data, len);
    }
    request->body_len += len;
    request->peer->deadline_ms = request->body_began_ms + loop_grace_ms(request->loop) +
                                 (int64_t)(request->body_len / (HTTP_RATE_MIN / 1000));
    return request->body_len > 2 * max + HTTP_POOL_BYTES ? MHD_NO : MHD_YES;
}
