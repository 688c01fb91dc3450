// http/http.h: HTTP/1.1 in, HTTP/1.1 out; the only face on libmicrohttpd.
//
// One `http_loop` is one thread's epoll loop with its own daemon and listening socket
// (SO_REUSEPORT). A request becomes an `http_exchange`: plain data in, plain data out. The handler
// answers at once, or keeps the exchange and answers from any thread later:
//
//   head    the request line and headers are here, the body is not: refuse early or go on
//   begin   everything is here. Fill the reply and return HTTP_DONE, or return HTTP_WAIT
//   flush   end of one pass of the loop: publish what `begin` collected in this pass
//   finish  after http_complete: back on the loop thread, fill the reply, or wait again
//   release the exchange and all its memory are about to go; called whenever `head` was
//
// What breaks framing is refused here with a short answer and a closed connection (http/guard.h
// lists it); all that reaches `head` is a well-formed request. This layer knows nothing of SCIM.
//
// Who waits for a client: a head HTTP_HEAD_S behind its request line, a body, a reply and each
// piece of a stream HTTP_GRACE_S and then as long as they move at HTTP_RATE_MIN (each of them
// `idle_s`, if that is less), an idle connection `idle_s`; with TLS, handshake and first request
// line together HTTP_HANDSHAKE_S.
// SPDX-License-Identifier: Apache-2.0
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include "base/arena.h"
#include "base/check.h"
#include "http/tls.h"

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS,
    HTTP_OTHER,
};

enum http_verdict { HTTP_DONE, HTTP_WAIT };

struct http_header {
    str name;
    str value;
};

// A client certificate. Whom it stands for, and whether its time is now, is for the handler to say.
struct http_certificate {
    unsigned char thumbprint[32];  // SHA-256 of its DER
    int64_t begins_ms;             // since 1970, UTC
    int64_t ends_ms;
    str chain;  // what the client sent: DER, one behind the other, its own first; that one alone,
                // when there was more than CLIENT_CHAIN_MAX or CLIENT_CHAIN_BYTES
};

enum { HTTP_REPLY_HEADERS_MAX = 12 };

// A body that is pulled in pieces: writes at most `max` bytes to `out` and returns how many; 0
// ends the body, negative breaks the connection. Called on the loop thread.
typedef long http_read_fn(void *ctx, char *out, size_t max);

struct http_reply {
    int status;
    struct {
        const char *name;
        str value;
    } headers[HTTP_REPLY_HEADERS_MAX];
    size_t header_count;
    str body;            // lives until release; to HEAD and with 304 only its length is sent
    http_read_fn *read;  // instead of `body`: streamed, chunked; to HEAD it is not called
    void (*read_close)(void *ctx);  // called once when streaming ends, however it ends
    void *read_ctx;
    bool close;  // close the connection behind this reply
};

struct http_exchange {
    enum http_method method;
    str method_text;
    str path;             // raw, undecoded, from the first '/' up to '?'
    str query;            // raw, behind '?'; empty when there is none
    str body;             // empty until `begin`
    str remote;           // numeric peer address without port
    uint64_t connection;  // number of the connection in this process, from 1 on; 0: it has none
    bool tls;             // of our own, not of a proxy in front
    const struct http_certificate *client;  // that the peer has the key of; NULL: it showed none
    const struct http_header *headers;      // as sent; a repeated name stands here more than once
    size_t header_count;
    struct http_reply reply;
    struct roster_arena *arena;  // of this exchange: handlers allocate what must live until release
    void *user;                  // the handler's own, NULL at first
    void *loop_ctx;              // what http_loop_options.loop_ctx said
};

struct http_handler {
    // May return HTTP_DONE with a reply: it is sent, and the connection closed if there is a body,
    // for that is not read. HTTP_WAIT: go on reading.
    enum http_verdict (*head)(void *ctx, struct http_exchange *exchange);
    enum http_verdict (*begin)(void *ctx, struct http_exchange *exchange);
    void (*flush)(void *ctx);
    // HTTP_WAIT: it goes on elsewhere, to be completed once more.
    enum http_verdict (*finish)(void *ctx, struct http_exchange *exchange);
    void (*release)(void *ctx, struct http_exchange *exchange);
    // Fills the reply for a body that is over its maximum (413) or has no room now (503), behind
    // `head`. NULL: one line of text. The connection closes in any case.
    void (*refuse)(void *ctx, struct http_exchange *exchange, int status);
};

// First header of that name, ignoring case. False when there is none.
bool http_header_find(const struct http_exchange *exchange, str name, str *value);
// How often a header of that name was sent.
size_t http_header_count(const struct http_exchange *exchange, str name);
// The values of all headers of that name as one list with commas (RFC 9110 section 5.3); empty when
// there is none. False when the arena is full.
MUST_CHECK bool http_header_list(const struct http_exchange *exchange, str name,
                                 struct roster_arena *arena, str *list);
// Appends a header to the reply; both must live until release. Asserts that there is room.
void http_reply_header(struct http_reply *reply, const char *name, str value);
// Reason phrase of a status.
const char *http_reason(int status);

struct http_loop_options {
    const char *address;   // numeric IPv4 or IPv6
    uint16_t port;         // 0: any
    bool shares_port;      // another loop of this process listens there already
    int listen_fd;         // an inherited socket, which stays the caller's; or -1
    struct http_tls *tls;  // the caller's; NULL: plain HTTP
    size_t body_max;
    unsigned connections_max;
    unsigned idle_s;
    const struct http_handler *handler;
    void *loop_ctx;  // first argument of every callback
};

struct http_loop;

// A socket that listens, for `listen_fd` of a loop: how to have one before the process gives up the
// right to. The caller closes it. -1 and `err` when the address cannot be had.
MUST_CHECK int http_listen(const char *address, uint16_t port, bool shares_port,
                           struct roster_error *err);
MUST_CHECK bool http_socket_port(int fd, uint16_t *port);

// A loop that listens. NULL and `err` when the address cannot be had.
MUST_CHECK struct http_loop *http_loop_open(const struct http_loop_options *options,
                                            struct roster_error *err);
uint16_t http_loop_port(const struct http_loop *loop);
// Runs until http_loop_stop; then takes what has arrived, accepts no more, answers what is under
// way and returns. Replies of that time close their connection, idle connections are closed. What
// is not answered `drain_ms` later gets 503.
void http_loop_run(struct http_loop *loop, int drain_ms);
// From any thread and from signal handlers.
void http_loop_stop(struct http_loop *loop);
// From any thread: the exchange that `begin` answered with HTTP_WAIT can go on. The face calls
// `finish` on the loop's own thread, unless the exchange was given up at the end of the drain.
// The exchange may not be touched by the caller any more. Completing several costs one wake-up.
void http_complete(struct http_exchange *exchange);
// Only after http_loop_run returned, and after every exchange that was answered with HTTP_WAIT has
// been completed: those that got 503 at the end of the drain are only released here. NULL is
// accepted.
void http_loop_close(struct http_loop *loop);

// Connections open now, and requests refused before the handler, since the start.
struct http_counts {
    uint64_t connections_open;
    uint64_t requests;
    uint64_t refused;
};
struct http_counts http_loop_counts(const struct http_loop *loop);

#endif
