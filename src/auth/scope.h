// auth/scope.h: what a credential may do.
//
//   scopes = scope *( ("," / SP) scope )
//   scope  = ( "read" / "write" ) [ ":" TYPE ]
//
// TYPE names a resource type ("User"); without it the scope is for all of them. Writing includes
// reading. What a resource shows of others (the groups of a user, the names of members) belongs to
// the resource.
// SPDX-License-Identifier: Apache-2.0
#ifndef AUTH_SCOPE_H
#define AUTH_SCOPE_H

#include "base/check.h"
#include "base/limits.h"
#include "base/str.h"

#include <stdint.h>

// The meaning for one tenant: types by their number. Plain data, all zero: it may do nothing.
struct actor_scope {
    bool reads;   // every type
    bool writes;  // every type
    int count;
    uint32_t writes_type;  // bit n: types[n] may be written, not only read
    int types[SCOPES_MAX];
};

// One scope of a text.
struct scope_term {
    bool writes;
    str type;  // empty: all types
};

enum scope_outcome { SCOPE_TERM, SCOPE_END, SCOPE_MALFORMED };

// Takes the first scope off the text.
enum scope_outcome scope_take(str *text, struct scope_term *out);
// What an OAuth client asks for, of what it has (RFC 6749 section 3.3). "scim" and what ends with
// "/.default" mean all that it has; *out is empty then. False: it asks for what it has not, for
// what is no scope, or in more than SCOPES_TEXT_MAX bytes.
MUST_CHECK bool scope_narrow(str has, str wanted, str *out);

bool scope_may_read(const struct actor_scope *scope, int type);
bool scope_may_write(const struct actor_scope *scope, int type);
// Whether there is a type that it may write.
bool scope_may_write_some(const struct actor_scope *scope);

static_assert(SCOPES_MAX <= 32, "writes_type has a bit for each");

#endif
