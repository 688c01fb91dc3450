// batch.c: one batch of writes: one transaction, one commit.
//
// Refusals are decided before anything is written, so they need no savepoint. Only a failure of
// the store itself rolls back; then each request runs alone, so that one bad neighbour costs the
// others nothing but time.
// SPDX-License-Identifier: Apache-2.0
#include "server/app.h"

#include "server/handlers.h"

// A body may take long after its head, and a queue after both: where administration moved on in
// between, the credential and the schemas are looked at again. Administration runs on this thread,
// so that nothing comes between this look and the write.
static bool is_still_allowed(struct pending *pending, struct conn *writer)
{
    struct token_row row = {0};
    if (pending->generation == atomic_load(&pending->app->generation)) {
        return true;
    }
    enum store_outcome got =
        token_load(writer, pending->actor.credential, pending->ctx.arena, &row);
    if (got == STORE_OK && auth_token_is_live(&row, env_now_ms(pending->ctx.env))) {
        return row.tenant_schemas == pending->schemas ||
               prepare_again(pending, writer, row.tenant_schemas);
    }
    pending->challenge = CHALLENGE_TOKEN;
    pending->outcome = OUTCOME_REFUSED;
    return fail(&pending->err, ROSTER_ERR_UNAUTHORIZED, 0,
                "the token was revoked while the request was under way");
}

static void run_one(struct pending *pending, struct conn *writer)
{
    pending->ctx.conn = writer;
    pending->err = (struct roster_error){0};
    if (!is_still_allowed(pending, writer)) {
        return;
    }
    pending->outcome = write_run(&pending->ctx, &pending->write, &pending->err);
}

static void fail_all(struct pending *const *batch, size_t count, const char *detail)
{
    for (size_t at = 0; at < count; at++) {
        fail(&batch[at]->err, ROSTER_ERR_UNAVAILABLE, 0, "%s", detail);
        batch[at]->outcome = OUTCOME_BROKEN;
    }
}

static bool commit(struct conn *writer, struct pending *const *batch, size_t count)
{
    if (conn_commit(writer) == STORE_OK) {
        return true;
    }
    fail_all(batch, count,
             "the store failed while the change was being saved: its outcome is unknown, read it "
             "again before repeating it");
    return false;
}

// Runs until all are done or the batch has taken long enough; *count gets how many. False when a
// request broke the transaction; it is rolled back then.
static bool run_together(struct conn *writer, struct pending *const *batch, size_t *count)
{
    int64_t until_us = sys_monotonic_us() + BATCH_US_MAX;
    for (size_t at = 0; at < *count; at++) {
        if (at > 0 && sys_monotonic_us() > until_us) {
            *count = at;
            return true;
        }
        run_one(batch[at], writer);
        if (batch[at]->outcome == OUTCOME_BROKEN || !conn_in_transaction(writer)) {
            conn_rollback(writer);
            return false;
        }
    }
    return true;
}

static bool run_alone(struct conn *writer, struct pending *pending)
{
    if (conn_begin(writer) != STORE_OK) {
        fail_all(&pending, 1, "the store cannot be written: try again later");
        return true;
    }
    run_one(pending, writer);
    if (pending->outcome == OUTCOME_BROKEN) {
        conn_rollback(writer);
        return true;
    }
    return commit(writer, &pending, 1);
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
    metrics_batch(&app->metrics, count, took_us);
    for (size_t at = 0; at < count; at++) {
        atomic_fetch_add_explicit(&app->metrics.members_skipped, batch[at]->write.members_skipped,
                                  memory_order_relaxed);
    }
    if (!known) {
        atomic_fetch_add(&app->metrics.commit_failures, 1);
    }
}

bool app_write(struct app *app, struct pending *const *batch, size_t *count)
{
    struct conn *writer = store_writer(app->options.store);
    int64_t began_us = sys_monotonic_us();
    if (writer == NULL || conn_begin(writer) != STORE_OK) {
        fail_all(batch, *count, "the store cannot be written: try again later");
        return true;
    }
    bool known = run_together(writer, batch, count) ? commit(writer, batch, *count)
                                                    : run_each_alone(writer, batch, *count);
    account(app, batch, *count, known, sys_monotonic_us() - began_us);
    return known;
}
