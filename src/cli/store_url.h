// cli/store_url.h: which store a command means.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_STORE_URL_H
#define CLI_STORE_URL_H

#include "cli/print.h"

// What the process was told outside of its command line. Members may be NULL.
struct surroundings {
    const char *roster_store;     // ROSTER_STORE
    const char *state_directory;  // STATE_DIRECTORY, folders between colons
    const char *xdg_state_home;   // XDG_STATE_HOME
    const char *home;             // HOME
};

struct surroundings surroundings_of_process(void);

// The store that `given` names; when it is empty, ROSTER_STORE; else roster.db in the first of
// $STATE_DIRECTORY, $XDG_STATE_HOME/roster and ~/.local/state/roster, which is made (0700) when it
// is missing. EX_OK, or the exit code behind a line on io->err.
int store_url_choose(str given, const struct surroundings *around, struct roster_arena *arena,
                     struct io *io, const char **out);

// Whether there is a file of that store.
bool store_url_is_there(const char *url);

#endif
