// store/tenant.h: tenants, their sources and their tokens.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_TENANT_H
#define STORE_TENANT_H

#include "json/value.h"
#include "store/source.h"

struct tenant_row {
    int64_t tenant;  // number, never reused
    str name;        // [a-z0-9-]{1,63}
    str settings;    // JSON object: {"profile":"interop","quirks":{...},...}
    bool suspended;
    int64_t created_ms;
    int64_t schemas;     // changes of its schemas so far; 0: it has the built-in ones
    int64_t user_count;  // filled in by load and list
    int64_t group_count;
    str silent;  // likewise: names of its sources that are silent (core/silence.h), with ,
    struct tenant_row *next;
};

// Gives row->tenant, and the tenant its default source. STORE_TAKEN when the name is in use.
MUST_CHECK enum store_outcome tenant_insert(struct conn *writer, struct tenant_row *row);
MUST_CHECK enum store_outcome tenant_find(struct conn *conn, str name, struct roster_arena *arena,
                                          struct tenant_row *row);
MUST_CHECK enum store_outcome tenant_load(struct conn *conn, int64_t tenant,
                                          struct roster_arena *arena, struct tenant_row *row);
// By name; *first is NULL when there are none.
MUST_CHECK enum store_outcome tenant_list(struct conn *conn, struct roster_arena *arena,
                                          struct tenant_row **first);
// Writes settings and suspended.
MUST_CHECK enum store_outcome tenant_save(struct conn *writer, const struct tenant_row *row);
// Deletes at most `rows_max` rows of the tenant's data; STORE_OK: more is left, call again in a new
// transaction; STORE_NONE: all is gone, the tenant too. Audit rows stay.
MUST_CHECK enum store_outcome tenant_delete_some(struct conn *writer, int64_t tenant, int rows_max);

struct token_row {
    int64_t token;  // number, never reused
    int64_t tenant;
    int64_t source;
    str source_name;
    str source_policy;  // JSON, as in core/policy.h; empty: none
    str label;
    str user_id;  // the user whom this token acts for; empty: none
    str client;   // whose secret it is: the id of an OAuth client; empty: a bearer token
    str scopes;   // "read,write:Group", see auth/scope.h
    unsigned char digest[32];
    int64_t created_ms;
    int64_t expires_ms;  // 0: never
    int64_t revoked_ms;  // 0: live
    int64_t used_ms;     // last use as far as written; 0: never
    str used_address;    // and where it came from
    bool tenant_suspended;
    bool tenant_federated;  // a source of it has a policy
    str tenant_name;
    str tenant_settings;
    int64_t tenant_schemas;
    str thumbprint;  // of the client certificate that it is; empty: it is a secret
    str subject;     // and whom that names, or the name by which its authority knows it
    str authority;   // subject of who signs the certificates that it is; empty: it is none of these
    str name_kind;   // which of their names `subject` is: "san-dns"
    str authorities;  // who signs them, in PEM; empty: that was not read (store/authority.h)
    str issuer;       // whose tokens it trusts (store/issuer.h); empty: it is a credential itself
    const struct issuer_trust *trust;  // in which of them; NULL: that was not read
    struct token_row *next;
};

// With a thumbprint the row of its certificate too, with `trust` that of its issuer, with
// `authorities` that of its authority.
// STORE_TAKEN: the digest is another's.
MUST_CHECK enum store_outcome token_insert(struct conn *writer, struct token_row *row);
// Puts another digest in the place of its own, so that it is found no more.
MUST_CHECK enum store_outcome token_forget(struct conn *writer, int64_t token,
                                           const unsigned char digest[32]);
// Whether a certificate has ever been made a credential.
MUST_CHECK enum store_outcome certificate_any(struct conn *conn, bool *any);
// One hashed read, with the tenant's row. Revoked and expired tokens are found too.
MUST_CHECK enum store_outcome token_find(struct conn *conn, const unsigned char digest[32],
                                         struct roster_arena *arena, struct token_row *row);
// Bearer tokens of a tenant, or of all tenants when `tenant` is 0.
MUST_CHECK enum store_outcome token_list(struct conn *conn, int64_t tenant,
                                         struct roster_arena *arena, struct token_row **first);
// Secrets of OAuth clients likewise; those of one client stand together, the oldest first.
MUST_CHECK enum store_outcome client_list(struct conn *conn, int64_t tenant,
                                          struct roster_arena *arena, struct token_row **first);
// The secrets of one client, dead ones too, the oldest first; *first is NULL when there is none.
MUST_CHECK enum store_outcome client_secrets(struct conn *conn, str client,
                                             struct roster_arena *arena, struct token_row **first);
MUST_CHECK enum store_outcome token_load(struct conn *conn, int64_t token,
                                         struct roster_arena *arena, struct token_row *row);
MUST_CHECK enum store_outcome token_revoke(struct conn *writer, int64_t token, int64_t now_ms);
MUST_CHECK enum store_outcome token_expire(struct conn *writer, int64_t token, int64_t expires_ms);
// The last use; STORE_NONE also when a later one is written already.
MUST_CHECK enum store_outcome token_touch(struct conn *writer, int64_t token, int64_t used_ms,
                                          str address);
// What may be used after `now_ms` and ends one day, of tenants that are not suspended, the soonest
// first, `limit` at most.
MUST_CHECK enum store_outcome token_ending(struct conn *conn, int64_t now_ms, int limit,
                                           struct roster_arena *arena, struct token_row **first);

#endif
