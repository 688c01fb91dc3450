// core/guards.h: what an administrator sees of the guard, and says to it: use cases in the manner
// of core/tenants.h.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_GUARDS_H
#define CORE_GUARDS_H

#include "core/tenants.h"

enum guard_state { GUARD_OFF, GUARD_OPEN, GUARD_HELD, GUARD_RELEASED, GUARD_DENIED };

// One kind of one source.
struct guard_view {
    str tenant;
    str source;
    enum guard_state state;
    struct budget budget;
    int64_t spent;  // within the window
    int64_t limit;  // of it
    struct guard_row row;
    struct guard_view *next;
};

// "held".
const char *guard_state_name(enum guard_state state);
// Every kind of every source of a tenant; of all tenants when the name is empty.
MUST_CHECK bool guards_show(const struct admin *admin, str tenant, struct guard_view **first,
                            struct roster_error *err);

// Whom and what it is about.
struct guard_choice {
    str tenant;
    str source;  // empty: all
    bool has_kind;
    enum guard_kind kind;  // else: all
};
// For `for_ms` from now, `count` more of each (-1: all there is) pass uncounted. Ends a denial.
MUST_CHECK bool guards_release(const struct admin *admin, const struct guard_choice *choice,
                               int64_t for_ms, int64_t count, struct roster_error *err);
// Refuses everything that is guarded, until it is lifted or released.
MUST_CHECK bool guards_deny(const struct admin *admin, const struct guard_choice *choice, bool lift,
                            struct roster_error *err);

#endif
