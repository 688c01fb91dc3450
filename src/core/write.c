// write.c: the two halves of a write; the table below has one row for each kind.
// SPDX-License-Identifier: Apache-2.0
#include "core/write.h"

#include "core/adopt.h"
#include "core/assigned.h"
#include "core/bounds.h"
#include "core/commit.h"
#include "core/document.h"
#include "core/federation.h"
#include "core/made.h"
#include "core/password.h"

#include <string.h>

static void detach(struct write *write)
{
    struct document_parts parts = document_detach(write->type, write->sent);
    write->external_id = parts.external_id;
    write->members = parts.members;
}

static bool check_id(struct write *write, struct roster_error *err)
{
    if (write->external_id.len > ID_BYTES_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "externalId is longer than %d bytes",
                    ID_BYTES_MAX);
    }
    return true;
}

bool write_new_id(const struct context *ctx, struct roster_arena *arena, str *id)
{
    char text[UUID_TEXT_LEN];
    uuid_print(ctx->env, text);
    return arena_copy(arena, (str){text, sizeof(text)}, id);
}

static bool prepare_create(const struct context *ctx, struct write *write,
                           const struct roster_json *body, struct roster_error *err)
{
    struct scope scope = context_scope(ctx, write->type);
    if (write->id.len == 0 && !write_new_id(ctx, ctx->arena, &write->id)) {
        return fail_memory(err);
    }
    if (!resource_check(&scope, body, &write->sent, err)) {
        return false;
    }
    detach(write);
    if (!check_id(write, err)) {
        return false;
    }
    write->row.id = write->id;
    write->row.type = write->type->number;
    if (!document_normalize(write->sent, ctx->arena) || !made_fill(ctx, write->type, write->sent) ||
        !document_print(write->sent, ctx->arena, &write->row)) {
        return fail_memory(err);
    }
    return index_extract(context_indexes(ctx, write->type), write->sent, ctx->arena,
                         &write->entries, err);
}

static bool prepare_replace(const struct context *ctx, struct write *write,
                            const struct roster_json *body, struct roster_error *err)
{
    struct scope scope = context_scope(ctx, write->type);
    write->has_members = json_find(body, STR("members")) != NULL;
    if (!resource_check_replace(&scope, body, &write->sent, err)) {
        return false;
    }
    detach(write);
    return check_id(write, err);
}

static bool prepare_patch(const struct context *ctx, struct write *write,
                          const struct roster_json *body, struct roster_error *err)
{
    struct scope scope = context_scope(ctx, write->type);
    return patch_parse(&scope, body, &write->patch, err);
}

static bool prepare_delete(const struct context *ctx, struct write *write,
                           const struct roster_json *body, struct roster_error *err)
{
    return true;
}

static enum outcome refuse_memory(struct roster_error *err)
{
    fail_memory(err);
    return OUTCOME_REFUSED;
}

static enum outcome run_create(const struct context *ctx, struct write *write,
                               struct roster_error *err)
{
    struct edge_plan edges = {0};
    bool adopted = false;
    enum outcome outcome = federation_check_create(ctx, write, err);
    if (outcome == OUTCOME_DONE) {
        outcome = adopt_find(ctx, write, &adopted, err);
    }
    if (adopted || outcome != OUTCOME_DONE) {
        return outcome;
    }
    outcome = commit_check_unique(ctx, write, write->entries, NULL, err);
    if (outcome == OUTCOME_DONE) {
        outcome = bounds_check(ctx, write->type, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = commit_check_manager(ctx, NULL, &write->row, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = assigned_check(ctx, write->type, NULL, write->sent, err);
    }
    if (outcome == OUTCOME_DONE && write->members != NULL) {
        outcome = edges_resolve_values(ctx, EDGE_ADD, write->members, &edges, err);
    }
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    write->members_skipped = edges.skipped;
    return commit_create(ctx, write, &edges, err);
}

// With write->external_id.
static enum outcome update(const struct context *ctx, struct write *write,
                           const struct current *current, struct roster_json *after,
                           const struct edge_plan *edges, struct roster_error *err)
{
    enum outcome outcome =
        commit_update(ctx, write, current, after, write->external_id, edges, err);
    return outcome == OUTCOME_DONE ? federation_settle(ctx, write, after, err) : outcome;
}

static enum outcome run_replace(const struct context *ctx, struct write *write,
                                struct roster_error *err)
{
    struct scope scope = context_scope(ctx, write->type);
    struct current current = {0};
    struct roster_json *after = NULL;
    struct edge_plan edges = {0};
    enum outcome outcome = commit_load(ctx, write, &current, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    if (!resource_replace(&scope, current.resource, write->sent, &after, err)) {
        return OUTCOME_REFUSED;
    }
    if (!document_normalize(after, ctx->arena) || !made_fill(ctx, write->type, after)) {
        return refuse_memory(err);
    }
    outcome = federation_check_update(ctx, write, &current, after, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    bool is_group = write->type->number == TYPE_NUMBER_GROUP;
    bool keeps =
        is_group && !write->has_members && quirk_take(ctx->quirks, ROSTER_QUIRK_PUT_KEEPS_MEMBERS);
    if (is_group && !keeps) {
        outcome = edges_resolve_values(ctx, EDGE_REPLACE, write->members, &edges, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = edges_check(ctx, current.row.row, &edges, err);
    }
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    write->members_skipped = edges.skipped;
    return update(ctx, write, &current, after, &edges, err);
}

// The tree that a PATCH works on: a copy of the document with the source's externalId in it.
static struct roster_json *patch_target(const struct context *ctx, const struct current *current)
{
    struct roster_json *target = json_copy(ctx->arena, current->resource);
    if (target != NULL && current->row.external_id.len > 0 &&
        !json_put_string(target, ctx->arena, STR("externalId"), current->row.external_id)) {
        return NULL;
    }
    return target;
}

// The names that a PATCH sets, as if they had been sent as a resource. False: the arena is full.
static bool note_sent(const struct context *ctx, struct write *write)
{
    write->sent = json_new(ctx->arena, JSON_OBJECT);
    bool room = write->sent != NULL;
    for (const struct patch_operation *op = write->patch.first; op != NULL && room; op = op->next) {
        const struct path *path = &op->path;
        struct roster_json *container =
            resource_container(write->sent, path->extension, true, ctx->arena);
        struct roster_json *value = json_new(ctx->arena, JSON_OBJECT);
        struct roster_json *sub = json_new(ctx->arena, JSON_NULL);
        room = container != NULL && value != NULL && sub != NULL;
        if (!room || path->attr == NULL) {
            continue;
        }
        if (path->sub != NULL) {
            json_put(value, path->sub->name, sub);
        } else if (op->value != NULL) {
            value = json_copy(ctx->arena, op->value);
            room = value != NULL;
        }
        if (room) {
            json_replace(container, path->attr->name, value);
        }
    }
    return room;
}

static enum outcome run_patch(const struct context *ctx, struct write *write,
                              struct roster_error *err)
{
    struct scope scope = context_scope(ctx, write->type);
    struct current current = {0};
    struct edge_change *changes = NULL;
    struct edge_plan edges = {0};
    const struct attr *external = type_members(write->type);
    enum outcome outcome = commit_load(ctx, write, &current, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    struct roster_json *after = patch_target(ctx, &current);
    if (after == NULL) {
        return refuse_memory(err);
    }
    if (!patch_apply(&scope, &write->patch, after, external, &changes, err)) {
        return OUTCOME_REFUSED;
    }
    struct document_parts parts = document_detach(write->type, after);
    write->external_id = parts.external_id;
    if (!check_id(write, err)) {
        return OUTCOME_REFUSED;
    }
    if (!document_normalize(after, ctx->arena) || !made_fill(ctx, write->type, after)) {
        return refuse_memory(err);
    }
    outcome = federation_check_update(ctx, write, &current, after, err);
    if (outcome == OUTCOME_DONE) {
        outcome = edges_resolve(ctx, changes, &edges, err);
    }
    if (outcome == OUTCOME_DONE) {
        outcome = edges_check(ctx, current.row.row, &edges, err);
    }
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    write->members_skipped = edges.skipped;
    if (write->type->hides && !note_sent(ctx, write)) {
        return refuse_memory(err);
    }
    return update(ctx, write, &current, after, &edges, err);
}

static enum outcome run_delete(const struct context *ctx, struct write *write,
                               struct roster_error *err)
{
    struct current current = {0};
    enum outcome outcome = commit_load(ctx, write, &current, err);
    return outcome == OUTCOME_DONE ? commit_delete(ctx, write, &current, err) : outcome;
}

static const struct {
    bool (*prepare)(const struct context *ctx, struct write *write, const struct roster_json *body,
                    struct roster_error *err);
    enum outcome (*run)(const struct context *ctx, struct write *write, struct roster_error *err);
} kinds[] = {
    [WRITE_CREATE] = {prepare_create, run_create},
    [WRITE_REPLACE] = {prepare_replace, run_replace},
    [WRITE_PATCH] = {prepare_patch, run_patch},
    [WRITE_DELETE] = {prepare_delete, run_delete},
};

bool write_prepare(const struct context *ctx, struct write *write, const struct roster_json *body,
                   struct roster_error *err)
{
    if (!kinds[write->kind].prepare(ctx, write, body, err) ||
        (body != NULL && !password_read(ctx, write, body, err))) {
        return false;
    }
    return !ctx->on_worker || !password_is_pending(write) || password_prepare(ctx, write, err);
}

enum outcome write_run(const struct context *ctx, struct write *write, struct roster_error *err)
{
    write->held = false;
    return kinds[write->kind].run(ctx, write, err);
}
