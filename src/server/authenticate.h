// server/authenticate.h: who asks, and whether the address that he uses is his tenant's.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_AUTHENTICATE_H
#define SERVER_AUTHENTICATE_H

#include "server/app.h"

// Fills actor and view from the credential of the request. `may_be_nobody`: it is answered without
// one, too; then the view shows what the tenant that the address names has switched on, and nothing
// else of it. False: refused, with its challenge.
MUST_CHECK bool authenticate(struct lane *lane, struct pending *pending, bool may_be_nobody);

#endif
