// auth/actor.h: who is asking, for which tenant, with which scope.
//
// Plain data without pointers, so that it can be kept and copied.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_ACTOR_H
#define AUTH_ACTOR_H

#include "auth/scope.h"
#include "store/tenant.h"

enum { ACTOR_NAME_LEN = 40 };

struct actor {
    int64_t tenant;
    int64_t source;
    int64_t owner;       // what it makes belongs to (store/source.h)
    bool sees_own;       // only what belongs to its owner is there for it
    bool writes_own;     // it changes nothing else
    bool federated;      // a source of its tenant has a policy
    int64_t credential;  // number of the token; 0 for the command line
    uint64_t lookup;  // number of the one that found it, in this process: who has the same has the
                      // same tenant, source, credential and names; 0: there was none
    int64_t expires_ms;         // 0: never
    char name[ACTOR_NAME_LEN];  // for audit: "token:7", "cli"
    char tenant_name[TENANT_NAME_MAX + 1];
    uint8_t name_len;  // of these two; 0 where no credential was looked up
    uint8_t tenant_name_len;
    struct actor_scope scope;
    char user_id[ID_BYTES_MAX + 1];  // the user this credential acts for; empty: none
};

#endif
