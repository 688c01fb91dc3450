// cli/socket.h: the administration socket of a server: "PATH.sock" beside the store.
//
// A thread takes one command at a time from processes of the same user or of root, and has it run.
// It never outlives socket_close, whatever a peer does or leaves undone.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_SOCKET_H
#define CLI_SOCKET_H

#include "cli/wire.h"

#include <sys/types.h>

// One command line of the user `peer`. What it prints goes to `io`; returns its exit code.
typedef int socket_run_fn(void *ctx, const struct wire_request *request, uid_t peer,
                          struct roster_arena *arena, struct io *io);

struct admin_socket;

// The caller owns the store that `path` stands beside: a file left behind by a dead server is
// replaced. NULL and `err` when the socket cannot be had.
MUST_CHECK struct admin_socket *socket_open(const char *path, socket_run_fn *run, void *ctx,
                                            struct roster_error *err);
// Takes the file away, lets a command that is running end, and joins the thread. NULL is accepted.
void socket_close(struct admin_socket *socket);

#endif
