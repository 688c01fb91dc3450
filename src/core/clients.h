// core/clients.h: OAuth clients of a tenant: an id, and secrets of which two may be alive.
//
// A client is its secrets: each is a row that also says label, source, user and scopes, the same in
// all of them. Access tokens that were given for a secret end with it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_CLIENTS_H
#define CORE_CLIENTS_H

#include "core/tenants.h"

// A new client with one secret; out->client is its id.
MUST_CHECK bool clients_add(const struct admin *admin, const struct token_request *request,
                            struct secret *secret, struct token_row *out, struct roster_error *err);
// The secrets of all clients of a tenant (of all tenants when it is empty), dead ones too, those of
// one client one after the other.
MUST_CHECK bool clients_list(const struct admin *admin, str tenant, struct token_row **first,
                             struct roster_error *err);

enum { CLIENT_KEEPS = -1 };

// A new secret. The newest one that is alive ends `overlap_ms` from now (CLIENT_KEEPS: it stays as
// it is), any other at once, so that two are alive at most.
MUST_CHECK bool clients_rotate(const struct admin *admin, str client, int64_t overlap_ms,
                               struct secret *secret, struct token_row *out,
                               struct roster_error *err);
// Ends the secret with the number `token` (0: all of them) at once. Twice is no refusal. *first
// gets the secrets as they are then.
MUST_CHECK bool clients_revoke(const struct admin *admin, str client, int64_t token,
                               struct token_row **first, struct roster_error *err);

#endif
