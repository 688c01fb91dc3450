// core/tenants.h: administration of tenants and tokens, as use cases.
//
// Each call runs on the writer connection, in a transaction of its own that it commits, and writes
// its audit row. Refusals say what to change. `actor` is for the audit: "cli:root".
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_TENANTS_H
#define CORE_TENANTS_H

#include "auth/rate.h"
#include "auth/token.h"
#include "core/budget.h"
#include "roster/quirks.h"
#include "store/tenant.h"

struct group_duplicate;

struct admin {
    struct conn *writer;
    const struct env *env;
    struct roster_arena *arena;
    const char *actor;
    const char *address;
    struct conn *reader;  // for what only reads, where `writer` is NULL
};

// What a tenant may have besides its profile. All of them are off in a new tenant.
enum tenant_switch {
    TENANT_STORE_PASSWORDS,
    TENANT_ADOPT_IDENTICAL,
    TENANT_DEVICES,
    TENANT_ROLES,
    TENANT_ROLES_ENFORCED,
    TENANT_BASIC,
    TENANT_SWITCH_COUNT,
};

// What bounds a tenant. Zero: the rate of the server for all, no quotas.
struct tenant_bounds {
    bool has_rate;
    struct rate rate;
    int64_t users_max;  // 0: unlimited
    int64_t groups_max;
    int64_t access_seconds;  // that an access token of a client lives
};

// What a tenant's settings mean.
struct tenant_settings {
    enum roster_profile profile;
    uint64_t quirks_on;
    unsigned switches_on;
    struct tenant_bounds bounds;
    struct budget guard[GUARD_KIND_COUNT];
    int64_t silence;  // core/silence.h
    bool removing;    // tenants_remove has begun: nothing but its end may follow
};

// Reads the settings column; an empty one is that of a new tenant. Unknown keys are kept by
// tenants_set and ignored here.
MUST_CHECK bool tenant_settings_read(str json, struct roster_arena *arena,
                                     struct tenant_settings *out, struct roster_error *err);
bool tenant_switch_is_on(const struct tenant_settings *settings, enum tenant_switch which);
// "store-passwords", and what it does.
const char *tenant_switch_name(enum tenant_switch which);
const char *tenant_switch_text(enum tenant_switch which);
// "interop", "rfc".
const char *tenant_profile_name(enum roster_profile profile);

// An empty profile means interop.
MUST_CHECK bool tenants_add(const struct admin *admin, str name, str profile,
                            struct tenant_row *out, struct roster_error *err);
MUST_CHECK bool tenants_list(const struct admin *admin, struct tenant_row **first,
                             struct roster_error *err);
MUST_CHECK bool tenants_show(const struct admin *admin, str name, struct tenant_row *out,
                             struct roster_error *err);

// "profile" = interop|rfc; the name of a quirk or "strict-attributes" = on|off|default, where
// default means what the profile says; the name of a switch = on|off; "rate", "users-max",
// "groups-max" and "access-seconds" as core/bounds.h takes them; guard-deactivations and the like =
// a budget (core/budget.h) or default; guard=on|off is all of them; silence-alarm
// as core/silence.h says.
struct tenant_setting {
    str key;
    str value;
};

// All of them or none. UNIQUENESS: group-name-unique would come on while there are duplicates; what
// a module (core/modules.h) says. With store-passwords, the passwords go too when it goes off.
MUST_CHECK bool tenants_set(const struct admin *admin, str name,
                            const struct tenant_setting *settings, size_t count,
                            struct tenant_row *out, struct roster_error *err);
// Display names that belong to more than one group (store/member.h), ADMIN_DUPLICATES_MAX at most.
MUST_CHECK bool tenants_duplicates(const struct admin *admin, str name,
                                   struct group_duplicate **rows, size_t *count,
                                   struct roster_error *err);
MUST_CHECK bool tenants_suspend(const struct admin *admin, str name, bool suspended,
                                struct tenant_row *out, struct roster_error *err);
// One bounded step of removing the tenant with all its data: call it until *gone. The first step
// suspends the tenant for good; between two steps other writes may run, and the process may stop.
MUST_CHECK bool tenants_remove(const struct admin *admin, str name, bool *gone,
                               struct roster_error *err);

struct token_request {
    str tenant;
    str label;
    str source;          // empty: the tenant's default source
    str user_id;         // empty: none
    int64_t expires_ms;  // point in time; 0: never
    str scopes;          // see auth/scope.h; empty: write
};

// The secret is shown this once.
MUST_CHECK bool tokens_add(const struct admin *admin, const struct token_request *request,
                           struct secret *secret, struct token_row *out, struct roster_error *err);
// All tenants' when `tenant` is empty.
MUST_CHECK bool tokens_list(const struct admin *admin, str tenant, struct token_row **first,
                            struct roster_error *err);
// A new secret with the same label, source, user, scope and length of life; the old one lives until
// `overlap_ms` from now (0: it dies at once).
MUST_CHECK bool tokens_rotate(const struct admin *admin, int64_t token, int64_t overlap_ms,
                              struct secret *secret, struct token_row *out,
                              struct roster_error *err);
// Revoking twice is no refusal.
MUST_CHECK bool tokens_revoke(const struct admin *admin, int64_t token, struct token_row *out,
                              struct roster_error *err);

#endif
