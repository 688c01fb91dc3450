// cmd_tenant.c: roster tenant ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/tenant_print.h"
#include "store/member.h"

static str argument(const struct call *call, size_t index)
{
    assert(index < call->options->argument_count);
    return str_of(call->options->arguments[index]);
}

// The answer of a command that changed a tenant: the tenant as JSON, or one line for people.
static int answer(struct call *call, const struct tenant_row *row, const char *done)
{
    if (wants_json(call)) {
        return tenant_print_json(call, row);
    }
    io_note(call->io, "tenant %.*s: %s", STR_ARGS(row->name), done);
    return EX_OK;
}

static int run_add(struct call *call)
{
    struct tenant_row row = {0};
    struct roster_error err = {0};
    str profile = options_text(call->options, "profile");
    if (!tenants_add(call->admin, argument(call, 0), profile, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    int code = answer(call, &row, "added");
    if (!wants_json(call)) {
        io_note(call->io, "next: roster token add --tenant %.*s", STR_ARGS(row.name));
    }
    return code;
}

static int run_list(struct call *call)
{
    struct tenant_row *first = NULL;
    struct roster_error err = {0};
    if (!tenants_list(call->admin, &first, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return tenant_print_list_json(call, first);
    }
    if (first == NULL) {
        io_note(call->io, "there are no tenants; next: roster tenant add NAME");
        return EX_OK;
    }
    return tenant_print_list(call, first);
}

static int run_show(struct call *call)
{
    struct tenant_row row = {0};
    struct roster_error err = {0};
    if (!tenants_show(call->admin, argument(call, 0), &row, &err)) {
        return io_refuse(call->io, &err);
    }
    return wants_json(call) ? tenant_print_json(call, &row) : tenant_print(call, &row);
}

// Whoever has to rename groups needs to know which.
static void list_duplicates(struct call *call)
{
    struct group_duplicate *rows = NULL;
    size_t count = 0;
    struct roster_error err = {0};
    if (!tenants_duplicates(call->admin, argument(call, 0), &rows, &count, &err)) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        io_note(call->io, "  \"%.*s\": %lld groups", STR_ARGS(rows[i].display),
                (long long)rows[i].count);
    }
}

static bool take_settings(const struct call *call, struct tenant_setting *settings, size_t count,
                          struct roster_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!str_cut(argument(call, i + 1), '=', &settings[i].key, &settings[i].value)) {
            return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "\"%.80s\" is not KEY=VALUE",
                        call->options->arguments[i + 1]);
        }
    }
    return true;
}

static int run_set(struct call *call)
{
    struct tenant_row row = {0};
    struct roster_error err = {0};
    struct tenant_setting settings[ADMIN_ARGUMENTS_MAX];
    size_t count = call->options->argument_count - 1;
    if (!take_settings(call, settings, count, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!tenants_set(call->admin, argument(call, 0), settings, count, &row, &err)) {
        int code = io_refuse(call->io, &err);
        if (err.code == ROSTER_ERR_UNIQUENESS) {
            list_duplicates(call);
        }
        return code;
    }
    return answer(call, &row, "set");
}

static int suspend(struct call *call, bool suspended)
{
    struct tenant_row row = {0};
    struct roster_error err = {0};
    if (!tenants_suspend(call->admin, argument(call, 0), suspended, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    int code = answer(call, &row, suspended ? "suspended" : "active");
    if (suspended && !wants_json(call)) {
        io_note(call->io, "to end it: roster tenant resume %.*s", STR_ARGS(row.name));
    }
    return code;
}

static int run_suspend(struct call *call)
{
    return suspend(call, true);
}

static int run_resume(struct call *call)
{
    return suspend(call, false);
}

static int run_remove(struct call *call)
{
    struct roster_arena *arena = call->arena;
    struct roster_error err = {0};
    bool gone = false;
    if (!tenants_remove(call->admin, argument(call, 0), &gone, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!gone) {
        call->again = true;
        return EX_OK;
    }
    if (!wants_json(call)) {
        io_note(call->io, "tenant %.*s: removed with all its data", STR_ARGS(argument(call, 0)));
        return EX_OK;
    }
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, arena, STR("name"), argument(call, 0)) &&
              json_put_string(out, arena, STR("state"), STR("removed"));
    return io_json(call->io, ok ? out : NULL);
}

static const struct cli_option add_options[] = {
    {"profile", "NAME", "interop (default): lenient with real clients; rfc: strict", false},
    {0},
};

static const struct cli_option remove_options[] = {
    {"yes", NULL, "do not ask; needed where nobody can be asked", false},
    {0},
};

#define TENANT_JSON                                                                                \
    "With --json an object: name, state (active, suspended, removing), profile, created,\n"        \
    "users, groups, silent (sources), strict-attributes, store-passwords, adopt-identical,\n"      \
    "devices, roles, roles-enforced, basic, rate, users-max and groups-max (null:\n"               \
    "unlimited), access-seconds, guard-deactivations, guard-deletions, guard-removals,\n"          \
    "silence-alarm, quirks (each name with true or false), and set (those that were set\n"         \
    "apart from the profile)."

const struct command tenant_commands[] = {
    {
        .name = "tenant add",
        .arguments = "NAME",
        .argument_min = 1,
        .argument_max = 1,
        .help = "add a tenant",
        .about = "Adds a tenant: a directory of people and groups of its own. NAME is 1 to 63\n"
                 "characters a-z, 0-9 and -; it is part of the tenant's URLs.\n" TENANT_JSON,
        .examples = "roster tenant add acme\nroster tenant add acme --profile rfc",
        .options = add_options,
        .place = PLACE_STORE,
        .run = run_add,
    },
    {
        .name = "tenant list",
        .arguments = "",
        .help = "list all tenants",
        .about = "Lists all tenants by name, with their state, profile and size, and those of\n"
                 "their sources that are silent: see silence-alarm in roster help tenant set.\n"
                 "With --json an array of the objects that roster tenant show prints.",
        .examples = "roster tenant list\nroster tenant list --json",
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "tenant show",
        .arguments = "NAME",
        .argument_min = 1,
        .argument_max = 1,
        .help = "show a tenant's settings and every quirk",
        .about = "Shows a tenant, its settings, and each quirk (a named departure from the RFCs)\n"
                 "with its state, whether the profile or a setting says so, and what it "
                 "does.\n" TENANT_JSON,
        .examples = "roster tenant show acme",
        .place = PLACE_STORE,
        .run = run_show,
    },
    {
        .name = "tenant set",
        .arguments = "NAME KEY=VALUE...",
        .argument_min = 2,
        .argument_max = ADMIN_ARGUMENTS_MAX,
        .help = "change settings of a tenant",
        .about =
            "Changes settings, all of them or, when one is refused, none. Keys:\n"
            "  profile            interop or rfc\n"
            "  strict-attributes  on: unknown attributes are refused; off; default\n"
            "  store-passwords    on: hashes of passwords are kept (Argon2id); off: passwords\n"
            "                     are checked and dropped, and hashes that were kept are deleted\n"
            "  adopt-identical    on: a create that repeats the externalId and the content of\n"
            "                     what the same source made is answered with that, not with 409\n"
            "  devices            on: /Devices and /EndpointApps (RFC 9944) are there, with all\n"
            "                     registered extensions; off: not while there are any\n"
            "  roles              on: /Roles and /Entitlements list what roster role adds\n"
            "                     (experimental); off: not while there are any\n"
            "  roles-enforced     on: users get only what is listed there (experimental)\n"
            "  rate               N/BURST: so many requests a second for ever, and at once; above\n"
            "                     it 429 with Retry-After. N alone: five seconds' worth at once.\n"
            "                     unlimited; or default: what roster serve --rate says. Each\n"
            "                     operation of a bulk job counts as one request\n"
            "  users-max          so many users at most: a create above is answered 403; or\n"
            "                     unlimited, the default\n"
            "  groups-max         the same for groups\n"
            "  basic              on: requests may carry the id and secret of a client as user\n"
            "                     and password; off\n"
            "  access-seconds     how long an access token of a client lives: 3600 to 21600, or\n"
            "                     default: 3600\n"
            "  guard-deactivations, guard-deletions, guard-removals\n"
            "                     how much one source may take away: COUNT,PERCENT%/TIME, so\n"
            "                     3,10%/1d for three, or a tenth of what there is, whichever is\n"
            "                     more, within a day; off; default. guard=off, on: all of them\n"
            "  silence-alarm      auto: a source that does not call for several times its usual\n"
            "                     longest gap of a day is told of in the log, in /metrics and in\n"
            "                     roster tenant list; a duration such as 6h; off; default: auto\n"
            "  QUIRK              on, off, or default: what the profile says\n"
            "roster tenant show lists the quirks. group-name-unique cannot come on while\n"
            "display names belong to several groups; they are listed.\n" TENANT_JSON,
        .examples = "roster tenant set acme profile=rfc coerce-boolean=on\n"
                    "roster tenant set acme strict-attributes=on\n"
                    "roster tenant set acme rate=50/200",
        .place = PLACE_STORE,
        .run = run_set,
    },
    {
        .name = "tenant suspend",
        .arguments = "NAME",
        .argument_min = 1,
        .argument_max = 1,
        .help = "refuse all requests to a tenant, keep its data",
        .about =
            "Suspends a tenant: from now on its tokens open nothing, what is under way ends with\n"
            "401, and all its data is kept, until roster tenant resume.\n" TENANT_JSON,
        .examples = "roster tenant suspend acme",
        .place = PLACE_STORE,
        .run = run_suspend,
    },
    {
        .name = "tenant resume",
        .arguments = "NAME",
        .argument_min = 1,
        .argument_max = 1,
        .help = "end a suspension",
        .about = "Makes a suspended tenant active again, with the tokens it had.\n" TENANT_JSON,
        .examples = "roster tenant resume acme",
        .place = PLACE_STORE,
        .run = run_resume,
    },
    {
        .name = "tenant remove",
        .arguments = "NAME",
        .argument_min = 1,
        .argument_max = 1,
        .help = "remove a tenant with all its data",
        .about = "Removes a tenant with its users, groups and tokens, for good; its audit trail\n"
                 "stays, and so do its requests in the journal, until they are old or roster\n"
                 "journal forget --tenant NAME --all. Asks first on a terminal, and elsewhere\n"
                 "needs --yes. A removal that was interrupted goes on when it is asked for again.\n"
                 "With --json an object: name, state (removed).",
        .examples = "roster tenant remove acme\nroster tenant remove acme --yes",
        .options = remove_options,
        .place = PLACE_STORE,
        .slow = true,
        .confirm = "Remove the tenant %s with all its users, groups and tokens, for good?",
        .run = run_remove,
    },
    {0},
};
