// store/audit.h: what is written with every change: the change itself and its audit row; and
// reading and verifying what was written.
//
// Both are part of the change's transaction. The audit rows of a tenant form a chain:
//   digest = SHA-256("roster-audit-1" || previous || canonical encoding of every column but detail
//                    || SHA-256(salt || detail))
// where the encoding puts each column's length before it. Salt and detail stand in a side table, so
// that a person's data can be erased and the chain stays valid.
//
// Reading is by pages, so that no statement stays open between two of them:
//
//   while (audit_list(conn, tenant, after, 100, arena, &row) == STORE_OK && row != NULL) {
//       for (; row != NULL; after = row->change.sequence, row = row->next) {
//           audit_load_detail(conn, arena, row);         // before and after, unless erased
//           audit_list_members(conn, row, 0, 100, arena, &members);
//       }
//   }
// SPDX-License-Identifier: Apache-2.0
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "store/store.h"
#include "sys/sys.h"

// Of the numbers in the store: append only, never renumbered.
enum change_kind {
    CHANGE_CREATE = 1,
    CHANGE_REPLACE = 2,
    CHANGE_PATCH = 3,
    CHANGE_DELETE = 4,
    CHANGE_TENANT = 5,  // administration of the tenant itself
    CHANGE_TOKEN = 6,
    CHANGE_SCHEMA = 7,  // of schemas, resource types and indexes of the tenant
    CHANGE_GUARD = 8,   // something was held, released or denied; id: the source
    CHANGE_SOURCE = 9,  // a source came, changed or went; id: its name
    CHANGE_ERASE = 10,  // details were erased; id: whose, or the tenant's name
    CHANGE_HOLD = 11,   // somebody is held against that, or no more
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
// Of the tenant's last change; 0: there was none. Two equal ones: nothing was changed between.
MUST_CHECK enum store_outcome change_sequence(struct conn *conn, int64_t tenant, int64_t *sequence);

// One audit row as it is stored.
struct audit_row {
    int64_t tenant;
    struct change change;  // without members; without before and after until audit_load_detail
    int64_t detail;        // number of its detail; 0: it has none
    str detail_digest;     // DIGEST_LEN bytes; empty without a detail
    str digest;
    bool erased;  // set by audit_load_detail: it had a detail, which is gone
    struct audit_row *next;
};

// The next tenant behind `after` that has audit rows, removed ones too; 0: there is none.
MUST_CHECK enum store_outcome audit_next_tenant(struct conn *conn, int64_t after, int64_t *tenant);
// At most `rows_max` rows of a tenant behind the sequence `after`, in order; NULL: there are none.
// Texts live in the arena; STORE_FAILED when that is full.
MUST_CHECK enum store_outcome audit_list(struct conn *conn, int64_t tenant, int64_t after,
                                         int rows_max, struct roster_arena *arena,
                                         struct audit_row **first);
// Fills in before and after, or `erased`.
MUST_CHECK enum store_outcome audit_load_detail(struct conn *conn, struct roster_arena *arena,
                                                struct audit_row *row);
// At most `rows_max` member deltas of the change, without the first `skip`; NULL: no more. They may
// be EDGES_REQUEST_MAX in all.
MUST_CHECK enum store_outcome audit_list_members(struct conn *conn, const struct audit_row *row,
                                                 int64_t skip, int rows_max,
                                                 struct roster_arena *arena,
                                                 struct change_member **first);

// What is wrong with a chain.
enum audit_fault {
    AUDIT_WHOLE,
    AUDIT_MISSING,    // there is no such entry, but one behind it or the head that knows of it
    AUDIT_CHANGED,    // the entry, or its place in the chain
    AUDIT_DETAIL,     // before, after, salt or members of the entry
    AUDIT_STRAY,      // a detail or members that no entry refers to
    AUDIT_END,        // the head of the chain is gone or another one
    AUDIT_CUT,        // a mark knows of the entry, and the chain ends before it
    AUDIT_REWRITTEN,  // a mark knows another entry of that sequence
};
// "missing", and a sentence for people.
const char *audit_fault_name(enum audit_fault fault);
const char *audit_fault_text(enum audit_fault fault);

struct audit_finding {
    enum audit_fault fault;
    int64_t tenant;
    int64_t sequence;
};

// What somebody noted of a chain at some time: its last entry then.
struct audit_mark {
    int64_t tenant;
    int64_t sequence;
    unsigned char digest[DIGEST_LEN];
};

struct audit_scope {
    int64_t tenant;                  // 0: all
    const struct audit_mark *marks;  // by tenant, each once
    size_t mark_count;
    int64_t budget_us;  // stop behind the row at which it is used up; negative: never
};

enum audit_phase { AUDIT_PHASE_CHAINS, AUDIT_PHASE_DETAILS, AUDIT_PHASE_MEMBERS, AUDIT_PHASE_DONE };

// How far a verification is: zero is its beginning. No pointers: it may be kept as bytes.
struct audit_walk {
    enum audit_phase phase;
    int64_t inside;    // 1: the chain of `tenant`; 0: that one is through
    int64_t tenant;    // also of the phase of members
    int64_t sequence;  // of the last row that was looked at
    unsigned char digest[DIGEST_LEN];
    int64_t detail;  // of the phase of details
    int64_t rows;    // so far
    int64_t tenants;
    int64_t erased;  // entries whose detail is gone
};

// Goes on verifying until the walk's phase is AUDIT_PHASE_DONE, `found` has a fault, or the budget
// is used up. Entries that come meanwhile are verified too. The first fault is that of the lowest
// tenant and sequence; details and members that belong to no entry are looked for behind all chains
// and whatever the scope's tenant.
MUST_CHECK enum store_outcome audit_verify(struct conn *conn, const struct audit_scope *scope,
                                           struct audit_walk *walk, struct audit_finding *found);
// How many entries a tenant has (0: all tenants), and about how many details there are in all: a
// verification looks at both, and audit_walk_done says at how many it has.
MUST_CHECK enum store_outcome audit_measure(struct conn *conn, int64_t tenant, int64_t *entries,
                                            int64_t *details);
int64_t audit_walk_done(const struct audit_walk *walk);
// What names the store: 32 digits, made with it.
MUST_CHECK enum store_outcome audit_store_id(struct conn *conn, struct roster_arena *arena,
                                             str *id);
// The last entry of every tenant's chain, by tenant: one array in the arena.
MUST_CHECK enum store_outcome audit_marks(struct conn *conn, struct roster_arena *arena,
                                          struct audit_mark **marks, size_t *count);

#endif
