// server/registries.h: the registries of tenants with schemas of their own, shared by all threads.
//
// A registry is built by the first request that needs it, and goes when nobody uses it any more:
// this table, the credentials that threads remember and requests under way each count as a use.
// The built-in registry is everywhere NULL, so that a tenant without own schemas costs nothing.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_REGISTRIES_H
#define SERVER_REGISTRIES_H

#include "store/registry.h"

struct registries;

MUST_CHECK struct registries *registries_open(struct store *store);
void registries_close(struct registries *registries);  // NULL is accepted

// The registry of a tenant at a revision of its schemas, with a use that the caller gives back.
// NULL for revision 0. False: it cannot be built; the log says why, and nobody else is concerned.
MUST_CHECK bool registries_find(struct registries *registries, struct conn *conn, int64_t tenant,
                                int64_t revision, struct tenant_registry **out);

#endif
