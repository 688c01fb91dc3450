// listen.c: the listening socket, and accepting from it.
//
// We accept ourselves and hand the connections to libmicrohttpd: so a process without descriptors
// pauses instead of spinning, and at a stop what waits in the backlog is still served.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include "base/error.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static bool parse_address(const char *text, uint16_t port, struct sockaddr_storage *out,
                          socklen_t *len)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof(*out));
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *len = sizeof(*v4);
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        *len = sizeof(*v6);
        return true;
    }
    return false;
}

static bool set_on(int fd, int level, int option)
{
    int on = 1;
    return setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

// Options that accepted connections inherit are set here once.
static bool bind_socket(int fd, const struct sockaddr_storage *address, socklen_t len)
{
    return set_on(fd, SOL_SOCKET, SO_REUSEADDR) && set_on(fd, SOL_SOCKET, SO_REUSEPORT) &&
           set_on(fd, IPPROTO_TCP, TCP_NODELAY) &&
           bind(fd, (const struct sockaddr *)address, len) == 0 && listen(fd, HTTP_BACKLOG) == 0;
}

// SO_REUSEPORT lets our loops share a port, and would let another process of the same user share
// it too, unnoticed. So the first loop asks once whether the port is free.
static bool is_free(const struct sockaddr_storage *address, socklen_t len)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool free = fd >= 0 && set_on(fd, SOL_SOCKET, SO_REUSEADDR) &&
                bind(fd, (const struct sockaddr *)address, len) == 0;
    int error = errno;
    if (fd >= 0) {
        close(fd);
    }
    errno = error;
    return free;
}

// A copy of the inherited descriptor, so that each loop closes its own.
static bool take_inherited(struct listener *listener, int fd, struct roster_error *err)
{
    listener->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    int flags = listener->fd < 0 ? -1 : fcntl(listener->fd, F_GETFL);
    if (flags < 0 || fcntl(listener->fd, F_SETFL, flags | O_NONBLOCK) != 0) {
        return fail(err, ROSTER_ERR_INTERNAL, 0, "cannot use the inherited socket: %m");
    }
    set_on(listener->fd, IPPROTO_TCP, TCP_NODELAY);
    return true;
}

int http_listen(const char *text, uint16_t port, bool shares_port, struct roster_error *err)
{
    struct sockaddr_storage address;
    socklen_t len = 0;
    if (!parse_address(text, port, &address, &len)) {
        fail(err, ROSTER_ERR_INTERNAL, 0, "%s is not an IPv4 or IPv6 address", text);
        return -1;
    }
    if (!shares_port && !is_free(&address, len)) {
        fail(err, ROSTER_ERR_INTERNAL, 0, "cannot listen on %s port %u: %m", text, (unsigned)port);
        return -1;
    }
    int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || !bind_socket(fd, &address, len)) {
        fail(err, ROSTER_ERR_INTERNAL, 0, "cannot listen on %s port %u: %m", text, (unsigned)port);
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

bool listener_open(struct listener *listener, const struct http_loop_options *options,
                   struct roster_error *err)
{
    if (options->listen_fd >= 0) {
        return take_inherited(listener, options->listen_fd, err);
    }
    listener->fd = http_listen(options->address, options->port, options->shares_port, err);
    return listener->fd >= 0;
}

bool http_socket_port(int fd, uint16_t *port)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        return false;
    }
    *port = address.ss_family == AF_INET6  ? ntohs(((struct sockaddr_in6 *)&address)->sin6_port)
            : address.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&address)->sin_port)
                                           : 0;
    return true;
}

void listener_watch(struct http_loop *loop)
{
    struct listener *listener = &loop->listener;
    bool wanted = listener->fd >= 0 && loop->now_ms >= listener->pause_end_ms &&
                  atomic_load_explicit(&loop->peer_count, memory_order_relaxed) <
                      loop->options.connections_max;
    if (wanted == listener->watched) {
        return;
    }
    // Several loops may share an inherited socket: one of them is woken, not all.
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE, .data.fd = listener->fd};
    int operation = wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
    if (epoll_ctl(loop->epoll_fd, operation, listener->fd, &event) == 0) {
        listener->watched = wanted;
    }
}

static bool is_exhausted(int error)
{
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

void listener_accept(struct http_loop *loop, size_t max)
{
    struct listener *listener = &loop->listener;
    // Later versions of libmicrohttpd show new connections only when they run.
    size_t open = (size_t)atomic_load_explicit(&loop->peer_count, memory_order_relaxed);
    size_t room = loop->options.connections_max > open ? loop->options.connections_max - open : 0;
    for (size_t count = 0; count < max && count < room; count++) {
        struct sockaddr_storage address;
        socklen_t len = sizeof(address);
        int fd =
            accept4(listener->fd, (struct sockaddr *)&address, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && is_exhausted(errno)) {
            listener->pause_end_ms = loop->now_ms + HTTP_ACCEPT_PAUSE_MS;
            return;
        }
        if (fd < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            return;
        }
        // Other failures are of this one connection. libmicrohttpd closes what it does not take.
        if (fd >= 0) {
            (void)MHD_add_connection(loop->daemon, fd, (struct sockaddr *)&address, len);
        }
    }
}

void listener_close(struct listener *listener)
{
    if (listener->fd >= 0) {
        close(listener->fd);
    }
    listener->fd = -1;
    listener->watched = false;
}
