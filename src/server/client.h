// server/client.h: whom a client certificate stands for (RFC 8705 section 2.2).
//
// It counts when the handshake proved its key and it is bound to a tenant (auth/shown.h). A
// certificate that a proxy shows is the proxy's, and what a header says of one is anybody's word:
// neither counts.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_CLIENT_H
#define SERVER_CLIENT_H

#include "server/app.h"

// AUTH_MISSING: none was shown. AUTH_INVALID: it is bound to no tenant, its binding is revoked or
// over, or it is not valid at this time. The entry stays valid until another is looked for.
enum auth_outcome client_find(struct lane *lane, const struct pending *pending,
                              struct auth_notes *notes, const struct actor_entry **out);
// Has clients asked for a certificate once one is bound: browsers bother people when they are. On
// the thread that owns `conn`.
void client_ask(struct app *app, struct conn *conn);

#endif
