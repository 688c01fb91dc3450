// cmd_schema.c: roster schema ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/schema_print.h"

static str argument(const struct call *call, size_t index)
{
    assert(index < call->options->argument_count);
    return str_of(call->options->arguments[index]);
}

static int run_add(struct call *call)
{
    struct schema_effect_row *effects = NULL;
    struct roster_error err = {0};
    const struct schema_request request = {
        .tenant = options_text(call->options, "tenant"),
        .text = call->input,
        .extends = options_text(call->options, "extends"),
        .required = options_has(call->options, "required"),
    };
    return schemas_add(call->admin, &request, &effects, &err) ? schema_print_effects(call, effects)
                                                              : io_refuse(call->io, &err);
}

static bool show(const struct call *call, struct schema_view *view, struct roster_error *err)
{
    return schemas_show(call->admin, options_text(call->options, "tenant"), view, err);
}

static int run_list(struct call *call)
{
    struct schema_view view = {0};
    struct roster_error err = {0};
    if (!show(call, &view, &err)) {
        return io_refuse(call->io, &err);
    }
    return wants_json(call) ? schema_print_list_json(call, &view) : schema_print_list(call, &view);
}

static int run_show(struct call *call)
{
    struct schema_view view = {0};
    struct roster_error err = {0};
    if (!show(call, &view, &err)) {
        return io_refuse(call->io, &err);
    }
    const struct schema *schema = registry_schema(view.registry, argument(call, 0));
    const struct roster_resource_type *type =
        roster_registry_type(view.registry, argument(call, 0));
    if (schema == NULL && type == NULL) {
        fail(&err, ROSTER_ERR_NOT_FOUND, 0, "the tenant has no schema and no resource type \"%s\"",
             call->options->arguments[0]);
        return io_refuse(call->io, &err);
    }
    return io_json(call->io, schema != NULL ? schema_json(schema, call->arena)
                                            : type_json(type, call->arena));
}

// One line for people, or an object with the name and what became of it.
static int answer(struct call *call, str name, const char *state)
{
    if (!wants_json(call)) {
        io_note(call->io, "%.*s: %s", STR_ARGS(name), state);
        return EX_OK;
    }
    struct roster_json *out = json_new(call->arena, JSON_OBJECT);
    bool ok = out != NULL && json_put_string(out, call->arena, STR("id"), name) &&
              json_put_string(out, call->arena, STR("result"), str_of(state));
    return io_json(call->io, ok ? out : NULL);
}

static int run_remove(struct call *call)
{
    struct roster_error err = {0};
    bool gone = false;
    if (!schemas_remove(call->admin, options_text(call->options, "tenant"), argument(call, 0),
                        call->progress, &gone, &err)) {
        return io_refuse(call->io, &err);
    }
    call->again = !gone;
    return gone ? answer(call, argument(call, 0), "removed") : EX_OK;
}

static int run_index(struct call *call)
{
    struct roster_error err = {0};
    bool done = false;
    bool removes = options_has(call->options, "remove");
    const struct index_request request = {
        .tenant = options_text(call->options, "tenant"),
        .type = argument(call, 0),
        .path = argument(call, 1),
    };
    bool ok = removes ? schemas_unindex(call->admin, &request, &done, &err)
                      : schemas_index(call->admin, &request, call->progress, &done, &err);
    if (!ok) {
        return io_refuse(call->io, &err);
    }
    call->again = !done;
    return done ? answer(call, request.path, removes ? "indexed no more" : "indexed") : EX_OK;
}

#define TENANT_OPTION                                                                              \
    {                                                                                              \
        "tenant", "NAME", "the tenant", true                                                       \
    }

static const struct cli_option add_options[] = {
    TENANT_OPTION,
    {"extends", "TYPE", "every schema of the file becomes an extension of this type", false},
    {"required", NULL, "with --extends: creates and replaces must have the extension", false},
    {0},
};

static const struct cli_option tenant_options[] = {
    TENANT_OPTION,
    {0},
};

static const struct cli_option index_options[] = {
    TENANT_OPTION,
    {"remove", NULL, "take the index away", false},
    {0},
};

const struct command schema_commands[] = {
    {
        .name = "schema add",
        .arguments = "FILE",
        .argument_min = 1,
        .argument_max = 1,
        .help = "add schemas and resource types to a tenant, or change them",
        .about =
            "Reads FILE (-: standard input): a Schema or a ResourceType as in RFC 7643, a list\n"
            "of them, or a ListResponse. All of it becomes part of the tenant, or nothing does.\n"
            "A schema or type that is there already is changed: attributes and extensions may\n"
            "be added, descriptions, suggestions and \"required\" may change, what decides how\n"
            "stored values are read may not. What is required is asked of creates and replaces;\n"
            "resources that lack it keep working.\n"
            "Attributes of uniqueness \"server\" or \"global\" are unique within the tenant and\n"
            "type. Values that are never returned are checked and not kept.\n"
            "With --json an array of objects: kind (Schema, ResourceType), id, result (added,\n"
            "changed, unchanged).",
        .examples = "roster schema add --tenant acme badge.json --extends User\n"
                    "roster schema add --tenant acme printers.json",
        .options = add_options,
        .place = PLACE_STORE,
        .takes_input = true,
        .run = run_add,
    },
    {
        .name = "schema list",
        .arguments = "",
        .help = "list what a tenant has beyond the built-in schemas",
        .about = "Lists the schemas, resource types and indexes of a tenant.\n"
                 "With --json an object: schemas (documents), resourceTypes (documents, each with\n"
                 "resources: how many there are), indexes (type, path, state).",
        .examples = "roster schema list --tenant acme",
        .options = tenant_options,
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "schema show",
        .arguments = "ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "print a schema or a resource type of a tenant",
        .about = "Prints the document of a schema (by its URI) or of a resource type (by its\n"
                 "name), the built-in ones too, as JSON.",
        .examples = "roster schema show --tenant acme urn:example:2.0:Badge\n"
                    "roster schema show --tenant acme User",
        .options = tenant_options,
        .place = PLACE_STORE,
        .run = run_show,
    },
    {
        .name = "schema remove",
        .arguments = "ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "remove a schema or a resource type that nothing uses",
        .about = "Removes a schema (by its URI) or a resource type (by its name). One that is in\n"
                 "use is refused, and the refusal says how many resources use it: values go by\n"
                 "PATCH, resources by DELETE, so that the audit trail has each of them.\n"
                 "With --json an object: id, result (removed).",
        .examples = "roster schema remove --tenant acme urn:example:2.0:Badge",
        .options = tenant_options,
        .place = PLACE_STORE,
        .slow = true,
        .run = run_remove,
    },
    {
        .name = "schema index",
        .arguments = "TYPE PATH",
        .argument_min = 2,
        .argument_max = 2,
        .help = "index an attribute, so that filters on it are fast",
        .about =
            "Declares an index over an attribute of a resource type and fills it with the\n"
            "resources that are there, in short steps between which requests are served; shows\n"
            "how far it is. Filters use the index once it is complete. Stopping it, or the\n"
            "server, loses nothing: the same command goes on. --remove takes the index away.\n"
            "With --json an object: id (the path), result (indexed, indexed no more).",
        .examples = "roster schema index --tenant acme User urn:example:2.0:Badge:number\n"
                    "roster schema index --tenant acme User name.familyName",
        .options = index_options,
        .place = PLACE_STORE,
        .slow = true,
        .shows_progress = true,
        .run = run_index,
    },
    {0},
};
