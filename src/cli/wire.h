// cli/wire.h: what a command and the server that owns the store say to each other.
//
// One message each way over a local socket: four bytes of length, most significant first, and that
// many bytes of JSON.
//
//   {"version":1,"arguments":["roster","tenant","add","acme"]}
//   {"code":0,"out":"","err":"tenant acme: added\n"}
//
// A command that reads a file brings it along as "input". A long one is answered in between with
// "again", "done" and "total", and asked again; what it says as "state" it is told again. With
// "later" it wants to be asked in a while.
//
// Lengths and times are bounded on both sides; neither believes the other.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_WIRE_H
#define CLI_WIRE_H

#include "cli/print.h"

#include <sys/types.h>
#include <sys/un.h>

// One end. The descriptor does not block.
struct wire {
    int fd;
    int stop_fd;     // reading and writing end with UNAVAILABLE once it is readable; -1: none
    int timeout_ms;  // for a whole message
};

MUST_CHECK bool wire_write(const struct wire *wire, str message, struct roster_error *err);
// INVALID_SYNTAX for a length of 0 or over `len_max`, UNAVAILABLE for a lost or slow connection.
MUST_CHECK bool wire_read(const struct wire *wire, size_t len_max, struct roster_arena *arena,
                          str *out, struct roster_error *err);

struct wire_request {
    int argc;
    char **argv;  // ends with NULL
    str input;    // empty: none
    str state;    // what its last turn left; empty: this is the first
};
// Refused with BAD_REQUEST when the words or the input are not UTF-8 or too long together.
MUST_CHECK bool request_print(const struct wire_request *request, struct roster_arena *arena,
                              str *out, struct roster_error *err);
MUST_CHECK bool request_parse(str message, struct roster_arena *arena, struct wire_request *out,
                              struct roster_error *err);
// Never fails: an answer that is too large becomes a short one that says so.
str reply_print(const struct io *io, int code, struct roster_arena *arena);
// Appends to both texts of `io`.
MUST_CHECK bool reply_parse(str message, struct roster_arena *arena, struct io *io, int *code,
                            struct roster_error *err);

// The address of a socket file. A path that is too long for it is reached through its folder,
// which *folder_fd then keeps open; else it is -1. Refused with UNAVAILABLE.
MUST_CHECK bool wire_address(const char *path, struct sockaddr_un *out, int *folder_fd,
                             struct roster_error *err);
// A connection to the socket at `path`, or -1 and errno.
MUST_CHECK int wire_connect(const char *path);
// The user at the other end. False when it cannot be told.
MUST_CHECK bool wire_peer(int fd, uid_t *user);

#endif
