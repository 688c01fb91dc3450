// core/entries.h: the entries of the audit one after the other, with names instead of numbers.
//
// They come by tenant and sequence. It only reads: `admin` has a reader. Pages are read into the
// arena of the caller, who ends a turn when that has grown, and begins the next one at a place.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ENTRIES_H
#define CORE_ENTRIES_H

#include "core/admin.h"
#include "store/schemas.h"

// The last entry that was dealt with. Zero: none yet.
struct entries_place {
    int64_t tenant;
    int64_t sequence;
};

struct entries {
    const struct admin *admin;
    int64_t only;  // a tenant, or 0: all
    struct entries_place place;
    struct audit_row *page;  // what is left of it
    bool named;              // what follows is of the place's tenant
    str tenant_name;
    struct type_row *types;
};

struct entry {
    struct audit_row *row;
    str tenant;  // empty: it was removed
    str type;    // of the resource; empty: administration, or the type was removed
};

// "create", or NULL for a number that is none.
const char *entry_kind_name(enum change_kind kind);

// Goes on behind `place`; tenant 0: through all of them.
void entries_init(struct entries *entries, const struct admin *admin, int64_t tenant,
                  struct entries_place place);
// The next entry with its before and after when `detailed`; out->row is NULL behind the last.
MUST_CHECK bool entries_next(struct entries *entries, bool detailed, struct entry *out,
                             struct roster_error *err);
// Members of an entry, as audit_list_members.
MUST_CHECK bool entry_members(const struct admin *admin, const struct entry *entry, int64_t skip,
                              int rows_max, struct change_member **first, struct roster_error *err);
// The newest `count` entries, oldest first: of a tenant by sequence, of all (0) by time, in the
// arena. TOO_MANY when all tenants together have too many to look through.
MUST_CHECK bool entries_newest(const struct admin *admin, int64_t tenant, int count,
                               struct entry **out, size_t *found, struct roster_error *err);

#endif
