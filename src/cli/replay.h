// cli/replay.h: a session from roster journal export, run again.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "base/text.h"
#include "cli/side.h"

struct replay_options {
    const char *file;     // "-": standard input
    const char *profile;  // of the other side; NULL: as recorded
    const char *program;  // of the other side; NULL: this one
    const char *store;    // URL of a store that both begin with a copy of; NULL: empty ones
};

enum replay_end {
    REPLAY_SAME,
    REPLAY_DIFFERS,
    REPLAY_FAILED,  // err says why
};

struct replay_report {
    enum replay_end end;
    size_t compared;
    size_t skipped;                  // exchanges that cannot be sent again or compared
    struct roster_json *difference;  // of REPLAY_DIFFERS: line, request, what was asked, answers
    struct roster_error err;
};

// With a profile or a program: two servers, this program as recorded and the other one, get every
// exchange, and what they answer is compared: statuses, then bodies without ids and times.
// Without: one server, whose statuses and refusals are compared with the recorded ones; exchanges
// about resources that neither the session nor the store has are not. Stops at the first
// difference.
void replay_run(const struct replay_options *options, struct roster_arena *arena,
                struct replay_report *out);

#endif
