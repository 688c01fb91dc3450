// journal/redact.h: what is secret in a request, taken out before it reaches the disk.
//
// Secret is what the schemas of the tenant say is write-only or never returned, `password` first;
// what has a name that speaks of passwords, secrets or tokens, known or not; and a token of ours,
// wherever it stands. A name counts wherever it is written: as a member, in a path, in a filter, in
// JSON inside a text. In doubt the whole text goes.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_REDACT_H
#define JOURNAL_REDACT_H

#include "base/arena.h"
#include "scim/schema.h"

// What stands in place of a secret.
#define REDACTED STR("***")

// The secret attributes of a registry.
struct secrets;

// NULL without memory.
MUST_CHECK const struct secrets *secrets_of(const struct roster_registry *registry,
                                            struct roster_arena *arena);

// A body that is JSON. False: it is none, or memory is out, and nothing of it may be kept.
MUST_CHECK bool redact_json(const struct secrets *secrets, str body, struct roster_arena *arena,
                            str *out);
// The query of a URL, encoded. What cannot be read goes. False without memory.
MUST_CHECK bool redact_query(const struct secrets *secrets, str query, struct roster_arena *arena,
                             str *out);
// The path of a URL, encoded. REDACTED when it says something secret.
str redact_path(const struct secrets *secrets, str path, struct roster_arena *arena);
// The id of a resource, as it was in a path, decoded.
str redact_id(const struct secrets *secrets, str id);
// What a refusal says, which may quote the request.
str redact_detail(const struct secrets *secrets, str detail);
// A sentence or the value of a header: REDACTED when there is a token of ours in it.
str redact_token(str text);

#endif
