// undo_write.c: the changes that undo, by the one file that writes resources.
// SPDX-License-Identifier: Apache-2.0
#include "core/undo_inner.h"

#include "core/commit.h"
#include "core/document.h"
#include "core/federation.h"
#include "core/made.h"

static bool is_external(const struct undo_attribute *attribute)
{
    return str_equal(attribute->container, STR("externalIds"));
}

// The write under way says what it undoes.
static bool sign(struct undo *undo, const struct undo_plan *plan, struct roster_error *err)
{
    return arena_format(undo->ctx->arena, &undo->context->ctx.request_id, "undo:%lld-%lld",
                        (long long)plan->first, (long long)plan->last) ||
           fail_memory(err);
}

// False: the store failed. What was refused is said in *why, and nothing was written.
static bool settle(struct undo *undo, enum outcome outcome, str *why, struct roster_error *err)
{
    if (outcome == OUTCOME_DONE) {
        return true;
    }
    if (outcome != OUTCOME_REFUSED || err->code == ROSTER_ERR_NO_MEMORY) {
        return false;
    }
    struct roster_error refusal = *err;
    *err = (struct roster_error){0};
    return arena_copy(undo->ctx->arena, str_of(refusal.detail), why) || fail_memory(err);
}

static void drop(struct roster_json *object, str name)
{
    struct roster_json *member = json_find(object, name);
    if (member != NULL) {
        json_remove(object, member);
    }
}

static bool set_value(const struct undo *undo, struct roster_json *resource,
                      const struct undo_attribute *attribute)
{
    struct roster_arena *arena = undo->ctx->arena;
    struct roster_json *container = resource;
    if (attribute->container.len > 0) {
        container = json_find(resource, attribute->container);
    }
    if (container == NULL) {
        container = json_new(arena, JSON_OBJECT);
        if (container == NULL) {
            return false;
        }
        json_put(resource, attribute->container, container);
    }
    drop(container, attribute->name);
    if (attribute->to == NULL) {
        return true;
    }
    struct roster_json *value = json_copy(arena, attribute->to);
    if (value != NULL) {
        json_put(container, attribute->name, value);
    }
    return value != NULL;
}

// `resource` with the values that it had, complete but for externalIds. What it lacked then, it may
// lack again.
static bool set_values(struct undo *undo, const struct roster_resource_type *type,
                       const struct undo_attribute *attribute, struct roster_json *resource,
                       struct roster_error *err)
{
    struct scope scope = context_scope(undo->ctx, type);
    struct lacks lacks = {0};
    for (; attribute != NULL; attribute = attribute->next) {
        if (attribute->why.len == 0 && !is_external(attribute) &&
            !set_value(undo, resource, attribute)) {
            return fail_memory(err);
        }
    }
    return resource_lacks(&scope, resource, &lacks, err) &&
           resource_finish_change(&scope, resource, &lacks, err) &&
           (document_normalize(resource, undo->ctx->arena) || fail_memory(err));
}

static const struct undo_attribute *next_external(const struct undo_attribute *attribute)
{
    while (attribute != NULL && (attribute->why.len > 0 || !is_external(attribute))) {
        attribute = attribute->next;
    }
    return attribute;
}

// An externalId is written by its source. The source of the attribute, or none.
static void act_for(struct undo *undo, const struct undo_attribute *external)
{
    int64_t source = 0;
    undo->context->actor.source =
        external != NULL && str_to_i64(external->name, &source) ? source : 0;
}

static str external_text(const struct undo_attribute *external)
{
    return external == NULL || external->to == NULL ? (str){0} : external->to->text;
}

// One change: `values` and one externalId.
static enum outcome update(struct undo *undo, const struct undo_plan *plan,
                           const struct undo_attribute *values,
                           const struct undo_attribute *external, struct roster_error *err)
{
    const struct context *ctx = undo->ctx;
    struct current current = {0};
    struct edge_plan none = {0};
    struct write write = {.kind = WRITE_PATCH,
                          .type = registry_type_number(ctx->view->registry, plan->type),
                          .id = plan->id};
    act_for(undo, external);
    enum outcome outcome = commit_load(ctx, &write, &current, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    struct roster_json *after = json_copy(ctx->arena, current.resource);
    if (after == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    if (!set_values(undo, write.type, values, after, err)) {
        return OUTCOME_REFUSED;
    }
    str text = external == NULL ? current.row.external_id : external_text(external);
    outcome = commit_update(ctx, &write, &current, after, text, &none, err);
    return outcome == OUTCOME_DONE ? federation_follow(ctx, &write, after, err) : outcome;
}

// Behind the first change: those of other sources.
static bool update_externals(struct undo *undo, const struct undo_plan *plan,
                             const struct undo_attribute *external, str *why,
                             struct roster_error *err)
{
    while (external != NULL && why->len == 0) {
        if (!settle(undo, update(undo, plan, NULL, external, err), why, err)) {
            return false;
        }
        external = next_external(external->next);
    }
    undo->context->actor.source = 0;
    return true;
}

bool undo_write_change(struct undo *undo, const struct undo_plan *plan,
                       const struct undo_attribute *attributes, str *why, struct roster_error *err)
{
    const struct undo_attribute *external = next_external(attributes);
    if (!sign(undo, plan, err) ||
        !settle(undo, update(undo, plan, attributes, external, err), why, err)) {
        return false;
    }
    return update_externals(undo, plan, external == NULL ? NULL : next_external(external->next),
                            why, err);
}

static enum outcome prepare(struct undo *undo, struct write *write,
                            const struct undo_attribute *attributes, struct roster_error *err)
{
    const struct context *ctx = undo->ctx;
    write->sent = json_new(ctx->arena, JSON_OBJECT);
    if (write->sent == NULL) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    if (!set_values(undo, write->type, attributes, write->sent, err)) {
        return OUTCOME_REFUSED;
    }
    if (!made_fill(ctx, write->type, write->sent) ||
        !document_print(write->sent, ctx->arena, &write->row)) {
        fail_memory(err);
        return OUTCOME_REFUSED;
    }
    if (!index_extract(context_indexes(ctx, write->type), write->sent, ctx->arena, &write->entries,
                       err)) {
        return OUTCOME_REFUSED;
    }
    return commit_check_unique(ctx, write, write->entries, NULL, err);
}

// A manager who is gone as well comes back with the pass over attributes.
static bool without_manager(struct undo *undo, struct write *write, enum outcome *outcome,
                            struct roster_error *err)
{
    struct roster_json *manager = document_find_manager(write->sent);
    *outcome = commit_check_manager(undo->ctx, NULL, &write->row, err);
    if (*outcome != OUTCOME_REFUSED || manager == NULL) {
        return *outcome == OUTCOME_DONE;
    }
    *err = (struct roster_error){0};
    *outcome = OUTCOME_DONE;
    json_remove(json_find(write->sent, URI_ENTERPRISE), manager);
    write->entries = NULL;
    return (document_print(write->sent, undo->ctx->arena, &write->row) || fail_memory(err)) &&
           index_extract(context_indexes(undo->ctx, write->type), write->sent, undo->ctx->arena,
                         &write->entries, err);
}

static struct write creation_of(const struct undo *undo, const struct undo_plan *plan)
{
    return (struct write){.kind = WRITE_CREATE,
                          .type = registry_type_number(undo->ctx->view->registry, plan->type),
                          .id = plan->id,
                          .row = {.id = plan->id, .type = plan->type}};
}

bool undo_write_create(struct undo *undo, const struct undo_plan *plan,
                       const struct undo_attribute *attributes, str *why, struct roster_error *err)
{
    const struct undo_attribute *external = next_external(attributes);
    struct write write = creation_of(undo, plan);
    struct edge_plan none = {0};
    enum outcome outcome = OUTCOME_DONE;
    if (!sign(undo, plan, err)) {
        return false;
    }
    if (!settle(undo, prepare(undo, &write, attributes, err), why, err)) {
        return false;
    }
    if (why->len > 0) {
        return true;
    }
    if (!without_manager(undo, &write, &outcome, err)) {
        return false;
    }
    act_for(undo, external);
    write.external_id = external_text(external);
    outcome = commit_create(undo->ctx, &write, &none, err);
    if (outcome == OUTCOME_DONE) {
        outcome = federation_return(undo->ctx, &write, err);
    }
    if (!settle(undo, outcome, why, err)) {
        return false;
    }
    return update_externals(undo, plan, external == NULL ? NULL : next_external(external->next),
                            why, err);
}

bool undo_write_delete(struct undo *undo, const struct undo_plan *plan, str *why,
                       struct roster_error *err)
{
    struct current current = {0};
    struct write write = {.kind = WRITE_DELETE,
                          .type = registry_type_number(undo->ctx->view->registry, plan->type),
                          .id = plan->id};
    if (!sign(undo, plan, err)) {
        return false;
    }
    enum outcome outcome = commit_load(undo->ctx, &write, &current, err);
    if (outcome == OUTCOME_DONE) {
        outcome = commit_delete(undo->ctx, &write, &current, err);
    }
    return settle(undo, outcome, why, err);
}

static bool add_step(const struct undo *undo, const struct undo_edge *edge, bool joins,
                     struct edge_plan *plan, enum outcome *outcome, struct roster_error *err)
{
    struct roster_arena *arena = undo->ctx->arena;
    struct roster_json *values = json_new(arena, JSON_ARRAY);
    for (; values != NULL && edge != NULL; edge = edge->next) {
        if (edge->joins != joins || edge->why.len > 0) {
            continue;
        }
        struct roster_json *value = json_new(arena, JSON_OBJECT);
        if (value == NULL || !json_put_string(value, arena, STR("value"), edge->id)) {
            return fail_memory(err);
        }
        json_push(values, value);
    }
    if (values == NULL) {
        return fail_memory(err);
    }
    if (values->count > 0) {
        *outcome =
            edges_resolve_values(undo->ctx, joins ? EDGE_ADD : EDGE_REMOVE, values, plan, err);
    }
    return true;
}

bool undo_write_edges(struct undo *undo, const struct undo_plan *group,
                      const struct undo_edge *edges, str *why, struct roster_error *err)
{
    const struct context *ctx = undo->ctx;
    struct current current = {0};
    struct edge_plan plan = {0};
    struct write write = {.kind = WRITE_PATCH,
                          .type = registry_type_number(ctx->view->registry, group->type),
                          .id = group->id};
    if (!sign(undo, group, err)) {
        return false;
    }
    enum outcome outcome = commit_load(ctx, &write, &current, err);
    if (outcome == OUTCOME_DONE && !add_step(undo, edges, true, &plan, &outcome, err)) {
        return false;
    }
    if (outcome == OUTCOME_DONE && !add_step(undo, edges, false, &plan, &outcome, err)) {
        return false;
    }
    if (outcome == OUTCOME_DONE) {
        outcome = edges_check(ctx, current.row.row, &plan, err);
    }
    struct roster_json *after =
        outcome == OUTCOME_DONE ? json_copy(ctx->arena, current.resource) : NULL;
    if (outcome == OUTCOME_DONE) {
        outcome = after == NULL ? OUTCOME_BROKEN
                                : commit_update(ctx, &write, &current, after,
                                                current.row.external_id, &plan, err);
    }
    return settle(undo, outcome, why, err);
}

// The place of the first value that another resource has; NULL: none.
bool undo_check(struct undo *undo, const struct undo_plan *plan,
                const struct undo_attribute *attributes, str *why, struct roster_error *err)
{
    const struct context *ctx = undo->ctx;
    struct write write = creation_of(undo, plan);
    struct current current = {.row = plan->row};
    struct index_entry *entries = NULL;
    if (!plan->is_there) {
        return settle(undo, prepare(undo, &write, attributes, err), why, err);
    }
    struct roster_json *after = json_copy(ctx->arena, plan->now);
    if (after == NULL) {
        return fail_memory(err);
    }
    drop(after, STR("externalIds"));
    if (!set_values(undo, write.type, attributes, after, err) ||
        !index_extract(context_indexes(ctx, write.type), plan->now, ctx->arena, &current.entries,
                       err) ||
        !index_extract(context_indexes(ctx, write.type), after, ctx->arena, &entries, err)) {
        return settle(undo, OUTCOME_REFUSED, why, err);
    }
    return settle(undo, commit_check_unique(ctx, &write, entries, &current, err), why, err);
}
