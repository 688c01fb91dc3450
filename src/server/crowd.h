// server/crowd.h: who must not keep a loop busy while others wait for it.
//
// A loop runs what one page bounds, and a page of 200 people takes a millisecond: who asks for
// pages on many connections fills every pass of the loop. As long as a tenant is alone there, that
// is the fastest way. Beside others its pages go to the workers once it has had its part of a loop:
// there tenants share by what their requests cost (server/fair.h).
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_CROWD_H
#define SERVER_CROWD_H

#include "server/app.h"

// A request of a tenant begins on the loop.
void crowd_note(struct lane *lane, const struct pending *pending);
// Whether this page has to go to a worker.
bool crowd_is_over(const struct lane *lane, const struct pending *pending);
// A page took the loop from then on until now.
void crowd_charge(const struct lane *lane, struct pending *pending, int64_t from_us);

#endif
