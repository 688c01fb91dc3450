// handlers.c: the SCIM endpoints: from an admitted request to a use case, its outcome to a reply.
// SPDX-License-Identifier: Apache-2.0
#include "server/handlers.h"

#include "core/location.h"
#include "core/password.h"
#include "core/search_one.h"
#include "server/crowd.h"
#include "server/parameters.h"
#include "server/prefer.h"
#include "server/reply.h"

#include <string.h>

static enum step refuse(struct pending *pending)
{
    reply_error(pending);
    return STEP_DONE;
}

struct conditions request_conditions(const struct pending *pending)
{
    struct conditions conditions = {{0}, {0}};
    (void)http_header_find(pending->exchange, STR("If-Match"), &conditions.if_match);
    (void)http_header_find(pending->exchange, STR("If-None-Match"), &conditions.if_none_match);
    return conditions;
}

// /Me stands for the user that the credential acts for (RFC 7644 section 3.11).
static bool find_target(struct pending *pending)
{
    if (pending->type != NULL) {
        return true;
    }
    pending->type = roster_registry_type(pending->view.registry, STR("User"));
    pending->id = str_of(pending->actor.user_id);
    return pending->id.len > 0 ||
           fail(&pending->err, ROSTER_ERR_NOT_FOUND, 0,
                "this credential is not bound to a user, so there is no /Me");
}

static bool parse_projection(struct pending *pending)
{
    struct scope scope = context_scope(&pending->ctx, pending->type);
    return projection_parse(&scope, pending->request.attributes, pending->request.excluded,
                            &pending->projection, &pending->err);
}

// A connection with a snapshot for one large answer. NULL: too many are under way.
static struct conn *open_snapshot(struct pending *pending)
{
    struct app *app = pending->app;
    if (atomic_fetch_add(&app->streams, 1) < STREAMS_MAX) {
        struct conn *conn = store_reader(app->options.store, STORE_READER_CACHE_KIB);
        if (conn != NULL && conn_snapshot(conn) == STORE_OK) {
            return conn;
        }
        conn_close(conn);
    }
    atomic_fetch_sub(&app->streams, 1);
    fail(&pending->err, ROSTER_ERR_UNAVAILABLE, 0,
         "too many large answers are being sent: try again, or exclude members");
    return NULL;
}

static void close_snapshot(struct pending *pending, struct conn *conn)
{
    conn_release(conn);
    conn_close(conn);
    atomic_fetch_sub(&pending->app->streams, 1);
}

typedef enum outcome read_fn(struct pending *pending, struct read_result *result);

static enum outcome read_by_id(struct pending *pending, struct read_result *result)
{
    struct conditions conditions = request_conditions(pending);
    return read_resource(&pending->ctx, pending->type, pending->id, pending->projection,
                         &conditions, result, &pending->err);
}

static enum outcome read_written(struct pending *pending, struct read_result *result)
{
    pending->ctx.written = pending->write.sent;
    return (pending->write.kind == WRITE_CREATE ? read_created : read_row)(
        &pending->ctx, pending->type, &pending->write.row, pending->projection, result,
        &pending->err);
}

// Reads one resource and answers it, from a snapshot of its own when it is large. Not answered:
// OUTCOME_DEFER.
static void answer_resource(struct lane *lane, struct pending *pending, int status, read_fn *read)
{
    struct read_result result = {0};
    struct conn *snapshot = NULL;
    pending->ctx.conn = lane->conn;
    pending->outcome = read(pending, &result);
    if (pending->outcome == OUTCOME_STREAM) {
        snapshot = open_snapshot(pending);
        pending->ctx.conn = snapshot;
        pending->ctx.snapshot = true;
        result = (struct read_result){0};
        pending->outcome = snapshot == NULL ? OUTCOME_BROKEN : read(pending, &result);
    }
    if (pending->outcome == OUTCOME_DEFER) {
        return;
    }
    if (pending->outcome != OUTCOME_DONE || result.not_modified) {
        if (snapshot != NULL) {
            close_snapshot(pending, snapshot);
        }
        if (pending->outcome != OUTCOME_DONE) {
            reply_error(pending);
            return;
        }
        reply_empty(pending, 304);
    } else {
        reply_answer(pending, status, &result.answer, snapshot);
    }
    reply_resource_headers(pending, &result);
}

enum step handle_get(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    if (!find_target(pending) || !parse_projection(pending)) {
        return refuse(pending);
    }
    answer_resource(lane, pending, 200, read_by_id);
    pending->is_read = pending->outcome == OUTCOME_DEFER;
    return pending->is_read ? STEP_WORK : STEP_DONE;
}

void work_read(struct lane *worker, struct pending *pending)
{
    pending->ctx.on_worker = true;
    answer_resource(worker, pending, 200, read_by_id);
}

// Whether the schemas were changed while the search ran, so that it may have looked into an index
// that was being taken away. The view then shows them as they are now.
static bool schemas_moved(struct pending *pending, struct conn *conn)
{
    struct tenant_row tenant = {0};
    uint64_t generation = atomic_load_explicit(&pending->app->generation, memory_order_acquire);
    if (pending->own == NULL || generation == pending->generation) {
        return false;
    }
    pending->generation = generation;
    int type = pending->type == NULL ? 0 : pending->type->number;
    if (tenant_load(conn, pending->actor.tenant, pending->ctx.arena, &tenant) != STORE_OK ||
        tenant.schemas == pending->schemas || !app_take_schemas(pending, conn, tenant.schemas)) {
        return false;
    }
    const struct roster_resource_type *now = registry_type_number(pending->view.registry, type);
    pending->type = now;
    pending->search.type = now;
    return type == 0 || now != NULL;
}

static void search(struct pending *pending)
{
    pending->outcome = search_run(&pending->ctx, &pending->search, &pending->result, &pending->err);
    metrics_search(&pending->app->metrics, pending->result.steps);
}

static void run_once(struct pending *pending, struct conn *conn, bool on_worker)
{
    pending->ctx.conn = conn;
    pending->ctx.on_worker = on_worker;
    search(pending);
    if (pending->outcome != OUTCOME_STREAM) {
        return;
    }
    pending->stream = open_snapshot(pending);
    if (pending->stream == NULL) {
        pending->outcome = OUTCOME_BROKEN;
        return;
    }
    pending->ctx.conn = pending->stream;
    pending->ctx.snapshot = true;
    pending->ctx.on_worker = true;  // it was decided already that it may run here
    conn_deadline(pending->stream, SCAN_MS_MAX);
    search(pending);
    metrics_scan(&pending->app->metrics, conn_steps(pending->stream));
    conn_deadline(pending->stream, 0);
    if (pending->outcome != OUTCOME_DONE) {
        close_snapshot(pending, pending->stream);
        pending->stream = NULL;
    }
}

void run_search(struct pending *pending, struct conn *conn, bool on_worker)
{
    run_once(pending, conn, on_worker);
    if (pending->outcome == OUTCOME_DEFER || !schemas_moved(pending, conn)) {
        return;
    }
    if (pending->stream != NULL) {
        close_snapshot(pending, pending->stream);
        pending->stream = NULL;
    }
    pending->err = (struct roster_error){0};
    pending->result = (struct search_result){0};
    pending->ctx.snapshot = false;
    run_once(pending, conn, on_worker);
}

void finish_search(struct lane *lane, struct pending *pending)
{
    if (pending->outcome == OUTCOME_DONE) {
        reply_answer(pending, 200, &pending->result.answer, pending->stream);
    } else {
        reply_error(pending);
    }
}

static enum step start_search(struct lane *lane, struct pending *pending, bool in_body)
{
    pending->search = (struct search_call){pending->type, &pending->request, in_body};
    pending->ctx.connection = pending_connection(pending);
    if (crowd_is_over(lane, pending)) {
        return STEP_WORK;
    }
    int64_t from_us = env_monotonic_us(pending->app->options.env);
    run_search(pending, lane->conn, false);
    crowd_charge(lane, pending, from_us);
    if (pending->outcome == OUTCOME_DEFER) {
        return STEP_WORK;
    }
    finish_search(lane, pending);
    return STEP_DONE;
}

enum step handle_list(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    return start_search(lane, pending, false);
}

enum step handle_search(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    if (!search_request_read(body, pending->ctx.quirks, pending->ctx.arena, &pending->request,
                             &pending->err)) {
        return refuse(pending);
    }
    if (pending->id.len > 0) {
        pending->ctx.conn = lane->conn;
        pending->outcome = search_narrow(&pending->ctx, pending->type, pending->id,
                                         &pending->request, &pending->err);
        if (pending->outcome != OUTCOME_DONE) {
            return refuse(pending);
        }
    }
    return start_search(lane, pending, true);
}

static bool prepare(struct pending *pending, enum write_kind kind, const struct roster_json *body)
{
    struct write *write = &pending->write;
    *write = (struct write){.kind = kind, .type = pending->type, .id = pending->id};
    struct conditions conditions = request_conditions(pending);
    write->if_match = conditions.if_match;
    write->if_none_match = conditions.if_none_match;
    return parse_projection(pending) && write_prepare(&pending->ctx, write, body, &pending->err);
}

bool prepare_again(struct pending *pending, struct conn *writer, int64_t schemas)
{
    struct roster_json *body = NULL;
    enum write_kind kind = pending->write.kind;
    int type = pending->type->number;
    pending->outcome = OUTCOME_REFUSED;
    if (!app_take_schemas(pending, writer, schemas)) {
        return false;
    }
    pending->type = registry_type_number(pending->view.registry, type);
    if (pending->type == NULL) {
        return fail(&pending->err, ROSTER_ERR_NOT_FOUND, 0, "the resource type was removed");
    }
    str hash = pending->write.password.hash;
    if ((kind != WRITE_DELETE &&
         !roster_json_read(pending->exchange->body, pending->ctx.arena, &body, &pending->err)) ||
        !prepare(pending, kind, body)) {
        return false;
    }
    pending->write.password.hash = hash;
    return true;
}

static enum step start_write(struct pending *pending, enum write_kind kind,
                             const struct roster_json *body)
{
    if (!find_target(pending) || !prepare(pending, kind, body)) {
        return refuse(pending);
    }
    pending->is_write = true;
    return password_is_pending(&pending->write) ? STEP_WORK : STEP_WRITE;
}

void work_write(struct pending *pending)
{
    bool done = password_prepare(&pending->ctx, &pending->write, &pending->err);
    pending->outcome = done ? OUTCOME_DONE : OUTCOME_REFUSED;
    pending->step = done ? STEP_WRITE : STEP_DONE;
}

enum step handle_post(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    return start_write(pending, WRITE_CREATE, body);
}

enum step handle_put(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    return start_write(pending, WRITE_REPLACE, body);
}

enum step handle_patch(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    return start_write(pending, WRITE_PATCH, body);
}

enum step handle_delete(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    return start_write(pending, WRITE_DELETE, NULL);
}

// Whether a write is answered without a body: at wish, and PATCH of a group. A projection that was
// asked for comes before both (RFC 7644 section 3.5.2).
static bool is_silent(const struct pending *pending, enum preference preference)
{
    if (pending->projection != NULL || preference == PREFER_REPRESENTATION) {
        return false;
    }
    return preference == PREFER_MINIMAL ||
           (pending->write.kind == WRITE_PATCH && pending->type->number == TYPE_NUMBER_GROUP);
}

// A create says where the new resource is, another write only its version.
static void answer_silently(struct pending *pending)
{
    struct read_result result = {.tag = etag_make(pending->write.row.revision, 0)};
    bool is_create = pending->write.kind == WRITE_CREATE;
    reply_empty(pending, is_create ? 201 : 204);
    if (is_create &&
        !location_make(pending->exchange->arena, pending->ctx.base, pending->type->endpoint,
                       pending->write.row.id, &result.location)) {
        return;
    }
    reply_resource_headers(pending, &result);
}

static void answer_written(struct lane *lane, struct pending *pending)
{
    int status = pending->write.kind == WRITE_CREATE ? 201 : 200;
    enum preference preference = preference_read(pending->exchange);
    if (is_silent(pending, preference)) {
        answer_silently(pending);
    } else {
        answer_resource(lane, pending, status, read_written);
    }
    if (pending->outcome != OUTCOME_DONE) {
        // The change is saved, only its answer cannot be made: an error would be repeated by the
        // client. The id is younger than the mark.
        char id[ID_BYTES_MAX];
        str own = pending->write.row.id;
        assert(own.len <= sizeof(id));
        memcpy(id, own.ptr, own.len);
        arena_rewind(pending->exchange->arena, pending->mark);
        pending->write.row.id = (str){id, own.len};
        answer_silently(pending);
        pending->write.row.id = (str){0};
    } else if (preference != PREFER_NONE && pending->projection == NULL) {
        reply_header(pending, "Preference-Applied", preference_name(preference));
    }
}

void finish_write(struct lane *lane, struct pending *pending)
{
    if (pending->outcome != OUTCOME_DONE) {
        pending->retry_after_s = pending->write.held ? pending->write.retry_after_s : 0;
        reply_error(pending);
    } else if (pending->write.kind == WRITE_DELETE) {
        reply_empty(pending, 204);
    } else {
        answer_written(lane, pending);
    }
}
