// client.c: the client half of rig.h: sockets that say exactly what they are told.
// SPDX-License-Identifier: Apache-2.0
#include "unit/http/rig.h"

#include "unit/http/unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_S = 20 };

int client_dial(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

void client_send(int fd, str text)
{
    while (text.len > 0) {
        ssize_t len = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (len <= 0) {
            return;  // refused meanwhile: the reply tells
        }
        text = str_tail(text, (size_t)len);
    }
}

void client_say(int fd, const char *text)
{
    client_send(fd, str_of(text));
}

static bool read_byte(int fd, char *out)
{
    return recv(fd, out, 1, 0) == 1;
}

static bool read_line(int fd, char *out, size_t max, size_t *len)
{
    *len = 0;
    while (*len < max) {
        if (!read_byte(fd, out + *len)) {
            return false;
        }
        if (out[(*len)++] == '\n') {
            return true;
        }
    }
    return false;
}

static bool read_exactly(int fd, struct reply *reply, size_t count)
{
    assert_true(reply->len + count <= REPLY_BYTES_MAX);
    while (count > 0) {
        ssize_t len = recv(fd, reply->body + reply->len, count, 0);
        if (len <= 0) {
            return false;
        }
        reply->len += (size_t)len;
        count -= (size_t)len;
    }
    return true;
}

static bool read_chunks(int fd, struct reply *reply)
{
    char line[64];
    size_t len = 0;
    for (;;) {
        if (!read_line(fd, line, sizeof(line) - 1, &len)) {
            return false;
        }
        line[len] = '\0';
        size_t count = strtoul(line, NULL, 16);
        if (count > 0 && !read_exactly(fd, reply, count)) {
            return false;
        }
        if (!read_line(fd, line, sizeof(line), &len)) {
            return false;
        }
        if (count == 0) {
            return true;
        }
    }
}

static bool read_head(int fd, struct reply *reply)
{
    size_t total = 0;
    size_t len = 0;
    do {
        if (!read_line(fd, reply->head + total, sizeof(reply->head) - 1 - total, &len)) {
            return false;
        }
        total += len;
    } while (len > 2);
    reply->head[total] = '\0';
    reply->status = (int)strtol(reply->head + sizeof("HTTP/1.1"), NULL, 10);
    return true;
}

bool client_read(int fd, struct reply *reply, bool to_head)
{
    memset(reply, 0, sizeof(*reply));
    reply->body = calloc(1, REPLY_BYTES_MAX + 1);
    assert_non_null(reply->body);
    if (!read_head(fd, reply)) {
        return false;
    }
    reply->closes = strstr(reply->head, "Connection: close\r\n") != NULL;
    bool is_chunked = strstr(reply->head, "Transfer-Encoding: chunked\r\n") != NULL;
    const char *length = strstr(reply->head, "Content-Length: ");
    reply->has_length = length != NULL;
    reply->length = length == NULL ? 0 : strtoul(length + strlen("Content-Length: "), NULL, 10);
    if (to_head || reply->status < 200 || reply->status == 204 || reply->status == 304) {
        return true;
    }
    if (is_chunked) {
        return read_chunks(fd, reply);
    }
    return read_exactly(fd, reply, reply->length);
}

bool client_ask(uint16_t port, str text, struct reply *reply)
{
    int fd = client_dial(port);
    client_send(fd, text);
    bool ok = client_read(fd, reply, false);
    close(fd);
    return ok;
}

bool client_is_ended(int fd)
{
    char buffer[4096];
    for (;;) {
        ssize_t len = recv(fd, buffer, sizeof(buffer), 0);
        if (len == 0 || (len < 0 && errno == ECONNRESET)) {
            return true;
        }
        if (len < 0) {
            return false;
        }
    }
}

void reply_free(struct reply *reply)
{
    free(reply->body);
    reply->body = NULL;
}
