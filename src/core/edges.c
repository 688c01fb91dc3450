// edges.c: membership changes.
// SPDX-License-Identifier: Apache-2.0
#include "core/edges.h"

#include "core/sight.h"

static enum outcome refuse_memory(struct roster_error *err)
{
    fail_memory(err);
    return OUTCOME_REFUSED;
}

// Looks one id up. *known is false for an id that is nobody in this tenant.
static enum outcome resolve_one(const struct context *ctx, str id, struct member_row *member,
                                bool *known, struct roster_error *err)
{
    struct resource_row row = {0};
    enum store_outcome got =
        resource_find_head(ctx->conn, ctx->actor->tenant, 0, id, ctx->arena, &row);
    got = sight_of(ctx, got, &row);
    const struct roster_resource_type *type =
        got == STORE_OK ? registry_type_number(ctx->view->registry, row.type) : NULL;
    *known = got == STORE_OK && (type == NULL || !type->managed);
    *member = (struct member_row){row.row, row.type, row.id, row.display};
    return outcome_of_store(got, err);
}

static enum outcome refuse_unknown(str id, struct roster_error *err)
{
    fail(err, ROSTER_ERR_INVALID_VALUE, 0,
         "members: there is no user or group with the id \"%.*s\" in this tenant", STR_ARGS(id));
    return OUTCOME_REFUSED;
}

static bool is_removal(enum edge_op op)
{
    return op == EDGE_REMOVE || op == EDGE_FILTER;
}

static enum outcome resolve_step(const struct context *ctx, struct edge_plan *plan,
                                 struct edge_step *step, const struct roster_json *values,
                                 struct roster_error *err)
{
    size_t count = values == NULL ? 0 : values->count;
    step->members = arena_array(ctx->arena, count + 1, sizeof(*step->members));
    if (step->members == NULL) {
        return refuse_memory(err);
    }
    const struct roster_json *value = count == 0 ? NULL : values->first;
    for (; value != NULL; value = value->next) {
        str id = json_find_text(value, STR("value"));
        bool known = false;
        enum outcome outcome = resolve_one(ctx, id, &step->members[step->count], &known, err);
        if (outcome != OUTCOME_DONE) {
            return outcome;
        }
        if (known) {
            step->count++;
        } else if (!is_removal(step->op)) {
            if (!quirk_is_on(ctx->quirks, ROSTER_QUIRK_SKIP_UNKNOWN_MEMBERS)) {
                return refuse_unknown(id, err);
            }
            (void)quirk_take(ctx->quirks, ROSTER_QUIRK_SKIP_UNKNOWN_MEMBERS);
            plan->skipped++;
        }
    }
    return OUTCOME_DONE;
}

static struct edge_step *add_step(const struct context *ctx, struct edge_plan *plan,
                                  enum edge_op op)
{
    struct edge_step *step = arena_alloc(ctx->arena, sizeof(*step));
    struct edge_step **tail = &plan->first;
    while (*tail != NULL) {
        tail = &(*tail)->next;
    }
    if (step != NULL) {
        step->op = op;
        *tail = step;
    }
    return step;
}

enum outcome edges_resolve_values(const struct context *ctx, enum edge_op op,
                                  const struct roster_json *values, struct edge_plan *plan,
                                  struct roster_error *err)
{
    if (values != NULL && values->count > EDGES_REQUEST_MAX) {
        fail(err, ROSTER_ERR_TOO_LARGE, 0,
             "one request may change %d members at most: send several requests", EDGES_REQUEST_MAX);
        return OUTCOME_REFUSED;
    }
    struct edge_step *step = add_step(ctx, plan, op);
    return step == NULL ? refuse_memory(err) : resolve_step(ctx, plan, step, values, err);
}

static size_t values_count(const struct edge_change *changes)
{
    size_t count = 0;
    for (; changes != NULL; changes = changes->next) {
        count += changes->values == NULL ? 1 : changes->values->count;
    }
    return count;
}

enum outcome edges_resolve(const struct context *ctx, const struct edge_change *changes,
                           struct edge_plan *plan, struct roster_error *err)
{
    struct edge_step **tail = &plan->first;
    if (values_count(changes) > EDGES_REQUEST_MAX) {
        fail(err, ROSTER_ERR_TOO_LARGE, 0,
             "one request may change %d members at most: send several requests", EDGES_REQUEST_MAX);
        return OUTCOME_REFUSED;
    }
    for (; changes != NULL; changes = changes->next) {
        struct edge_step *step = arena_alloc(ctx->arena, sizeof(*step));
        if (step == NULL) {
            return refuse_memory(err);
        }
        step->op = changes->op;
        step->filter = changes->filter;
        *tail = step;
        tail = &step->next;
        enum outcome outcome = resolve_step(ctx, plan, step, changes->values, err);
        if (outcome != OUTCOME_DONE) {
            err->operation = changes->index;
            return outcome;
        }
    }
    return OUTCOME_DONE;
}

static enum outcome note(const struct context *ctx, struct edge_plan *plan,
                         const struct member_row *member, bool added, struct roster_error *err)
{
    struct change_member *change = arena_alloc(ctx->arena, sizeof(*change));
    if (change == NULL || plan->change_count >= EDGES_REQUEST_MAX) {
        // More than edges_check saw: several operations together. The caller rolls back.
        fail(err, ROSTER_ERR_TOO_LARGE, 0, "one request may change %d members at most",
             EDGES_REQUEST_MAX);
        return OUTCOME_BROKEN;
    }
    *change = (struct change_member){member->row, member->id, added, plan->changes};
    plan->changes = change;
    plan->change_count++;
    return OUTCOME_DONE;
}

static enum outcome put_edge(const struct context *ctx, int64_t group, struct edge_plan *plan,
                             const struct member_row *member, bool add, struct roster_error *err)
{
    int64_t tenant = ctx->actor->tenant;
    enum store_outcome got = add ? member_insert(ctx->conn, tenant, group, member)
                                 : member_delete(ctx->conn, tenant, group, member->row);
    if (got == STORE_TAKEN || got == STORE_NONE) {
        return OUTCOME_DONE;  // it is so already
    }
    return got == STORE_OK ? note(ctx, plan, member, add, err) : outcome_of_store(got, err);
}

static enum outcome put_edges(const struct context *ctx, int64_t group, struct edge_plan *plan,
                              const struct edge_step *step, bool add, struct roster_error *err)
{
    enum outcome outcome = OUTCOME_DONE;
    for (size_t at = 0; at < step->count && outcome == OUTCOME_DONE; at++) {
        outcome = put_edge(ctx, group, plan, &step->members[at], add, err);
    }
    return outcome;
}

// Takes away those of one page that the step does not leave in the group.
static enum outcome sweep_page(const struct context *ctx, int64_t group, struct edge_plan *plan,
                               const struct edge_step *step, const struct member_row *members,
                               size_t count, struct roster_error *err)
{
    enum outcome outcome = OUTCOME_DONE;
    struct filter_budget budget = {INT64_MAX};  // edges_check has spent as much
    for (size_t at = 0; at < count && outcome == OUTCOME_DONE; at++) {
        bool goes = false;
        if (!edge_step_takes(ctx, step, &members[at], &budget, &goes)) {
            return refuse_memory(err);
        }
        outcome = goes ? put_edge(ctx, group, plan, &members[at], false, err) : OUTCOME_DONE;
    }
    return outcome;
}

// Walks the group's members in pages.
static enum outcome sweep(const struct context *ctx, int64_t group, struct edge_plan *plan,
                          const struct edge_step *step, struct roster_error *err)
{
    int64_t after = 0;
    size_t count = MEMBERS_INLINE_MAX;
    while (count == MEMBERS_INLINE_MAX) {
        struct member_row *members = NULL;
        struct arena_mark mark = arena_mark(ctx->arena);
        size_t noted = plan->change_count;
        enum store_outcome got = sight_members(ctx, group, after, MEMBERS_INLINE_MAX,
                                               step->filter != NULL, ctx->arena, &members, &count);
        if (got != STORE_OK && got != STORE_NONE) {
            return outcome_of_store(got, err);
        }
        enum outcome outcome = sweep_page(ctx, group, plan, step, members, count, err);
        if (outcome != OUTCOME_DONE) {
            return outcome;
        }
        after = count == 0 ? after : members[count - 1].row;
        if (plan->change_count == noted) {
            arena_rewind(ctx->arena, mark);  // nothing of this page is kept
        }
    }
    return OUTCOME_DONE;
}

static enum outcome apply_step(const struct context *ctx, int64_t group, struct edge_plan *plan,
                               struct edge_step *step, struct roster_error *err)
{
    switch (step->op) {
    case EDGE_ADD:
        return put_edges(ctx, group, plan, step, true, err);
    case EDGE_REMOVE:
        return put_edges(ctx, group, plan, step, false, err);
    case EDGE_FILTER:
        return sweep(ctx, group, plan, step, err);
    case EDGE_REPLACE:
        break;
    }
    enum outcome outcome = sweep(ctx, group, plan, step, err);
    return outcome == OUTCOME_DONE ? put_edges(ctx, group, plan, step, true, err) : outcome;
}

enum outcome edges_apply(const struct context *ctx, int64_t group, struct edge_plan *plan,
                         struct roster_error *err)
{
    enum outcome outcome = OUTCOME_DONE;
    for (struct edge_step *step = plan->first; step != NULL && outcome == OUTCOME_DONE;
         step = step->next) {
        outcome = apply_step(ctx, group, plan, step, err);
    }
    return outcome;
}
