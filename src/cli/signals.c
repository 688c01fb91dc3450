// signals.c: a thread that reads signals from a descriptor.
// SPDX-License-Identifier: Apache-2.0
#include "cli/signals.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EXIT_BY_SIGNAL = 128 };

struct signals {
    struct signal_actions actions;
    int fd;
    int stop_fd;
    bool stopping;
    bool started;
    pthread_t thread;
};

static sigset_t watched(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    return set;
}

void signals_block(void)
{
    sigset_t set = watched();
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);  // a file at its limit is a full disk, not the end
}

static void act(struct signals *signals, int number)
{
    if (number == SIGHUP) {
        signals->actions.reload(signals->actions.ctx);
        return;
    }
    if (signals->stopping) {
        _exit(EXIT_BY_SIGNAL + number);
    }
    signals->stopping = true;
    signals->actions.stop(signals->actions.ctx);
}

static void *watch(void *ctx)
{
    struct signals *signals = ctx;
    int tick_ms = signals->actions.tick != NULL ? signals->actions.tick_ms : -1;
    struct pollfd fds[] = {{signals->fd, POLLIN, 0}, {signals->stop_fd, POLLIN, 0}};
    for (;;) {
        struct signalfd_siginfo info;
        int ready = poll(fds, COUNT_OF(fds), tick_ms);
        if (ready == 0 && signals->actions.tick != NULL) {
            signals->actions.tick(signals->actions.ctx);
        }
        if (ready > 0 && fds[1].revents != 0) {
            return NULL;
        }
        if (ready > 0 && read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
            act(signals, (int)info.ssi_signo);
        }
    }
}

struct signals *signals_open(const struct signal_actions *actions, struct roster_error *err)
{
    struct signals *signals = calloc(1, sizeof(*signals));
    sigset_t set = watched();
    if (signals == NULL) {
        fail_memory(err);
        return NULL;
    }
    signals->actions = *actions;
    signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    signals->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    signals->started = signals->fd >= 0 && signals->stop_fd >= 0 &&
                       pthread_create(&signals->thread, NULL, watch, signals) == 0;
    if (!signals->started) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "cannot watch for signals");
        signals_close(signals);
        return NULL;
    }
    return signals;
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

void signals_close(struct signals *signals)
{
    if (signals == NULL) {
        return;
    }
    if (signals->started) {
        eventfd_write(signals->stop_fd, 1);
        pthread_join(signals->thread, NULL);
    }
    close_fd(signals->fd);
    close_fd(signals->stop_fd);
    free(signals);
}
