// cmd_history.c: roster audit show
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/duration.h"
#include "cli/history_print.h"

enum { ENTRIES_DEFAULT = 100 };

static bool take_limit(const struct call *call, size_t *limit, struct roster_error *err)
{
    int64_t count = ENTRIES_DEFAULT;
    if (options_has(call->options, "limit") &&
        (!str_to_i64(options_text(call->options, "limit"), &count) || count < 1 ||
         count > HISTORY_ENTRIES_MAX)) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--limit is a number from 1 to %d",
                    HISTORY_ENTRIES_MAX);
    }
    *limit = (size_t)count;
    return true;
}

static int show_state(struct call *call, struct history_request *request)
{
    struct history_view view = {0};
    struct roster_error err = {0};
    if (!moment_parse(options_text(call->options, "at"), env_now_ms(call->admin->env),
                      &request->at_ms, &err) ||
        !history_show(call->admin, request, &view, &err)) {
        return io_refuse(call->io, &err);
    }
    return history_print_view(call, request, &view);
}

static int show_list(struct call *call, const struct history_request *request)
{
    struct history_list list = {0};
    struct roster_error err = {0};
    if (!history_list(call->admin, request, &list, &err)) {
        return io_refuse(call->io, &err);
    }
    return history_print_list(call, &list);
}

static int run_show(struct call *call)
{
    struct roster_error err = {0};
    struct history_request request = {
        .tenant = options_text(call->options, "tenant"),
        .name = str_of(call->options->arguments[0]),
    };
    if (!take_limit(call, &request.limit, &err)) {
        return io_refuse(call->io, &err);
    }
    return options_has(call->options, "at") ? show_state(call, &request)
                                            : show_list(call, &request);
}

static const struct cli_option show_options[] = {
    {"tenant", "NAME", "the tenant", true},
    {"at", "TIME", "who this was then: an RFC 3339 time, or so long ago (2h, 30d)", false},
    {"limit", "N", "without --at: the last N changes (default 100)", false},
    {0},
};

const struct command history_commands[] = {
    {
        .name = "audit show",
        .arguments = "USER",
        .argument_min = 1,
        .argument_max = 1,
        .help = "show who somebody was at a time, or all that was done to him",
        .about =
            "USER is an id, a userName or an externalId, also of somebody who is deleted by now.\n"
            "Without --at: the changes of USER and of his membership in groups, with time, actor\n"
            "and what became of each attribute. With --at: the attributes and groups as they\n"
            "were at that time, to the millisecond: what was changed at TIME counts. What was\n"
            "erased cannot be known any more, and the answer says so.\n"
            "With --json and --at an object: id, type, at, state (there, not created, deleted),\n"
            "active, created, modified, deleted, version, erased, resource (the attributes;\n"
            "externalIds by source), groups (value, display, direct, via). With --json alone: id,\n"
            "more (there are older changes), changes (sequence, time, actor, address, request,\n"
            "kind, erased, attributes: each with from and to, group: value, display, added).",
        .examples = "roster audit show ana@acme.example --tenant acme\n"
                    "roster audit show ana@acme.example --tenant acme --at 2026-11-24T09:30:00Z",
        .options = show_options,
        .place = PLACE_STORE,
        .run = run_show,
    },
    {0},
};
