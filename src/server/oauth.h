// server/oauth.h: the token endpoint of a tenant (RFC 6749 section 4.4), and its metadata (RFC
// 8414).
//
// A client says who it is by a Basic header or in the body, never both; what is wrong is told in
// the words of RFC 6749 section 5.2. Nothing is written but that the secret was used; that an
// assertion was used is written before the answer (server/assertions.h).
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_OAUTH_H
#define SERVER_OAUTH_H

#include "server/app.h"

// Whether the head may go on: its method, and how long its body is.
MUST_CHECK bool oauth_admit(struct pending *pending);
// False: the target is neither of both. With pending->token it waits for the writer, else it is
// answered, or waits for keys.
bool handle_oauth(struct lane *lane, struct pending *pending);
// On the writer's thread, in its transaction.
void oauth_write(struct pending *pending, struct conn *writer);
// Back on the thread of its loop: answers what came of it.
void oauth_finish(struct pending *pending);

#endif
