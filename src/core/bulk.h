// core/bulk.h: running a bulk job (RFC 7644 section 3.7).
//
// A job is not atomic: each operation is a change of its own. It runs in turns, so that others get
// theirs in between:
//
//   bulk_plan     once, any thread: reads everything, gives ids to what will be created, orders
//   bulk_prepare  any thread: the first half of the next operations (core/write.h)
//   bulk_run_one  the writer, inside a transaction: the second half of one of them
//
// Operations that refer to each other in a circle are created without what cannot be resolved yet,
// then completed by a change of their own; if one of them fails, all do, and what was created is
// deleted again.
// SPDX-License-Identifier: Apache-2.0
#ifndef CORE_BULK_H
#define CORE_BULK_H

#include "core/write.h"
#include "scim/bulk.h"

enum bulk_state { BULK_WAITS, BULK_DONE, BULK_FAILED };

// What is known of one operation.
struct bulk_result {
    enum bulk_state state;
    enum roster_code code;  // failed: why
    str detail;
    int64_t revision;  // done: of the resource
    bool created;      // a POST: the resource is there …
    bool adopted;      // … and was before (core/write.h)
};

struct bulk_task {
    struct bulk_operation sent;
    const struct roster_resource_type *type;  // NULL: its path names none
    int type_number;
    enum write_kind kind;
    str id;                   // of the target; of a POST, which it gets
    uint32_t target_creator;  // the operation that creates the target; BULK_NONE
    const uint32_t *needs;    // operations that create what it refers to
    size_t need_count;
    bool refused;  // before it ran; `result` has the reason
    struct bulk_result result;
};

// One step of a job. An operation of a circle takes three, the last only to delete it again.
enum bulk_action { BULK_RUN, BULK_COMPLETE, BULK_UNDO };
struct bulk_item {
    uint32_t task;
    enum bulk_action action;
    bool last;  // of its unit: here failOnErrors is looked at
};

// The first half of one item, and what was before its second half.
struct bulk_prepared {
    struct write write;
    bool refused;
    struct roster_error err;
    struct bulk_result before;
    struct resource_row row_before;
    int64_t errors_before;
    bool unit_failed_before;
};

struct bulk_job {
    struct bulk bulk;
    struct roster_arena *arena;  // of the request: what lives as long as the job
    struct roster_arena *slice;  // for what is prepared, and for reading
    struct bulk_names names;
    struct bulk_task *tasks;
    str *ids;  // by operation: of what a POST creates
    struct bulk_order order;
    bool *unit_failed;  // by unit
    struct bulk_item *items;
    size_t item_count;
    size_t at;       // item that runs next
    size_t turn_at;  // where the turn of the writer began
    int64_t errors;
    bool stopped;  // nothing more runs
    struct bulk_prepared *prepared;
    size_t prepared_from;
    size_t prepared_count;
};

// Opens the job over a body, which outlives it. `ctx` is the request's. Refused: what concerns the
// job as a whole. bulk_close also behind a refusal.
MUST_CHECK bool bulk_plan(const struct context *ctx, str body, struct bulk_job *job,
                          struct roster_error *err);
void bulk_close(struct bulk_job *job);
// Prepares the next BULK_SLICE_OPERATIONS items, or fewer when they are large. Behind it
// bulk_is_prepared holds, or bulk_is_over.
void bulk_prepare(const struct context *ctx, struct bulk_job *job);
// Another registry of the tenant holds from now on. What was prepared by the old one is dropped.
void bulk_take_registry(struct bulk_job *job, const struct roster_registry *registry);
bool bulk_is_prepared(const struct bulk_job *job);
bool bulk_is_over(const struct bulk_job *job);

// A turn is what one transaction holds. Its items run until bulk_is_prepared ends or its time is
// over; a rollback is told by bulk_turn_back, a commit of unknown outcome by bulk_turn_unknown.
void bulk_turn_begin(struct bulk_job *job);
// OUTCOME_DONE, also when the operation was refused; OUTCOME_BROKEN: roll back.
MUST_CHECK enum outcome bulk_run_one(const struct context *ctx, struct bulk_job *job,
                                     struct roster_error *err);
void bulk_turn_back(struct bulk_job *job);
void bulk_turn_unknown(struct bulk_job *job, const struct roster_error *err);
// What the writes of a batch came to, besides their answers.
struct write_sums {
    size_t writes;
    size_t members_skipped;
    size_t held[GUARD_KIND_COUNT];
};
void write_sums_add(struct write_sums *sums, const struct write *write);
// The turn is over: adds its items.
void bulk_turn_end(struct bulk_job *job, struct write_sums *sums);
// The item that broke its transaction, which it had alone, fails for good.
void bulk_skip_one(struct bulk_job *job, const struct roster_error *err);
// Nothing more runs: what has not run fails with this reason.
void bulk_end(struct bulk_job *job, const struct roster_error *err);

// How many operations have an answer of this class (2: 2xx).
size_t bulk_count(const struct bulk_job *job, int class);
// The BulkResponse. Operations that did not run are left out.
void bulk_write(const struct bulk_job *job, str base, struct text *out);

// The type, kind and id that the path of an operation names; a reference in place of the id is left
// in `id` with its *name found. Refused: INVALID_VALUE, NOT_FOUND, METHOD_NOT_ALLOWED …
MUST_CHECK bool bulk_target(const struct context *ctx, struct bulk_task *task, str *name,
                            struct roster_error *err);

#endif
