// cmd_undo.c: roster undo
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/duration.h"
#include "cli/undo_print.h"

static bool take_times(const struct call *call, struct undo_request *out, struct roster_error *err)
{
    int64_t now_ms = env_now_ms(call->admin->env);
    return moment_parse(options_text(call->options, "since"), now_ms, &out->since_ms, err) &&
           (!options_has(call->options, "until") ||
            moment_parse(options_text(call->options, "until"), now_ms, &out->until_ms, err));
}

static bool take_request(const struct call *call, struct undo_request *out,
                         struct roster_error *err)
{
    const struct options *options = call->options;
    *out = (struct undo_request){
        .tenant = options_text(options, "tenant"),
        .actor = options_text(options, "actor"),
        .source = options_text(options, "source"),
        .resource = options_text(options, "resource"),
        .created = options_has(options, "created"),
        .force = options_has(options, "force"),
        .apply = options_has(options, "apply"),
    };
    if (out->apply && options_has(options, "plan")) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--plan shows and --apply does: name one");
    }
    return take_times(call, out, err);
}

static int run_undo(struct call *call)
{
    struct undo_request request;
    struct undo_walk walk = {0};
    struct undo_item *items = NULL;
    struct roster_error err = {0};
    if (call->io->state.len > 0 &&
        (!io_find_state(call->io, &walk, sizeof(walk)) || walk.pass >= UNDO_DONE)) {
        return io_stop(call->io, EX_USAGE, "the state of the command is none of this version");
    }
    if (!take_request(call, &request, &err) ||
        !undo_step(call->admin, &request, &walk, &items, &err)) {
        return io_refuse(call->io, &err);
    }
    int code = undo_print_items(call, &request, items);
    io_keep_state(call->io, &walk, sizeof(walk));
    call->progress->done = walk.done;
    call->progress->total = walk.total;
    call->again = walk.pass != UNDO_DONE && code == EX_OK;
    return call->again || code != EX_OK ? code : undo_print_end(call, &request, &walk);
}

static const struct cli_option undo_options[] = {
    {"tenant", "NAME", "the tenant", true},
    {"since", "TIME", "from here on: an RFC 3339 time, or so long ago (2h, 3d)", true},
    {"until", "TIME", "up to here (default: now)", false},
    {"actor", "NAME", "only what this actor did, as roster audit show names it", false},
    {"source", "NAME", "only what credentials of this source did", false},
    {"resource", "ID", "only this user or group, and its memberships", false},
    {"created", NULL, "also remove what was created", false},
    {"force", NULL, "also over what others changed later", false},
    {"plan", NULL, "only show what would be done (default)", false},
    {"apply", NULL, "do it", false},
    {0},
};

const struct command undo_commands[] = {
    {
        .name = "undo",
        .arguments = "",
        .help = "take changes of a tenant's people and groups back",
        .about =
            "Takes back what was changed at TIME and later: attributes get what they had,\n"
            "members come back or go, deleted users and groups are made again with their ids.\n"
            "What was created since is listed, and removed only with --created. Everything is\n"
            "an ordinary change of yours, with an audit entry that says what it undoes\n"
            "(request undo:FIRST-LAST), and goes on to connected systems as such. Done in short\n"
            "steps: stopped half way, the same command goes on; a second run finds nothing to\n"
            "do. To take an undo back, undo since the time it began.\n\n"
            "Left alone, and listed with the reason: what somebody else changed later (--force\n"
            "overwrites), values that another has by now, members and groups that are gone, and\n"
            "what was erased. Passwords, and values that are never returned, are in no history:\n"
            "they cannot come back. What is made again has a new creation time.\n\n"
            "Exit code 1: something was left alone.\n"
            "With --json an object a line: kind (created, recreated, changed, members), id, type,\n"
            "name, first and last (changes), why (null, or why it is left alone), attributes\n"
            "(each: from, to, why), members (value, joins, why); at the end an object with\n"
            "applied, removed, left, recreated, changed, joined, parted, conflicts.",
        .examples = "roster undo --tenant acme --since 2h\n"
                    "roster undo --tenant acme --since 2026-11-24T09:30:00Z --source entra --apply",
        .options = undo_options,
        .place = PLACE_STORE,
        .slow = true,
        .shows_progress = true,
        .run = run_undo,
    },
    {0},
};
