// driver_fault.c: a driver whose n-th call fails, to prove that no failure leaves half a change.
//
// It stands between the store and driver_sqlite. A call that fails is not made.
// SPDX-License-Identifier: Apache-2.0
#include "store/driver.h"

#include <stdlib.h>

struct fault_link {
    struct driver_link base;
    struct driver_link *inner;
    long *fail_at;
};

struct fault_statement {
    struct driver_statement base;
    struct driver_statement *inner;
    long *fail_at;
};

static struct fault_link *link_of(const struct driver_link *link)
{
    return (struct fault_link *)link;
}

static struct fault_statement *statement_of(struct driver_statement *statement)
{
    return (struct fault_statement *)statement;
}

static const struct driver *inner_of(const struct driver_link *link)
{
    return link_of(link)->inner->driver;
}

static bool fails(long *fail_at)
{
    return *fail_at > 0 && --*fail_at == 0;
}

static struct driver_link *fault_open(const struct driver_options *options,
                                      struct roster_error *err)
{
    if (fails(options->fail_at)) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "this call was made to fail");
        return NULL;
    }
    struct fault_link *link = calloc(1, sizeof(*link));
    if (link == NULL) {
        fail_memory(err);
        return NULL;
    }
    link->base.driver = &driver_fault;
    link->fail_at = options->fail_at;
    link->inner = driver_sqlite.open(options, err);
    if (link->inner == NULL) {
        free(link);
        return NULL;
    }
    return &link->base;
}

static bool fault_close(struct driver_link *link)
{
    bool closed = inner_of(link)->close(link_of(link)->inner);
    free(link);
    return closed;
}

static enum sql_outcome fault_run(struct driver_link *link, const char *sql)
{
    return fails(link_of(link)->fail_at) ? SQL_FAILED
                                         : inner_of(link)->run(link_of(link)->inner, sql);
}

static enum sql_outcome fault_prepare(struct driver_link *link, str sql,
                                      struct driver_statement **out)
{
    struct fault_statement *statement = calloc(1, sizeof(*statement));
    if (statement == NULL || fails(link_of(link)->fail_at)) {
        free(statement);
        return SQL_FAILED;
    }
    enum sql_outcome got = inner_of(link)->prepare(link_of(link)->inner, sql, &statement->inner);
    if (got != SQL_DONE) {
        free(statement);
        return got;
    }
    statement->base.driver = &driver_fault;
    statement->fail_at = link_of(link)->fail_at;
    *out = &statement->base;
    return SQL_DONE;
}

static void fault_finalize(struct driver_statement *statement)
{
    if (statement != NULL) {
        struct driver_statement *inner = statement_of(statement)->inner;
        inner->driver->finalize(inner);
        free(statement);
    }
}

static enum sql_outcome fault_bind_i64(struct driver_statement *statement, int parameter,
                                       int64_t value)
{
    struct driver_statement *inner = statement_of(statement)->inner;
    return fails(statement_of(statement)->fail_at)
               ? SQL_FAILED
               : inner->driver->bind_i64(inner, parameter, value);
}

static enum sql_outcome fault_bind_text(struct driver_statement *statement, int parameter,
                                        str value)
{
    struct driver_statement *inner = statement_of(statement)->inner;
    return fails(statement_of(statement)->fail_at)
               ? SQL_FAILED
               : inner->driver->bind_text(inner, parameter, value);
}

static enum sql_outcome fault_bind_blob(struct driver_statement *statement, int parameter,
                                        str value)
{
    struct driver_statement *inner = statement_of(statement)->inner;
    return fails(statement_of(statement)->fail_at)
               ? SQL_FAILED
               : inner->driver->bind_blob(inner, parameter, value);
}

static enum sql_outcome fault_step(struct driver_statement *statement)
{
    struct driver_statement *inner = statement_of(statement)->inner;
    return fails(statement_of(statement)->fail_at) ? SQL_FAILED : inner->driver->step(inner);
}

static int64_t fault_column_i64(struct driver_statement *statement, int column)
{
    struct driver_statement *inner = statement_of(statement)->inner;
    return inner->driver->column_i64(inner, column);
}

static str fault_column_str(struct driver_statement *statement, int column)
{
    struct driver_statement *inner = statement_of(statement)->inner;
    return inner->driver->column_str(inner, column);
}

static int64_t fault_changes(struct driver_link *link)
{
    return inner_of(link)->changes(link_of(link)->inner);
}

static void fault_reset(struct driver_statement *statement)
{
    struct driver_statement *inner = statement_of(statement)->inner;
    inner->driver->reset(inner);
}

static enum sql_outcome fault_begin(struct driver_link *link)
{
    return fails(link_of(link)->fail_at) ? SQL_FAILED : inner_of(link)->begin(link_of(link)->inner);
}

static enum sql_outcome fault_commit(struct driver_link *link)
{
    return fails(link_of(link)->fail_at) ? SQL_FAILED
                                         : inner_of(link)->commit(link_of(link)->inner);
}

static void fault_rollback(struct driver_link *link)
{
    inner_of(link)->rollback(link_of(link)->inner);
}

static bool fault_in_transaction(const struct driver_link *link)
{
    return inner_of(link)->in_transaction(link_of(link)->inner);
}

static void fault_deadline(struct driver_link *link, int ms)
{
    inner_of(link)->deadline(link_of(link)->inner, ms);
}

static int64_t fault_steps(const struct driver_link *link)
{
    return inner_of(link)->steps(link_of(link)->inner);
}

static size_t fault_log_bytes(const struct driver_link *link)
{
    return inner_of(link)->log_bytes(link_of(link)->inner);
}

static enum sql_outcome fault_move_log(struct driver_link *link, size_t *moved)
{
    return fails(link_of(link)->fail_at) ? SQL_FAILED
                                         : inner_of(link)->move_log(link_of(link)->inner, moved);
}

static enum sql_outcome fault_end_log(struct driver_link *link, bool *ended)
{
    return fails(link_of(link)->fail_at) ? SQL_FAILED
                                         : inner_of(link)->end_log(link_of(link)->inner, ended);
}

static enum sql_outcome fault_scrub(struct driver_link *link, bool *ended)
{
    return fails(link_of(link)->fail_at) ? SQL_FAILED
                                         : inner_of(link)->scrub(link_of(link)->inner, ended);
}

const struct driver driver_fault = {
    .scheme = "sqlite",
    .open = fault_open,
    .close = fault_close,
    .run = fault_run,
    .prepare = fault_prepare,
    .finalize = fault_finalize,
    .bind_i64 = fault_bind_i64,
    .bind_text = fault_bind_text,
    .bind_blob = fault_bind_blob,
    .step = fault_step,
    .column_i64 = fault_column_i64,
    .column_str = fault_column_str,
    .changes = fault_changes,
    .reset = fault_reset,
    .begin = fault_begin,
    .commit = fault_commit,
    .rollback = fault_rollback,
    .in_transaction = fault_in_transaction,
    .deadline = fault_deadline,
    .steps = fault_steps,
    .log_bytes = fault_log_bytes,
    .move_log = fault_move_log,
    .end_log = fault_end_log,
    .scrub = fault_scrub,
};
