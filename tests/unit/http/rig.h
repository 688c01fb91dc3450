// unit/http/rig.h: a loop on a thread of its own with a handler that does what paths say, and a
// client that can say anything.
//
//   /echo     200, the body as it came
//   /target   200, method, path, query and remote, one on each line
//   /wait     as /echo, but completed by another thread
//   /hold     kept until rig_let_go
//   /refuse   401 from the head
//   /empty    204
//   /same     304
//   /stream   200, STREAM_BYTES in pieces
//   /endless  200, as /stream without an end
//   /broken   as /stream, but the source fails half way
//   /inject   a header with a line end in its value
//   /block    the loop stands still until rig_let_go
//   /last     200, and the connection closes
// SPDX-License-Identifier: Apache-2.0
#ifndef UNIT_HTTP_RIG_H
#define UNIT_HTTP_RIG_H

#include "http/http.h"

#include <pthread.h>
#include <stdatomic.h>

enum { STREAM_BYTES = 300000, REPLY_BYTES_MAX = 1 << 20, BODY_MAX = 100000 };

struct rig {
    struct http_loop *loop;
    pthread_t thread;
    pthread_t worker;
    uint16_t port;
    int drain_ms;
    bool running;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct http_exchange *pending[512];  // collected by begin, loop thread only
    size_t pending_count;
    struct http_exchange *waiting[512];  // for the worker; under the lock
    size_t waiting_count;
    struct http_exchange *held[512];  // under the lock
    size_t held_count;
    bool let_go;  // under the lock
    bool ended;   // under the lock
    atomic_int heads;
    atomic_int begins;
    atomic_int releases;
    atomic_int stream_closes;
    atomic_int passes;
    atomic_int blocked;
};

// `change` adjusts the options (NULL: none). The loop runs until rig_close, or rig_stop.
void rig_open(struct rig *rig, void (*change)(struct http_loop_options *options));
// Opens without running, for tests that send first.
void rig_prepare(struct rig *rig, void (*change)(struct http_loop_options *options));
void rig_run(struct rig *rig);
void rig_let_go(struct rig *rig);
void rig_await(struct rig *rig, atomic_int *count, int least);
void rig_await_held(struct rig *rig, size_t count);
// Stops the loop and waits for its thread.
void rig_stop(struct rig *rig);
void rig_close(struct rig *rig);

struct reply {
    int status;
    bool closes;  // it says so, or the connection ended behind it
    bool has_length;
    size_t length;  // as announced
    size_t len;
    char head[16384];
    char *body;
};

int client_dial(uint16_t port);
void client_send(int fd, str text);
void client_say(int fd, const char *text);
// False when the connection ended before a whole reply. Bytes behind it stay for the next.
bool client_read(int fd, struct reply *reply, bool to_head);
// Sends and reads one reply on a new connection, which is closed.
bool client_ask(uint16_t port, str text, struct reply *reply);
// Whether the other side has ended the connection; reads what was still sent.
bool client_is_ended(int fd);
void reply_free(struct reply *reply);

#endif
