// core/undo.h: taking changes back, as ordinary changes.
//
// What is selected (changes since a time, of a tenant, maybe of one actor, source or resource) is
// looked at backwards, in passes: resources that were made go, attributes get what they had,
// deleted resources come back with their ids, and last memberships. Each step compares what is with
// what was, so that a second run finds nothing left to do, and one that was stopped goes on. What
// somebody else changed later is a conflict, and stays.
//
// A change that undoes carries the request id "undo:A-B": the changes from A to B of its resource.
// A later run with the same beginning looks through such changes; one that begins behind what they
// undid takes them back like any other.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_UNDO_H
#define CORE_UNDO_H

#include "core/admin_context.h"
#include "core/history.h"

struct undo_request {
    str tenant;
    int64_t since_ms;  // changes at this time and later
    int64_t until_ms;  // and up to this time; 0: now
    str actor;         // "token:7"; empty: any
    str source;        // by name: of the credential; empty: any
    str resource;      // id; empty: any
    bool created;      // resources that were made go too
    bool force;        // also over later changes of others
    bool apply;        // else: only say what would be done
};

enum undo_pass {
    UNDO_CREATED,
    UNDO_EARLY,  // names that are in the way of who comes back; what cannot be yet, waits
    UNDO_RECREATE,
    UNDO_CHANGE,
    UNDO_MEMBERS,
    UNDO_DONE,
};

struct undo_counts {
    int64_t removed;    // resources that were made since
    int64_t left;       // the same, left alone
    int64_t recreated;  // deleted ones
    int64_t changed;
    int64_t joined;  // memberships
    int64_t parted;
    int64_t conflicts;
};

// How far it is: zero is the beginning. Plain data, kept as bytes between two steps.
struct undo_walk {
    enum undo_pass pass;
    int64_t begin;  // cuts: behind it, up to `end`
    int64_t end;
    int64_t at;    // the pass has looked at all from here on
    int64_t skip;  // members of the change before `at` that were looked at
    int64_t done;  // changes
    int64_t total;
    struct undo_counts counts;
};

struct undo_attribute {
    str container;  // URI of the extension, or "externalIds"; empty: of the resource itself
    str name;
    const struct roster_json *from;  // NULL: no value
    const struct roster_json *to;
    str why;  // it stays as it is; empty: it does not
    struct undo_attribute *next;
};

struct undo_edge {
    str id;  // of the member
    bool joins;
    str why;
    struct undo_edge *next;
};

// What is, or would be, done to one resource.
struct undo_item {
    enum undo_pass pass;
    str id;
    str type;
    str name;       // userName or displayName; may be empty
    int64_t first;  // of the changes that are undone
    int64_t last;
    str why;  // it is left alone; empty: it is not
    struct undo_attribute *attributes;
    struct undo_edge *edges;
    struct undo_item *next;
};

// One step, in a transaction of its own: at most UNDO_STEP_ROWS changes are looked at. Items live
// in the arena. Call it again until walk->pass is UNDO_DONE. Refused: NOT_FOUND for a source,
// BAD_REQUEST for a window without room.
MUST_CHECK bool undo_step(const struct admin *admin, const struct undo_request *request,
                          struct undo_walk *walk, struct undo_item **items,
                          struct roster_error *err);

#endif
