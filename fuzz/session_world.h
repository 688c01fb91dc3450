// session_world.h: two tenants, made anew for each input, and everybody who may send requests.
//
// Tenant A is the one that the input sets up; tenant B has a person and a group from the start that
// nobody of A may ever see, and so has the default source of A when its sources have policies.
// SPDX-License-Identifier: Apache-2.0
#ifndef SESSION_WORLD_H
#define SESSION_WORLD_H

#include "kit/rig.h"

enum { TENANT_A, TENANT_B, TENANTS, NO_TENANT = TENANTS };

// Texts that stand in no input, so that whoever shows them has them from the store.
#define MARKER_B "q7-marker-of-tenant-b"
#define MARKER_HIDDEN "q7-marker-of-the-default-source"
#define PASSWORD "q7-Pa55-of-a-person"

struct sender {
    char letter;
    int tenant;
    const char *source;
    const char *scopes;
    bool acts;       // for the first person of its tenant
    bool sees_own;   // with policies
    const char *is;  // instead of a token: "basic", "access", "none", "wrong"
};

struct credential {
    struct secret secret;
    char header[ACCESS_TEXT_MAX + 16];  // of Authorization; empty: none is sent
};

enum { SENDERS = 11, FULL_A = 0, FULL_B = 6 };
extern const struct sender senders[SENDERS];

struct world {
    struct rig rig;
    uint64_t inputs;  // since the store was made
    char tenants[TENANTS][16];
    int64_t numbers[TENANTS];
    struct credential credentials[SENDERS];
    char client[CLIENT_ID_LEN + 1];
    char access[ACCESS_TEXT_MAX];  // the last access token; empty: none yet
    char cursor[CURSOR_TEXT_MAX + 1];
    bool federated;
    char journal[128];
    struct reader *reader;
    uint64_t noted;  // requests that have to be in the journal
    uint64_t read;   // records of it
};

// The world of an input whose first line is `settings`: a letter each. False: the input is none.
bool world_begin(struct world *world, str settings);
// What must hold behind each input; now and then of the whole store, which is made anew then.
void world_end(struct world *world);
// As rig_send, by one of the senders.
struct rig_reply world_send(struct world *world, size_t sender, str method, str path,
                            const struct http_header *headers, size_t count, str body);
void world_keep_access(struct world *world, str token);
// The sender of a letter; SENDERS when there is none.
size_t world_sender(char letter);

#endif
