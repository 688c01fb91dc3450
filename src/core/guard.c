// guard.c: weighing one write against the budget of its source.
// SPDX-License-Identifier: Apache-2.0
#include "core/guard.h"

#include "base/duration.h"
#include "core/commit.h"
#include "core/ledger.h"
#include "sys/log.h"

// One question, while it is being answered.
struct weighing {
    const struct guard_cost *cost;
    struct budget budget;
    int64_t window_ms;
    int64_t now_ms;
    int64_t population;  // before the write
    int64_t limit;
    struct guard_row row;
    struct ledger ledger;
};

static bool is_inactive(const struct roster_json *user)
{
    return json_is(json_find(user, STR("active")), JSON_FALSE);
}

static const struct budget *budget_of(const struct context *ctx, enum guard_kind kind)
{
    return &ctx->view->settings.guard[kind];
}

// Whether the resource came within the window.
static bool is_fresh(const struct context *ctx, enum guard_kind kind,
                     const struct resource_row *row)
{
    int64_t window_ms = budget_of(ctx, kind)->window_s * INT64_C(1000);
    return row->created_ms > env_now_ms(ctx->env) - window_ms;
}

struct guard_cost guard_cost_update(const struct context *ctx, const struct write *write,
                                    const struct resource_row *row,
                                    const struct roster_json *before,
                                    const struct roster_json *after, const struct edge_plan *edges)
{
    if (write->type->number == TYPE_NUMBER_USER) {
        return (struct guard_cost){GUARD_DEACTIVATIONS, !is_inactive(before) && is_inactive(after),
                                   is_fresh(ctx, GUARD_DEACTIVATIONS, row)};
    }
    return (struct guard_cost){GUARD_REMOVALS, (int64_t)edges->lost, true};
}

enum outcome guard_cost_delete(const struct context *ctx, const struct write *write,
                               const struct resource_row *row, struct guard_cost *out,
                               struct roster_error *err)
{
    if (write->type->number != TYPE_NUMBER_GROUP) {
        *out = (struct guard_cost){GUARD_DELETIONS, 1, is_fresh(ctx, GUARD_DELETIONS, row)};
        return OUTCOME_DONE;
    }
    *out = (struct guard_cost){GUARD_REMOVALS, 0, true};
    return outcome_of_store(member_count(ctx->conn, ctx->actor->tenant, row->row, &out->amount),
                            err);
}

static enum outcome load(const struct context *ctx, struct weighing *w, struct roster_error *err)
{
    int64_t tenant = ctx->actor->tenant;
    enum store_outcome got =
        guard_load(ctx->conn, tenant, ctx->actor->source, w->cost->kind, ctx->arena, &w->row);
    if (got == STORE_OK || got == STORE_NONE) {
        got = guard_population(ctx->conn, tenant, w->cost->kind, &w->population);
    }
    if (got != STORE_OK) {
        return outcome_of_store(got, err);
    }
    if (!ledger_parse(w->row.spent, ctx->arena, &w->ledger)) {
        log_event(LOG_LEVEL_ERROR, "guard-damaged",
                  LOG_TEXT("tenant", str_of(ctx->actor->tenant_name)),
                  LOG_TEXT("kind", str_of(budget_name(w->cost->kind))));
        w->ledger = (struct ledger){0};
    }
    w->population = w->population < 0 ? 0 : w->population;
    return OUTCOME_DONE;
}

static bool is_released(struct weighing *w)
{
    struct guard_row *row = &w->row;
    if (row->released_until_ms <= w->now_ms ||
        (row->released_left >= 0 && row->released_left < w->cost->amount)) {
        return false;
    }
    row->released_left -= row->released_left < 0 ? 0 : w->cost->amount;
    return true;
}

// Whether the write passes; it is counted then.
static bool weigh(struct weighing *w)
{
    int64_t came = w->population - w->row.seen;
    ledger_age(&w->ledger, w->now_ms, w->window_ms);
    ledger_give_back(&w->ledger, came);
    int64_t spent = ledger_spent(&w->ledger);
    w->limit = budget_limit(&w->budget, w->population + spent);
    if (w->row.denied) {
        return false;
    }
    if (is_released(w)) {
        return true;
    }
    if (spent + w->cost->amount > w->limit) {
        return false;
    }
    ledger_spend(&w->ledger, w->now_ms, w->window_ms, w->cost->amount, w->cost->fresh);
    return true;
}

static enum outcome refuse_memory(struct roster_error *err)
{
    fail_memory(err);
    return OUTCOME_REFUSED;
}

static enum outcome source_name(const struct context *ctx, str *out, struct roster_error *err)
{
    struct source_row *source = NULL;
    enum store_outcome got = source_list(ctx->conn, ctx->actor->tenant, ctx->arena, &source);
    while (source != NULL && source->source != ctx->actor->source) {
        source = source->next;
    }
    *out = source == NULL ? (str){0} : source->name;
    return outcome_of_store(got, err);
}

static bool print_hold(const struct context *ctx, const struct weighing *w, str *out)
{
    struct text text;
    text_init(&text, ctx->arena, arena_max(ctx->arena));
    text_format(&text, "{\"guard\":\"%s\",\"kind\":\"%s\",\"asked\":%lld,\"spent\":%lld,",
                w->row.denied ? "denied" : "held", budget_name(w->cost->kind),
                (long long)w->cost->amount, (long long)ledger_spent(&w->ledger));
    text_format(&text, "\"limit\":%lld,\"budget\":\"", (long long)w->limit);
    budget_print(&text, &w->budget);
    text_lit(&text, "\"}");
    *out = text_str(&text);
    return !text.full;
}

// The event: once for each hold, and again while it lasts.
static enum outcome tell(const struct context *ctx, struct weighing *w, struct roster_error *err)
{
    struct change change = {.time_ms = w->now_ms, .kind = CHANGE_GUARD};
    if (w->row.told_ms != 0 && w->row.told_ms <= w->now_ms &&
        w->now_ms - w->row.told_ms < GUARD_TELL_MS) {
        return OUTCOME_DONE;
    }
    w->row.told_ms = w->now_ms;
    enum outcome outcome = source_name(ctx, &change.id, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    if (!print_hold(ctx, w, &change.after)) {
        return refuse_memory(err);
    }
    log_event(LOG_LEVEL_WARNING, "guard-held", LOG_TEXT("tenant", str_of(ctx->actor->tenant_name)),
              LOG_TEXT("source", change.id), LOG_TEXT("kind", str_of(budget_name(w->cost->kind))),
              LOG_NUMBER("limit", w->limit), LOG_TEXT("request_id", ctx->request_id),
              LOG_TEXT("detail", STR("writes of this kind are refused: roster guard show")));
    return commit_record(ctx, &change, err);
}

static void refuse(const struct context *ctx, const struct weighing *w, struct roster_error *err)
{
    const char *name = budget_name(w->cost->kind);
    const char *tenant = ctx->actor->tenant_name;
    struct text window;
    if (w->row.denied) {
        fail(err, ROSTER_ERR_TOO_MANY_REQUESTS, 0,
             "held, nothing was changed: an administrator denied %s to this source; to lift that: "
             "roster guard show --tenant %s",
             name, tenant);
        return;
    }
    if (ctx->actor->sees_own) {
        // The budget is a share of the tenant: a number would tell how large that is.
        fail(err, ROSTER_ERR_TOO_MANY_REQUESTS, 0,
             "held, nothing was changed: this would exceed this source's budget of %s; an "
             "administrator decides: roster guard show --tenant %s",
             name, tenant);
        return;
    }
    text_init(&window, ctx->arena, DETAIL_MAX);
    duration_print(&window, w->window_ms);
    fail(err, ROSTER_ERR_TOO_MANY_REQUESTS, 0,
         "held, nothing was changed: %lld %s within %.*s would exceed this source's budget of "
         "%lld; an administrator decides: roster guard show --tenant %s",
         (long long)(ledger_spent(&w->ledger) + w->cost->amount), name, STR_ARGS(text_str(&window)),
         (long long)w->limit, tenant);
}

static int retry_after_s(const struct weighing *w)
{
    int64_t over = ledger_spent(&w->ledger) + w->cost->amount - w->limit;
    int64_t wait_s = (ledger_wait_ms(&w->ledger, w->now_ms, w->window_ms, over) + 999) / 1000;
    if (w->row.denied || wait_s > GUARD_RETRY_S_MAX) {
        return GUARD_RETRY_S_MAX;
    }
    return wait_s < 1 ? 1 : (int)wait_s;
}

static enum outcome hold(const struct context *ctx, struct write *write, struct weighing *w,
                         struct roster_error *err)
{
    struct guard_row *row = &w->row;
    row->held_since_ms = row->held_count == 0 ? w->now_ms : row->held_since_ms;
    row->held_ms = w->now_ms;
    row->held_count++;
    row->seen = w->population;
    if (!ledger_print(&w->ledger, ctx->arena, &row->spent)) {
        return refuse_memory(err);
    }
    enum outcome outcome = tell(ctx, w, err);
    if (outcome == OUTCOME_DONE) {
        outcome = outcome_of_store(guard_save(ctx->conn, ctx->actor->tenant, row), err);
    }
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    write->held = true;
    write->held_kind = w->cost->kind;
    write->retry_after_s = retry_after_s(w);
    refuse(ctx, w, err);
    return OUTCOME_REFUSED;
}

enum outcome guard_ask(const struct context *ctx, struct write *write,
                       const struct guard_cost *cost, struct roster_error *err)
{
    struct weighing w = {.cost = cost, .budget = *budget_of(ctx, cost->kind)};
    // The command line has no credential: what it does, somebody means to.
    if (cost->amount == 0 || w.budget.off || write->unguarded || ctx->actor->credential == 0) {
        return OUTCOME_DONE;
    }
    w.window_ms = w.budget.window_s * INT64_C(1000);
    w.now_ms = env_now_ms(ctx->env);
    enum outcome outcome = load(ctx, &w, err);
    if (outcome != OUTCOME_DONE) {
        return outcome;
    }
    if (!weigh(&w)) {
        return hold(ctx, write, &w, err);
    }
    w.row.seen = w.population - cost->amount;
    w.row.held_count = 0;
    return ledger_print(&w.ledger, ctx->arena, &w.row.spent)
               ? outcome_of_store(guard_save(ctx->conn, ctx->actor->tenant, &w.row), err)
               : refuse_memory(err);
}
