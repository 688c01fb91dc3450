// cmd_audit_read.c: roster audit export and roster audit tail.
// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "cli/audit_entry.h"
#include "cli/duration.h"

enum { LINES_DEFAULT = 20 };

// Where an export goes on. Times are in it because "7d" would move with the clock.
struct export_state {
    struct entries_place place;
    int64_t members;  // of the entry behind `place` that were printed; 0: none of it was
    int64_t since_ms;
    int64_t until_ms;
    int64_t done;
};

static int refuse_state(struct call *call)
{
    return io_stop(call->io, EX_USAGE, "the server is of another version: start again");
}

static bool read_moment(struct call *call, const char *option, int64_t other, int64_t *ms,
                        struct roster_error *err)
{
    *ms = other;
    return !options_has(call->options, option) ||
           moment_parse(options_text(call->options, option), env_now_ms(call->admin->env), ms, err);
}

static bool find_tenant(struct call *call, int64_t *tenant, struct roster_error *err)
{
    struct tenant_row row = {0};
    str name = options_text(call->options, "tenant");
    if (name.len > 0 && !admin_tenant(call->admin, name, &row, err)) {
        return false;
    }
    *tenant = row.tenant;
    return true;
}

static bool is_wanted(const struct export_state *state, const struct entry *entry)
{
    int64_t time_ms = entry->row->change.time_ms;
    return time_ms >= state->since_ms && time_ms < state->until_ms;
}

static bool is_turn_full(const struct call *call, int64_t until_us)
{
    return call->io->out.len > AUDIT_TURN_BYTES || arena_used(call->arena) > AUDIT_TURN_ARENA ||
           sys_monotonic_us() > until_us;
}

// Prints one entry, or as much of it as has room. False in *whole: the rest of it comes next.
static bool export_entry(struct call *call, const struct entry *entry, enum entry_format format,
                         struct export_state *state, bool *whole, struct roster_error *err)
{
    do {
        if (!entry_print_piece(call, entry, format, &state->members, err)) {
            return false;
        }
        *whole = state->members == 0;
    } while (!*whole && call->io->out.len <= AUDIT_TURN_BYTES);
    return true;
}

static bool export_some(struct call *call, int64_t tenant, enum entry_format format,
                        struct export_state *state, bool *done, struct roster_error *err)
{
    const int64_t until_us = sys_monotonic_us() + ADMIN_TURNS_US;
    struct entries entries;
    struct entry entry;
    entries_init(&entries, call->admin, tenant, state->place);
    *done = false;
    do {
        bool whole = true;
        if (!entries_next(&entries, true, &entry, err)) {
            return false;
        }
        if (entry.row == NULL) {
            *done = true;
            return true;
        }
        if (is_wanted(state, &entry) && !export_entry(call, &entry, format, state, &whole, err)) {
            return false;
        }
        if (!whole) {
            return true;
        }
        state->place = entries.place;
        state->done++;
    } while (!is_turn_full(call, until_us));
    return true;
}

static bool begin_export(struct call *call, enum entry_format format, struct export_state *state,
                         struct roster_error *err)
{
    entry_print_head(&call->io->out, format);
    return read_moment(call, "since", INT64_MIN, &state->since_ms, err) &&
           read_moment(call, "until", INT64_MAX, &state->until_ms, err);
}

static int run_export(struct call *call)
{
    struct export_state state = {0};
    struct roster_error err = {0};
    enum entry_format format;
    int64_t tenant = 0;
    bool done = false;
    str name = options_text(call->options, "format");
    if (!entry_format_parse(name, &format)) {
        return io_stop(call->io, EX_USAGE, "the format %.*s is none: it is ndjson or csv",
                       STR_ARGS(name));
    }
    if (format == ENTRY_CSV && wants_json(call)) {
        return io_stop(call->io, EX_USAGE, "--json and --format csv exclude each other");
    }
    bool first = call->io->state.len == 0;
    if (!first && !io_find_state(call->io, &state, sizeof(state))) {
        return refuse_state(call);
    }
    if (!find_tenant(call, &tenant, &err) || (first && !begin_export(call, format, &state, &err)) ||
        !export_some(call, tenant, format, &state, &done, &err)) {
        call->io->out.len = 0;
        return io_refuse(call->io, &err);
    }
    if (done) {
        return EX_OK;
    }
    int64_t details = 0;
    if (audit_measure(call->admin->reader, tenant, &call->progress->total, &details) != STORE_OK) {
        call->progress->total = 0;
    }
    call->progress->done = state.done;
    call->again = true;
    io_keep_state(call->io, &state, sizeof(state));
    return EX_OK;
}

static bool print_entry(struct call *call, const struct entry *entry, struct roster_error *err)
{
    int64_t place = 0;
    if (!wants_json(call)) {
        return entry_print_line(call, entry, err);
    }
    do {
        if (!entry_print_piece(call, entry, ENTRY_NDJSON, &place, err)) {
            return false;
        }
    } while (place > 0);
    return true;
}

static bool begin_tail(struct call *call, int64_t tenant, struct entries_place *place,
                       struct roster_error *err)
{
    struct entry *entries = NULL;
    size_t found = 0;
    int64_t count = LINES_DEFAULT;
    if (options_has(call->options, "lines") &&
        (!str_to_i64(options_text(call->options, "lines"), &count) || count < 1 ||
         count > AUDIT_NEWEST_MAX)) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--lines is a number from 1 to %d",
                    AUDIT_NEWEST_MAX);
    }
    if (!entries_newest(call->admin, tenant, (int)count, &entries, &found, err)) {
        return false;
    }
    *place = (struct entries_place){.tenant = tenant};
    for (size_t at = 0; at < found; at++) {
        place->sequence = entries[at].row->change.sequence;
        if (!print_entry(call, &entries[at], err)) {
            return false;
        }
    }
    return true;
}

static bool follow_tail(struct call *call, struct entries_place *place, struct roster_error *err)
{
    const int64_t until_us = sys_monotonic_us() + ADMIN_TURNS_US;
    struct entries entries;
    struct entry entry;
    entries_init(&entries, call->admin, place->tenant, *place);
    do {
        if (!entries_next(&entries, true, &entry, err)) {
            return false;
        }
        if (entry.row == NULL) {
            call->later = true;
            return true;
        }
        if (!print_entry(call, &entry, err)) {
            return false;
        }
        *place = entries.place;
    } while (!is_turn_full(call, until_us));
    return true;
}

static int run_tail(struct call *call)
{
    struct entries_place place = {0};
    struct roster_error err = {0};
    int64_t tenant = 0;
    bool follows = options_has(call->options, "follow");
    bool first = call->io->state.len == 0;
    if (follows && !options_has(call->options, "tenant")) {
        return io_stop(call->io, EX_USAGE, "--follow needs --tenant NAME");
    }
    if (!first && !io_find_state(call->io, &place, sizeof(place))) {
        return refuse_state(call);
    }
    if (!find_tenant(call, &tenant, &err) ||
        !(first ? begin_tail(call, tenant, &place, &err) : follow_tail(call, &place, &err))) {
        call->io->out.len = 0;
        return io_refuse(call->io, &err);
    }
    if (follows) {
        call->again = true;
        io_keep_state(call->io, &place, sizeof(place));
    }
    return EX_OK;
}

static const struct cli_option export_options[] = {
    {"tenant", "NAME", "only this tenant (default: all, removed ones too)", false},
    {"since", "TIME", "from this time on: a time, a date, or 7d", false},
    {"until", "TIME", "before this time", false},
    {"format", "NAME", "ndjson (default) or csv", false},
    {0},
};

static const struct cli_option tail_options[] = {
    {"tenant", "NAME", "only this tenant (default: all, by time)", false},
    {"lines", "COUNT", "so many entries; -n COUNT for short (default: 20)", false},
    {"follow", NULL, "go on with what is written, until Ctrl-C", false},
    {0},
};

const struct command audit_read_commands[] = {
    {
        .name = "audit export",
        .arguments = "",
        .help = "print all entries of the audit as JSON lines or CSV",
        .about =
            "Prints entries by tenant and sequence, while the server goes on serving. Each has\n"
            "tenant (null: removed), tenantNumber, sequence, time, kind (create, replace, patch,\n"
            "delete; tenant, token, schema, guard), resourceType, id, revision, actor,\n"
            "credential, address, requestId, digest, before, after (the changed attributes), "
            "erased, and\n"
            "members: an array of value and added. --json is --format ndjson.\n"
            "In CSV (RFC 4180) before, after and members are JSON in their cells, and text that\n"
            "a spreadsheet would take for a formula has a ' in front.",
        .examples = "roster audit export --tenant acme --since 2026-11-01\n"
                    "roster audit export --since 7d --format csv",
        .options = export_options,
        .place = PLACE_STORE,
        .shows_progress = true,
        .reads = true,
        .run = run_export,
    },
    {
        .name = "audit tail",
        .arguments = "",
        .help = "show the newest entries of the audit",
        .about =
            "Prints the newest entries, a line each: time, tenant, sequence, what was done to\n"
            "what, by whom and from where, which attributes changed, and how many members\n"
            "came and went. With --json the lines of roster audit export.",
        .examples = "roster audit tail\nroster audit tail --tenant acme -n 100 --follow",
        .options = tail_options,
        .place = PLACE_STORE,
        .shows_progress = true,
        .reads = true,
        .run = run_tail,
    },
    {0},
};
