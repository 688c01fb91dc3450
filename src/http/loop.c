// loop.c: one thread's epoll loop around a libmicrohttpd daemon without threads.
//
// The loop waits itself and only then runs the daemon, which thus never waits: its own loop hangs
// when exactly 128 or 256 sockets are ready at once. Before each wait it asks for the daemon's
// timeout; a loop that does not stalls suspended requests for seconds.
// SPDX-License-Identifier: Apache-2.0
#include "http/inner.h"

#include "base/error.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS_MAX = 3 };  // the daemon, the wake-up, the listening socket

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Paths reach the handler as they were sent.
static size_t keep_escapes(void *ctx, struct MHD_Connection *connection, char *text)
{
    size_t len = 0;
    while (text[len] != '\0') {
        len++;
    }
    return len;
}

static bool start_daemon(struct http_loop *loop, struct roster_error *err)
{
    // From 1.0 on, strictness refuses bare LF and folded lines; before, it does not, and answers
    // with HTML or not at all what guard.c refuses in words.
    loop->parsed_in_place = str_starts_nocase(str_of(MHD_get_version()), STR("0."));
    struct MHD_OptionItem secure[SECURE_OPTIONS];
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET |
                     secure_options(loop, secure);
    loop->daemon = MHD_start_daemon(
        flags, 0, NULL, NULL, exchange_serve, loop, MHD_OPTION_CONNECTION_LIMIT,
        loop->options.connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HTTP_POOL_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, loop->parsed_in_place ? 0 : 1, MHD_OPTION_URI_LOG_CALLBACK,
        exchange_open, loop, MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, exchange_notify, loop, MHD_OPTION_NOTIFY_CONNECTION,
        peer_notify, loop, MHD_OPTION_ARRAY, secure, MHD_OPTION_END);
    return loop->daemon != NULL || fail(err, ROSTER_ERR_INTERNAL, 0, "cannot start HTTP");
}

static bool watch(struct http_loop *loop, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    return fd >= 0 && epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static int daemon_fd(struct http_loop *loop)
{
    return MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

struct http_loop *http_loop_open(const struct http_loop_options *options, struct roster_error *err)
{
    assert(options->handler != NULL && options->connections_max > 0);
    struct http_loop *loop = calloc(1, sizeof(*loop));
    if (loop == NULL) {
        fail_memory(err);
        return NULL;
    }
    loop->options = *options;
    loop->listener.fd = -1;
    loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->now_ms = clock_ms();
    if (!listener_open(&loop->listener, options, err) ||
        !http_socket_port(loop->listener.fd, &loop->port) || !start_daemon(loop, err)) {
        http_loop_close(loop);
        return NULL;
    }
    if (!watch(loop, loop->wake_fd) || !watch(loop, daemon_fd(loop))) {
        fail(err, ROSTER_ERR_INTERNAL, 0, "cannot wait for HTTP: %m");
        http_loop_close(loop);
        return NULL;
    }
    return loop;
}

uint16_t http_loop_port(const struct http_loop *loop)
{
    return loop->port;
}

struct http_counts http_loop_counts(const struct http_loop *loop)
{
    return (struct http_counts){
        .connections_open = atomic_load_explicit(&loop->peer_count, memory_order_relaxed),
        .requests = atomic_load_explicit(&loop->request_count, memory_order_relaxed),
        .refused = atomic_load_explicit(&loop->refused_count, memory_order_relaxed),
    };
}

void loop_wake(struct http_loop *loop)
{
    int saved = errno;
    uint64_t one = 1;
    // It fails only when the counter is full, and then the loop is awake.
    ssize_t len = write(loop->wake_fd, &one, sizeof(one));
    (void)len;
    errno = saved;
}

void http_loop_stop(struct http_loop *loop)
{
    atomic_store(&loop->stopping, true);
    loop_wake(loop);
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

// -1: until something happens.
static int wait_ms(struct http_loop *loop, int64_t until_ms)
{
    MHD_UNSIGNED_LONG_LONG daemon_ms = 0;
    int64_t until = until_ms;
    if (MHD_get_timeout(loop->daemon, &daemon_ms) == MHD_YES) {
        until = daemon_ms < INT_MAX ? earlier(until, loop->now_ms + (int64_t)daemon_ms) : until;
    }
    if (loop->peers != NULL) {
        until = earlier(until, loop->sweep_ms);
    }
    if (loop->listener.pause_end_ms > loop->now_ms) {
        until = earlier(until, loop->listener.pause_end_ms);
    }
    if (until == INT64_MAX) {
        return -1;
    }
    return until > loop->now_ms ? (int)earlier(until - loop->now_ms, INT_MAX) : 0;
}

static void clear_wake(struct http_loop *loop)
{
    uint64_t count = 0;
    ssize_t len = read(loop->wake_fd, &count, sizeof(count));
    (void)len;
}

static void run_pass(struct http_loop *loop, int64_t until_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, wait_ms(loop, until_ms));
    loop->now_ms = clock_ms();
    for (int at = 0; at < count; at++) {
        if (events[at].data.fd == loop->wake_fd) {
            clear_wake(loop);
            exchange_finish_done(loop);
        } else if (events[at].data.fd == loop->listener.fd) {
            listener_accept(loop, HTTP_ACCEPTS_MAX);
        }
    }
    (void)MHD_run(loop->daemon);
    peers_sweep(loop);
    listener_watch(loop);
    loop->options.handler->flush(loop->options.loop_ctx);
}

static bool has_peers(const struct http_loop *loop)
{
    return loop->peers != NULL;
}

// Two passes: a connection is accepted in one and read from in the next.
static void take_last(struct http_loop *loop)
{
    listener_accept(loop, HTTP_BACKLOG);
    run_pass(loop, 0);
    run_pass(loop, 0);
    listener_close(&loop->listener);
}

static void drain(struct http_loop *loop, int drain_ms)
{
    int64_t end_ms = clock_ms() + drain_ms;
    take_last(loop);
    peers_close_idle(loop);
    while (has_peers(loop) && loop->now_ms < end_ms) {
        run_pass(loop, end_ms);
        peers_close_idle(loop);
    }
    exchange_give_up(loop);
    run_pass(loop, 0);  // without waiting, for resumed connections are no event
    end_ms = loop->now_ms + HTTP_LAST_MS;
    while (has_peers(loop) && loop->now_ms < end_ms) {
        run_pass(loop, end_ms);
    }
}

void http_loop_run(struct http_loop *loop, int drain_ms)
{
    loop->now_ms = clock_ms();
    listener_watch(loop);
    while (!atomic_load(&loop->stopping)) {
        run_pass(loop, INT64_MAX);
    }
    drain(loop, drain_ms);
}

void http_loop_close(struct http_loop *loop)
{
    if (loop == NULL) {
        return;
    }
    exchange_finish_done(loop);
    assert(loop->waiting_count == 0);
    if (loop->daemon != NULL) {
        MHD_stop_daemon(loop->daemon);
    }
    listener_close(&loop->listener);
    if (loop->epoll_fd >= 0) {
        close(loop->epoll_fd);
    }
    if (loop->wake_fd >= 0) {
        close(loop->wake_fd);
    }
    for (size_t at = 0; at < loop->arena_count; at++) {
        roster_arena_close(loop->arenas[at]);
    }
    free(loop);
}
