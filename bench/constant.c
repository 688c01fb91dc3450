// constant.c: the ceiling of reads: bare libmicrohttpd that answers every request alike.
//
//   bench-constant BYTES [PORT]
//
// The loop, flags and reply headers are those of the server (src/http/loop.c), and the header
// Authorization is looked up; nothing is checked, copied or read from a store. What the server
// needs on top is what it does itself. Says on which port it listens, and runs until SIGTERM.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/str.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BYTES_MAX = 1 << 24, WAIT_MS = 500 };

static const struct {
    const char *name;
    const char *value;
} headers[] = {
    {"X-Request-Id", "0123456789abcdef"},
    {"Cache-Control", "private, no-cache"},
    {"Content-Type", "application/scim+json"},
    {"ETag", "W/\"3\""},
    {"Location", "http://127.0.0.1:8080/scim/v2/Users/019305a3-7c1e-7b42-9d1f-0242ac120002"},
};

struct constant {
    char *body;
    size_t len;
    struct MHD_Daemon *daemon;
    int listen_fd;
};

static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
    (void)number;
    stopping = 1;
}

static enum MHD_Result answer(struct constant *constant, struct MHD_Connection *connection)
{
    bool known = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Authorization") != NULL;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(constant->len, constant->body, MHD_RESPMEM_PERSISTENT);
    if (response == NULL) {
        return MHD_NO;
    }
    for (size_t at = 0; at < sizeof(headers) / sizeof(headers[0]); at++) {
        MHD_add_response_header(response, headers[at].name, headers[at].value);
    }
    enum MHD_Result result = MHD_queue_response(connection, known ? 200 : 401, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result serve(void *ctx, struct MHD_Connection *connection, const char *target,
                             const char *method, const char *version, const char *data,
                             size_t *data_len, void **request_ctx)
{
    (void)target;
    (void)method;
    (void)version;
    (void)data;
    // A reply with the head would close the connection.
    if (*request_ctx == NULL) {
        *request_ctx = ctx;
        return MHD_YES;
    }
    if (*data_len > 0) {
        *data_len = 0;
        return MHD_YES;
    }
    return answer(ctx, connection);
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool ok = fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
              setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0 &&
              bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
              listen(fd, HTTP_BACKLOG) == 0;
    return ok ? fd : -1;
}

static bool say_port(int fd)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        return false;
    }
    printf("listening on http://127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
    return fflush(stdout) == 0;
}

static void accept_all(struct constant *constant)
{
    struct sockaddr_in address;
    socklen_t len = sizeof(address);
    int fd = -1;
    while ((fd = accept4(constant->listen_fd, (struct sockaddr *)&address, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        (void)MHD_add_connection(constant->daemon, fd, (struct sockaddr *)&address, len);
    }
}

static bool watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool run(struct constant *constant)
{
    int daemon_fd = MHD_get_daemon_info(constant->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd < 0 || !watch(epoll_fd, daemon_fd) || !watch(epoll_fd, constant->listen_fd)) {
        return false;
    }
    while (!stopping) {
        MHD_UNSIGNED_LONG_LONG wait_ms = WAIT_MS;
        struct epoll_event events[2];
        if (MHD_get_timeout(constant->daemon, &wait_ms) != MHD_YES || wait_ms > WAIT_MS) {
            wait_ms = WAIT_MS;
        }
        int count = epoll_wait(epoll_fd, events, 2, (int)wait_ms);
        for (int at = 0; at < count; at++) {
            if (events[at].data.fd == constant->listen_fd) {
                accept_all(constant);
            }
        }
        (void)MHD_run(constant->daemon);
    }
    close(epoll_fd);
    return true;
}

static bool start(struct constant *constant, uint16_t port)
{
    constant->body = malloc(constant->len + 1);
    constant->listen_fd = listen_on(port);
    constant->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, serve,
        constant, MHD_OPTION_CONNECTION_LIMIT, (unsigned)HTTP_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_POOL_BYTES, MHD_OPTION_END);
    if (constant->body == NULL || constant->listen_fd < 0 || constant->daemon == NULL) {
        return false;
    }
    memset(constant->body, ' ', constant->len);
    constant->body[0] = '{';
    constant->body[constant->len - 1] = '}';
    return say_port(constant->listen_fd);
}

int main(int argc, char **argv)
{
    int64_t bytes = 0;
    int64_t port = 0;
    bool ok = (argc == 2 || argc == 3) && str_to_i64(str_of(argv[1]), &bytes) &&
              (argc == 2 || str_to_i64(str_of(argv[2]), &port));
    if (!ok || bytes < 2 || bytes > BYTES_MAX || port < 0 || port > UINT16_MAX) {
        fputs("usage: bench-constant BYTES [PORT]\n", stderr);
        return 64;
    }
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct constant constant = {.len = (size_t)bytes, .listen_fd = -1};
    if (!start(&constant, (uint16_t)port) || !run(&constant)) {
        perror("bench-constant");
        return 1;
    }
    MHD_stop_daemon(constant.daemon);
    close(constant.listen_fd);
    free(constant.body);
    return 0;
}
