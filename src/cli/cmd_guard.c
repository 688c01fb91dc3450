// cmd_guard.c: roster guard ...
// SPDX-License-Identifier: Apache-2.0
#include "base/duration.h"
#include "cli/commands.h"
#include "core/guards.h"

enum { LIST_COLUMNS = 8, RELEASE_DEFAULT_MS = 3600000 };

static struct roster_json *budget_json(struct roster_arena *arena, const struct budget *budget)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    budget_print(&text, budget);
    return text.full ? NULL : json_string(arena, text_str(&text));
}

static bool put_release(struct roster_json *out, struct roster_arena *arena,
                        const struct guard_view *view)
{
    bool is_released = view->state == GUARD_RELEASED;
    bool is_counted = is_released && view->row.released_left >= 0;
    return json_put_made(out, STR("released-until"),
                         json_time(arena, is_released ? view->row.released_until_ms : 0)) &&
           json_put_made(out, STR("released-left"),
                         is_counted ? json_i64(arena, view->row.released_left)
                                    : json_new(arena, JSON_NULL));
}

static struct roster_json *view_json(struct roster_arena *arena, const struct guard_view *view)
{
    const struct guard_row *row = &view->row;
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool is_held = row->held_count > 0;
    bool ok =
        out != NULL && json_put_string(out, arena, STR("tenant"), view->tenant) &&
        json_put_string(out, arena, STR("source"), view->source) &&
        json_put_string(out, arena, STR("kind"), str_of(budget_name(row->kind))) &&
        json_put_string(out, arena, STR("state"), str_of(guard_state_name(view->state))) &&
        json_put_i64(out, arena, STR("spent"), view->spent) &&
        json_put_i64(out, arena, STR("limit"), view->limit) &&
        json_put_made(out, STR("budget"), budget_json(arena, &view->budget)) &&
        json_put_i64(out, arena, STR("held"), row->held_count) &&
        json_put_made(out, STR("held-since"), json_time(arena, is_held ? row->held_since_ms : 0)) &&
        json_put_made(out, STR("held-last"), json_time(arena, is_held ? row->held_ms : 0)) &&
        put_release(out, arena, view);
    return ok ? out : NULL;
}

static bool put_state(struct roster_arena *arena, const struct guard_view *view, str *cell)
{
    *cell = str_of(guard_state_name(view->state));
    str until = print_minute(view->row.released_until_ms, (str){0}, arena);
    return view->state != GUARD_RELEASED ||
           (view->row.released_left < 0
                ? arena_format(arena, cell, "released until %.*s", STR_ARGS(until))
                : arena_format(arena, cell, "released until %.*s, %lld more", STR_ARGS(until),
                               (long long)view->row.released_left));
}

static bool fill_cells(struct roster_arena *arena, const struct guard_view *view, str *cells)
{
    const struct guard_row *row = &view->row;
    const struct roster_json *budget = budget_json(arena, &view->budget);
    cells[0] = view->tenant;
    cells[1] = view->source;
    cells[2] = str_of(budget_name(row->kind));
    cells[5] = budget == NULL ? (str){0} : budget->text;
    cells[7] = print_minute(row->held_count > 0 ? row->held_ms : 0, STR("-"), arena);
    bool is_off = view->state == GUARD_OFF;
    return budget != NULL && put_state(arena, view, &cells[3]) &&
           (is_off ? arena_copy(arena, STR("-"), &cells[4])
                   : arena_format(arena, &cells[4], "%lld of %lld", (long long)view->spent,
                                  (long long)view->limit)) &&
           arena_format(arena, &cells[6], "%lld", (long long)row->held_count);
}

static int show_table(struct call *call, const struct guard_view *first)
{
    static const char *const headings[LIST_COLUMNS] = {"TENANT", "SOURCE", "KIND", "STATE",
                                                       "SPENT",  "BUDGET", "HELD", "LAST HELD"};
    size_t count = 0;
    for (const struct guard_view *view = first; view != NULL; view = view->next) {
        count++;
    }
    str *cells = arena_array(call->arena, count * LIST_COLUMNS + 1, sizeof(*cells));
    struct table table = {.headings = headings, .columns = LIST_COLUMNS, .cells = cells};
    for (const struct guard_view *view = first; view != NULL; view = view->next) {
        if (cells == NULL || !fill_cells(call->arena, view, cells + table.rows++ * LIST_COLUMNS)) {
            return io_stop(call->io, EX_TEMPFAIL, "there is too much to list: name a --tenant");
        }
    }
    table_print(&call->io->out, &table);
    return EX_OK;
}

static int show_json(struct call *call, const struct guard_view *first)
{
    struct roster_json *out = json_new(call->arena, JSON_ARRAY);
    for (const struct guard_view *view = first; out != NULL && view != NULL; view = view->next) {
        struct roster_json *one = view_json(call->arena, view);
        if (one == NULL) {
            return io_json(call->io, NULL);
        }
        json_push(out, one);
    }
    return io_json(call->io, out);
}

static bool needs_attention(const struct guard_view *view)
{
    return view->state == GUARD_HELD || view->state == GUARD_DENIED ||
           view->state == GUARD_RELEASED;
}

// Of all tenants: what somebody has to look at.
static struct guard_view *only_urgent(struct guard_view *first)
{
    struct guard_view *kept = NULL;
    struct guard_view **tail = &kept;
    for (struct guard_view *view = first; view != NULL; view = view->next) {
        if (needs_attention(view)) {
            *tail = view;
            tail = &view->next;
        }
    }
    *tail = NULL;
    return kept;
}

static void note_next(struct call *call, const struct guard_view *first)
{
    for (const struct guard_view *view = first; view != NULL; view = view->next) {
        if (view->state == GUARD_HELD) {
            io_note(call->io,
                    "if %.*s means it: roster guard release --tenant %.*s --source %.*s --kind %s",
                    STR_ARGS(view->source), STR_ARGS(view->tenant), STR_ARGS(view->source),
                    budget_name(view->row.kind));
        }
    }
}

static int show(struct call *call, str tenant)
{
    struct guard_view *first = NULL;
    struct roster_error err = {0};
    if (!guards_show(call->admin, tenant, &first, &err)) {
        return io_refuse(call->io, &err);
    }
    first = tenant.len == 0 ? only_urgent(first) : first;
    if (wants_json(call)) {
        return show_json(call, first);
    }
    if (first == NULL) {
        io_note(call->io, "nothing is held; --tenant NAME shows what a tenant's sources have left");
        return EX_OK;
    }
    int code = show_table(call, first);
    note_next(call, first);
    return code;
}

static int run_show(struct call *call)
{
    return show(call, options_text(call->options, "tenant"));
}

static bool take_choice(const struct call *call, struct guard_choice *out, struct roster_error *err)
{
    str kind = options_text(call->options, "kind");
    *out = (struct guard_choice){.tenant = options_text(call->options, "tenant"),
                                 .source = options_text(call->options, "source"),
                                 .has_kind = kind.len > 0};
    return kind.len == 0 || budget_find(kind, &out->kind) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--kind is deactivations, deletions or removals");
}

static bool take_amount(const struct call *call, int64_t *for_ms, int64_t *count,
                        struct roster_error *err)
{
    str span = options_text(call->options, "for");
    str number = options_text(call->options, "count");
    *for_ms = RELEASE_DEFAULT_MS;
    *count = -1;
    if (span.len > 0 && !duration_parse(span, for_ms)) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--for is a duration: 30m, 2h, 1d");
    }
    return number.len == 0 ||
           (str_to_i64(number, count) && *count > 0 && *count <= GUARD_COUNT_MAX) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--count is a number above 0");
}

// What was ordered: the rows as JSON, or one line for people.
static int answer(struct call *call, const struct guard_choice *choice, const char *done)
{
    if (wants_json(call)) {
        return show(call, choice->tenant);
    }
    io_note(call->io, "tenant %.*s, %s%.*s, %s: %s", STR_ARGS(choice->tenant),
            choice->source.len == 0 ? "all sources" : "source ", STR_ARGS(choice->source),
            choice->has_kind ? budget_name(choice->kind) : "all kinds", done);
    return EX_OK;
}

static int run_release(struct call *call)
{
    struct guard_choice choice;
    struct roster_error err = {0};
    int64_t for_ms = 0;
    int64_t count = 0;
    if (!take_choice(call, &choice, &err) || !take_amount(call, &for_ms, &count, &err) ||
        !guards_release(call->admin, &choice, for_ms, count, &err)) {
        return io_refuse(call->io, &err);
    }
    return answer(call, &choice, "released; what was held passes when the provider sends it again");
}

static int run_deny(struct call *call)
{
    struct guard_choice choice;
    struct roster_error err = {0};
    bool lift = options_has(call->options, "lift");
    if (!take_choice(call, &choice, &err) || !guards_deny(call->admin, &choice, lift, &err)) {
        return io_refuse(call->io, &err);
    }
    return answer(call, &choice, lift ? "the budgets hold again" : "denied until it is lifted");
}

static const struct cli_option show_options[] = {
    {"tenant", "NAME", "all of this tenant (default: what needs attention, of all)", false},
    {0},
};

#define CHOICE_OPTIONS                                                                             \
    {"tenant", "NAME", "the tenant", true},                                                        \
        {"source", "NAME", "only this source (default: all of the tenant)", false},                \
    {                                                                                              \
        "kind", "KIND", "deactivations, deletions or removals (default: all)", false               \
    }

static const struct cli_option release_options[] = {
    CHOICE_OPTIONS,
    {"for", "DURATION", "how long: 30m, 2h (default: 1h)", false},
    {"count", "N", "how many people or memberships may pass in it (default: all)", false},
    {0},
};

static const struct cli_option deny_options[] = {
    CHOICE_OPTIONS,
    {"lift", NULL, "end a denial", false},
    {0},
};

#define GUARD_JSON                                                                                 \
    "tenant, source, kind, state (off, open,\n"                                                    \
    "held, released, denied), spent, limit, budget, held (refusals), held-since, held-last,\n"     \
    "released-until, released-left; null where there is none."

const struct command guard_commands[] = {
    {
        .name = "guard show",
        .arguments = "",
        .help = "show what the guard holds, and what sources have left",
        .about = "A source that takes away too much at once is held: its deactivations, deletions\n"
                 "or removals of memberships are answered 429 until time has passed or somebody\n"
                 "releases them. Budgets are settings of a tenant: roster help tenant set.\n"
                 "With --json an array of objects: " GUARD_JSON,
        .examples = "roster guard show\nroster guard show --tenant acme",
        .options = show_options,
        .place = PLACE_STORE,
        .run = run_show,
    },
    {
        .name = "guard release",
        .arguments = "",
        .help = "let through what the guard holds",
        .about = "For an hour, or what --for says, everything of the chosen kind passes and is\n"
                 "not counted; with --count at most so much. Ends a denial too. What was refused\n"
                 "comes when the provider sends it again. The audit says who released it.\n"
                 "With --json an array of objects, all of the tenant: " GUARD_JSON,
        .examples = "roster guard release --tenant acme --source okta --kind deactivations\n"
                    "roster guard release --tenant acme --count 200 --for 1d",
        .options = release_options,
        .place = PLACE_STORE,
        .run = run_release,
    },
    {
        .name = "guard deny",
        .arguments = "",
        .help = "refuse all deactivations, deletions and removals of a source",
        .about = "From now on everything of the chosen kind is held, whatever is left of the\n"
                 "budget, until --lift or roster guard release. The audit says who denied it.\n"
                 "With --json an array of objects, all of the tenant: " GUARD_JSON,
        .examples = "roster guard deny --tenant acme --source okta\n"
                    "roster guard deny --tenant acme --source okta --lift",
        .options = deny_options,
        .place = PLACE_STORE,
        .run = run_deny,
    },
    {0},
};
