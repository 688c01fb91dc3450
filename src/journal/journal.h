// journal/journal.h: every exchange explained, without making any of them wait.
//
// A loop copies what it knows into a ring of its own; a thread of the journal takes it from there,
// takes out what is secret and writes files. When a ring is full, a record is dropped and counted.
// The files are read by journal/reader.h, by whoever may read them; nobody asks the server.
// SPDX-License-Identifier: Apache-2.0
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/error.h"
#include "journal/record.h"
#include "scim/schema.h"
#include "sys/sys.h"

struct journal_options {
    const char *folder;  // made when it is not there
    const struct env *env;
    size_t size_max;  // bytes of all files
    int64_t age_ms;   // that a record is kept
    size_t body_max;  // larger bodies are not kept; 0: none is. At most JOURNAL_BODY_MAX
};

struct journal;
struct journal_lane;  // of one thread that has exchanges

// `registry` says what is secret; it outlives the journal. NULL and `err` (UNAVAILABLE) when the
// folder cannot be made, or there is no thread or memory.
MUST_CHECK struct journal *journal_open(const struct journal_options *options,
                                        const struct roster_registry *registry,
                                        struct roster_error *err);
// Writes what waits. No lane may be in use any more. NULL is accepted.
void journal_close(struct journal *journal);
// A lane more, at most LOOPS_MAX; it goes with the journal. NULL without memory. Before the first
// journal_add only.
MUST_CHECK struct journal_lane *journal_lane(struct journal *journal);

// Another registry that says what is secret in a record. It is used until `give` is called, on the
// journal's thread or in the call itself.
struct journal_held {
    const struct roster_registry *registry;
    void (*give)(void *held);
    void *held;
};

// Never waits and never fails: what has no room is counted. time_us of the record is a time of
// env_monotonic_us; its body is raw; whether it is kept is filled in. `held` NULL: the registry
// of the journal.
void journal_add(struct journal_lane *lane, struct record *record, const struct journal_held *held);

// Records that were dropped since the start, and those that could not be written.
uint64_t journal_dropped(const struct journal *journal);
// Waits until what was added before the call is in the files, or was dropped.
void journal_sync(struct journal *journal);

#endif
