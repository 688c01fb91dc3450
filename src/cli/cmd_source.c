// cmd_source.c: roster source ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "core/sources.h"

enum { LIST_COLUMNS = 8 };

static struct roster_json *words_json(struct roster_arena *arena, const struct roster_json *list)
{
    return list == NULL ? json_new(arena, JSON_ARRAY) : json_copy(arena, list);
}

static str extent(bool own)
{
    return own ? STR("own") : STR("all");
}

static struct roster_json *view_json(struct roster_arena *arena, const struct source_view *view)
{
    const struct policy *policy = &view->policy;
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    int64_t others = view->counts.resources - view->counts.people;
    bool ok =
        out != NULL && json_put_string(out, arena, STR("tenant"), view->tenant) &&
        json_put_string(out, arena, STR("name"), view->row.name) &&
        json_put_i64(out, arena, STR("number"), view->row.source) &&
        json_put_made(out, STR("domains"), words_json(arena, policy->domains)) &&
        json_put_string(out, arena, STR("sees"), extent(policy->sees_own)) &&
        json_put_string(out, arena, STR("writes"), extent(policy->writes_own)) &&
        json_put_made(out, STR("owns"), words_json(arena, policy->owns)) &&
        json_put_made(out, STR("people"),
                      view->is_default ? json_new(arena, JSON_NULL)
                                       : json_i64(arena, view->counts.people)) &&
        json_put_made(out, STR("others"),
                      view->is_default ? json_new(arena, JSON_NULL) : json_i64(arena, others)) &&
        json_put_i64(out, arena, STR("credentials"), view->counts.credentials);
    return ok ? out : NULL;
}

static bool join_words(struct roster_arena *arena, const struct roster_json *list, str *cell)
{
    struct text text;
    text_init(&text, arena, arena_max(arena));
    const struct roster_json *word = list == NULL ? NULL : list->first;
    text_add(&text, word == NULL ? STR("-") : (str){0});
    for (; word != NULL; word = word->next) {
        text_add(&text, word == list->first ? (str){0} : STR(","));
        text_add(&text, word->text);
    }
    *cell = text_str(&text);
    return !text.full;
}

static bool fill_cells(struct roster_arena *arena, const struct source_view *view, str *cells)
{
    const struct policy *policy = &view->policy;
    cells[0] = view->tenant;
    cells[1] = view->row.name;
    cells[3] = extent(policy->sees_own);
    cells[4] = extent(policy->writes_own);
    return join_words(arena, policy->domains, &cells[2]) &&
           join_words(arena, policy->owns, &cells[5]) &&
           (view->is_default
                ? arena_copy(arena, STR("the rest"), &cells[6])
                : arena_format(arena, &cells[6], "%lld", (long long)view->counts.people)) &&
           arena_format(arena, &cells[7], "%lld", (long long)view->counts.credentials);
}

static int list_table(struct call *call, const struct source_view *first)
{
    static const char *const headings[LIST_COLUMNS] = {
        "TENANT", "SOURCE", "DOMAINS", "SEES", "WRITES", "OWNS", "PEOPLE", "CREDENTIALS"};
    size_t count = 0;
    for (const struct source_view *view = first; view != NULL; view = view->next) {
        count++;
    }
    str *cells = arena_array(call->arena, count * LIST_COLUMNS + 1, sizeof(*cells));
    struct table table = {.headings = headings, .columns = LIST_COLUMNS, .cells = cells};
    for (const struct source_view *view = first; view != NULL; view = view->next) {
        if (cells == NULL || !fill_cells(call->arena, view, cells + table.rows++ * LIST_COLUMNS)) {
            return io_stop(call->io, EX_TEMPFAIL, "there is too much to list: name a --tenant");
        }
    }
    table_print(&call->io->out, &table);
    return EX_OK;
}

static int list_json(struct call *call, const struct source_view *first)
{
    struct roster_json *out = json_new(call->arena, JSON_ARRAY);
    for (const struct source_view *view = first; out != NULL && view != NULL; view = view->next) {
        struct roster_json *one = view_json(call->arena, view);
        if (one == NULL) {
            return io_json(call->io, NULL);
        }
        json_push(out, one);
    }
    return io_json(call->io, out);
}

static int run_list(struct call *call)
{
    struct source_view *first = NULL;
    struct roster_error err = {0};
    if (!sources_list(call->admin, options_text(call->options, "tenant"), &first, &err)) {
        return io_refuse(call->io, &err);
    }
    return wants_json(call) ? list_json(call, first) : list_table(call, first);
}

static bool take_request(const struct call *call, struct tenant_setting *settings,
                         struct source_request *out, struct roster_error *err)
{
    const struct options *options = call->options;
    *out = (struct source_request){
        .tenant = options_text(options, "tenant"),
        .name = str_of(options->arguments[0]),
        .settings = settings,
        .count = options->argument_count - 1,
    };
    for (size_t at = 0; at < out->count; at++) {
        if (!str_cut(str_of(options->arguments[at + 1]), '=', &settings[at].key,
                     &settings[at].value)) {
            return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "\"%.80s\" is not KEY=VALUE",
                        options->arguments[at + 1]);
        }
    }
    return true;
}

typedef bool change_fn(const struct admin *admin, const struct source_request *request,
                       struct source_view *out, int64_t *taken, struct roster_error *err);

static int change(struct call *call, change_fn *make, const char *done)
{
    struct tenant_setting settings[ADMIN_ARGUMENTS_MAX];
    struct source_request request;
    struct source_view view;
    struct roster_error err = {0};
    int64_t taken = 0;
    if (!take_request(call, settings, &request, &err) ||
        !make(call->admin, &request, &view, &taken, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, view_json(call->arena, &view));
    }
    io_note(call->io, "source %.*s: %s", STR_ARGS(view.row.name), done);
    if (taken > 0) {
        io_note(call->io, "people of its domains who belong to it now: %lld", (long long)taken);
    }
    return EX_OK;
}

static int run_add(struct call *call)
{
    int code = change(call, sources_add, "added");
    if (code == EX_OK && !wants_json(call)) {
        io_note(call->io, "next: roster token add --tenant %.*s --source %s",
                STR_ARGS(options_text(call->options, "tenant")), call->options->arguments[0]);
    }
    return code;
}

static int run_set(struct call *call)
{
    return change(call, sources_set, "set");
}

static int run_remove(struct call *call)
{
    const struct source_request request = {.tenant = options_text(call->options, "tenant"),
                                           .name = str_of(call->options->arguments[0])};
    struct source_view view;
    struct roster_error err = {0};
    str to = options_text(call->options, "to");
    if (!sources_remove(call->admin, &request, to, &view, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, view_json(call->arena, &view));
    }
    io_note(call->io, "source %.*s: removed", STR_ARGS(view.row.name));
    if (view.counts.resources > 0) {
        io_note(call->io, "%lld resources belong to %.*s now", (long long)view.counts.resources,
                STR_ARGS(to));
    }
    return EX_OK;
}

#define SOURCE_TENANT                                                                              \
    {                                                                                              \
        "tenant", "NAME", "the tenant", true                                                       \
    }

static const struct cli_option change_options[] = {SOURCE_TENANT, {0}};

static const struct cli_option list_options[] = {
    {"tenant", "NAME", "only those of this tenant (default: all)", false},
    {0},
};

static const struct cli_option remove_options[] = {
    SOURCE_TENANT,
    {"to", "NAME", "the source that gets what belongs to it (default: there must be nothing)",
     false},
    {0},
};

#define SOURCE_JSON                                                                                \
    "tenant, name, domains,\n"                                                                     \
    "sees, writes, owns, people and others (what belongs to it; null for the default\n"            \
    "source, which has the rest), credentials (that may be used)."

#define SOURCE_SETTINGS                                                                            \
    "  domains=A,B   only this source has people whose userName or e-mail ends in one of these\n"  \
    "                domains, and it has people there only; those who are there already become\n"  \
    "                its own. Subdomains count as others\n"                                        \
    "  sees=own      it sees, finds and counts only what belongs to it (all: everything)\n"        \
    "  writes=own    it changes and deletes only what belongs to it (all: everything it sees)\n"   \
    "  owns=A,B      attributes of people that other sources do not change\n"                      \
    "default as value takes a setting back.\n"

const struct command source_commands[] = {
    {
        .name = "source add",
        .arguments = "NAME [KEY=VALUE...]",
        .argument_min = 1,
        .argument_max = ADMIN_ARGUMENTS_MAX,
        .help = "add a source of people to a tenant, such as a partner",
        .about =
            "Adds a source: each has credentials of its own (--source NAME of roster token\n"
            "add, cert add and client add), and externalIds of its own. What it makes belongs\n"
            "to it. Its policy:\n" SOURCE_SETTINGS "With --json an object: " SOURCE_JSON,
        .examples = "roster source add --tenant acme partner domains=partner.example sees=own\n"
                    "roster source add --tenant acme hr owns=title,active",
        .options = change_options,
        .place = PLACE_STORE,
        .slow = true,
        .run = run_add,
    },
    {
        .name = "source list",
        .arguments = "",
        .help = "list the sources of a tenant with their policies",
        .about = "Lists sources, what each may do, and how many people belong to it.\n"
                 "With --json an array of objects: " SOURCE_JSON,
        .examples = "roster source list --tenant acme\nroster source list --json",
        .options = list_options,
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "source set",
        .arguments = "NAME KEY=VALUE...",
        .argument_min = 2,
        .argument_max = ADMIN_ARGUMENTS_MAX,
        .help = "set what a source may see and change",
        .about = "Sets the policy of a source. All settings or none:\n" SOURCE_SETTINGS
                 "A domain or an attribute belongs to one source at most.\n"
                 "With --json an object: " SOURCE_JSON,
        .examples = "roster source set --tenant acme partner domains=partner.example,p.example\n"
                    "roster source set --tenant acme default sees=own writes=own",
        .options = change_options,
        .place = PLACE_STORE,
        .slow = true,
        .run = run_set,
    },
    {
        .name = "source remove",
        .arguments = "NAME",
        .argument_min = 1,
        .argument_max = 1,
        .help = "remove a source that has nothing left",
        .about =
            "Removes a source, with its policy and its dead credentials. While it has\n"
            "credentials that may be used, or people and --to does not say whose they shall\n"
            "be, it is refused with the counts. Its externalIds are shown to nobody any more.\n"
            "With --json an object of what it had: " SOURCE_JSON,
        .examples = "roster source remove --tenant acme partner\n"
                    "roster source remove --tenant acme partner --to default",
        .options = remove_options,
        .place = PLACE_STORE,
        .slow = true,
        .run = run_remove,
    },
    {0},
};
