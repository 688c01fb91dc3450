// bulk_run.c: the operations of a job, slice by slice and one by one.
//
// A slice is prepared ahead, without knowing what becomes of the operations before it: ids are
// known since the plan. Whether what an operation refers to was created is looked at when it runs.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "core/bulk.h"
#include "core/etag.h"

static const struct bulk_item *item_at(const struct bulk_job *job, size_t at)
{
    assert(at < job->item_count);
    return &job->items[at];
}

static struct bulk_task *task_at(const struct bulk_job *job, size_t at)
{
    return &job->tasks[item_at(job, at)->task];
}

bool bulk_is_over(const struct bulk_job *job)
{
    return job->stopped || job->at == job->item_count;
}

bool bulk_is_prepared(const struct bulk_job *job)
{
    return !bulk_is_over(job) && job->at < job->prepared_from + job->prepared_count;
}

void bulk_take_registry(struct bulk_job *job, const struct roster_registry *registry)
{
    job->prepared_count = 0;
    for (size_t at = 0; at < job->bulk.count; at++) {
        struct bulk_task *task = &job->tasks[at];
        task->type = task->type == NULL ? NULL : registry_type_number(registry, task->type_number);
        if (task->type == NULL && !task->refused && task->result.state == BULK_WAITS) {
            task->refused = true;
            task->result.code = ROSTER_ERR_NOT_FOUND;
            task->result.detail = STR("the resource type was removed");
        }
    }
}

// The first half

static struct bulk_scope scope_of(const struct context *ctx, struct bulk_job *job,
                                  const struct bulk_task *task)
{
    return (struct bulk_scope){.registry = ctx->view->registry,
                               .type = task->type,
                               .method = task->sent.method,
                               .names = &job->names,
                               .scratch = job->slice};
}

// The operations that `task` cannot refer to before its circle is complete.
static bool *late_ones(const struct bulk_job *job, uint32_t task)
{
    bool *late = arena_array(job->slice, job->bulk.count + 1, sizeof(*late));
    for (size_t at = 0; late != NULL && at < job->tasks[task].need_count; at++) {
        uint32_t creator = job->tasks[task].needs[at];
        late[creator] = bulk_is_late(&job->order, task, creator);
    }
    return late;
}

static bool prepare_with(const struct context *ctx, struct bulk_job *job, struct bulk_prepared *to,
                         const struct bulk_task *task, struct roster_json *data)
{
    struct bulk_scope scope = scope_of(ctx, job, task);
    return bulk_refs_replace(&scope, data, job->ids, &to->err) &&
           write_prepare(ctx, &to->write, data, &to->err);
}

// A resource of a circle. As a whole it has to be right as any other; without what refers to
// resources that are not there yet it is what is created first.
static bool prepare_circular(const struct context *ctx, struct bulk_job *job, uint32_t number,
                             struct bulk_prepared *to, struct roster_json *data)
{
    struct bulk_task *task = &job->tasks[number];
    struct bulk_scope scope = scope_of(ctx, job, task);
    struct write first = to->write;
    struct roster_json *cut = NULL;
    struct roster_json *whole = json_copy(job->slice, data);
    const bool *late = late_ones(job, number);
    if (whole == NULL || late == NULL) {
        return fail_memory(&to->err);
    }
    if (!prepare_with(ctx, job, to, task, whole) ||
        !bulk_refs_cut(&scope, data, late, &cut, &to->err)) {
        return false;
    }
    to->write = first;
    if (prepare_with(ctx, job, to, task, data)) {
        return true;
    }
    return to->err.code != ROSTER_ERR_NO_MEMORY &&
           fail(&to->err, ROSTER_ERR_CONFLICT, 0,
                "the circle of references cannot be resolved: a required attribute is part of it");
}

static bool put_operation(struct roster_json *operations, struct roster_arena *arena,
                          struct roster_json *value)
{
    struct roster_json *operation = json_new(arena, JSON_OBJECT);
    if (operation == NULL || !json_put_string(operation, arena, STR("op"), STR("add"))) {
        return false;
    }
    json_put(operation, STR("value"), value);
    json_push(operations, operation);
    return true;
}

// {"schemas":[PatchOp],"Operations":[{"op":"add","value":VALUE}]}
static struct roster_json *completion(struct roster_arena *arena, struct roster_json *value)
{
    struct roster_json *message = json_new(arena, JSON_OBJECT);
    struct roster_json *schemas = json_new(arena, JSON_ARRAY);
    struct roster_json *operations = json_new(arena, JSON_ARRAY);
    struct roster_json *uri = json_string(arena, URI_PATCH);
    if (message == NULL || schemas == NULL || operations == NULL || uri == NULL ||
        !put_operation(operations, arena, value)) {
        return NULL;
    }
    json_push(schemas, uri);
    json_put(message, STR("schemas"), schemas);
    json_put(message, STR("Operations"), operations);
    return message;
}

static bool prepare_completion(const struct context *ctx, struct bulk_job *job, uint32_t number,
                               struct bulk_prepared *to, struct roster_json *data)
{
    struct bulk_task *task = &job->tasks[number];
    struct bulk_scope scope = scope_of(ctx, job, task);
    struct roster_json *cut = NULL;
    const bool *late = late_ones(job, number);
    if (late == NULL) {
        return fail_memory(&to->err);
    }
    if (!bulk_refs_cut(&scope, data, late, &cut, &to->err) ||
        !bulk_refs_replace(&scope, cut, job->ids, &to->err)) {
        return false;
    }
    to->write.kind = WRITE_PATCH;
    struct roster_json *message = completion(job->slice, cut);
    return message == NULL ? fail_memory(&to->err)
                           : write_prepare(ctx, &to->write, message, &to->err);
}

static bool prepare_data(const struct context *ctx, struct bulk_job *job,
                         const struct bulk_item *item, struct bulk_prepared *to)
{
    struct bulk_task *task = &job->tasks[item->task];
    struct roster_json *operation = NULL;
    if (!roster_json_read(job->bulk.operations[item->task], job->slice, &operation, &to->err)) {
        return false;
    }
    struct roster_json *data = json_find(operation, STR("data"));
    if (item->action == BULK_COMPLETE) {
        return prepare_completion(ctx, job, item->task, to, data);
    }
    if (job->order.circular[item->task]) {
        return prepare_circular(ctx, job, item->task, to, data);
    }
    return prepare_with(ctx, job, to, task, data);
}

static bool check_version(const struct bulk_task *task, struct roster_error *err)
{
    return task->sent.version.len == 0 || etag_list_is_valid(task->sent.version) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "version must be * or a list of versions such as W/\"3\"");
}

static bool prepare_item(const struct context *ctx, struct bulk_job *job,
                         const struct bulk_item *item, struct bulk_prepared *to)
{
    const struct bulk_task *task = &job->tasks[item->task];
    bool by_reference = task->target_creator != BULK_NONE;
    to->write = (struct write){
        .kind = item->action == BULK_UNDO ? WRITE_DELETE : task->kind,
        .type = task->type,
        .id = by_reference ? job->ids[task->target_creator] : task->id,
        .if_match = task->kind == WRITE_CREATE ? (str){0} : task->sent.version,
        .unguarded = item->action == BULK_UNDO,
    };
    if (task->refused) {
        return true;
    }
    if (task->type == NULL) {
        return fail(&to->err, ROSTER_ERR_NOT_FOUND, 0, "the resource type was removed");
    }
    if (to->write.kind == WRITE_DELETE) {
        return check_version(task, &to->err) && write_prepare(ctx, &to->write, NULL, &to->err);
    }
    return check_version(task, &to->err) && prepare_data(ctx, job, item, to);
}

void bulk_prepare(const struct context *ctx, struct bulk_job *job)
{
    struct context own = *ctx;
    own.arena = job->slice;
    roster_arena_reset(job->slice);
    job->prepared_from = job->at;
    job->prepared_count = 0;
    job->prepared = arena_array(job->slice, BULK_SLICE_OPERATIONS, sizeof(*job->prepared));
    while (job->prepared != NULL && job->prepared_count < BULK_SLICE_OPERATIONS &&
           job->at + job->prepared_count < job->item_count &&
           arena_used(job->slice) < BULK_SLICE_BYTES) {
        struct bulk_prepared *to = &job->prepared[job->prepared_count];
        const struct bulk_item *item = item_at(job, job->at + job->prepared_count);
        to->refused = !prepare_item(&own, job, item, to);
        job->prepared_count++;
    }
    if (job->prepared == NULL) {
        struct roster_error err = {0};
        fail(&err, ROSTER_ERR_UNAVAILABLE, 0, "the server has no memory left for this job");
        bulk_end(job, &err);
    }
}

// The second half

static void fail_task(struct bulk_job *job, struct bulk_task *task, uint32_t number,
                      enum roster_code code, str detail)
{
    job->errors += task->result.state != BULK_FAILED;
    task->result.state = BULK_FAILED;
    task->result.code = code;
    if (!arena_copy(job->arena, detail, &task->result.detail)) {
        task->result.detail = str_of(error_default(code));
    }
    if (job->order.circular[number]) {
        job->unit_failed[job->order.unit[number]] = true;
    }
}

static void fail_conflict(struct bulk_job *job, uint32_t number, str detail)
{
    fail_task(job, &job->tasks[number], number, ROSTER_ERR_CONFLICT, detail);
}

// Whether something that the operation refers to could not be created.
static bool has_failed_need(const struct bulk_job *job, uint32_t number)
{
    const struct bulk_task *task = &job->tasks[number];
    for (size_t at = 0; at < task->need_count; at++) {
        uint32_t creator = task->needs[at];
        if (!bulk_is_late(&job->order, number, creator) &&
            job->tasks[creator].result.state == BULK_FAILED) {
            return true;
        }
    }
    return false;
}

// What a create made may have been there before, under another id than it was given by the plan.
// What was prepared with that one is prepared again.
static enum outcome keep_id(struct bulk_job *job, uint32_t number,
                            const struct bulk_prepared *prepared, struct roster_error *err)
{
    struct bulk_task *task = &job->tasks[number];
    str made = prepared->write.row.id;
    if (!task->result.created) {
        return OUTCOME_DONE;
    }
    task->result.adopted = !str_equal(made, prepared->write.id);
    if (str_equal(made, task->id)) {
        return OUTCOME_DONE;
    }
    if (!arena_copy(job->arena, made, &task->id)) {
        fail_memory(err);
        return OUTCOME_BROKEN;
    }
    job->ids[number] = task->id;
    job->prepared_count = job->at + 1 - job->prepared_from;
    return OUTCOME_DONE;
}

static enum outcome run_write(const struct context *ctx, struct bulk_job *job, uint32_t number,
                              struct bulk_prepared *prepared, struct roster_error *err)
{
    struct bulk_task *task = &job->tasks[number];
    enum outcome outcome = write_run(ctx, &prepared->write, err);
    if (outcome == OUTCOME_DONE) {
        task->result.state = BULK_DONE;
        task->result.revision = prepared->write.row.revision;
        task->result.created = task->kind == WRITE_CREATE;
        outcome = keep_id(job, number, prepared, err);
    } else if (outcome == OUTCOME_REFUSED) {
        fail_task(job, task, number, err->code, str_of(err->detail));
        outcome = OUTCOME_DONE;
    }
    return outcome;
}

static enum outcome run_task(const struct context *ctx, struct bulk_job *job, uint32_t number,
                             struct bulk_prepared *prepared, struct roster_error *err)
{
    struct bulk_task *task = &job->tasks[number];
    if (job->unit_failed[job->order.unit[number]] || has_failed_need(job, number)) {
        fail_conflict(job, number,
                      STR("an operation that this one refers to has failed: it did not run"));
    } else if (task->refused) {
        fail_task(job, task, number, task->result.code, task->result.detail);
    } else if (prepared->refused) {
        fail_task(job, task, number, prepared->err.code, str_of(prepared->err.detail));
    } else {
        return run_write(ctx, job, number, prepared, err);
    }
    return OUTCOME_DONE;
}

static enum outcome complete_task(const struct context *ctx, struct bulk_job *job, uint32_t number,
                                  struct bulk_prepared *prepared, struct roster_error *err)
{
    struct bulk_task *task = &job->tasks[number];
    if (job->unit_failed[job->order.unit[number]]) {
        return OUTCOME_DONE;
    }
    if (prepared->refused) {
        fail_task(job, task, number, prepared->err.code, str_of(prepared->err.detail));
        return OUTCOME_DONE;
    }
    return run_write(ctx, job, number, prepared, err);
}

// Whoever is gone already needs no deleting.
static enum outcome undo_task(const struct context *ctx, struct bulk_job *job, uint32_t number,
                              struct bulk_prepared *prepared, struct roster_error *err)
{
    struct bulk_task *task = &job->tasks[number];
    if (!job->unit_failed[job->order.unit[number]] || !task->result.created) {
        return OUTCOME_DONE;
    }
    bool stays = prepared->refused || task->result.adopted;
    enum outcome outcome = stays ? OUTCOME_DONE : write_run(ctx, &prepared->write, err);
    if (outcome == OUTCOME_BROKEN) {
        return outcome;
    }
    bool is_gone = !stays && (outcome == OUTCOME_DONE || err->code == ROSTER_ERR_NOT_FOUND);
    task->result.created = !is_gone;
    if (task->result.state != BULK_FAILED) {
        fail_conflict(job, number,
                      is_gone ? STR("an operation that this one refers to in a circle has failed: "
                                    "what was created is deleted again")
                              : STR("an operation that this one refers to in a circle has failed: "
                                    "this one stays, without what it refers to"));
    }
    return OUTCOME_DONE;
}

static enum outcome (*const actions[])(const struct context *ctx, struct bulk_job *job,
                                       uint32_t number, struct bulk_prepared *prepared,
                                       struct roster_error *err) = {
    [BULK_RUN] = run_task,
    [BULK_COMPLETE] = complete_task,
    [BULK_UNDO] = undo_task,
};

void bulk_turn_begin(struct bulk_job *job)
{
    job->turn_at = job->at;
}

static struct bulk_prepared *prepared_at(const struct bulk_job *job, size_t at)
{
    assert(at >= job->prepared_from && at < job->prepared_from + job->prepared_count);
    return &job->prepared[at - job->prepared_from];
}

static void advance(struct bulk_job *job)
{
    const struct bulk_item *item = item_at(job, job->at++);
    job->stopped = item->last && job->bulk.errors_max > 0 && job->errors >= job->bulk.errors_max;
}

// As if the item had not run; its write can be run again.
static void put_back(struct bulk_job *job, size_t at)
{
    const struct bulk_item *item = item_at(job, at);
    struct bulk_prepared *prepared = prepared_at(job, at);
    job->tasks[item->task].result = prepared->before;
    prepared->write.row = prepared->row_before;
    job->errors = prepared->errors_before;
    job->unit_failed[job->order.unit[item->task]] = prepared->unit_failed_before;
}

enum outcome bulk_run_one(const struct context *ctx, struct bulk_job *job, struct roster_error *err)
{
    const struct bulk_item *item = item_at(job, job->at);
    struct bulk_prepared *prepared = prepared_at(job, job->at);
    struct context own = *ctx;
    struct arena_mark mark = arena_mark(job->slice);
    own.arena = job->slice;
    prepared->before = job->tasks[item->task].result;
    prepared->row_before = prepared->write.row;
    prepared->errors_before = job->errors;
    prepared->unit_failed_before = job->unit_failed[job->order.unit[item->task]];
    *err = (struct roster_error){0};
    enum outcome outcome = actions[item->action](&own, job, item->task, prepared, err);
    arena_rewind(job->slice, mark);
    if (outcome == OUTCOME_DONE) {
        advance(job);
    } else {
        put_back(job, job->at);
    }
    return outcome;
}

void bulk_turn_back(struct bulk_job *job)
{
    while (job->at > job->turn_at) {
        put_back(job, --job->at);
    }
    job->stopped = false;
}

void bulk_turn_unknown(struct bulk_job *job, const struct roster_error *err)
{
    for (size_t at = job->turn_at; at < job->at; at++) {
        struct bulk_task *task = task_at(job, at);
        if (task->result.state == BULK_DONE || task->result.created) {
            fail_task(job, task, item_at(job, at)->task, err->code, str_of(err->detail));
        }
    }
}

void write_sums_add(struct write_sums *sums, const struct write *write)
{
    sums->writes++;
    sums->members_skipped += write->members_skipped;
    sums->held[write->held_kind] += write->held;
}

void bulk_turn_end(struct bulk_job *job, struct write_sums *sums)
{
    for (size_t at = job->turn_at; at < job->at; at++) {
        write_sums_add(sums, &prepared_at(job, at)->write);
    }
    job->turn_at = job->at;
}

void bulk_skip_one(struct bulk_job *job, const struct roster_error *err)
{
    uint32_t number = item_at(job, job->at)->task;
    fail_task(job, &job->tasks[number], number, err->code, str_of(err->detail));
    advance(job);
}

void bulk_end(struct bulk_job *job, const struct roster_error *err)
{
    for (size_t at = job->at; at < job->item_count; at++) {
        const struct bulk_item *item = item_at(job, at);
        struct bulk_task *task = &job->tasks[item->task];
        if (item->action == BULK_RUN) {
            fail_task(job, task, item->task, err->code, str_of(err->detail));
        } else if (task->result.created && task->result.state == BULK_DONE &&
                   (item->action == BULK_COMPLETE ||
                    job->unit_failed[job->order.unit[item->task]])) {
            fail_task(job, task, item->task, err->code,
                      STR("created, but without what it refers to in a circle"));
        }
    }
    job->stopped = true;
}
