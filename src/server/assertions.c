// assertions.c: assertions in memory and in the store.
// SPDX-License-Identifier: Apache-2.0
#include "server/assertions.h"

#include "sys/log.h"

struct loading {
    struct app *app;
    int64_t now_ms;
};

static void remember(void *ctx, const struct assertion *assertion)
{
    const struct loading *loading = ctx;
    // What finds no room is still in the store, which refuses it too.
    (void)replays_take(loading->app->replays, assertion->tenant, assertion->digest,
                       assertion->expires_ms, loading->now_ms);
}

bool assertions_open(struct app *app, struct roster_error *err)
{
    struct loading loading = {app, env_now_ms(app->options.env)};
    struct conn *conn = store_reader(app->options.store, STORE_READER_CACHE_KIB);
    if (conn == NULL) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    }
    enum store_outcome got = assertion_list(conn, loading.now_ms, REPLAYS_MAX, remember, &loading);
    conn_close(conn);
    return got == STORE_OK || fail(err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
}

static enum outcome refuse_again(struct roster_error *err)
{
    fail(err, ROSTER_ERR_UNAUTHORIZED, 0, "the assertion was used already: sign a new one");
    return OUTCOME_REFUSED;
}

enum outcome assertion_take(struct app *app, struct conn *writer, const struct assertion *assertion,
                            bool *noted, struct roster_error *err)
{
    enum replay_outcome seen = REPLAY_FIRST;
    if (!*noted) {
        seen = replays_take(app->replays, assertion->tenant, assertion->digest,
                            assertion->expires_ms, env_now_ms(app->options.env));
    }
    if (seen == REPLAY_AGAIN) {
        return refuse_again(err);
    }
    if (seen == REPLAY_FULL) {
        fail(err, ROSTER_ERR_UNAVAILABLE, 0, "too many assertions at once: try again later");
        return OUTCOME_REFUSED;
    }
    *noted = true;
    switch (assertion_insert(writer, assertion)) {
    case STORE_OK:
        return OUTCOME_DONE;
    case STORE_TAKEN:
        return refuse_again(err);
    case STORE_NONE:
    case STORE_TIMEOUT:
    case STORE_LARGE:
    case STORE_FULL:
    case STORE_FAILED:
        break;
    }
    fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the store cannot be written: try again later");
    return OUTCOME_BROKEN;
}

void assertions_tend(struct app *app, struct conn *writer, int64_t now_ms)
{
    bool begun = conn_begin(writer) == STORE_OK;
    if (begun && assertion_trim(writer, now_ms, ASSERTIONS_TRIM_ROWS) == STORE_OK &&
        conn_commit(writer) == STORE_OK) {
        return;
    }
    if (begun && conn_in_transaction(writer)) {
        conn_rollback(writer);
    }
    log_event(LOG_LEVEL_WARNING, "assertions-not-trimmed",
              LOG_TEXT("detail", STR("again in a minute")));
}
