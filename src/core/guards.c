// guards.c: showing, releasing and denying.
// SPDX-License-Identifier: Apache-2.0
#include "core/guards.h"

#include "base/time.h"
#include "core/admin.h"
#include "core/ledger.h"

const char *guard_state_name(enum guard_state state)
{
    static const char *const names[] = {
        [GUARD_OFF] = "off",           [GUARD_OPEN] = "open",     [GUARD_HELD] = "held",
        [GUARD_RELEASED] = "released", [GUARD_DENIED] = "denied",
    };
    assert((size_t)state < COUNT_OF(names));
    return names[state];
}

static enum guard_state state_of(const struct guard_view *view, int64_t now_ms)
{
    const struct guard_row *row = &view->row;
    if (view->budget.off) {
        return GUARD_OFF;
    }
    if (row->denied) {
        return GUARD_DENIED;
    }
    if (row->released_until_ms > now_ms && row->released_left != 0) {
        return GUARD_RELEASED;
    }
    bool held = row->held_count > 0 && now_ms - row->held_ms < view->budget.window_s * 1000LL;
    return held ? GUARD_HELD : GUARD_OPEN;
}

static bool weigh(const struct admin *admin, int64_t tenant, struct guard_view *view,
                  struct roster_error *err)
{
    struct ledger ledger;
    int64_t population = 0;
    int64_t now_ms = env_now_ms(admin->env);
    enum store_outcome got = guard_population(admin->writer, tenant, view->row.kind, &population);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    // A damaged one counts as empty, as it does for guard_ask.
    if (!ledger_parse(view->row.spent, admin->arena, &ledger)) {
        ledger = (struct ledger){0};
    }
    population = population < 0 ? 0 : population;
    ledger_age(&ledger, now_ms, view->budget.window_s * INT64_C(1000));
    ledger_give_back(&ledger, population - view->row.seen);
    view->spent = ledger_spent(&ledger);
    view->limit = budget_limit(&view->budget, population + view->spent);
    view->state = state_of(view, now_ms);
    return true;
}

static bool show_kind(const struct admin *admin, const struct tenant_row *tenant,
                      const struct tenant_settings *settings, const struct source_row *source,
                      enum guard_kind kind, struct guard_view ***tail, struct roster_error *err)
{
    struct guard_view *view = arena_alloc(admin->arena, sizeof(*view));
    if (view == NULL) {
        return fail_memory(err);
    }
    view->tenant = tenant->name;
    view->source = source->name;
    view->budget = settings->guard[kind];
    enum store_outcome got =
        guard_load(admin->writer, tenant->tenant, source->source, kind, admin->arena, &view->row);
    if (got != STORE_OK && got != STORE_NONE) {
        return admin_refuse(got, err);
    }
    if (!view->budget.off && !weigh(admin, tenant->tenant, view, err)) {
        return false;
    }
    **tail = view;
    *tail = &view->next;
    return true;
}

static bool show_tenant(const struct admin *admin, const struct tenant_row *tenant,
                        struct guard_view ***tail, struct roster_error *err)
{
    struct tenant_settings settings = {0};
    struct source_row *source = NULL;
    if (!tenant_settings_read(tenant->settings, admin->arena, &settings, err)) {
        return false;
    }
    enum store_outcome got = source_list(admin->writer, tenant->tenant, admin->arena, &source);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; source != NULL; source = source->next) {
        for (int i = 0; i < GUARD_KIND_COUNT; i++) {
            if (!show_kind(admin, tenant, &settings, source, (enum guard_kind)i, tail, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool show_all(const struct admin *admin, struct guard_view ***tail, struct roster_error *err)
{
    struct tenant_row *tenant = NULL;
    enum store_outcome got = tenant_list(admin->writer, admin->arena, &tenant);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; tenant != NULL; tenant = tenant->next) {
        if (!show_tenant(admin, tenant, tail, err)) {
            return false;
        }
    }
    return true;
}

bool guards_show(const struct admin *admin, str name, struct guard_view **first,
                 struct roster_error *err)
{
    struct guard_view **tail = first;
    struct tenant_row tenant = {0};
    *first = NULL;
    if (!admin_begin(admin, err)) {
        return false;
    }
    bool shown = name.len == 0 ? show_all(admin, &tail, err)
                               : admin_tenant(admin, name, &tenant, err) &&
                                     show_tenant(admin, &tenant, &tail, err);
    return shown ? admin_done(admin) : admin_undo(admin, false);
}

// What one order does to a row, and what the audit says of it.
struct order {
    const char *name;
    bool denies;
    int64_t until_ms;  // of a release; 0: it is none
    int64_t count;
};

static bool describe(const struct admin *admin, const struct order *order, enum guard_kind kind,
                     str *out, struct roster_error *err)
{
    struct roster_json *json = json_new(admin->arena, JSON_OBJECT);
    char until[TIME_TEXT_LEN];
    time_print(order->until_ms, until);
    bool ok = json != NULL &&
              json_put_string(json, admin->arena, STR("guard"), str_of(order->name)) &&
              json_put_string(json, admin->arena, STR("kind"), str_of(budget_name(kind))) &&
              (order->until_ms == 0 ||
               json_put_string(json, admin->arena, STR("until"), (str){until, sizeof(until)})) &&
              (order->until_ms == 0 || order->count < 0 ||
               json_put_i64(json, admin->arena, STR("count"), order->count)) &&
              roster_json_print(json, admin->arena, out);
    return ok || fail_memory(err);
}

static bool order_kind(const struct admin *admin, int64_t tenant, const struct source_row *source,
                       enum guard_kind kind, const struct order *order, struct roster_error *err)
{
    struct guard_row row = {0};
    struct change change = {.kind = CHANGE_GUARD, .id = source->name};
    enum store_outcome got =
        guard_load(admin->writer, tenant, source->source, kind, admin->arena, &row);
    if (got != STORE_OK && got != STORE_NONE) {
        return admin_refuse(got, err);
    }
    row.denied = order->denies;
    row.released_until_ms = order->until_ms;
    row.released_left = order->count;
    row.held_count = 0;
    row.told_ms = 0;  // what is held from now on is news
    got = guard_save(admin->writer, tenant, &row);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    return describe(admin, order, kind, &change.after, err) &&
           admin_record(admin, tenant, &change, err);
}

static bool order_source(const struct admin *admin, int64_t tenant, const struct source_row *source,
                         const struct guard_choice *choice, const struct order *order,
                         struct roster_error *err)
{
    for (int i = 0; i < GUARD_KIND_COUNT; i++) {
        bool chosen = !choice->has_kind || choice->kind == (enum guard_kind)i;
        if (chosen && !order_kind(admin, tenant, source, (enum guard_kind)i, order, err)) {
            return false;
        }
    }
    return true;
}

static bool order_all(const struct admin *admin, const struct guard_choice *choice,
                      const struct order *order, struct roster_error *err)
{
    struct tenant_row tenant = {0};
    struct source_row *source = NULL;
    bool found = false;
    if (!admin_tenant_to_change(admin, choice->tenant, &tenant, err)) {
        return false;
    }
    enum store_outcome got = source_list(admin->writer, tenant.tenant, admin->arena, &source);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; source != NULL; source = source->next) {
        bool chosen = choice->source.len == 0 || str_equal(choice->source, source->name);
        found = found || chosen;
        if (chosen && !order_source(admin, tenant.tenant, source, choice, order, err)) {
            return false;
        }
    }
    return found || fail(err, ROSTER_ERR_NOT_FOUND, 0,
                         "the tenant has no source \"%.*s\": roster guard show lists them",
                         STR_ARGS(str_head(choice->source,
                                           choice->source.len < 100 ? choice->source.len : 100)));
}

static bool carry_out(const struct admin *admin, const struct guard_choice *choice,
                      const struct order *order, struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    return order_all(admin, choice, order, err) ? admin_commit(admin, err)
                                                : admin_undo(admin, false);
}

bool guards_release(const struct admin *admin, const struct guard_choice *choice, int64_t for_ms,
                    int64_t count, struct roster_error *err)
{
    assert(for_ms > 0 && count >= -1);
    const struct order order = {
        .name = "released", .until_ms = env_now_ms(admin->env) + for_ms, .count = count};
    return carry_out(admin, choice, &order, err);
}

bool guards_deny(const struct admin *admin, const struct guard_choice *choice, bool lift,
                 struct roster_error *err)
{
    const struct order order = {.name = lift ? "lifted" : "denied", .denies = !lift};
    return carry_out(admin, choice, &order, err);
}
