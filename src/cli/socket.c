// socket.c: commands of other processes, one after the other.
// SPDX-License-Identifier: Apache-2.0
#include "cli/socket.h"

#include "base/limits.h"
#include "cli/wire.h"
#include "sys/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BACKLOG = 16, PAUSE_MS = 100 };

struct admin_socket {
    int fd;
    int stop_fd;
    int folder_fd;  // keeps a long path reachable, or -1
    struct sockaddr_un address;
    bool bound;
    bool started;
    pthread_t thread;
    struct roster_arena *arena;
    socket_run_fn *run;
    void *ctx;
};

static bool refuse_errno(const char *what, const char *path, struct roster_error *err)
{
    return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot %s the administration socket %.120s: %s",
                what, path, strerror(errno));
}

// Who owns the store may take away what is left of a dead owner, but nothing else.
static bool remove_stale(const struct sockaddr_un *address, const char *path,
                         struct roster_error *err)
{
    struct stat info;
    if (lstat(address->sun_path, &info) != 0) {
        return errno == ENOENT || refuse_errno("look at", path, err);
    }
    if (!S_ISSOCK(info.st_mode)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "%.120s is in the way: it is no socket", path);
    }
    return unlink(address->sun_path) == 0 || refuse_errno("replace", path, err);
}

// The mode is set before the file exists, so that there is no moment in which others may connect.
static bool bind_private(struct admin_socket *s, const char *path, struct roster_error *err)
{
    s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s->fd < 0 || fchmod(s->fd, S_IRUSR | S_IWUSR) != 0) {
        return refuse_errno("make", path, err);
    }
    if (bind(s->fd, (const struct sockaddr *)&s->address, sizeof(s->address)) != 0) {
        return refuse_errno("bind", path, err);
    }
    s->bound = true;
    // A umask may have taken bits away, never added any.
    if (chmod(s->address.sun_path, S_IRUSR | S_IWUSR) != 0 || listen(s->fd, BACKLOG) != 0) {
        return refuse_errno("listen on", path, err);
    }
    return true;
}

static bool may_command(int fd, uid_t *peer)
{
    return wire_peer(fd, peer) && (*peer == 0 || *peer == geteuid());
}

// False: there was no request, and nobody waits for an answer. A server that starts looks in this
// way whether another one is there.
static bool run_request(struct admin_socket *s, const struct wire *wire, struct io *io, int *code)
{
    struct roster_error err = {0};
    str message = {0};
    struct wire_request request = {0};
    uid_t peer = 0;
    if (!may_command(wire->fd, &peer)) {
        *code =
            io_stop(io, EX_NOPERM, "only the user who runs the server, and root, may command it");
        return true;
    }
    if (!wire_read(wire, ADMIN_REQUEST_MAX, s->arena, &message, &err)) {
        *code = io_refuse(io, &err);
        return err.code != ROSTER_ERR_UNAVAILABLE;
    }
    *code = request_parse(message, s->arena, &request, &err)
                ? s->run(s->ctx, &request, peer, s->arena, io)
                : io_refuse(io, &err);
    return true;
}

static void serve(struct admin_socket *s, int fd)
{
    struct wire wire = {fd, s->stop_fd, ADMIN_MESSAGE_MS};
    struct roster_error err = {0};
    struct io io;
    int code = EX_OK;
    io_init(&io, s->arena);
    bool asked = run_request(s, &wire, &io, &code);
    // What was done is told even when the server has been asked to stop meanwhile.
    wire.stop_fd = -1;
    if (asked && !wire_write(&wire, reply_print(&io, code, s->arena), &err)) {
        log_event(LOG_LEVEL_WARNING, "administration-unanswered",
                  LOG_TEXT("detail", str_of(err.detail)));
    }
    roster_arena_reset(s->arena);
}

static void *run_thread(void *ctx)
{
    struct admin_socket *s = ctx;
    struct pollfd fds[] = {{s->fd, POLLIN, 0}, {s->stop_fd, POLLIN, 0}};
    for (;;) {
        int ready = poll(fds, COUNT_OF(fds), -1);
        if (ready > 0 && fds[1].revents != 0) {
            return NULL;
        }
        int fd = ready > 0 ? accept4(s->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK) : -1;
        if (fd >= 0) {
            serve(s, fd);
            close(fd);
        } else if (ready > 0 && errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
            // Out of descriptors: the connection stays in the queue, trying on at once is no use.
            (void)poll(&fds[1], 1, PAUSE_MS);
        }
    }
}

static bool start(struct admin_socket *s, const char *path, struct roster_error *err)
{
    s->arena = roster_arena_open(ARENA_REQUEST_MAX);
    s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (s->arena == NULL || s->stop_fd < 0) {
        return fail_memory(err);
    }
    if (!wire_address(path, &s->address, &s->folder_fd, err) ||
        !remove_stale(&s->address, path, err) || !bind_private(s, path, err)) {
        return false;
    }
    s->started = pthread_create(&s->thread, NULL, run_thread, s) == 0;
    return s->started ||
           fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot start the administration thread");
}

struct admin_socket *socket_open(const char *path, socket_run_fn *run, void *ctx,
                                 struct roster_error *err)
{
    struct admin_socket *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        fail_memory(err);
        return NULL;
    }
    *s = (struct admin_socket){.fd = -1, .stop_fd = -1, .folder_fd = -1, .run = run, .ctx = ctx};
    if (!start(s, path, err)) {
        socket_close(s);
        return NULL;
    }
    return s;
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void socket_close(struct admin_socket *s)
{
    if (s == NULL) {
        return;
    }
    // First the name: a command that comes now waits for the store instead of for an answer.
    if (s->bound) {
        unlink(s->address.sun_path);
    }
    if (s->started) {
        eventfd_write(s->stop_fd, 1);
        pthread_join(s->thread, NULL);
    }
    close_fd(s->fd);
    close_fd(s->stop_fd);
    close_fd(s->folder_fd);
    roster_arena_close(s->arena);
    free(s);
}
