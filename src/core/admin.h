// core/admin.h: what every use case of administration does around its own work.
//
// A use case begins a transaction, finds what it is about, and ends it: with admin_end when it
// changed something, with admin_undo when it did not or refuses.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ADMIN_H
#define CORE_ADMIN_H

#include "core/tenants.h"
#include "store/audit.h"

MUST_CHECK bool admin_begin(const struct admin *admin, struct roster_error *err);
// Rolls back and returns false, so that a refusal in a transaction reads
// `return admin_undo(admin, fail(err, ...))`.
bool admin_undo(const struct admin *admin, bool ignored);
// Rolls back what only read, and returns true.
bool admin_done(const struct admin *admin);
// Ends a transaction that `outcome` was the last step of: writes `change` and commits, or rolls
// back and refuses. Time, actor, address and request id of the change are filled in.
MUST_CHECK bool admin_end(const struct admin *admin, int64_t tenant, enum store_outcome outcome,
                          struct change *change, struct roster_error *err);
// The first half of it: writes the change and leaves the transaction open, for further ones.
MUST_CHECK bool admin_record(const struct admin *admin, int64_t tenant, struct change *change,
                             struct roster_error *err);
// The second half: commits, or rolls back and refuses.
MUST_CHECK bool admin_commit(const struct admin *admin, struct roster_error *err);
// What is wrong with the store, in one sentence. Always false. Not for STORE_OK.
bool admin_refuse(enum store_outcome outcome, struct roster_error *err);

// In a transaction, or on a reader: NOT_FOUND when there is no tenant of that name.
MUST_CHECK bool admin_tenant(const struct admin *admin, str name, struct tenant_row *out,
                             struct roster_error *err);
// The same for a tenant that may be changed: one that is being removed may not.
MUST_CHECK bool admin_tenant_to_change(const struct admin *admin, str name, struct tenant_row *out,
                                       struct roster_error *err);

// Names of tenants and sources: [a-z0-9-]{1,63}, neither first nor last a '-'. `what` is "tenant".
MUST_CHECK bool admin_check_name(const char *what, str name, struct roster_error *err);
// A line of text for people: at most `len_max` bytes, no control characters.
MUST_CHECK bool admin_check_text(const char *what, str text, size_t len_max,
                                 struct roster_error *err);

// The settings column as an object that may be edited.
MUST_CHECK bool tenant_settings_parse(str json, struct roster_arena *arena,
                                      struct roster_json **out, struct roster_error *err);
struct tenant_settings tenant_settings_mean(const struct roster_json *settings);
// Puts one setting in. INVALID_VALUE for an unknown key or a value that it cannot have.
MUST_CHECK bool tenant_settings_put(struct roster_json *settings,
                                    const struct tenant_setting *setting,
                                    struct roster_arena *arena, struct roster_error *err);

#endif
