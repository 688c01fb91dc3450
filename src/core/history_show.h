// core/history_show.h: who somebody was, and what was done to him, for an administrator.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_HISTORY_SHOW_H
#define CORE_HISTORY_SHOW_H

#include "core/admin_context.h"
#include "core/history.h"
#include "core/people.h"

struct history_request {
    str tenant;
    str name;       // as people_find takes it
    int64_t at_ms;  // of a state
    size_t limit;   // of a list: at most HISTORY_ENTRIES_MAX
};

// Members of "externalIds" bear names of sources here; the number of one that is gone.
struct history_view {
    struct person person;
    int64_t cut;
    struct history_resource resource;
    str type;  // name of the resource type; empty when it is gone
    struct history_membership *groups;
};
MUST_CHECK bool history_show(const struct admin *admin, const struct history_request *request,
                             struct history_view *out, struct roster_error *err);

// What a change did to an attribute; NULL: it had, or has, no value.
struct history_attribute {
    str name;
    const struct roster_json *from;
    const struct roster_json *to;
    struct history_attribute *next;
};
struct history_line {
    const struct history_entry *entry;
    struct history_attribute *attributes;  // of its own changes, unless they were erased
    struct history_line *next;
};
struct history_list {
    struct person person;
    struct history_line *first;
    bool more;  // there are older ones
};
MUST_CHECK bool history_list(const struct admin *admin, const struct history_request *request,
                             struct history_list *out, struct roster_error *err);

#endif
