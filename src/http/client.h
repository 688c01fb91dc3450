// http/client.h: HTTP/1.1 out; the only face on libcurl.
//
// One client keeps the connections of one thread. A call sends one request and waits for the whole
// answer: bounded in size and time, given up when `cancelled` says so. Nothing is retried, no
// cookie is kept, no redirect is followed: that the caller decides, who knows whether the request
// may be sent twice, and where to. What comes back is untrusted. This layer knows nothing of SCIM.
// SPDX-License-Identifier: Apache-2.0
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "http/http.h"

// How a call ended. Only with HTTP_SENT is there an answer.
enum http_sent {
    HTTP_SENT,
    HTTP_SENT_BAD_REQUEST,  // the URL is none, or a header holds what it may not: nothing was sent
    HTTP_SENT_NO_HOST,      // the name has no address
    HTTP_SENT_NO_CONNECT,   // nobody listens there
    HTTP_SENT_TLS,          // no secure channel, or not to whom it should be
    HTTP_SENT_LATE,         // no whole answer in time
    HTTP_SENT_TOO_LARGE,    // head or body over its maximum
    HTTP_SENT_BROKEN,       // the connection broke, or what came was no HTTP
    HTTP_SENT_CANCELLED,
    HTTP_SENT_NO_MEMORY,
};

struct http_request {
    str method;  // a token, as it is written
    str url;     // absolute, encoded; http or https, without user and password
    const struct http_header *headers;
    size_t header_count;
    str body;
    bool has_body;  // an empty body is one too
};

struct http_answer {
    int status;
    struct http_header headers[HTTP_HEADERS_MAX];  // of the last head, in its order
    size_t header_count;
    str body;
};

struct http_client_options {
    int timeout_ms;   // for a whole answer, from the first look at the name on
    size_t body_max;  // of an answer
    bool insecure;    // believes any certificate
    const char
        *ca_path;  // certificates in PEM of authorities that are believed; NULL: the system's
    const char *user_agent;
    bool (*cancelled)(void *ctx);  // asked several times a second while a call waits; NULL: never
    // Asked with the numeric address before each connection, behind the look at the name: what it
    // refuses is not connected to, and no proxy is used. NULL: any address.
    bool (*may_connect)(void *ctx, const char *address);
    void *ctx;
};

struct http_client;

// NULL and `err` without memory. The options are copied, `user_agent` too.
MUST_CHECK struct http_client *http_client_open(const struct http_client_options *options,
                                                struct roster_error *err);
void http_client_close(struct http_client *client);  // NULL is accepted

// One request. The answer lives in `arena`; `err` says in one sentence why there is none.
enum http_sent http_client_call(struct http_client *client, const struct http_request *request,
                                struct roster_arena *arena, struct http_answer *out,
                                struct roster_error *err);

// First header of that name, ignoring case. False when there is none.
bool http_answer_header(const struct http_answer *answer, str name, str *value);

#endif
