// reply.h: where an HTTP reply ends, and what it says.
// SPDX-License-Identifier: Apache-2.0
#ifndef BENCH_REPLY_H
#define BENCH_REPLY_H

#include <stdbool.h>
#include <stddef.h>

enum reply_state { REPLY_MORE, REPLY_DONE, REPLY_BROKEN };

struct reply {
    int status;  // 0: the head is not complete
    size_t head_len;
    size_t body_len;  // of a chunked reply: without the chunks' heads
    size_t end;       // of a chunked reply: how far it was followed
    bool chunked;
    bool close;
};

// Looks at what has arrived so far. `reply` is zero at first and carries the state between calls.
enum reply_state reply_parse(const char *bytes, size_t len, struct reply *reply);

#endif
