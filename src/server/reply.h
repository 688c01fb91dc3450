// server/reply.h: outcomes as HTTP replies.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_REPLY_H
#define SERVER_REPLY_H

#include "server/app.h"

// Each fills pending->exchange->reply. All slices live in the request's arena.
void reply_error(struct pending *pending);
void reply_empty(struct pending *pending, int status);
void reply_json(struct pending *pending, const struct roster_json *body);
void reply_text(struct pending *pending, int status, str type, str body);
// An answer in pieces; with `conn` it is streamed from that connection's snapshot, which is closed
// with the reply.
void reply_answer(struct pending *pending, int status, struct answer *answer, struct conn *conn);
// The media type of a reply with a body.
str reply_media(const struct pending *pending);
void reply_header(struct pending *pending, const char *name, str value);
// Makes the reply one that no cache keeps (RFC 6749 section 5.1), and one that may be tried again.
void reply_private(struct pending *pending);
void reply_retry(struct pending *pending);
// ETag and Location of one resource.
void reply_resource_headers(struct pending *pending, const struct read_result *result);

#endif
