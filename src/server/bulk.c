// bulk.c: bulk jobs between loop, workers and writer; what they do is core/bulk.h.
// SPDX-License-Identifier: Apache-2.0
#include "server/bulk.h"

#include "server/handlers.h"
#include "server/limit.h"
#include "server/reply.h"

static void give_place(struct pending *pending)
{
    atomic_fetch_sub(&pending->app->bulk_jobs, 1);
    atomic_fetch_sub(&pending->share->bulk_jobs, 1);
    atomic_fetch_sub(&pending->app->bulk_bytes, pending->bulk_bytes);
    atomic_fetch_sub(&pending->share->bulk_bytes, pending->bulk_bytes);
    pending->bulk_bytes = 0;
}

// What is prepared of it at a time, and its largest operation, which is so long.
static int64_t bytes_of(size_t len)
{
    size_t tree =
        len < ARENA_REQUEST_MAX / BULK_TREE_FACTOR ? len * BULK_TREE_FACTOR : ARENA_REQUEST_MAX;
    return (int64_t)(BULK_SLICE_BYTES + tree);
}

// As with places: of what there is, a tenant may take as much as others still could.
static bool take_bytes(struct pending *pending, bool *full)
{
    int64_t need = bytes_of(pending->exchange->body.len);
    int64_t all = atomic_fetch_add(&pending->app->bulk_bytes, need);
    int64_t own = atomic_fetch_add(&pending->share->bulk_bytes, need);
    pending->bulk_bytes = need;
    *full = own == 0 || all + need > (int64_t)BULK_BYTES_MAX;
    return own + need <= (int64_t)BULK_BYTES_MAX - all;
}

// Nothing was known but the length of the body; now the operations are.
static void give_bytes(struct pending *pending)
{
    size_t largest = 0;
    const struct bulk *bulk = &pending->bulk->bulk;
    for (size_t at = 0; at < bulk->count; at++) {
        largest = bulk->operations[at].len > largest ? bulk->operations[at].len : largest;
    }
    int64_t need = bytes_of(largest) + (int64_t)arena_used(pending->bulk->arena);
    int64_t more = pending->bulk_bytes - need;
    if (more > 0) {
        atomic_fetch_sub(&pending->app->bulk_bytes, more);
        atomic_fetch_sub(&pending->share->bulk_bytes, more);
        pending->bulk_bytes = need;
    }
}

static bool refuse_bytes(struct pending *pending, bool full)
{
    give_place(pending);
    return fail(&pending->err, full ? ROSTER_ERR_UNAVAILABLE : ROSTER_ERR_TOO_MANY_REQUESTS, 0,
                full ? "the bulk jobs under way may need all memory that there is for them: try "
                       "again later"
                     : "the bulk jobs of the tenant under way are large: send the next one when "
                       "one of them is answered");
}

// As in fair_put: a tenant may have as many jobs under way as others still could.
static bool take_place(struct pending *pending)
{
    bool full = false;
    int all = atomic_fetch_add(&pending->app->bulk_jobs, 1);
    int own = atomic_fetch_add(&pending->share->bulk_jobs, 1);
    if (own < BULK_JOBS_MAX - all) {
        return take_bytes(pending, &full) || refuse_bytes(pending, full);
    }
    give_place(pending);
    return all >= BULK_JOBS_MAX
               ? fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0,
                      "%d bulk jobs are under way already: try again later", BULK_JOBS_MAX)
               : fail(&pending->err, ROSTER_ERR_TOO_MANY_REQUESTS, 0,
                      "%d bulk jobs of the tenant are under way already: send the next one when "
                      "one of them is answered",
                      own);
}

enum step handle_bulk(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    if (!take_place(pending)) {
        reply_error(pending);
        return STEP_DONE;
    }
    pending->bulk = arena_alloc(pending->exchange->arena, sizeof(*pending->bulk));
    if (pending->bulk == NULL) {
        give_place(pending);
        fail_memory(&pending->err);
        reply_error(pending);
        return STEP_DONE;
    }
    return STEP_WORK;
}

void release_bulk(struct pending *pending)
{
    if (pending->bulk != NULL) {
        bulk_close(pending->bulk);
        pending->bulk = NULL;
        give_place(pending);
        app_loosen_heap(pending->app);
    }
}

void route_bulk(struct pending *pending)
{
    bool ended = pending->outcome != OUTCOME_DONE || bulk_is_over(pending->bulk);
    pending->step = ended ? STEP_DONE : bulk_is_prepared(pending->bulk) ? STEP_WRITE : STEP_WORK;
}

static bool plan(struct pending *pending)
{
    struct bulk_job *job = pending->bulk;
    return bulk_plan(&pending->ctx, pending->exchange->body, job, &pending->err) &&
           limit_operations(pending, job->bulk.count);
}

void work_bulk(struct pending *pending)
{
    struct bulk_job *job = pending->bulk;
    pending->outcome = OUTCOME_DONE;
    bool is_planned = job->arena != NULL;
    if (!is_planned && !plan(pending)) {
        pending->outcome = OUTCOME_REFUSED;
        route_bulk(pending);
        return;
    }
    if (!is_planned) {
        give_bytes(pending);
    }
    if (!bulk_is_over(job)) {
        pending->ctx.on_worker = true;  // passwords are hashed here
        bulk_prepare(&pending->ctx, job);
        pending->ctx.on_worker = false;
    }
    route_bulk(pending);
}

void run_bulk_turn(struct pending *pending, int64_t until_us)
{
    struct bulk_job *job = pending->bulk;
    bool in_time = true;
    pending->outcome = OUTCOME_DONE;
    while (pending->outcome == OUTCOME_DONE && bulk_is_prepared(job) && in_time) {
        pending->outcome = bulk_run_one(&pending->ctx, job, &pending->err);
        in_time = sys_monotonic_us() < until_us;
    }
}

bool take_bulk_schemas(struct pending *pending, struct conn *writer, int64_t schemas)
{
    if (!app_take_schemas(pending, writer, schemas)) {
        return false;
    }
    bulk_take_registry(pending->bulk, pending->view.registry);
    return true;
}

void end_bulk(struct pending *pending)
{
    struct bulk_job *job = pending->bulk;
    pending->step = STEP_DONE;
    if (job->at > 0) {
        struct roster_error err = {0};
        fail(&err, pending->err.code, 0, "%s",
             pending->err.code == ROSTER_ERR_UNAVAILABLE
                 ? "this operation did not run: the server stops, or its store has failed"
                 : pending->err.detail);
        bulk_end(job, &err);
        pending->outcome = OUTCOME_DONE;
    } else if (pending->outcome == OUTCOME_DONE) {
        pending->outcome = OUTCOME_REFUSED;
    }
}

void finish_bulk(struct pending *pending)
{
    struct text out;
    struct bulk_job *job = pending->bulk;
    if (pending->outcome != OUTCOME_DONE) {
        release_bulk(pending);
        reply_error(pending);
        return;
    }
    text_init(&out, pending->exchange->arena, HTTP_REPLY_MAX);
    text_reserve(&out, job->bulk.count * 256 + 256);
    bulk_write(job, pending->ctx.base, &out);
    metrics_bulk(&pending->app->metrics, job);
    release_bulk(pending);
    if (out.full) {
        fail(&pending->err, ROSTER_ERR_NO_MEMORY, 0,
             "the job ran, but its answer needs more memory than one request may use");
        reply_error(pending);
        return;
    }
    reply_text(pending, 200, reply_media(pending), text_str(&out));
}
