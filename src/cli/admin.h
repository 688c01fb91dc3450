// cli/admin.h: running a command that needs the store.
//
// One process owns a store. A command takes it when it is free, else it sends itself to the owner
// over the socket beside the store and prints what comes back.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_ADMIN_H
#define CLI_ADMIN_H

#include "cli/commands.h"
#include "cli/store_url.h"

#include <sys/types.h>

// Returns an exit code. `argv` is the whole command line that `line` was read from.
int admin_run(struct line *line, int argc, char **argv, struct roster_arena *arena, struct io *io);

// The name of a user for the audit trail: "cli:root".
enum { ADMIN_ACTOR_BYTES = ACTOR_NAME_LEN };
void admin_actor(uid_t user, char out[ADMIN_ACTOR_BYTES]);

// Between two turns: frees what the last one took, as long as nothing was printed into the arena.
void admin_rewind(const struct arena_mark *mark, struct roster_arena *arena, const struct io *io);
// Leaves off between two turns: `io` says how far it is.
void admin_pause(const struct line *line, struct io *io);

// Runs one turn of a command on the writer connection, or a reader for one that only reads;
// `again` says whether it wants another.
int admin_turn(const struct line *line, struct conn *conn, const char *actor,
               struct roster_arena *arena, struct io *io, bool *again);

#endif
