// server/actors.h: credentials that a thread has seen, so that a request costs one digest and one
// look into a table.
//
// An entry counts only while the app's generation is the one it was made in: administration moves
// the generation on, and every credential is looked up anew. A revoked token is dead at once.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_ACTORS_H
#define SERVER_ACTORS_H

#include "auth/auth.h"
#include "core/context.h"
#include "server/registries.h"
#include "server/shares.h"

struct actor_entry {
    uint64_t generation;  // 0: empty
    enum auth_scheme scheme;
    unsigned char digest[DIGEST_LEN];  // of what the scheme carries
    struct actor actor;
    struct tenant_settings settings;
    int64_t schemas;              // revision of the tenant's schemas
    struct tenant_registry *own;  // NULL: the built-in one
    int64_t noted_ms;             // when its last use was noted
    struct share *share;
};

struct actors;
struct uses;

// `builtin`: the registry of tenants without schemas of their own.
MUST_CHECK struct actors *actors_open(const struct roster_registry *builtin,
                                      struct registries *registries, struct uses *uses,
                                      struct shares *shares);
void actors_close(struct actors *actors);  // NULL is accepted
// What a request brings along.
struct actor_request {
    struct credentials credentials;
    str address;  // of the client
    struct keyring *keys;
    struct issuer_keys *issuers;
    struct auth_notes *notes;
    int64_t now_ms;
    uint64_t generation;
};

// Whose credential `row` is: all of the actor but its scopes and the policy of its source.
void actor_take_row(struct actor *actor, const struct token_row *row);
// What the source of the credential may see and change, as `row` says it. False: it cannot be read.
MUST_CHECK bool actor_take_policy(struct actor *actor, const struct token_row *row,
                                  struct roster_arena *arena);

// The entry of a credential; it stays valid until the next call. `arena` is for the store's answer.
// The use is noted.
enum auth_outcome actors_find(struct actors *actors, struct conn *conn,
                              const struct actor_request *request, struct roster_arena *arena,
                              const struct actor_entry **out);

#endif
