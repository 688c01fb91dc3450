// auth/shown.h: client certificates that were shown in a handshake (RFC 8705).
//
// One that is bound itself counts by that binding alone, dead or alive; so one certificate of an
// authority can be shut out by binding and revoking it. Any other counts by the authority that
// signed it and a name in it, both as one tenant declared them together: the authority of one
// tenant says nothing for another.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_SHOWN_H
#define AUTH_SHOWN_H

#include "auth/auth.h"

// As auth_find. The end of `row` is that of the certificates on the way to the authority, if that
// is earlier.
enum auth_outcome shown_find(const struct auth_call *call, const struct credentials *credentials,
                             struct token_row *row);

#endif
