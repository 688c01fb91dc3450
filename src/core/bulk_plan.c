// bulk_plan.c: everything about a job that can be known before it runs.
//
// The body is read operation by operation, and what is read is forgotten again: what stays is what
// each operation is, what it refers to, and the order. What is wrong with one operation is kept
// with it and said when its turn comes.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "core/bulk.h"

struct planner {
    const struct context *ctx;  // its arena is the job's
    struct bulk_job *job;
    struct bulk_names targets;  // by path: which operation went there last
    struct bulk_node *nodes;
    struct roster_error *err;  // of the job as a whole
};

static bool refuse_task(struct planner *p, struct bulk_task *task, const struct roster_error *err)
{
    if (err->code == ROSTER_ERR_NO_MEMORY) {
        *p->err = *err;
        return false;
    }
    task->refused = true;
    task->result.code = err->code;
    return arena_copy(p->job->arena, str_of(err->detail), &task->result.detail) ||
           fail_memory(p->err);
}

static bool read_tree(struct planner *p, uint32_t at, struct roster_json **out)
{
    struct roster_error err = {0};
    roster_arena_reset(p->job->slice);
    if (!roster_json_read(p->job->bulk.operations[at], p->job->slice, out, &err)) {
        return fail(p->err, err.code, err.offset, "operation %u: %s", at, err.detail);
    }
    return (*out)->kind == JSON_OBJECT ||
           fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0, "operation %u must be a JSON object", at);
}

static bool own_name(struct planner *p, uint32_t at, const struct bulk_operation *sent)
{
    uint32_t number = 0;
    if (sent->bulk_id.len == 0) {
        return true;
    }
    if (!bulk_names_add(&p->job->names, sent->bulk_id, &number, p->err)) {
        return false;
    }
    struct bulk_name *name = &p->job->names.rows[number];
    if (name->owner != BULK_NONE) {
        return fail(p->err, ROSTER_ERR_INVALID_SYNTAX, 0,
                    "operations %u and %u have the same bulkId \"%.*s\"", name->owner, at,
                    STR_ARGS(sent->bulk_id));
    }
    name->owner = at;
    name->creator = sent->method == BULK_POST ? at : BULK_NONE;
    return true;
}

static bool add_need(struct planner *p, struct bulk_needs *needs, uint32_t number)
{
    uint32_t *grown =
        arena_room(p->job->arena, needs->numbers, needs->count, &needs->cap, sizeof(*grown));
    if (grown == NULL) {
        return fail_memory(p->err);
    }
    grown[needs->count++] = number;
    needs->numbers = grown;
    return true;
}

// Operations on one resource keep the order of the request.
static bool follow(struct planner *p, uint32_t at, const struct bulk_task *task)
{
    str key = {0};
    uint32_t number = 0;
    if (!arena_format(p->job->arena, &key, "%.*s/%.*s", STR_ARGS(task->type->endpoint),
                      STR_ARGS(task->id))) {
        return fail_memory(p->err);
    }
    if (!bulk_names_add(&p->targets, key, &number, p->err)) {
        return false;
    }
    p->nodes[at].follows = p->targets.rows[number].owner;
    p->targets.rows[number].owner = at;
    return true;
}

static bool read_references(struct planner *p, uint32_t at, struct roster_json *operation,
                            str target_name, struct bulk_needs *needs)
{
    struct bulk_job *job = p->job;
    struct bulk_task *task = &job->tasks[at];
    struct roster_json *data = json_find(operation, STR("data"));
    struct bulk_scope scope = {.registry = p->ctx->view->registry,
                               .type = task->type,
                               .method = task->sent.method,
                               .names = &job->names,
                               .scratch = job->slice};
    uint32_t number = 0;
    if (task->kind != WRITE_DELETE && !bulk_refs_collect(&scope, at, data, needs, p->err)) {
        return false;
    }
    if (target_name.len == 0) {
        return true;
    }
    if (!bulk_names_add(&job->names, target_name, &number, p->err)) {
        return false;
    }
    task->target_creator = number;  // a name until find_creators
    return add_need(p, needs, number);
}

static bool plan_task(struct planner *p, uint32_t at)
{
    struct bulk_job *job = p->job;
    struct bulk_task *task = &job->tasks[at];
    struct roster_json *operation = NULL;
    struct roster_error err = {0};
    struct bulk_needs needs = {0};
    str target_name = {0};
    task->target_creator = BULK_NONE;
    p->nodes[at].follows = BULK_NONE;
    if (!read_tree(p, at, &operation)) {
        return false;
    }
    bool read = bulk_operation_read(operation, p->ctx->quirks, job->arena, &task->sent, &err);
    if (!own_name(p, at, &task->sent)) {
        return false;
    }
    if (!read || !bulk_target(p->ctx, task, &target_name, &err)) {
        return refuse_task(p, task, &err);
    }
    task->type_number = task->type->number;
    if (!read_references(p, at, operation, target_name, &needs)) {
        return false;
    }
    task->needs = needs.numbers;
    task->need_count = needs.count;
    p->nodes[at].needs = needs.numbers;
    if (task->kind != WRITE_CREATE) {
        return follow(p, at, task);
    }
    return (write_new_id(p->ctx, job->arena, &task->id) || fail_memory(p->err));
}

// Names become the operations that create what they stand for.
static bool find_creators(struct planner *p, uint32_t at)
{
    struct bulk_job *job = p->job;
    struct bulk_task *task = &job->tasks[at];
    uint32_t *needs = (uint32_t *)(uintptr_t)task->needs;
    for (size_t need = 0; need < task->need_count; need++) {
        const struct bulk_name *name = &job->names.rows[needs[need]];
        if (name->creator == BULK_NONE) {
            struct roster_error err = {0};
            fail(&err, ROSTER_ERR_INVALID_VALUE, 0,
                 "no POST of this job has the bulkId \"%.*s\" that is referred to",
                 STR_ARGS(name->text));
            task->need_count = 0;
            task->target_creator = BULK_NONE;
            return refuse_task(p, task, &err);
        }
    }
    if (task->target_creator != BULK_NONE) {
        task->target_creator = job->names.rows[task->target_creator].creator;
    }
    for (size_t need = 0; need < task->need_count; need++) {
        needs[need] = job->names.rows[needs[need]].creator;
    }
    job->ids[at] = task->id;
    p->nodes[at].need_count = task->need_count;
    return true;
}

static bool has_late_need(const struct bulk_job *job, uint32_t at)
{
    const struct bulk_task *task = &job->tasks[at];
    for (size_t need = 0; need < task->need_count; need++) {
        if (bulk_is_late(&job->order, at, task->needs[need])) {
            return true;
        }
    }
    return false;
}

static void add_item(struct bulk_job *job, uint32_t task, enum bulk_action action)
{
    job->items[job->item_count++] = (struct bulk_item){.task = task, .action = action};
}

// The items of the operations from place `from` on that share one unit. Gives the place behind.
static size_t add_unit(struct bulk_job *job, size_t from)
{
    const uint32_t *sequence = job->order.sequence;
    uint32_t unit = job->order.unit[sequence[from]];
    size_t to = from;
    while (to < job->bulk.count && job->order.unit[sequence[to]] == unit) {
        add_item(job, sequence[to++], BULK_RUN);
    }
    if (job->order.circular[sequence[from]]) {
        for (size_t at = from; at < to; at++) {
            if (has_late_need(job, sequence[at])) {
                add_item(job, sequence[at], BULK_COMPLETE);
            }
        }
        for (size_t at = to; at > from; at--) {
            add_item(job, sequence[at - 1], BULK_UNDO);
        }
    }
    job->items[job->item_count - 1].last = true;
    return to;
}

// Whether the answer will have room, whatever the operations come to.
static bool check_room(const struct planner *p)
{
    return arena_used(p->job->arena) + p->job->bulk.count * BULK_REPLY_BYTES <=
               arena_max(p->job->arena) ||
           fail(p->err, ROSTER_ERR_TOO_LARGE, 0,
                "the job refers to too many bulkIds: send several jobs");
}

static bool allocate(struct planner *p)
{
    struct bulk_job *job = p->job;
    size_t count = job->bulk.count + 1;
    job->tasks = arena_array(job->arena, count, sizeof(*job->tasks));
    job->ids = arena_array(job->arena, count, sizeof(*job->ids));
    job->unit_failed = arena_array(job->arena, count, sizeof(*job->unit_failed));
    job->items = arena_array(job->arena, 3 * count, sizeof(*job->items));
    p->nodes = arena_array(job->arena, count, sizeof(*p->nodes));
    return (job->tasks != NULL && job->ids != NULL && job->unit_failed != NULL &&
            job->items != NULL && p->nodes != NULL) ||
           fail_memory(p->err);
}

static bool plan(struct planner *p, str body)
{
    struct bulk_job *job = p->job;
    if (!bulk_read(body, p->ctx->quirks, job->arena, &job->bulk, p->err) || !allocate(p)) {
        return false;
    }
    for (uint32_t at = 0; at < job->bulk.count; at++) {
        if (!plan_task(p, at)) {
            return false;
        }
    }
    for (uint32_t at = 0; at < job->bulk.count; at++) {
        if (!find_creators(p, at)) {
            return false;
        }
    }
    if (!bulk_order(p->nodes, job->bulk.count, job->arena, &job->order, p->err)) {
        return false;
    }
    for (size_t place = 0; place < job->bulk.count;) {
        place = add_unit(job, place);
    }
    return check_room(p);
}

bool bulk_plan(const struct context *ctx, str body, struct bulk_job *job, struct roster_error *err)
{
    struct planner p = {.ctx = ctx, .job = job, .err = err};
    *job = (struct bulk_job){.arena = ctx->arena};
    job->names.arena = ctx->arena;
    p.targets.arena = ctx->arena;
    job->slice = roster_arena_open(BULK_SLICE_BYTES + ARENA_REQUEST_MAX);
    return job->slice == NULL ? fail_memory(err) : plan(&p, body);
}

void bulk_close(struct bulk_job *job)
{
    roster_arena_close(job->slice);
    job->slice = NULL;
}
