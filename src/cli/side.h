// cli/side.h: a server of its own on a scratch store, to replay requests against.
//
// It runs in a process of its own, is this program or another version, and goes with its store.
// Whatever it says is only compared and shown.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_SIDE_H
#define CLI_SIDE_H

#include "http/client.h"
#include "json/value.h"

struct side;

// `store`: the URL of a store whose copy it begins with; NULL: an empty one. NULL and `err`
// (UNAVAILABLE) when there is no copy, or the program cannot be started or does not begin to
// listen.
MUST_CHECK struct side *side_open(const char *program, const char *store, struct roster_error *err);
// Ends the process and removes its store. NULL is accepted.
void side_close(struct side *side);

// Whom a request comes from.
struct side_sender {
    str tenant;
    int64_t source;  // number; each has a token of its own
    const char *profile;
    const char *const *settings;  // "coerce-boolean=off"; NULL ends them
};

struct side_request {
    const struct side_sender *sender;
    str method;
    str target;
    str headers;  // "Name: value\n" each
    str body;
};

// A tenant that is not there is made when it is asked for first, and set up; a token is made for
// each source, which is that of its number where the store has one. The answer lives in `arena`; in
// its body the address of the server is left out.
MUST_CHECK bool side_send(struct side *side, const struct side_request *request,
                          struct roster_arena *arena, int *status, str *body,
                          struct roster_error *err);

#endif
