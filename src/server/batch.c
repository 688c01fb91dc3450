// batch.c: one batch of writes: one transaction, one commit.
//
// Refusals are decided before anything is written, so they need no savepoint. Only a failure of
// the store itself rolls back; then each request runs alone, so that one bad neighbour costs the
// others nothing but time.
// SPDX-License-Identifier: Apache-2.0
#include "server/bulk.h"

#include "server/handlers.h"
#include "server/oauth.h"

static bool take_settings(struct pending *pending, const struct token_row *row)
{
    if (!tenant_settings_read(row->tenant_settings, pending->ctx.arena, &pending->view.settings,
                              &pending->err)) {
        return false;
    }
    pending->quirks.on = pending->view.settings.quirks_on;
    return true;
}

static bool take_schemas(struct pending *pending, struct conn *writer, int64_t schemas)
{
    return schemas == pending->schemas || pending->token != NULL ||
           (pending->bulk != NULL ? take_bulk_schemas(pending, writer, schemas)
                                  : prepare_again(pending, writer, schemas));
}

// A body may take long after its head, and a queue after both: where administration moved on in
// between, the credential and the schemas are looked at again. Administration runs on this thread,
// so that nothing comes between this look and the write. Nothing is written before it, so that a
// refusal has nothing to roll back.
static bool is_still_allowed(struct pending *pending, struct conn *writer)
{
    struct token_row row = {0};
    uint64_t generation = atomic_load(&pending->app->generation);
    if (pending->generation == generation) {
        return true;
    }
    if (!app_is_live(pending, writer, &row)) {
        return false;
    }
    pending->outcome = OUTCOME_REFUSED;
    if (!take_settings(pending, &row) || !take_schemas(pending, writer, row.tenant_schemas)) {
        return false;
    }
    pending->generation = generation;  // only now: a second try has to look again
    return true;
}

static void run_one(struct pending *pending, struct conn *writer, int64_t until_us)
{
    pending->ctx.conn = writer;
    pending->err = (struct roster_error){0};
    if (pending->bulk != NULL) {
        bulk_turn_begin(pending->bulk);
    }
    if (!is_still_allowed(pending, writer)) {
        if (pending->bulk != NULL) {
            end_bulk(pending);
        }
        return;
    }
    if (pending->bulk != NULL) {
        run_bulk_turn(pending, until_us);
        return;
    }
    if (pending->token != NULL) {
        oauth_write(pending, writer);
        return;
    }
    pending->outcome = write_run(&pending->ctx, &pending->write, &pending->err);
}

static void fail_all(struct pending *const *batch, size_t count, const char *detail)
{
    for (size_t at = 0; at < count; at++) {
        fail(&batch[at]->err, ROSTER_ERR_UNAVAILABLE, 0, "%s", detail);
        batch[at]->outcome = OUTCOME_BROKEN;
        if (batch[at]->bulk != NULL) {
            end_bulk(batch[at]);
        }
    }
}

static bool commit(struct conn *writer, struct pending *const *batch, size_t count)
{
    if (conn_commit(writer) == STORE_OK) {
        return true;
    }
    const char *detail = "the store failed while the change was being saved: its outcome is "
                         "unknown, read it again before repeating it";
    struct roster_error unknown = {0};
    fail(&unknown, ROSTER_ERR_UNAVAILABLE, 0, "%s", detail);
    for (size_t at = 0; at < count; at++) {
        if (batch[at]->bulk != NULL) {
            bulk_turn_unknown(batch[at]->bulk, &unknown);
        }
    }
    fail_all(batch, count, detail);
    return false;
}

static void roll_back(struct conn *writer, struct pending *const *batch, size_t count)
{
    conn_rollback(writer);
    for (size_t at = 0; at < count; at++) {
        if (batch[at]->bulk != NULL) {
            bulk_turn_back(batch[at]->bulk);
        }
    }
}

static struct pending *take_next(struct batch *batch)
{
    struct pending *pending = batch->count < BATCH_REQUESTS_MAX ? batch->next(batch) : NULL;
    if (pending != NULL) {
        batch->members[batch->count++] = pending;
    }
    return pending;
}

// Runs until none waits or the batch has taken long enough. False when a request broke the
// transaction; it is rolled back then.
static bool run_together(struct conn *writer, struct batch *batch)
{
    int64_t now_us = sys_monotonic_us();
    const int64_t until_us = now_us + BATCH_US_MAX;
    struct pending *pending = take_next(batch);
    while (pending != NULL) {
        const int64_t began_us = now_us;
        run_one(pending, writer, until_us);
        now_us = sys_monotonic_us();
        batch->cost_us = now_us - began_us;
        if (pending->outcome == OUTCOME_BROKEN || !conn_in_transaction(writer)) {
            roll_back(writer, batch->members, batch->count);
            return false;
        }
        pending = now_us < until_us ? take_next(batch) : NULL;
    }
    return true;
}

static bool begin_alone(struct conn *writer, struct pending *pending)
{
    if (conn_begin(writer) == STORE_OK) {
        return true;
    }
    fail_all(&pending, 1, "the store cannot be written: try again later");
    return false;
}

// The operations of one turn of a job, each in a transaction of its own.
static bool run_operations_alone(struct conn *writer, struct pending *pending, int64_t until_us)
{
    struct bulk_job *job = pending->bulk;
    do {
        bulk_turn_begin(job);
        if (!begin_alone(writer, pending)) {
            return true;
        }
        pending->outcome = bulk_run_one(&pending->ctx, job, &pending->err);
        if (pending->outcome == OUTCOME_BROKEN) {
            conn_rollback(writer);
            bulk_skip_one(job, &pending->err);
            pending->outcome = OUTCOME_DONE;
        } else if (!commit(writer, &pending, 1)) {
            return false;
        }
    } while (bulk_is_prepared(job) && sys_monotonic_us() < until_us);
    return true;
}

static bool run_alone(struct conn *writer, struct pending *pending)
{
    int64_t until_us = sys_monotonic_us() + BATCH_US_MAX;
    if (!begin_alone(writer, pending)) {
        return true;
    }
    run_one(pending, writer, until_us);
    if (pending->outcome != OUTCOME_BROKEN) {
        return commit(writer, &pending, 1);
    }
    roll_back(writer, &pending, 1);
    return pending->bulk == NULL || run_operations_alone(writer, pending, until_us);
}

static bool run_each_alone(struct conn *writer, struct pending *const *batch, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        if (!run_alone(writer, batch[at])) {
            fail_all(batch + at + 1, count - at - 1, "the store failed: try again later");
            return false;
        }
    }
    return true;
}

static void account(struct app *app, struct pending *const *batch, size_t count, bool known,
                    int64_t took_us)
{
    struct write_sums sums = {0};
    for (size_t at = 0; at < count; at++) {
        if (batch[at]->bulk != NULL) {
            bulk_turn_end(batch[at]->bulk, &sums);
            route_bulk(batch[at]);
        } else if (batch[at]->token == NULL) {
            write_sums_add(&sums, &batch[at]->write);
        }
    }
    metrics_batch(&app->metrics, &sums, took_us);
    if (!known) {
        atomic_fetch_add(&app->metrics.commit_failures, 1);
    }
}

bool app_write(struct app *app, struct batch *batch)
{
    struct conn *writer = store_writer(app->options.store);
    int64_t began_us = sys_monotonic_us();
    if (writer == NULL || conn_begin(writer) != STORE_OK) {
        while (take_next(batch) != NULL) {
        }
        fail_all(batch->members, batch->count, "the store cannot be written: try again later");
        return true;
    }
    bool known = run_together(writer, batch) ? commit(writer, batch->members, batch->count)
                                             : run_each_alone(writer, batch->members, batch->count);
    account(app, batch->members, batch->count, known, sys_monotonic_us() - began_us);
    return known;
}
