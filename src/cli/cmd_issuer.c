// cmd_issuer.c: roster issuer ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/credential.h"
#include "core/issuers.h"

enum { ISSUER_COLUMNS = 10 };

static bool take_source(const struct call *call, str *out, struct roster_error *err)
{
    bool has_url = options_has(call->options, "jwks");
    bool has_file = options_has(call->options, "jwks-file");
    *out = options_text(call->options, has_file ? "jwks-file" : "jwks");
    if (has_url == has_file) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                    "say where its keys are: either --jwks URL or --jwks-file FILE");
    }
    bool is_path = out->len > 0 && out->ptr[0] == '/';
    return is_path == has_file || fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                                       has_file ? "--jwks-file is an absolute path: the server "
                                                  "reads it, wherever it was started"
                                                : "--jwks is an https URL");
}

static struct roster_json *claims_json(const struct call *call, const struct issuer_trust *trust)
{
    struct roster_json *claims = NULL;
    struct roster_error ignored = {0};
    if (trust->claims.len == 0) {
        return json_new(call->arena, JSON_OBJECT);
    }
    return roster_json_read(trust->claims, call->arena, &claims, &ignored) ? claims : NULL;
}

static struct roster_json *issuer_json(const struct call *call, const struct token_row *row)
{
    struct roster_arena *arena = call->arena;
    const struct issuer_trust *trust = row->trust;
    struct roster_json *out = credential_json(call, row, NULL);
    bool ok = out != NULL && json_put_string(out, arena, STR("issuer"), row->issuer) &&
              json_put_string(out, arena, STR("jwks"), trust->source) &&
              json_put_string(out, arena, STR("audience"), trust->audience) &&
              json_put_made(out, STR("subject"), json_text(arena, trust->subject)) &&
              json_put_made(out, STR("claims"), claims_json(call, trust)) &&
              json_put_bool(out, arena, STR("plainType"), trust->plain) &&
              json_put_string(out, arena, STR("client"), trust->client) &&
              json_put_i64(out, arena, STR("keys"), trust->key_count) &&
              json_put_made(out, STR("fetched"), json_time(arena, trust->fetched_ms)) &&
              json_put_made(out, STR("error"), json_text(arena, trust->error));
    return ok ? out : NULL;
}

static int run_add(struct call *call)
{
    struct issuer_request request = {
        .url = options_text(call->options, "issuer"),
        .audience = options_text(call->options, "audience"),
        .subject = options_text(call->options, "subject"),
        .claims = call->options->arguments,
        .claim_count = call->options->argument_count,
        .plain = options_has(call->options, "plain-type"),
    };
    struct token_row row = {0};
    struct roster_error err = {0};
    if (!take_source(call, &request.source, &err) ||
        !credential_take_request(call, &request.token, &err) ||
        !issuers_add(call->admin, &request, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, issuer_json(call, &row));
    }
    text_format(&call->io->out, "%lld\n%.*s\n", (long long)row.token, STR_ARGS(row.trust->client));
    io_note(call->io, "tenant %.*s trusts %.*s: its number, then the client id for assertions",
            STR_ARGS(row.tenant_name), STR_ARGS(row.issuer));
    return EX_OK;
}

static str keys_text(const struct call *call, const struct issuer_trust *trust)
{
    str out = {0};
    if (trust->error.len > 0) {
        return trust->key_count > 0 ? STR("old") : STR("none");
    }
    return trust->fetched_ms == 0 ||
                   !arena_format(call->arena, &out, "%lld", (long long)trust->key_count)
               ? STR("-")
               : out;
}

static bool fill(const struct call *call, const struct token_row *row, str *cells)
{
    cells[1] = row->tenant_name;
    cells[2] = credential_state(call, row);
    cells[3] = row->scopes;
    cells[4] = row->source_name;
    cells[5] = row->issuer;
    cells[6] = row->trust->audience;
    cells[7] = keys_text(call, row->trust);
    cells[8] = print_minute(row->used_ms, STR("never"), call->arena);
    cells[9] = row->label.len > 0 ? row->label : STR("-");
    return arena_format(call->arena, &cells[0], "%lld", (long long)row->token);
}

static int run_list(struct call *call)
{
    static const char *const headings[ISSUER_COLUMNS] = {"ID",        "TENANT", "STATE",    "SCOPE",
                                                         "SOURCE",    "ISSUER", "AUDIENCE", "KEYS",
                                                         "LAST USED", "LABEL"};
    static const struct credential_view view = {headings, ISSUER_COLUMNS, fill, issuer_json,
                                                "there are no trusted issuers; next: roster issuer "
                                                "add --tenant NAME --issuer URL --jwks URL "
                                                "--audience TEXT"};
    struct token_row *first = NULL;
    struct roster_error err = {0};
    return issuers_list(call->admin, options_text(call->options, "tenant"), &first, &err)
               ? credential_print(call, first, &view)
               : io_refuse(call->io, &err);
}

static void show_line(struct call *call, const char *name, str value)
{
    text_format(&call->io->out, "%-12s %.*s\n", name, STR_ARGS(value.len > 0 ? value : STR("-")));
}

static void show_text(struct call *call, const struct token_row *row)
{
    const struct issuer_trust *trust = row->trust;
    str id = {0};
    str keys = {0};
    bool ok = arena_format(call->arena, &id, "%lld", (long long)row->token) &&
              arena_format(call->arena, &keys, "%lld", (long long)trust->key_count);
    const struct {
        const char *name;
        str value;
    } lines[] = {
        {"id", id},
        {"tenant", row->tenant_name},
        {"state", credential_state(call, row)},
        {"issuer", row->issuer},
        {"audience", trust->audience},
        {"subject", trust->subject},
        {"claims", trust->claims},
        {"types", trust->plain ? STR("at+jwt, JWT") : STR("at+jwt")},
        {"client", trust->client},
        {"scope", row->scopes},
        {"source", row->source_name},
        {"label", row->label},
        {"expires", print_minute(row->expires_ms, STR("never"), call->arena)},
        {"last used", print_minute(row->used_ms, STR("never"), call->arena)},
        {"jwks", trust->source},
        {"keys", keys},
        {"last fetch", print_minute(trust->fetched_ms, STR("never"), call->arena)},
        {"last error", trust->error},
    };
    for (size_t at = 0; ok && at < COUNT_OF(lines); at++) {
        show_line(call, lines[at].name, lines[at].value);
    }
}

static int run_show(struct call *call)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    int64_t token = 0;
    if (!credential_take_id(call, &token, &err) || !issuers_show(call->admin, token, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, issuer_json(call, &row));
    }
    show_text(call, &row);
    return EX_OK;
}

static int run_remove(struct call *call)
{
    struct token_row row = {0};
    struct roster_error err = {0};
    int64_t token = 0;
    if (!credential_take_id(call, &token, &err) || !issuers_show(call->admin, token, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    return credential_revoke(call, "trusted issuer");
}

static const struct cli_option add_options[] = {
    CREDENTIAL_TENANT,
    {"issuer", "URL", "who issues the tokens: their iss, in the same spelling", true},
    {"jwks", "URL", "where its keys are, over https", false},
    {"jwks-file", "FILE", "or an absolute path, read again when the file changes", false},
    {"audience", "TEXT", "aud that they must have; /.default at its end counts for nothing", true},
    {"subject", "TEXT", "sub that they must have (default: any)", false},
    {"plain-type", NULL, "access tokens may be of type JWT, as those of Entra ID are", false},
    CREDENTIAL_LABEL,
    CREDENTIAL_SOURCE,
    CREDENTIAL_USER,
    {"expires", "WHEN", "end of the trust: 90d, 2030-01-31T00:00:00Z or never (default: never)",
     false},
    CREDENTIAL_SCOPE,
    {0},
};

static const struct cli_option list_options[] = {
    {"tenant", "NAME", "only those of this tenant (default: all)", false},
    {0},
};

#define ISSUER_JSON                                                                                \
    "id, tenant, label, issuer,\n"                                                                 \
    "jwks (URL or path), audience, subject, claims, plainType, client (id for assertions),\n"      \
    "keys (how many), fetched, error (of the last attempt, as of the last "                        \
    "minute),\n" CREDENTIAL_JSON

const struct command issuer_commands[] = {
    {
        .name = "issuer add",
        .arguments = "[CLAIM=VALUE...]",
        .argument_max = ADMIN_ARGUMENTS_MAX,
        .help = "trust tokens that an issuer signs (workload identity)",
        .about =
            "Lets tokens of an issuer open a tenant, so that a workload needs no secret. Prints\n"
            "the number of the trust and, on the next line, a client id.\n\n"
            "A token is good as a bearer token when it is an access token (RFC 9068: type\n"
            "at+jwt; with --plain-type JWT too), or as a client_assertion (RFC 7523) at the token\n"
            "endpoint, once, for an access token of Roster's own; client_id there is the one that\n"
            "is printed, or left out. In both cases issuer, audience, subject and each CLAIM must\n"
            "be as stated, its times must be right (the clocks may differ by a minute, and it may\n"
            "live for a day), and it must be signed by a key of the issuer with that key's\n"
            "algorithm: RS256, PS256, ES256 or EdDSA.\n\n"
            "The keys are fetched when they are needed first, when an unknown one signs (at most\n"
            "once a minute), and when they are old (an hour, or their max-age up to a day). They\n"
            "come from public addresses only, unless roster serve has --jwks-networks; http is\n"
            "for this machine alone.\n\n"
            "With --json an object: " ISSUER_JSON,
        .examples = "roster issuer add --tenant a --issuer https://ci.example --jwks "
                    "https://ci.example/k --audience hr\n"
                    "roster issuer add --tenant acme --issuer ci --jwks-file /etc/ci.json "
                    "--audience api repo=acme/hr",
        .options = add_options,
        .place = PLACE_STORE,
        .run = run_add,
    },
    {
        .name = "issuer list",
        .arguments = "",
        .help = "list trusted issuers",
        .about =
            "Lists trusted issuers with their state and last use, dead ones too. KEYS says how\n"
            "many are known: -: not fetched yet; old: the last fetch failed, the keys before\n"
            "it are in use; none: there are none.\n"
            "With --json an array of objects: " ISSUER_JSON,
        .examples = "roster issuer list\nroster issuer list --tenant acme --json",
        .options = list_options,
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "issuer show",
        .arguments = "ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "show what is asked of an issuer's tokens, and how its keys are",
        .about = "Shows the conditions of one trusted issuer, how many keys of it are known, when\n"
                 "they were fetched last and what was wrong with the last attempt, as of the last\n"
                 "minute.\n"
                 "With --json an object: " ISSUER_JSON,
        .examples = "roster issuer show 7",
        .place = PLACE_STORE,
        .run = run_show,
    },
    {
        .name = "issuer remove",
        .arguments = "ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "trust an issuer no more, at once",
        .about = "The next request with a token of the issuer is refused, and so is one with an\n"
                 "access token that was given for an assertion of it. Its row stays in the list.\n"
                 "With --json an object: id, tenant, label,\n" CREDENTIAL_JSON,
        .examples = "roster issuer remove 7",
        .place = PLACE_STORE,
        .run = run_remove,
    },
    {0},
};
