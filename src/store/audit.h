// store/audit.h: what is written with every change: the change itself and its audit row.
//
// Both are part of the change's transaction. The audit rows of a tenant form a chain:
//   digest = SHA-256("roster-audit-1" || previous || canonical encoding of every column but detail
//                    || SHA-256(salt || detail))
// where the encoding puts each column's length before it. Salt and detail stand in a side table, so
// that a person's data can be erased and the chain stays valid.
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"

// Of the numbers in the store: append only, never renumbered.
enum change_kind {
    CHANGE_CREATE = 1,
    CHANGE_REPLACE = 2,
    CHANGE_PATCH = 3,
    CHANGE_DELETE = 4,
    CHANGE_TENANT = 5,  // administration of the tenant itself
    CHANGE_TOKEN = 6,
    CHANGE_SCHEMA = 7,  // of schemas, resource types and indexes of the tenant
};

struct change_member {
    int64_t member;
    str member_id;
    bool added;
    struct change_member *next;
};

struct change {
    int64_t sequence;  // given by change_insert, one series for each tenant
    int64_t time_ms;
    enum change_kind kind;
    int type;  // number of the resource type; 0: administration
    int64_t row;
    str id;            // of the resource, or a name
    int64_t revision;  // after the change
    str before;        // JSON of the changed attributes; empty: none
    str after;
    const struct change_member *members;  // edges, for a group
    // Who did it.
    str actor;  // "token:7", "cli:root"
    int64_t credential;
    str address;
    str request_id;
};

// Writes the change rows and the audit row, advances the tenant's chain. `salt`: 16 random bytes.
MUST_CHECK enum store_outcome change_insert(struct conn *writer, int64_t tenant,
                                            struct change *change, const unsigned char salt[16]);
// Recomputes the chain of a tenant. *broken gets the sequence of the first wrong row, or 0.
// Of the tenant's last change; 0: there was none. Two equal ones: nothing was changed between.
MUST_CHECK enum store_outcome change_sequence(struct conn *conn, int64_t tenant, int64_t *sequence);
MUST_CHECK enum store_outcome audit_verify(struct conn *conn, int64_t tenant, int64_t *rows,
                                           int64_t *broken);

#endif
