// cmd_token.c: roster token ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/credential.h"
#include "cli/duration.h"

// The secret leaves here and is forgotten.
static int answer_secret(struct call *call, const struct token_row *row, struct secret *secret)
{
    int code = EX_OK;
    if (wants_json(call)) {
        code = io_json(call->io, credential_json(call, row, secret));
    } else {
        text_add(&call->io->out, (str){secret->text, TOKEN_TEXT_LEN});
        text_char(&call->io->out, '\n');
        io_note(call->io, "token %lld of tenant %.*s: it is shown this once", (long long)row->token,
                STR_ARGS(row->tenant_name));
    }
    secret_wipe(secret, sizeof(*secret));
    return code;
}

static int run_add(struct call *call)
{
    struct token_request request = {0};
    struct token_row row = {0};
    struct secret secret;
    struct roster_error err = {0};
    if (!credential_take_request(call, &request, &err) ||
        !tokens_add(call->admin, &request, &secret, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!options_has(call->options, "expires")) {
        io_note(call->io, "this token never expires; --expires 90d makes one that does");
    }
    return answer_secret(call, &row, &secret);
}

static int run_list(struct call *call)
{
    return credentials_list(call, false,
                            "there are no tokens; next: roster token add --tenant NAME");
}

static int run_rotate(struct call *call)
{
    struct token_row row = {0};
    struct secret secret;
    struct roster_error err = {0};
    int64_t token = 0;
    int64_t overlap_ms = 0;
    if (!credential_take_id(call, &token, &err)) {
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
    return credential_revoke(call, "token");
}

static const struct cli_option add_options[] = {
    CREDENTIAL_TENANT,
    CREDENTIAL_LABEL,
    CREDENTIAL_SOURCE,
    CREDENTIAL_USER,
    {"expires", "WHEN", "90d, 12h, 2030-01-31T00:00:00Z or never (default: never)", false},
    CREDENTIAL_SCOPE,
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

#define TOKEN_JSON "id, tenant, label,\n" CREDENTIAL_JSON

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
