// cmd_token.c: roster token ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"
#include "cli/duration.h"

enum { LIST_COLUMNS = 10, WARN_DAYS = 30 };

#define DAY_MS INT64_C(86400000)

static bool wants_json(const struct call *call)
{
    return options_has(call->options, "json");
}

static const char *state_of(const struct token_row *row, int64_t now_ms)
{
    if (row->revoked_ms != 0) {
        return "revoked";
    }
    if (row->expires_ms != 0 && row->expires_ms <= now_ms) {
        return "expired";
    }
    return row->tenant_suspended ? "suspended" : "active";
}

static bool put_times(struct roster_json *out, struct roster_arena *arena,
                      const struct token_row *row)
{
    return json_put_made(out, STR("created"), json_time(arena, row->created_ms)) &&
           json_put_made(out, STR("expires"), json_time(arena, row->expires_ms)) &&
           json_put_made(out, STR("used"), json_time(arena, row->used_ms)) &&
           json_put_made(out, STR("address"), json_text(arena, row->used_address)) &&
           json_put_made(out, STR("revoked"), json_time(arena, row->revoked_ms));
}

// `secret` is NULL but when it was made right now.
static struct roster_json *token_json(const struct call *call, const struct token_row *row,
                                      const struct secret *secret)
{
    struct roster_arena *arena = call->arena;
    struct roster_json *out = json_new(arena, JSON_OBJECT);
    const char *state = state_of(row, env_now_ms(call->admin->env));
    bool ok = out != NULL &&
              (secret == NULL ||
               json_put_string(out, arena, STR("secret"), (str){secret->text, TOKEN_TEXT_LEN})) &&
              json_put_i64(out, arena, STR("id"), row->token) &&
              json_put_string(out, arena, STR("tenant"), row->tenant_name) &&
              json_put_string(out, arena, STR("label"), row->label) &&
              json_put_string(out, arena, STR("source"), row->source_name) &&
              json_put_made(out, STR("user"), json_text(arena, row->user_id)) &&
              json_put_string(out, arena, STR("scope"), row->scopes) &&
              json_put_string(out, arena, STR("state"), str_of(state)) &&
              put_times(out, arena, row);
    return ok ? out : NULL;
}

// The secret leaves here and is forgotten.
static int answer_secret(struct call *call, const struct token_row *row, struct secret *secret)
{
    int code = EX_OK;
    if (wants_json(call)) {
        code = io_json(call->io, token_json(call, row, secret));
    } else {
        text_add(&call->io->out, (str){secret->text, TOKEN_TEXT_LEN});
        text_char(&call->io->out, '\n');
        io_note(call->io, "token %lld of tenant %.*s: it is shown this once", (long long)row->token,
                STR_ARGS(row->tenant_name));
    }
    secret_wipe(secret, sizeof(*secret));
    return code;
}

static bool take_request(const struct call *call, struct token_request *out,
                         struct roster_error *err)
{
    const struct options *options = call->options;
    out->tenant = options_text(options, "tenant");
    out->label = options_text(options, "label");
    out->source = options_text(options, "source");
    out->user_id = options_text(options, "user");
    out->scopes = options_text(options, "scope");
    return !options_has(options, "expires") ||
           expiry_parse(options_text(options, "expires"), env_now_ms(call->admin->env),
                        &out->expires_ms, err);
}

static int run_add(struct call *call)
{
    struct token_request request = {0};
    struct token_row row = {0};
    struct secret secret;
    struct roster_error err = {0};
    if (!take_request(call, &request, &err) ||
        !tokens_add(call->admin, &request, &secret, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!options_has(call->options, "expires")) {
        io_note(call->io, "this token never expires; --expires 90d makes one that does");
    }
    return answer_secret(call, &row, &secret);
}

// Days left where they are few: 0 is the last one. -1: there is nothing to warn of.
static int64_t days_left(const struct token_row *row, int64_t now_ms)
{
    int64_t left_ms = row->expires_ms - now_ms;
    bool live = row->revoked_ms == 0 && row->expires_ms != 0 && left_ms > 0;
    return live && left_ms / DAY_MS < WARN_DAYS ? left_ms / DAY_MS : -1;
}

static str print_expiry(const struct token_row *row, int64_t now_ms, struct roster_arena *arena)
{
    str when = print_minute(row->expires_ms, STR("never"), arena);
    int64_t days = days_left(row, now_ms);
    str out = {0};
    if (days < 0) {
        return when;
    }
    return arena_format(arena, &out, "%.*s (in %lldd)", STR_ARGS(when), (long long)days) ? out
                                                                                         : when;
}

static bool fill_cells(struct call *call, const struct token_row *row, str *cells)
{
    struct roster_arena *arena = call->arena;
    cells[1] = row->tenant_name;
    cells[2] = str_of(state_of(row, env_now_ms(call->admin->env)));
    cells[3] = row->scopes;
    cells[4] = row->source_name;
    cells[5] = print_minute(row->created_ms, STR("-"), arena);
    cells[6] = print_expiry(row, env_now_ms(call->admin->env), arena);
    cells[7] = print_minute(row->used_ms, STR("never"), arena);
    cells[8] = row->used_address.len > 0 ? row->used_address : STR("-");
    cells[9] = row->label.len > 0 ? row->label : STR("-");
    return arena_format(arena, &cells[0], "%lld", (long long)row->token);
}

static int list_table(struct call *call, const struct token_row *first)
{
    static const char *const headings[LIST_COLUMNS] = {"ID",     "TENANT",  "STATE",   "SCOPE",
                                                       "SOURCE", "CREATED", "EXPIRES", "LAST USED",
                                                       "FROM",   "LABEL"};
    size_t count = 0;
    for (const struct token_row *row = first; row != NULL; row = row->next) {
        count++;
    }
    str *cells = arena_array(call->arena, count * LIST_COLUMNS + 1, sizeof(*cells));
    struct table table = {.headings = headings, .columns = LIST_COLUMNS, .cells = cells};
    for (const struct token_row *row = first; row != NULL; row = row->next) {
        if (cells == NULL || !fill_cells(call, row, cells + table.rows++ * LIST_COLUMNS)) {
            return io_stop(call->io, EX_TEMPFAIL, "there are too many tokens: name a --tenant");
        }
    }
    table_print(&call->io->out, &table);
    return EX_OK;
}

static int list_json(struct call *call, const struct token_row *first)
{
    struct roster_json *out = json_new(call->arena, JSON_ARRAY);
    for (const struct token_row *row = first; out != NULL && row != NULL; row = row->next) {
        struct roster_json *token = token_json(call, row, NULL);
        if (token == NULL) {
            return io_json(call->io, NULL);
        }
        json_push(out, token);
    }
    return io_json(call->io, out);
}

static int run_list(struct call *call)
{
    struct token_row *first = NULL;
    struct roster_error err = {0};
    if (!tokens_list(call->admin, options_text(call->options, "tenant"), &first, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return list_json(call, first);
    }
    if (first == NULL) {
        io_note(call->io, "there are no tokens; next: roster token add --tenant NAME");
        return EX_OK;
    }
    return list_table(call, first);
}

static bool take_id(const struct call *call, int64_t *out, struct roster_error *err)
{
    const char *text = call->options->arguments[0];
    return (str_to_i64(str_of(text), out) && *out > 0) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                "\"%.40s\" is no number of a token: see roster token list", text);
}

static int run_rotate(struct call *call)
{
    struct token_row row = {0};
    struct secret secret;
    struct roster_error err = {0};
    int64_t token = 0;
    int64_t overlap_ms = 0;
    if (!take_id(call, &token, &err)) {
        return io_refuse(call->io, &err);
    }
    if (options_has(call->options, "overlap") &&
        !duration_parse(options_text(call->options, "overlap"), &overlap_ms)) {
        return io_stop(call->io, EX_USAGE, "--overlap is a duration: 30m, 24h, 7d");
    }
    if (!tokens_rotate(call->admin, token, overlap_ms, &secret, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!wants_json(call)) {
        io_note(call->io, "token %lld %s", (long long)token,
                overlap_ms == 0 ? "is revoked" : "lives on for the overlap");
    }
    return answer_secret(call, &row, &secret);
}

static int run_revoke(struct call *call)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    int64_t token = 0;
    if (!take_id(call, &token, &err) || !tokens_revoke(call->admin, token, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, token_json(call, &row, NULL));
    }
    io_note(call->io, "token %lld of tenant %.*s is revoked", (long long)token,
            STR_ARGS(row.tenant_name));
    return EX_OK;
}

static const struct cli_option add_options[] = {
    {"tenant", "NAME", "the tenant that it opens", true},
    {"label", "TEXT", "what it is for, shown in lists (default: none)", false},
    {"source", "NAME", "whose externalIds it sees and sets (default: the tenant's default source)",
     false},
    {"user", "ID", "id of the user whom it acts for (default: none)", false},
    {"expires", "WHEN", "90d, 12h, 2030-01-31T00:00:00Z or never (default: never)", false},
    {"scope", "SCOPES", "what it may do, such as read,write:Group (default: write)", false},
    {0},
};

static const struct cli_option list_options[] = {
    {"tenant", "NAME", "only those of this tenant (default: all)", false},
    {0},
};

static const struct cli_option rotate_options[] = {
    {"overlap", "DURATION", "how long the old one lives on: 30m, 24h (default: not at all)", false},
    {0},
};

#define TOKEN_JSON                                                                                 \
    "id, tenant, label,\n"                                                                         \
    "source, user, scope, state (active, suspended, expired, revoked), created, expires,\n"        \
    "used, address (of the last use), revoked; times are RFC 3339 text, null where there is none."

const struct command token_commands[] = {
    {
        .name = "token add",
        .arguments = "",
        .help = "make a token for a tenant and print it once",
        .about =
            "Makes a bearer token and prints it, alone, on standard output: this once, for\n"
            "only its digest is stored. A tenant may have several live tokens.\n\n"
            "Scopes are a list with commas: read, write, read:TYPE, write:TYPE, where TYPE is\n"
            "the name of a resource type (User, Group, or one of the tenant's own). Writing\n"
            "includes reading. What a resource shows of others, such as the names of a\n"
            "group's members, belongs to the resource.\n\n"
            "With --json an object: secret, " TOKEN_JSON,
        .examples = "roster token add --tenant acme --label entra\n"
                    "roster token add --tenant acme --scope read --expires 12h\n"
                    "roster token add --tenant acme --scope read,write:Group",
        .options = add_options,
        .place = PLACE_STORE,
        .run = run_add,
    },
    {
        .name = "token list",
        .arguments = "",
        .help = "list tokens, never their secrets",
        .about =
            "Lists tokens with their state and last use, dead ones too. A last use and its\n"
            "address appear within about a minute. Behind an end that is near stand the days\n"
            "that are left; the server also logs credential-ends 30, 14, 7 and 1 days before.\n"
            "With --json an array of objects: " TOKEN_JSON,
        .examples = "roster token list\nroster token list --tenant acme --json",
        .options = list_options,
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "token rotate",
        .arguments = "ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "replace a token by a new one and print it once",
        .about = "Makes a token with the same tenant, label, source, user, scope and length of\n"
                 "life, prints it as roster token add does, and revokes the old one, at once or\n"
                 "after --overlap.\n"
                 "With --json an object for the new one: secret, " TOKEN_JSON,
        .examples = "roster token rotate 7\nroster token rotate 7 --overlap 24h",
        .options = rotate_options,
        .place = PLACE_STORE,
        .run = run_rotate,
    },
    {
        .name = "token revoke",
        .arguments = "ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "make a token useless, at once",
        .about = "Revokes a token: the next request with it is refused. Its row stays in the\n"
                 "list. Revoking it again changes nothing.\n"
                 "With --json an object: " TOKEN_JSON,
        .examples = "roster token revoke 7",
        .place = PLACE_STORE,
        .run = run_revoke,
    },
    {0},
};
