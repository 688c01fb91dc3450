// sys/password.h: password hashes, as PHC strings of Argon2id.
//
// Both functions take about 20 ms and PASSWORD_MEMORY_KIB of memory: they belong on a worker, never
// on a loop or the writer's thread.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_PASSWORD_H
#define SYS_PASSWORD_H

#include "sys/sys.h"

// False: there is no memory.
MUST_CHECK bool password_hash(const struct env *env, str password, struct roster_arena *arena,
                              str *hash);
// Whether the password is that of the hash, under the parameters that the hash names. False for a
// hash that is none.
bool password_matches(str hash, str password);

#endif
