// app.c: running requests: begin, work, finish; and what all threads share.
// SPDX-License-Identifier: Apache-2.0
#include "server/app.h"

#include "auth/keys.h"
#include "core/walks.h"
#include "server/assertions.h"
#include "server/bulk.h"
#include "server/crowd.h"
#include "server/endings.h"
#include "server/fetcher.h"
#include "server/handlers.h"
#include "server/journal.h"
#include "server/oauth.h"
#include "server/reply.h"
#include "server/routes.h"
#include "server/silences.h"
#include "server/uses.h"
#include "sys/log.h"

static bool open_memory(struct app *app, struct roster_error *err)
{
    str folder = {0};
    str name = {0};
    if (!store_keys_place(app->options.store, "cursor", app->arena, &folder, &name)) {
        return fail_memory(err);
    }
    app->keys = keyring_open(folder.ptr, name.ptr, app->options.env);
    app->walks = walks_open();
    app->uses = uses_open();
    app->silences = silences_open();
    app->endings = endings_open();
    app->replays = replays_open();
    return (app->replays != NULL && app->keys != NULL && app->walks != NULL && app->uses != NULL &&
            app->silences != NULL && app->endings != NULL) ||
           fail_memory(err);
}

static bool open_limits(struct app *app, struct roster_error *err)
{
    uint64_t seed = 0;
    env_random(app->options.env, &seed, sizeof(seed));
    app_set_rate(app, app->options.rate);
    app->shares = shares_open();
    app->guesses = guesses_open(seed, (struct rate){GUESSES_PER_S, GUESSES_BURST});
    app->strangers = guesses_open(seed, (struct rate){STRANGERS_PER_S, STRANGERS_BURST});
    return (app->shares != NULL && app->guesses != NULL && app->strangers != NULL) ||
           fail_memory(err);
}

bool app_open(struct app *app, const struct app_options *options, struct roster_error *err)
{
    app->options = *options;
    app->keys = NULL;
    app->issuers = NULL;
    app->replays = NULL;
    app->walks = NULL;
    app->uses = NULL;
    app->silences = NULL;
    app->endings = NULL;
    app->shares = NULL;
    app->guesses = NULL;
    app->strangers = NULL;
    atomic_store(&app->generation, 1);
    app->arena = roster_arena_open(ARENA_REQUEST_MAX);
    if (app->arena == NULL) {
        return fail_memory(err);
    }
    app->registries = registries_open(options->store);
    if (app->registries == NULL) {
        app_close(app);
        return fail_memory(err);
    }
    app->registry = roster_registry_builtin(app->arena, err);
    if (app->registry == NULL ||
        !index_sets_build(app->options.store, app->registry, NULL, app->arena, &app->indexes,
                          err) ||
        !open_memory(app, err) || !open_limits(app, err) || !fetch_open(app, err) ||
        !assertions_open(app, err)) {
        app_close(app);
        return false;
    }
    return true;
}

void app_close(struct app *app)
{
    registries_close(app->registries);
    keyring_close(app->keys);
    issuer_keys_close(app->issuers);
    replays_close(app->replays);
    walks_close(app->walks);
    uses_close(app->uses);
    silences_close(app->silences);
    endings_close(app->endings);
    shares_close(app->shares);
    guesses_close(app->guesses);
    guesses_close(app->strangers);
    roster_arena_close(app->arena);
    app->registries = NULL;
    app->keys = NULL;
    app->issuers = NULL;
    app->replays = NULL;
    app->walks = NULL;
    app->uses = NULL;
    app->silences = NULL;
    app->endings = NULL;
    app->shares = NULL;
    app->guesses = NULL;
    app->strangers = NULL;
    app->arena = NULL;
}

void app_forget_actors(struct app *app)
{
    atomic_fetch_add(&app->generation, 1);
}

void app_tend(struct app *app, struct conn *writer)
{
    int64_t now_ms = env_now_ms(app->options.env);
    silences_begin(app->silences, writer, now_ms);
    uses_write(app->uses, app->silences, writer);
    silences_look(app->silences, writer, now_ms);
    endings_look(app->endings, writer, now_ms);
    assertions_tend(app, writer, now_ms);
    fetch_note(app, writer);
}

struct rate app_rate(const struct app *app)
{
    uint64_t both = atomic_load_explicit(&app->rate, memory_order_relaxed);
    return (struct rate){(uint32_t)(both >> 32), (uint32_t)both};
}

void app_set_rate(struct app *app, struct rate rate)
{
    atomic_store(&app->rate, (uint64_t)rate.per_s << 32 | rate.burst);
}

bool lane_open(struct lane *lane, struct app *app, size_t cache_kib, struct roster_error *err)
{
    *lane = (struct lane){.app = app};
    env_random(app->options.env, &lane->request_prefix, sizeof(lane->request_prefix));
    lane->conn = store_reader(app->options.store, cache_kib);
    lane->actors = actors_open(app->registry, app->registries, app->uses, app->shares);
    if (lane->conn == NULL || lane->actors == NULL) {
        lane_close(lane);
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    }
    return true;
}

void lane_close(struct lane *lane)
{
    conn_close(lane->conn);
    actors_close(lane->actors);
    *lane = (struct lane){0};
}

static void account(struct lane *lane, struct pending *pending, bool waited)
{
    int status = pending->exchange->reply.status;
    int64_t took_us = env_monotonic_us(pending->app->options.env) - pending->began_us;
    metrics_request(&pending->app->metrics, status, took_us, pending->quirks.used);
    journal_note(lane, pending, took_us, waited);
    log_event(status >= 500 ? LOG_LEVEL_ERROR : LOG_LEVEL_DEBUG, "request",
              LOG_TEXT("request_id", pending->ctx.request_id),
              LOG_TEXT("tenant", str_of(pending->actor.tenant_name)),
              LOG_TEXT("method", pending->exchange->method_text),
              LOG_TEXT("path", pending->exchange->path), LOG_NUMBER("status", status),
              LOG_NUMBER("took_us", took_us),
              LOG_TEXT("detail", str_of(status >= 400 ? pending->err.detail : "")));
}

static enum step done(struct lane *lane, struct pending *pending)
{
    account(lane, pending, false);
    return STEP_DONE;
}

// OPTIONS and the pages of the server itself have no row in the route table.
static bool answer_special(struct lane *lane, struct pending *pending)
{
    if (pending->admitted && pending->exchange->method == HTTP_OPTIONS) {
        reply_empty(pending, 204);
        reply_header(pending, "Allow", route_allow(&pending->target, pending));
        return true;
    }
    if (!pending->admitted) {
        return false;
    }
    return pending->target.place == TARGET_SERVER ? handle_server_page(lane, pending)
                                                  : handle_oauth(lane, pending);
}

enum step app_begin(struct lane *lane, struct pending *pending)
{
    struct roster_json *body = NULL;
    conn_hold(lane->conn);
    // The body has come since it was admitted, and the journal wants it of a refusal too.
    pending->mark = arena_mark(pending->exchange->arena);
    if (!pending->admitted) {
        reply_error(pending);
        return done(lane, pending);
    }
    if (pending->keys_wanted.len > 0) {
        return STEP_KEYS;
    }
    if (answer_special(lane, pending)) {
        return pending->keys_wanted.len > 0 ? STEP_KEYS
               : pending->token != NULL     ? STEP_WRITE
                                            : done(lane, pending);
    }
    if ((pending->route->flags & (ROUTE_BODY | ROUTE_UNREAD)) == ROUTE_BODY &&
        !roster_json_read(pending->exchange->body, pending->exchange->arena, &body,
                          &pending->err)) {
        reply_error(pending);
        return done(lane, pending);
    }
    crowd_note(lane, pending);
    enum step step = pending->route->run(lane, pending, body);
    return step == STEP_DONE ? done(lane, pending) : step;
}

bool app_refuse_suspended(struct pending *pending)
{
    pending->challenge = CHALLENGE_TOKEN;
    return fail(&pending->err, ROSTER_ERR_UNAUTHORIZED, 0,
                "the tenant is suspended, its data is kept: the operator of this server can resume "
                "it (roster tenant resume)");
}

bool app_is_live(struct pending *pending, struct conn *conn, struct token_row *row)
{
    enum store_outcome got = token_load(conn, pending->actor.credential, pending->ctx.arena, row);
    enum auth_outcome state =
        got == STORE_OK ? auth_token_state(row, env_now_ms(pending->ctx.env)) : AUTH_INVALID;
    pending->outcome = OUTCOME_REFUSED;
    if (got != STORE_OK && got != STORE_NONE) {
        return fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    }
    if (state == AUTH_SUSPENDED) {
        return app_refuse_suspended(pending);
    }
    if (state != AUTH_OK) {
        pending->challenge = CHALLENGE_TOKEN;
        return fail(&pending->err, ROSTER_ERR_UNAUTHORIZED, 0,
                    "the token was revoked while the request was under way");
    }
    return actor_take_policy(&pending->actor, row, pending->ctx.arena) ||
           fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
}

// A read may have waited: what administration shut out meanwhile is not shown any more.
static bool may_still_read(struct pending *pending, struct conn *conn)
{
    struct token_row row = {0};
    return pending->generation == atomic_load(&pending->app->generation) ||
           app_is_live(pending, conn, &row);
}

static void work_refused(struct pending *pending)
{
    if (pending->is_read) {
        reply_error(pending);
    }
}

void app_work(struct lane *worker, struct pending *pending)
{
    if (pending->bulk != NULL) {
        work_bulk(pending);
        return;
    }
    if (pending->is_write) {
        work_write(pending);
        return;
    }
    // One snapshot: what is counted and what is shown belong together.
    conn_hold(worker->conn);
    conn_deadline(worker->conn, SCAN_MS_MAX);
    if (!may_still_read(pending, worker->conn)) {
        work_refused(pending);
    } else if (pending->is_read) {
        work_read(worker, pending);
    } else {
        run_search(pending, worker->conn, true);
    }
    metrics_scan(&pending->app->metrics, conn_steps(worker->conn));
    conn_deadline(worker->conn, 0);
    conn_rest(worker->conn);
}

void app_finish(struct lane *lane, struct pending *pending)
{
    conn_hold(lane->conn);
    if (pending->bulk != NULL) {
        finish_bulk(pending);
    } else if (pending->token != NULL) {
        oauth_finish(pending);
    } else if (pending->is_write) {
        finish_write(lane, pending);
    } else if (!pending->is_read) {
        finish_search(lane, pending);
    }
    account(lane, pending, true);
}

static void show_registry(struct pending *pending)
{
    const struct app *app = pending->app;
    pending->view.registry = pending->own == NULL ? app->registry : pending->own->registry;
    pending->view.indexes = pending->own == NULL ? app->indexes : pending->own->indexes;
}

bool app_take_schemas(struct pending *pending, struct conn *conn, int64_t schemas)
{
    struct tenant_registry *own = NULL;
    if (!registries_find(pending->app->registries, conn, pending->actor.tenant, schemas, &own)) {
        return fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0, NULL);
    }
    tenant_registry_give(pending->own);
    pending->own = own;
    pending->schemas = schemas;
    show_registry(pending);
    return true;
}

void app_show_schemas(struct pending *pending, const struct actor_entry *entry)
{
    pending->own = tenant_registry_take(entry->own);
    pending->schemas = entry->schemas;
    show_registry(pending);
}

// Twice, because the request's own memory is freed behind this.
enum { HEAP_LOOKS = 2 };

bool app_heap_is_loose(struct app *app)
{
    int looks = atomic_load(&app->heap_looks);
    while (looks > 0 && !atomic_compare_exchange_weak(&app->heap_looks, &looks, looks - 1)) {
    }
    return looks > 0;
}

void app_loosen_heap(struct app *app)
{
    atomic_store(&app->heap_looks, HEAP_LOOKS);
}

void app_release(struct pending *pending)
{
    if (pending != NULL) {
        if (arena_used(pending->exchange->arena) > HEAP_BYTES_KEEP) {
            app_loosen_heap(pending->app);
        }
        release_bulk(pending);
        tenant_registry_give(pending->own);
        pending->own = NULL;
    }
}

void app_refuse(struct lane *lane, struct pending *pending)
{
    release_bulk(pending);
    pending->outcome = OUTCOME_REFUSED;
    fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0,
         "too many requests of the tenant wait already, or the server stops: try again later");
    if (pending->token != NULL) {
        oauth_finish(pending);
    } else {
        reply_error(pending);
    }
    account(lane, pending, true);
}

bool app_is_cut_off(struct pending *pending, bool queue_is_closed)
{
    int64_t stop_us = atomic_load(&pending->app->stop_us);
    if (!queue_is_closed && (stop_us == 0 || sys_monotonic_us() < stop_us)) {
        return false;
    }
    fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0,
         "the server stops: this operation did not run, send it again");
    end_bulk(pending);
    return true;
}
