// handlers.c: the SCIM endpoints: from an admitted request to a use case, its outcome to a reply.
// SPDX-License-Identifier: Apache-2.0
#include "server/handlers.h"

#include "core/discovery.h"
#include "server/parameters.h"
#include "server/reply.h"

static enum step refuse(struct pending *pending)
{
    reply_error(pending);
    return STEP_DONE;
}

// Discovery takes no filter (RFC 7644 section 4).
static bool check_no_filter(struct pending *pending)
{
    return !pending->request.has_filter ||
           fail(&pending->err, ROSTER_ERR_FORBIDDEN, 0, "discovery endpoints take no filter");
}

enum step handle_provider_config(struct lane *lane, struct pending *pending,
                                 const struct roster_json *body)
{
    struct roster_json *config = NULL;
    if (!check_no_filter(pending) ||
        !discovery_provider_config(pending->ctx.base, pending->ctx.arena, &config, &pending->err)) {
        return refuse(pending);
    }
    reply_json(pending, config);
    return STEP_DONE;
}

enum step handle_resource_types(struct lane *lane, struct pending *pending,
                                const struct roster_json *body)
{
    struct roster_json *types = NULL;
    if (!check_no_filter(pending) ||
        !discovery_resource_types(&pending->ctx, pending->id, &types, &pending->err)) {
        return refuse(pending);
    }
    reply_json(pending, types);
    return STEP_DONE;
}

enum step handle_schemas(struct lane *lane, struct pending *pending, const struct roster_json *body)
{
    struct roster_json *schemas = NULL;
    if (!check_no_filter(pending) ||
        !discovery_schemas(&pending->ctx, pending->id, &schemas, &pending->err)) {
        return refuse(pending);
    }
    reply_json(pending, schemas);
    return STEP_DONE;
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
        struct conn *conn = store_reader(app->options.store);
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
    str if_none_match = {0};
    (void)http_header_find(pending->exchange, STR("If-None-Match"), &if_none_match);
    return read_resource(&pending->ctx, pending->type, pending->id, pending->projection,
                         if_none_match, result, &pending->err);
}

static enum outcome read_written(struct pending *pending, struct read_result *result)
{
    return read_row(&pending->ctx, pending->type, &pending->write.row, pending->projection, result,
                    &pending->err);
}

// Reads one resource and answers it, from a snapshot of its own when it is large.
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
    return STEP_DONE;
}

void run_search(struct pending *pending, struct conn *conn, bool on_worker)
{
    pending->ctx.conn = conn;
    pending->ctx.on_worker = on_worker;
    pending->outcome = search_run(&pending->ctx, &pending->search, &pending->result, &pending->err);
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
    pending->outcome = search_run(&pending->ctx, &pending->search, &pending->result, &pending->err);
    conn_deadline(pending->stream, 0);
    if (pending->outcome != OUTCOME_DONE) {
        close_snapshot(pending, pending->stream);
        pending->stream = NULL;
    }
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
    run_search(pending, lane->conn, false);
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
    return start_search(lane, pending, true);
}

static enum step start_write(struct pending *pending, enum write_kind kind,
                             const struct roster_json *body)
{
    struct write *write = &pending->write;
    if (!find_target(pending) || !parse_projection(pending)) {
        return refuse(pending);
    }
    *write = (struct write){.kind = kind, .type = pending->type, .id = pending->id};
    (void)http_header_find(pending->exchange, STR("If-Match"), &write->if_match);
    if (!write_prepare(&pending->ctx, write, body, &pending->err)) {
        return refuse(pending);
    }
    pending->is_write = true;
    return STEP_WRITE;
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

// Whether a PATCH is answered without a body: groups are, unless a projection was asked for.
static bool is_silent(const struct pending *pending)
{
    return pending->write.kind == WRITE_PATCH && pending->type->number == TYPE_NUMBER_GROUP &&
           pending->projection == NULL;
}

// The change is saved, only its answer cannot be made: an error would be repeated by the client.
static void answer_without_body(struct pending *pending)
{
    struct read_result result = {.tag = etag_make(pending->write.row.revision, 0)};
    arena_rewind(pending->exchange->arena, pending->mark);
    bool located = arena_format(pending->exchange->arena, &result.location, "%.*s%.*s/%.*s",
                                STR_ARGS(pending->ctx.base), STR_ARGS(pending->type->endpoint),
                                STR_ARGS(pending->write.row.id));
    reply_empty(pending, pending->write.kind == WRITE_CREATE ? 201 : 204);
    if (located) {
        reply_resource_headers(pending, &result);
    }
}

void finish_write(struct lane *lane, struct pending *pending)
{
    struct read_result silent = {0};
    if (pending->outcome != OUTCOME_DONE) {
        reply_error(pending);
        return;
    }
    if (pending->write.kind == WRITE_DELETE) {
        reply_empty(pending, 204);
    } else if (is_silent(pending)) {
        silent.tag = etag_make(pending->write.row.revision, 0);
        reply_empty(pending, 204);
        reply_resource_headers(pending, &silent);
    } else {
        answer_resource(lane, pending, pending->write.kind == WRITE_CREATE ? 201 : 200,
                        read_written);
        if (pending->outcome != OUTCOME_DONE) {
            answer_without_body(pending);
        }
    }
}
