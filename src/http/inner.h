// http/inner.h: what the files of this folder share; nobody else includes it.
//
//   listen.c    the listening socket
//   peer.c      connections and their deadlines
//   exchange.c  one request from its request line to its end: what libmicrohttpd calls
//   body.c      its body
//   done.c      its way back from other threads
//   send.c      from http_reply to a response of libmicrohttpd
//   secure.c    what a connection does with TLS
//   loop.c      the daemon, its epoll loop, stopping
//
// All of it runs on the thread of the loop, but for the fields that say otherwise.
// SPDX-License-Identifier: Apache-2.0
#ifndef HTTP_INNER_H
#define HTTP_INNER_H

#include "base/limits.h"
#include "http/guard.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>

enum { REMOTE_LEN_MAX = INET6_ADDRSTRLEN, SECURE_OPTIONS = 3 };

struct tls_identity;

// Where a request is. Each phase says who ends it.
enum phase {
    PHASE_HEAD,     // the request line is here; ends with the head
    PHASE_BODY,     // the body is being read; ends with its last byte
    PHASE_SKIP,     // as PHASE_BODY, but the body is thrown away; `status` refuses then
    PHASE_WAITING,  // the connection is suspended; http_complete ends it, or the end of the drain
    PHASE_REPLY,    // the reply is filled; ends when libmicrohttpd asks for it
    PHASE_SENT,     // the response is with libmicrohttpd; ends when it has been sent or cannot be
    PHASE_LEFT,     // given up at the end of the drain, but somebody still works on it
};

// A connection.
struct peer {
    struct peer *prev;
    struct peer *next;
    struct http_loop *loop;
    struct request *request;  // under way, or NULL
    int64_t deadline_ms;      // then it is cut off
    int fd;
    uint64_t number;
    struct http_certificate *client;  // that it showed; NULL: none, or not looked yet
    bool client_known;
    struct tls_identity *identity;  // that it is shown; NULL: the connection is plain
    char remote[REMOTE_LEN_MAX];
};

// An exchange and what the face knows of it. Lives in its own arena.
struct request {
    struct http_exchange exchange;  // first: http_complete gets no more than this
    struct http_loop *loop;
    struct peer *peer;
    struct MHD_Connection *connection;  // NULL when libmicrohttpd has forgotten this request
    struct request *next_done;
    struct guard_framing framing;
    str target;        // a copy: libmicrohttpd splits its own
    str target_place;  // where that is
    enum phase phase;
    int status;      // that PHASE_SKIP ends with
    bool seen;       // by the handler, which has to release it
    bool completed;  // in PHASE_LEFT: nobody works on it any more
    bool on_heap;    // where `body` is
    char *body;
    size_t body_len;  // received
    size_t body_cap;
    int64_t body_began_ms;
    int64_t sent_began_ms;  // of a streamed reply
    size_t sent_len;        // handed over of it so far
};

struct listener {
    int fd;
    bool watched;          // it is in the epoll set
    int64_t pause_end_ms;  // no accepting before: the process ran out of descriptors
};

struct http_loop {
    struct http_loop_options options;
    struct MHD_Daemon *daemon;
    struct listener listener;
    int epoll_fd;
    int wake_fd;
    uint16_t port;
    bool parsed_in_place;  // a libmicrohttpd that guard_lines is for
    int64_t now_ms;        // of this pass
    int64_t sweep_ms;      // when deadlines are looked at next
    struct peer *peers;
    size_t waiting_count;  // exchanges that the handler has to complete
    size_t body_bytes;     // on the heap, over all requests
    struct roster_arena *arenas[HTTP_ARENAS_IDLE];
    size_t arena_count;
    struct http_header fields[HTTP_HEADERS_MAX + 1];  // of the head that is being read
    size_t field_count;
    struct request *_Atomic done;  // any thread: completed, newest first
    _Atomic bool stopping;         // any thread
    _Atomic uint64_t peer_count;   // written here, read anywhere
    _Atomic uint64_t request_count;
    _Atomic uint64_t refused_count;
};

// How long a client may take before its speed counts.
static inline int64_t loop_grace_ms(const struct http_loop *loop)
{
    unsigned idle_s = loop->options.idle_s;
    return INT64_C(1000) * (idle_s < HTTP_GRACE_S ? idle_s : HTTP_GRACE_S);
}

// From any thread and from signal handlers: ends the wait of the loop.
void loop_wake(struct http_loop *loop);

bool listener_open(struct listener *listener, const struct http_loop_options *options,
                   struct roster_error *err);
// Puts it into the epoll set, or takes it out, as the number of connections and its pause say.
void listener_watch(struct http_loop *loop);
// Takes up to `max` connections.
void listener_accept(struct http_loop *loop, size_t max);
void listener_close(struct listener *listener);

// The flag and the options of a daemon, which has TLS when the loop has.
unsigned secure_options(const struct http_loop *loop, struct MHD_OptionItem items[SECURE_OPTIONS]);
// Of a connection that begins, before its handshake, and of one that is over.
void secure_begin(struct peer *peer, struct MHD_Connection *connection);
// The certificate that the client showed in the handshake, which is over. Lives as the peer does.
const struct http_certificate *secure_client(struct peer *peer, struct MHD_Connection *connection);
void secure_end(struct peer *peer);

// Called by libmicrohttpd when a connection comes and goes.
void peer_notify(void *ctx, struct MHD_Connection *connection, void **socket_ctx,
                 enum MHD_ConnectionNotificationCode code);
struct peer *peer_of(struct MHD_Connection *connection);
// Cuts off what is over its deadline.
void peers_sweep(struct http_loop *loop);
// Cuts off what has no request under way.
void peers_close_idle(struct http_loop *loop);

// Called by libmicrohttpd: with the request line, for head, body and reply, at the end.
void *exchange_open(void *ctx, const char *target, struct MHD_Connection *connection);
enum MHD_Result exchange_serve(void *ctx, struct MHD_Connection *connection, const char *target,
                               const char *method, const char *version, const char *data,
                               size_t *data_len, void **request_ctx);
void exchange_notify(void *ctx, struct MHD_Connection *connection, void **request_ctx,
                     enum MHD_RequestTerminationCode code);
// Gives everything back. The request is gone then.
void exchange_close(struct request *request);

// A piece of the body. MHD_NO closes the connection.
enum MHD_Result body_take(struct request *request, const char *data, size_t len);
void body_drop(struct request *request);

// Finishes what other threads completed and wakes its connections.
void exchange_finish_done(struct http_loop *loop);
// At the end of the drain: 503 to the clients of what is still waiting.
void exchange_give_up(struct http_loop *loop);

// A line of text and a closed connection.
enum MHD_Result send_refusal(struct MHD_Connection *connection, int status);
// The reply of the exchange.
enum MHD_Result send_reply(struct request *request);

#endif
