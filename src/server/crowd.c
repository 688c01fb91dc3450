// crowd.c: a tenant's time on loops, as a moment up to which it is used.
//
// Each microsecond on a loop counts CROWD_PART ones, so that a tenant that uses more than that part
// of a loop runs ahead of the clock.
// SPDX-License-Identifier: Apache-2.0
#include "server/crowd.h"

void crowd_note(struct lane *lane, const struct pending *pending)
{
    if (pending->share != NULL && pending->share != lane->last) {
        lane->last = pending->share;
        lane->mixed_us = lane->switched_us;
        lane->switched_us = pending->began_us;
    }
}

// Two changes within the time: one is also a tenant that comes when another has gone.
static bool is_mixed(const struct lane *lane, const struct pending *pending)
{
    return lane->mixed_us != 0 && pending->began_us - lane->mixed_us < CROWD_MIXED_US;
}

bool crowd_is_over(const struct lane *lane, const struct pending *pending)
{
    int64_t used_us = atomic_load_explicit(&pending->share->loop_us, memory_order_relaxed);
    return is_mixed(lane, pending) && used_us - pending->began_us > CROWD_AHEAD_US;
}

void crowd_charge(const struct lane *lane, struct pending *pending, int64_t from_us)
{
    _Atomic int64_t *loop_us = &pending->share->loop_us;
    if (!is_mixed(lane, pending)) {
        return;
    }
    const int64_t cost_us = env_monotonic_us(pending->app->options.env) - from_us;
    int64_t seen_us = atomic_load_explicit(loop_us, memory_order_relaxed);
    int64_t used_us = 0;
    do {
        used_us = seen_us > from_us ? seen_us : from_us;
        used_us += CROWD_PART * cost_us;
    } while (!atomic_compare_exchange_weak_explicit(loop_us, &seen_us, used_us,
                                                    memory_order_relaxed, memory_order_relaxed));
}
