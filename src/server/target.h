// server/target.h: what a request target names: the prefix it came by, a tenant, an endpoint.
//
//   /scim[/v2]/…             the token names the tenant
//   /t/TENANT/scim[/v2]/…    the path names it, the token must agree
//   TENANT.DOMAIN            the Host names it, likewise
//
//   [/t/TENANT]/oauth/token
//   /.well-known/oauth-authorization-server[/t/TENANT]
//
// The raw path is split at '/' first; then each segment is decoded once.
// SPDX-License-Identifier: Apache-2.0
#ifndef SERVER_TARGET_H
#define SERVER_TARGET_H

#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"

enum { TARGET_SEGMENTS_MAX = 8 };

enum target_place {
    TARGET_NOWHERE,  // no path of ours
    TARGET_SERVER,   // /healthz and such: segments[0] is its name
    TARGET_SCIM,
    TARGET_TOKEN,     // where OAuth clients get access tokens
    TARGET_METADATA,  // of that (RFC 8414)
};

struct target {
    enum target_place place;
    str tenant;  // named by path or host; empty: neither
    str prefix;  // "/t/acme/scim/v2": what Location continues; of OAuth "/t/acme"
    str host;    // the validated Host when it named the tenant; empty otherwise
    str segments[TARGET_SEGMENTS_MAX];  // behind the prefix, decoded
    size_t segment_count;
    bool collapsed;  // repeated slashes were there
};

// `domain` may be empty. Refused: BAD_REQUEST (escapes, a slash inside a tenant), INVALID_VERS.
MUST_CHECK bool target_parse(str path, str host, str domain, struct roster_arena *arena,
                             struct target *out, struct roster_error *err);

#endif
