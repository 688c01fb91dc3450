// cli/signals.h: signals as calls on a thread of their own, where anything may be done.
//
// SIGTERM and SIGINT ask to stop, the second of them ends the process at once. SIGHUP asks to read
// the configuration again.
// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include "base/check.h"
#include "base/error.h"

struct signal_actions {
    void (*stop)(void *ctx);
    void (*reload)(void *ctx);
    void (*tick)(void *ctx);  // every tick_ms; NULL: never
    int tick_ms;
    void *ctx;
};

struct signals;

// Before any thread is started: they all inherit that these signals wait. SIGPIPE and SIGXFSZ are
// ignored.
void signals_block(void);
// Signals that came since signals_block are acted on now.
MUST_CHECK struct signals *signals_open(const struct signal_actions *actions,
                                        struct roster_error *err);
void signals_close(struct signals *signals);  // NULL is accepted

#endif
