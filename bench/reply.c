// reply.c: just enough HTTP/1.1 for replies of a server that is under test.
// SPDX-License-Identifier: Apache-2.0
#include "bench/reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { STATUS_AT = 9 };  // behind "HTTP/1.1 "

static bool line_is(const char *line, size_t len, const char *name, const char **value)
{
    size_t name_len = strlen(name);
    if (len <= name_len || line[name_len] != ':' || strncasecmp(line, name, name_len) != 0) {
        return false;
    }
    const char *at = line + name_len + 1;
    while (*at == ' ') {
        at++;
    }
    *value = at;
    return true;
}

static enum reply_state parse_head(const char *bytes, size_t len, struct reply *reply)
{
    const char *end = memmem(bytes, len, "\r\n\r\n", 4);
    bool has_length = false;
    if (end == NULL) {
        return REPLY_MORE;
    }
    if (len < STATUS_AT + 3 || memcmp(bytes, "HTTP/1.1 ", STATUS_AT) != 0) {
        return REPLY_BROKEN;
    }
    reply->status = (int)strtol(bytes + STATUS_AT, NULL, 10);
    reply->head_len = (size_t)(end - bytes) + 4;
    for (const char *line = bytes; line < end + 2;) {
        const char *stop = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
        const char *value = NULL;
        size_t line_len = (size_t)(stop - line);
        if (line_is(line, line_len, "Content-Length", &value)) {
            reply->body_len = strtoul(value, NULL, 10);
            has_length = true;
        } else if (line_is(line, line_len, "Transfer-Encoding", &value)) {
            reply->chunked = true;
            reply->body_len = 0;
            reply->end = reply->head_len;
        } else if (line_is(line, line_len, "Connection", &value)) {
            reply->close = strncasecmp(value, "close", 5) == 0;
        }
        line = stop + 2;
    }
    bool empty = reply->status == 204 || reply->status == 304;
    return has_length || reply->chunked || empty ? REPLY_DONE : REPLY_BROKEN;
}

// Follows the chunks that are here as a whole.
static enum reply_state follow_chunks(const char *bytes, size_t len, struct reply *reply)
{
    for (;;) {
        const char *at = bytes + reply->end;
        const char *newline = memmem(at, len - reply->end, "\r\n", 2);
        char *stop = NULL;
        if (newline == NULL) {
            return REPLY_MORE;
        }
        size_t size = strtoul(at, &stop, 16);
        if (stop == at) {
            return REPLY_BROKEN;
        }
        size_t end = (size_t)(newline - bytes) + 2 + size + 2;
        if (end > len) {
            return REPLY_MORE;
        }
        reply->end = end;
        reply->body_len += size;
        if (size == 0) {
            return REPLY_DONE;
        }
    }
}

enum reply_state reply_parse(const char *bytes, size_t len, struct reply *reply)
{
    if (reply->status == 0) {
        enum reply_state state = parse_head(bytes, len, reply);
        if (state != REPLY_DONE) {
            return state;
        }
    }
    if (reply->chunked) {
        return follow_chunks(bytes, len, reply);
    }
    size_t end = reply->head_len + reply->body_len;
    if (len > end) {
        return REPLY_BROKEN;  // nobody asked for more
    }
    return len == end ? REPLY_DONE : REPLY_MORE;
}
