// core/erase.h: taking personal data out for good, retention, and legal holds.
//
// What is erased are the details of changes, and with the resource its document, index rows,
// externalIds and password. What stays are audit rows and member deltas, which hold ids and no
// values: the chain is whole, and it can still be told that somebody was there and in which groups.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_ERASE_H
#define CORE_ERASE_H

#include "base/limits.h"
#include "core/admin_context.h"
#include "store/erase.h"

struct erase_request {
    str tenant;
    str name;      // as people_find takes it
    str reason;    // goes into the audit: no personal data
    bool deletes;  // a person who is there is deleted first; else he is refused
};

struct erase_result {
    str id;
    bool deleted;     // by this call
    int64_t details;  // that were erased
    // What he was called in them: the id, userNames, externalIds. More than ERASE_NAMES_MAX are
    // left out.
    str names[ERASE_NAMES_MAX];
    size_t name_count;
};

// All in one transaction with its audit row, and then the file is rewritten, so that no free page
// and no log holds what is gone. Refused: NOT_FOUND, CONFLICT for who is held, or there.
// UNAVAILABLE when the rows are gone and the file could not be rewritten: the same call, by id,
// tries it again.
MUST_CHECK bool erase_person(const struct admin *admin, const struct erase_request *request,
                             struct erase_result *out, struct roster_error *err);

// How far a pruning is: zero is its beginning. Plain data.
struct prune_walk {
    int64_t at;       // changes up to here were looked at
    int64_t end;      // cut
    int64_t details;  // that were erased
    bool done;
};
// Erases details of changes before `before_ms`, but for those of people who are held: one step a
// call, until walk->done. The last one writes the audit row and rewrites the file.
MUST_CHECK bool prune_step(const struct admin *admin, str tenant, int64_t before_ms,
                           struct prune_walk *walk, struct roster_error *err);

struct hold_request {
    str tenant;
    str name;
    str reason;
};
// Refused: NOT_FOUND; CONFLICT for who is held already.
MUST_CHECK bool holds_add(const struct admin *admin, const struct hold_request *request,
                          struct hold_row *out, struct roster_error *err);
// *out is the hold that ended. Refused: NOT_FOUND.
MUST_CHECK bool holds_remove(const struct admin *admin, const struct hold_request *request,
                             struct hold_row *out, struct roster_error *err);
MUST_CHECK bool holds_list(const struct admin *admin, str tenant, struct hold_row **first,
                           struct roster_error *err);

#endif
