// edges_check.c: what a plan takes away from a group, before anything is written.
//
// Operations of one request may take a member away and give it back. So each member is followed
// through all of them: those that name it, and those that go over the whole group.
// SPDX-License-Identifier: Apache-2.0
#include "core/edges.h"

#include "core/sight.h"

#include <stdlib.h>

// An operation that names a member.
struct edge_event {
    int64_t row;
    size_t step;  // its place in the plan
    bool adds;
};

// One pass over a group.
struct edge_pass {
    const struct context *ctx;
    int64_t group;
    struct edge_plan *plan;
    struct edge_event *events;  // by row, then by step
    size_t event_count;
    struct filter_budget budget;
    bool sweeps;  // there are steps that go over the whole group
    bool has_filters;
};

static int compare_rows(const void *a, const void *b)
{
    int64_t left = ((const struct member_row *)a)->row;
    int64_t right = ((const struct member_row *)b)->row;
    return (left > right) - (left < right);
}

static bool is_kept(const struct edge_step *step, const struct member_row *member)
{
    return step->count > 0 && bsearch(member, step->members, step->count, sizeof(*step->members),
                                      compare_rows) != NULL;
}

// False when the arena is full or the budget was not enough.
static bool filter_takes(const struct context *ctx, const struct edge_step *step,
                         const struct member_row *member, struct filter_budget *budget, bool *takes)
{
    enum filter_outcome got = FILTER_NO_MEMORY;
    struct arena_mark mark = arena_mark(ctx->arena);
    struct roster_json *element = json_new(ctx->arena, JSON_OBJECT);
    str type = context_type_name(ctx, member->type);
    if (element != NULL && json_put_string(element, ctx->arena, STR("value"), member->id) &&
        json_put_string(element, ctx->arena, STR("type"), type) &&
        json_put_string(element, ctx->arena, STR("display"), member->display)) {
        got = filter_decide(step->filter, element, true, budget, ctx->arena);
    }
    arena_rewind(ctx->arena, mark);
    *takes = got == FILTER_MATCHES;
    return got == FILTER_MATCHES || got == FILTER_DIFFERS;
}

bool edge_step_takes(const struct context *ctx, const struct edge_step *step,
                     const struct member_row *member, struct filter_budget *budget, bool *takes)
{
    budget->left--;
    if (step->filter != NULL) {
        return filter_takes(ctx, step, member, budget, takes);
    }
    *takes = !is_kept(step, member);
    return budget->left >= 0;
}

static enum outcome refuse_memory(struct roster_error *err)
{
    fail_memory(err);
    return OUTCOME_REFUSED;
}

static enum outcome refuse_steps(struct roster_error *err)
{
    fail(err, ROSTER_ERR_TOO_MANY, 0,
         "the operations look at too many members: send them in several requests, or name the "
         "members");
    return OUTCOME_REFUSED;
}

static enum outcome refuse_many(struct roster_error *err)
{
    fail(err, ROSTER_ERR_TOO_LARGE, 0,
         "one request may change %d members at most: send several requests", EDGES_REQUEST_MAX);
    return OUTCOME_REFUSED;
}

static bool is_sweep(const struct edge_step *step)
{
    return step->op == EDGE_REPLACE || step->op == EDGE_FILTER;
}

static bool takes_away(const struct edge_plan *plan)
{
    const struct edge_step *step = plan->first;
    while (step != NULL && step->op == EDGE_ADD) {
        step = step->next;
    }
    return step != NULL;
}

static int compare_events(const void *a, const void *b)
{
    const struct edge_event *left = a;
    const struct edge_event *right = b;
    if (left->row != right->row) {
        return left->row < right->row ? -1 : 1;
    }
    return (left->step > right->step) - (left->step < right->step);
}

static size_t count_events(const struct edge_plan *plan)
{
    size_t count = 0;
    for (const struct edge_step *step = plan->first; step != NULL; step = step->next) {
        count += is_sweep(step) ? 0 : step->count;
    }
    return count;
}

static void add_events(struct edge_pass *pass, const struct edge_step *step, size_t place)
{
    for (size_t at = 0; at < step->count; at++) {
        pass->events[pass->event_count++] =
            (struct edge_event){step->members[at].row, place, step->op == EDGE_ADD};
    }
}

static bool gather(struct edge_pass *pass)
{
    size_t place = 0;
    size_t count = count_events(pass->plan);
    pass->events = arena_array(pass->ctx->arena, count + 1, sizeof(*pass->events));
    if (pass->events == NULL) {
        return false;
    }
    for (struct edge_step *step = pass->plan->first; step != NULL; step = step->next, place++) {
        pass->sweeps |= is_sweep(step);
        pass->has_filters |= step->op == EDGE_FILTER;
        if (!is_sweep(step)) {
            add_events(pass, step, place);
        } else if (step->op == EDGE_REPLACE && step->count > 0) {
            qsort(step->members, step->count, sizeof(*step->members), compare_rows);
        }
    }
    if (pass->event_count > 0) {
        qsort(pass->events, pass->event_count, sizeof(*pass->events), compare_events);
    }
    return true;
}

// Without steps that go over the whole group: what the last operation that names it does.
static enum outcome follow_named(struct edge_pass *pass, struct roster_error *err)
{
    const struct context *ctx = pass->ctx;
    for (size_t at = 0; at < pass->event_count; at++) {
        const struct edge_event *event = &pass->events[at];
        bool is_last = at + 1 == pass->event_count || event[1].row != event->row;
        if (!is_last || event->adds) {
            continue;
        }
        enum store_outcome got =
            member_find(ctx->conn, ctx->actor->tenant, pass->group, event->row);
        if (got != STORE_OK && got != STORE_NONE) {
            return outcome_of_store(got, err);
        }
        pass->plan->lost += got == STORE_OK;
    }
    return OUTCOME_DONE;
}

// The first operation that names the row, or the end.
static const struct edge_event *find_event(const struct edge_pass *pass, int64_t row)
{
    size_t low = 0;
    size_t high = pass->event_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (pass->events[middle].row < row) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return pass->events + low;
}

// One member through all steps.
static enum outcome follow(struct edge_pass *pass, const struct member_row *member,
                           struct roster_error *err)
{
    bool stays = true;
    size_t place = 0;
    const struct edge_event *event = find_event(pass, member->row);
    const struct edge_event *end = pass->events + pass->event_count;
    for (const struct edge_step *step = pass->plan->first; step != NULL;
         step = step->next, place++) {
        bool takes = false;
        for (; event < end && event->row == member->row && event->step == place; event++) {
            stays = event->adds;
        }
        if (!is_sweep(step)) {
            continue;
        }
        if (!edge_step_takes(pass->ctx, step, member, &pass->budget, &takes)) {
            return pass->budget.left < 0 ? refuse_steps(err) : refuse_memory(err);
        }
        if (takes && ++pass->plan->leaving > EDGES_REQUEST_MAX) {
            return refuse_many(err);
        }
        // What a replacement lists is in the group behind it, wherever it was.
        stays = step->op == EDGE_REPLACE ? !takes : stays && !takes;
    }
    pass->plan->lost += !stays;
    return OUTCOME_DONE;
}

static enum outcome follow_all(struct edge_pass *pass, struct roster_error *err)
{
    const struct context *ctx = pass->ctx;
    int64_t after = 0;
    size_t count = MEMBERS_INLINE_MAX;
    while (count == MEMBERS_INLINE_MAX) {
        struct member_row *members = NULL;
        struct arena_mark mark = arena_mark(ctx->arena);
        enum store_outcome got = sight_members(ctx, pass->group, after, MEMBERS_INLINE_MAX,
                                               pass->has_filters, ctx->arena, &members, &count);
        enum outcome outcome = outcome_of_store(got, err);
        for (size_t at = 0; at < count && outcome == OUTCOME_DONE; at++) {
            outcome = follow(pass, &members[at], err);
        }
        if (outcome != OUTCOME_DONE) {
            return outcome;
        }
        after = count == 0 ? after : members[count - 1].row;
        arena_rewind(ctx->arena, mark);
    }
    return OUTCOME_DONE;
}

enum outcome edges_check(const struct context *ctx, int64_t group, struct edge_plan *plan,
                         struct roster_error *err)
{
    struct edge_pass pass = {.ctx = ctx, .group = group, .plan = plan, .budget = {EDGES_STEPS_MAX}};
    struct arena_mark mark = arena_mark(ctx->arena);
    if (!takes_away(plan)) {
        return OUTCOME_DONE;
    }
    if (!gather(&pass)) {
        return refuse_memory(err);
    }
    enum outcome outcome = pass.sweeps ? follow_all(&pass, err) : follow_named(&pass, err);
    arena_rewind(ctx->arena, mark);
    return outcome;
}
