// cmd_role.c: roster role ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "core/roles.h"

static str value_of(const struct call *call)
{
    assert(call->options->argument_count == 1);
    return str_of(call->options->arguments[0]);
}

static struct role_request request_of(const struct call *call)
{
    return (struct role_request){
        .tenant = options_text(call->options, "tenant"),
        .entitlement = options_has(call->options, "entitlement"),
        .value = value_of(call),
    };
}

// One line for people, or an object with the value and what became of it.
static int answer(struct call *call, const struct role_request *request, const char *state)
{
    if (!wants_json(call)) {
        io_note(call->io, "%s %.*s: %s", request->entitlement ? "entitlement" : "role",
                STR_ARGS(request->value), state);
        return EX_OK;
    }
    struct roster_json *out = json_new(call->arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, call->arena, STR("value"), request->value) &&
              json_put_string(out, call->arena, STR("result"), str_of(state));
    return io_json(call->io, ok ? out : NULL);
}

static int run_add(struct call *call)
{
    struct role_request request = request_of(call);
    struct roster_error err = {0};
    str limit = options_text(call->options, "limit");
    bool added = false;
    request.display = options_text(call->options, "display");
    request.type = options_text(call->options, "type");
    request.within = options_text(call->options, "within");
    request.unsupported = options_has(call->options, "unsupported");
    if (limit.len > 0 && (!str_to_i64(limit, &request.permitted) || request.permitted < 1)) {
        fail(&err, ROSTER_ERR_BAD_REQUEST, 0, "--limit is a whole number from 1 on");
        return io_refuse(call->io, &err);
    }
    return roles_add(call->admin, &request, &added, &err)
               ? answer(call, &request, added ? "added" : "changed")
               : io_refuse(call->io, &err);
}

static int run_remove(struct call *call)
{
    const struct role_request request = request_of(call);
    struct roster_error err = {0};
    return roles_remove(call->admin, &request, &err) ? answer(call, &request, "removed")
                                                     : io_refuse(call->io, &err);
}

static str join(const struct roster_json *list, struct roster_arena *arena)
{
    struct text text;
    text_init(&text, arena, MIB(1));
    for (const struct roster_json *one = list == NULL ? NULL : list->first; one != NULL;
         one = one->next) {
        text_add(&text, text.len > 0 ? STR(", ") : (str){0});
        text_add(&text, one->text);
    }
    return text.len > 0 ? text_str(&text) : STR("-");
}

static int print_list(struct call *call, const struct roster_json *roles)
{
    static const char *const headings[] = {"VALUE", "DISPLAY", "TYPE", "SUPPORTED", "WITHIN"};
    enum { COLUMNS = 5 };
    str *cells = arena_array(call->arena, roles->count * COLUMNS + 1, sizeof(*cells));
    size_t at = 0;
    if (cells == NULL) {
        return io_json(call->io, NULL);
    }
    for (const struct roster_json *role = roles->first; role != NULL; role = role->next) {
        str display = json_find_text(role, STR("display"));
        str type = json_find_text(role, STR("type"));
        cells[at++] = json_find_text(role, STR("value"));
        cells[at++] = display.len > 0 ? display : STR("-");
        cells[at++] = type.len > 0 ? type : STR("-");
        cells[at++] =
            json_is(json_find(role, STR("supported")), JSON_TRUE) ? STR("yes") : STR("no");
        cells[at++] = join(json_find(role, STR("containedBy")), call->arena);
    }
    struct table table = {headings, COLUMNS, cells, roles->count};
    table_print(&call->io->out, &table);
    return EX_OK;
}

static int run_list(struct call *call)
{
    struct roster_json *roles = NULL;
    struct roster_error err = {0};
    if (!roles_list(call->admin, options_text(call->options, "tenant"),
                    options_has(call->options, "entitlement"), &roles, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, roles);
    }
    if (roles->count == 0) {
        io_note(call->io, "there are none; next: roster role add VALUE");
        return EX_OK;
    }
    return print_list(call, roles);
}

#define COMMON_OPTIONS                                                                             \
    {"tenant", "NAME", "the tenant", true},                                                        \
    {                                                                                              \
        "entitlement", NULL, "an entitlement, not a role", false                                   \
    }

static const struct cli_option add_options[] = {
    COMMON_OPTIONS,
    {"display", "TEXT", "a name for people", false},
    {"type", "TEXT", "a label for its kind", false},
    {"within", "VALUE", "one that includes it", false},
    {"limit", "N", "so many people may have it (shown, not counted)", false},
    {"unsupported", NULL, "it may not be given at present", false},
    {0},
};

static const struct cli_option options[] = {COMMON_OPTIONS, {0}};

const struct command role_commands[] = {
    {
        .name = "role add",
        .arguments = "VALUE",
        .argument_min = 1,
        .argument_max = 1,
        .help = "add a role or entitlement to a tenant, or change it (experimental)",
        .about =
            "Adds a role that people of the tenant can have, or changes what the options say of\n"
            "one that is there; without --unsupported it can be given. Clients read them under\n"
            "/Roles and /Entitlements, once roster tenant set NAME roles=on was said. It follows\n"
            "draft-ietf-scim-roles-entitlements, which may change, and so may this.\n"
            "With --json an object: value, result (added, changed).",
        .examples = "roster role add --tenant acme admin --display Administrator\n"
                    "roster role add --tenant acme auditor --within admin\n"
                    "roster role add --tenant acme --entitlement seat --limit 50",
        .options = add_options,
        .place = PLACE_STORE,
        .run = run_add,
    },
    {
        .name = "role list",
        .arguments = "",
        .help = "list the roles or entitlements of a tenant (experimental)",
        .about = "Lists the roles of a tenant, or with --entitlement the entitlements.\n"
                 "With --json an array of objects: id, value, display, type, supported,\n"
                 "limitedAssignmentsPermitted, totalAssignmentsPermitted, containedBy, contains;\n"
                 "what is not known is left out.",
        .examples = "roster role list --tenant acme",
        .options = options,
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "role remove",
        .arguments = "VALUE",
        .argument_min = 1,
        .argument_max = 1,
        .help = "remove a role or entitlement of a tenant (experimental)",
        .about =
            "Removes a role, or with --entitlement an entitlement, that includes no other.\n"
            "People who have it keep it; where roles-enforced is on, nobody gets it any more.\n"
            "With --json an object: value, result (removed).",
        .examples = "roster role remove --tenant acme auditor",
        .options = options,
        .place = PLACE_STORE,
        .run = run_remove,
    },
    {0},
};
