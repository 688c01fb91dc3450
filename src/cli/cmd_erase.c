// cmd_erase.c: roster erase, roster hold ..., roster audit prune
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/duration.h"
#include "core/erase.h"
#include "journal/purge.h"

#include <time.h>

enum { COLUMNS = 4 };

// Whatever stands of him in the journal. A server writes what it has in memory yet before long.
static bool forget_requests(const struct call *call, const struct erase_result *result,
                            struct journal_purged *out, struct roster_error *err)
{
    const struct timespec pause = {.tv_nsec = JOURNAL_FLUSH_MS * 2000000L};
    const struct journal_purge purge = {options_text(call->options, "tenant"), result->names,
                                        result->name_count};
    str folder = {0};
    nanosleep(&pause, NULL);
    return !store_journal_path(store_url(conn_store(call->admin->writer)), call->arena, &folder) ||
           journal_purge(folder.ptr, &purge, out, err);
}

static int answer_erased(struct call *call, const struct erase_result *result, size_t dropped)
{
    if (!wants_json(call)) {
        io_note(call->io,
                "%.*s: %s%lld details of changes erased, %zu requests in the journal forgotten",
                STR_ARGS(result->id), result->deleted ? "deleted, and " : "",
                (long long)result->details, dropped);
        io_note(call->io, "backups, exports and downstream systems keep what they have");
        return EX_OK;
    }
    struct roster_json *out = json_new(call->arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, call->arena, STR("id"), result->id) &&
              json_put_bool(out, call->arena, STR("deleted"), result->deleted) &&
              json_put_i64(out, call->arena, STR("details"), result->details) &&
              json_put_i64(out, call->arena, STR("forgotten"), (int64_t)dropped);
    return io_json(call->io, ok ? out : NULL);
}

static int run_erase(struct call *call)
{
    struct erase_result result = {0};
    struct roster_error err = {0};
    const struct erase_request request = {
        .tenant = options_text(call->options, "tenant"),
        .name = str_of(call->options->arguments[0]),
        .reason = options_text(call->options, "reason"),
        .deletes = options_has(call->options, "delete"),
    };
    struct journal_purged purged = {0};
    return erase_person(call->admin, &request, &result, &err) &&
                   forget_requests(call, &result, &purged, &err)
               ? answer_erased(call, &result, purged.dropped)
               : io_refuse(call->io, &err);
}

static int answer_pruned(struct call *call, const struct prune_walk *walk)
{
    if (!wants_json(call)) {
        io_note(call->io, "%lld details of changes erased", (long long)walk->details);
        return EX_OK;
    }
    struct roster_json *out = json_new(call->arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_i64(out, call->arena, STR("details"), walk->details);
    return io_json(call->io, ok ? out : NULL);
}

static int run_prune(struct call *call)
{
    struct prune_walk walk = {0};
    struct roster_error err = {0};
    int64_t age_ms = 0;
    if (call->io->state.len > 0 && !io_find_state(call->io, &walk, sizeof(walk))) {
        return io_stop(call->io, EX_USAGE, "the state of the command is none of this version");
    }
    if (!duration_parse(options_text(call->options, "older-than"), &age_ms)) {
        return io_stop(call->io, EX_USAGE, "--older-than is a duration (400d)");
    }
    if (!prune_step(call->admin, options_text(call->options, "tenant"),
                    env_now_ms(call->admin->env) - age_ms, &walk, &err)) {
        return io_refuse(call->io, &err);
    }
    io_keep_state(call->io, &walk, sizeof(walk));
    call->progress->done = walk.at;
    call->progress->total = walk.end;
    call->again = !walk.done;
    return walk.done ? answer_pruned(call, &walk) : EX_OK;
}

static struct roster_json *hold_json(struct roster_arena *arena, const struct hold_row *hold)
{
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, arena, STR("id"), hold->id) &&
              json_put_string(out, arena, STR("reason"), hold->reason) &&
              json_put_string(out, arena, STR("actor"), hold->actor) &&
              json_put_made(out, STR("since"), json_time(arena, hold->since_ms));
    return ok ? out : NULL;
}

static int answer_hold(struct call *call, const struct hold_row *hold, const char *what)
{
    if (wants_json(call)) {
        return io_json(call->io, hold_json(call->arena, hold));
    }
    io_note(call->io, "%.*s: %s", STR_ARGS(hold->id), what);
    return EX_OK;
}

static struct hold_request request_of(const struct call *call, bool reason)
{
    return (struct hold_request){
        .tenant = options_text(call->options, "tenant"),
        .name = str_of(call->options->arguments[0]),
        .reason = reason ? options_text(call->options, "reason") : (str){0},
    };
}

static int run_hold_add(struct call *call)
{
    struct hold_row hold = {0};
    struct roster_error err = {0};
    const struct hold_request request = request_of(call, true);
    return holds_add(call->admin, &request, &hold, &err) ? answer_hold(call, &hold, "held")
                                                         : io_refuse(call->io, &err);
}

static int run_hold_remove(struct call *call)
{
    struct hold_row hold = {0};
    struct roster_error err = {0};
    const struct hold_request request = request_of(call, false);
    return holds_remove(call->admin, &request, &hold, &err)
               ? answer_hold(call, &hold, "held no more")
               : io_refuse(call->io, &err);
}

static int list_json(struct call *call, const struct hold_row *hold)
{
    struct roster_json *list = json_new(call->arena, JSON_ARRAY);
    for (; list != NULL && hold != NULL; hold = hold->next) {
        struct roster_json *json = hold_json(call->arena, hold);
        if (json == NULL) {
            return io_json(call->io, NULL);
        }
        json_push(list, json);
    }
    return io_json(call->io, list);
}

static int list_table(struct call *call, const struct hold_row *first)
{
    static const char *const headings[COLUMNS] = {"ID", "SINCE", "BY", "REASON"};
    size_t count = 0;
    for (const struct hold_row *hold = first; hold != NULL; hold = hold->next) {
        count++;
    }
    if (count == 0) {
        io_note(call->io, "nobody is held");
        return EX_OK;
    }
    str *cells = arena_array(call->arena, count * COLUMNS, sizeof(*cells));
    if (cells == NULL) {
        return io_json(call->io, NULL);
    }
    size_t at = 0;
    for (const struct hold_row *hold = first; hold != NULL; hold = hold->next) {
        cells[at++] = hold->id;
        cells[at++] = print_minute(hold->since_ms, STR("-"), call->arena);
        cells[at++] = hold->actor;
        cells[at++] = hold->reason;
    }
    struct table table = {headings, COLUMNS, cells, count};
    table_print(&call->io->out, &table);
    return EX_OK;
}

static int run_hold_list(struct call *call)
{
    struct hold_row *first = NULL;
    struct roster_error err = {0};
    if (!holds_list(call->admin, options_text(call->options, "tenant"), &first, &err)) {
        return io_refuse(call->io, &err);
    }
    return wants_json(call) ? list_json(call, first) : list_table(call, first);
}

static const struct cli_option erase_options[] = {
    {"tenant", "NAME", "the tenant", true},
    {"reason", "TEXT", "for the audit: who asked and why, without personal data", true},
    {"delete", NULL, "delete a person who is still there first, as an ordinary change", false},
    {"yes", NULL, "do not ask; needed where nobody can be asked", false},
    {0},
};

static const struct cli_option prune_options[] = {
    {"tenant", "NAME", "the tenant", true},
    {"older-than", "AGE", "of changes: a duration (400d)", true},
    {0},
};

static const struct cli_option hold_options[] = {
    {"tenant", "NAME", "the tenant", true},
    {"reason", "TEXT", "for the audit, without personal data", true},
    {0},
};

static const struct cli_option tenant_options[] = {
    {"tenant", "NAME", "the tenant", true},
    {0},
};

const struct command erase_commands[] = {
    {
        .name = "erase",
        .arguments = "USER",
        .argument_min = 1,
        .argument_max = 1,
        .help = "erase a person's data for good, and leave the audit whole",
        .about =
            "Erases what the trail holds of USER (an id, a userName or an externalId, also of\n"
            "somebody who is deleted by now): before and after of all his changes. Who is still\n"
            "there is refused, or with --delete deleted first. Audit entries stay, with times,\n"
            "actors and his id, and so does which groups the id was in; roster audit verify goes\n"
            "on to find the chain whole. The erasure has an entry of its own, with the reason.\n"
            "Then the store is rewritten, so that no free page holds what is gone: that takes as\n"
            "long as the store is large, needs as much room again, and writes wait meanwhile.\n"
            "Requests in the journal that say his id or a name of his go too.\n"
            "Who is held (roster hold) is refused. Backups, exports and downstream systems are\n"
            "not reached.\n"
            "With --json an object: id, deleted, details (how many were erased), forgotten\n"
            "(requests).",
        .examples = "roster erase ana@acme.example --tenant acme --reason request-4711",
        .options = erase_options,
        .place = PLACE_STORE,
        .slow = true,
        .confirm = "Erase what the trail holds of %s, for good?",
        .run = run_erase,
    },
    {
        .name = "audit prune",
        .arguments = "",
        .help = "erase details of old changes",
        .about =
            "Retention: erases before and after of changes that are older than AGE, in steps\n"
            "between which others write, but for people who are held. Entries stay, and the\n"
            "chain stays whole. Then the store is rewritten, as by roster erase. Run it from a\n"
            "timer. roster audit show cannot tell attributes before that time any more, and says\n"
            "so; roster undo leaves such changes alone.\n"
            "With --json an object: details (how many were erased).",
        .examples = "roster audit prune --tenant acme --older-than 400d",
        .options = prune_options,
        .place = PLACE_STORE,
        .slow = true,
        .shows_progress = true,
        .run = run_prune,
    },
    {
        .name = "hold add",
        .arguments = "USER",
        .argument_min = 1,
        .argument_max = 1,
        .help = "put a person under a legal hold",
        .about = "As long as it lasts, neither roster erase nor roster audit prune takes anything\n"
                 "of USER, and the tenant cannot be removed. He may be changed and deleted.\n"
                 "With --json an object: id, reason, actor, since.",
        .examples = "roster hold add ana@acme.example --tenant acme --reason case-12-2026",
        .options = hold_options,
        .place = PLACE_STORE,
        .run = run_hold_add,
    },
    {
        .name = "hold list",
        .arguments = "",
        .help = "list who is under a legal hold",
        .about = "Lists legal holds of a tenant by time.\n"
                 "With --json an array of the objects that roster hold add prints.",
        .examples = "roster hold list --tenant acme",
        .options = tenant_options,
        .place = PLACE_STORE,
        .run = run_hold_list,
    },
    {
        .name = "hold remove",
        .arguments = "USER",
        .argument_min = 1,
        .argument_max = 1,
        .help = "end a legal hold",
        .about = "Ends the legal hold of USER; the audit has both.\n"
                 "With --json the object that roster hold add printed.",
        .examples = "roster hold remove ana@acme.example --tenant acme",
        .options = tenant_options,
        .place = PLACE_STORE,
        .run = run_hold_remove,
    },
    {0},
};
