// cli/privilege.h: what a server gives up before anybody can talk to it.
//
// Started as root with --user, it listens and reads its TLS key first and then becomes that user
// for good; the store is opened afterwards, so that all that it makes belongs to that user. All of
// this is for a process with one thread: Linux keeps these rights for each thread.
// docs/decisions/0030-what-the-server-gives-up.md says why.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PRIVILEGE_H
#define CLI_PRIVILEGE_H

#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"

#include <sys/types.h>

struct identity {
    const char *name;
    const char *home;
    uid_t uid;
    gid_t gid;
};

// The user of that name, in texts of the arena. Refused: nobody has the name, it is root's, or this
// process is not root and another user.
MUST_CHECK bool identity_find(const char *name, struct roster_arena *arena, struct identity *out,
                              struct roster_error *err);
// Becomes that user with the groups of its own, and makes sure that there is no way back.
MUST_CHECK bool identity_take(const struct identity *identity, struct roster_error *err);

// For every server: no program that it starts could gain rights (no_new_privs), and unless
// `core_dumps`, its memory with the secrets in it is neither dumped nor read by others of its user.
MUST_CHECK bool privilege_seal(bool core_dumps, struct roster_error *err);

#endif
