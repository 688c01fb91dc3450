// probe/made.h: what the run has made on the server, so that it can be taken away again.
//
// A resource is written down before the request that makes it is sent: an answer that never comes
// does not make it forgotten. One whose id is not known is looked for by its name, which no other
// resource has.
// SPDX-License-Identifier: Apache-2.0
#ifndef PROBE_MADE_H
#define PROBE_MADE_H

#include "probe/check.h"

// Writes down what a request with this body may make. False when there is no room: send nothing.
MUST_CHECK bool made_before(struct probe *probe, str method, str path,
                            const struct roster_json *body);
// Learns from probe->reply.
void made_after(struct probe *probe, str method, str path);
// Deletes what was made since `first`; with `shared`, that too.
void made_delete(struct probe *probe, size_t first, bool shared);
// Paths, or endpoint and name, of what is still there.
size_t made_left(struct probe *probe, const str **out);

#endif
