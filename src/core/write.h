// core/write.h: create, replace, patch and delete, each in two halves.
//
// The first half (write_prepare, any thread) does what needs only bytes and the registry: checks
// the body, binds paths, makes index entries. The second (write_run, the writer's thread, inside a
// transaction) does what needs the current rows. It decides every refusal before its first write,
// so a refused request leaves the transaction as it found it.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_WRITE_H
#define CORE_WRITE_H

#include "core/context.h"
#include "scim/patch.h"
#include "store/guard.h"

enum write_kind { WRITE_CREATE, WRITE_REPLACE, WRITE_PATCH, WRITE_DELETE };

enum password_action { PASSWORD_KEEP, PASSWORD_SET, PASSWORD_REMOVE };

// What becomes of a user's password (core/password.h).
struct password_change {
    enum password_action action;
    char *text;  // to be hashed and wiped
    size_t text_len;
    str hash;
};

struct write {
    enum write_kind kind;
    const struct roster_resource_type *type;
    str id;        // of the target; of a create, made by write_prepare where it is empty
    str if_match;  // value of the header; empty: none
    str if_none_match;

    struct roster_json *sent;  // canonical body of create and replace
    struct patch patch;
    str external_id;              // create, replace: as sent; empty: none
    struct roster_json *members;  // create, replace: NULL when not sent
    bool has_members;             // replace: members were sent, maybe empty
    struct index_entry *entries;  // create
    struct password_change password;

    struct resource_row row;  // after the write
    bool changed;
    size_t members_skipped;  // unknown members that were left out

    bool unguarded;  // the guard is not asked: it takes back what was made just now
    bool held;       // refused by the guard (core/guard.h)
    enum guard_kind held_kind;
    int retry_after_s;  // of a write that is held: when to send it again
};

// An id for a new resource. False when the arena is full.
MUST_CHECK bool write_new_id(const struct context *ctx, struct roster_arena *arena, str *id);
// `body` is NULL for a delete. A password that is to be stored is hashed where this runs on a
// worker; elsewhere it is left for password_prepare.
MUST_CHECK bool write_prepare(const struct context *ctx, struct write *write,
                              const struct roster_json *body, struct roster_error *err);
// OUTCOME_DONE, OUTCOME_REFUSED (nothing written), OUTCOME_BROKEN (roll back).
MUST_CHECK enum outcome write_run(const struct context *ctx, struct write *write,
                                  struct roster_error *err);

#endif
