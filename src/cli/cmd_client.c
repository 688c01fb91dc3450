// cmd_client.c: roster client ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/client_print.h"
#include "cli/duration.h"
#include "core/clients.h"

// Id and secret leave here, each on a line of its own, and the secret is forgotten.
static int answer_secret(struct call *call, const struct token_row *row, struct secret *secret)
{
    int code = EX_OK;
    if (wants_json(call)) {
        code = io_json(call->io, client_json(call, row, row->next, secret));
    } else {
        text_add(&call->io->out, row->client);
        text_char(&call->io->out, '\n');
        text_add(&call->io->out, (str){secret->text, TOKEN_TEXT_LEN});
        text_char(&call->io->out, '\n');
        io_note(call->io, "client of tenant %.*s: its id, then its secret, shown this once",
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
        !clients_add(call->admin, &request, &secret, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    return answer_secret(call, &row, &secret);
}

static int list_json(struct call *call, const struct token_row *first)
{
    struct roster_json *out = json_new(call->arena, JSON_ARRAY);
    while (out != NULL && first != NULL) {
        const struct token_row *end = first;
        while (end != NULL && str_equal(end->client, first->client)) {
            end = end->next;
        }
        struct roster_json *client = client_json(call, first, end, NULL);
        if (client == NULL) {
            return io_json(call->io, NULL);
        }
        json_push(out, client);
        first = end;
    }
    return io_json(call->io, out);
}

static int run_list(struct call *call)
{
    struct token_row *first = NULL;
    struct roster_error err = {0};
    if (!clients_list(call->admin, options_text(call->options, "tenant"), &first, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return list_json(call, first);
    }
    if (first == NULL) {
        io_note(call->io, "there are no clients; next: roster client add --tenant NAME");
        return EX_OK;
    }
    return clients_table(call, first);
}

static bool take_overlap(const struct call *call, int64_t *out, struct roster_error *err)
{
    bool keeps = options_has(call->options, "keep");
    bool has_overlap = options_has(call->options, "overlap");
    *out = keeps ? CLIENT_KEEPS : 0;
    if (keeps && has_overlap) {
        return fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--keep has no end, --overlap sets one");
    }
    return !has_overlap || duration_parse(options_text(call->options, "overlap"), out) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0, "--overlap is a duration: 30m, 24h, 7d");
}

static int run_rotate(struct call *call)
{
    struct token_row row = {0};
    struct secret secret;
    struct roster_error err = {0};
    int64_t overlap_ms = 0;
    str client = str_of(call->options->arguments[0]);
    if (!take_overlap(call, &overlap_ms, &err) ||
        !clients_rotate(call->admin, client, overlap_ms, &secret, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (!wants_json(call)) {
        io_note(call->io, "the secret before it %s",
                overlap_ms == 0 ? "is revoked"
                                : (overlap_ms == CLIENT_KEEPS ? "stays until it is revoked"
                                                              : "lives on for the overlap"));
    }
    return answer_secret(call, &row, &secret);
}

static bool take_number(const struct call *call, int64_t *out, struct roster_error *err)
{
    str text = options_text(call->options, "secret");
    *out = 0;
    return !options_has(call->options, "secret") || (str_to_i64(text, out) && *out > 0) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                "--secret is the number of one: see roster client list");
}

static int run_revoke(struct call *call)
{
    struct token_row *first = NULL;
    struct roster_error err = {0};
    int64_t number = 0;
    str client = str_of(call->options->arguments[0]);
    if (!take_number(call, &number, &err) ||
        !clients_revoke(call->admin, client, number, &first, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, client_json(call, first, NULL, NULL));
    }
    if (number == 0) {
        io_note(call->io, "client %.*s is revoked, and its access tokens with it",
                STR_ARGS(first->client));
    } else {
        io_note(call->io, "secret %lld is revoked, and the access tokens that it got",
                (long long)number);
    }
    return EX_OK;
}

static const struct cli_option add_options[] = {
    CREDENTIAL_TENANT,
    CREDENTIAL_LABEL,
    CREDENTIAL_SOURCE,
    CREDENTIAL_USER,
    {"expires", "WHEN", "end of the secret: 90d, 2030-01-31T00:00:00Z or never (default: never)",
     false},
    CREDENTIAL_SCOPE,
    {0},
};

static const struct cli_option list_options[] = {
    {"tenant", "NAME", "only those of this tenant (default: all)", false},
    {0},
};

static const struct cli_option rotate_options[] = {
    {"overlap", "DURATION", "how long the old one lives on: 30m, 24h (default: not at all)", false},
    {"keep", NULL, "the old one stays as it is, until it is revoked", false},
    {0},
};

static const struct cli_option revoke_options[] = {
    {"secret", "NUMBER", "only this secret (default: all, and so the client)", false},
    {0},
};

#define CLIENT_JSON                                                                                \
    "client, tenant,\n"                                                                            \
    "label, source, user, scope, secrets; each of these has id, state (active, suspended,\n"       \
    "expired, revoked), created, expires, used, address, revoked."

const struct command client_commands[] = {
    {
        .name = "client add",
        .arguments = "",
        .help = "make an OAuth client for a tenant and print its secret once",
        .about =
            "Makes a client of the OAuth 2.0 client credentials grant and prints its id and, on\n"
            "the next line, its secret: this once, for only a digest is stored. At the token\n"
            "endpoint (/t/TENANT/oauth/token, or /oauth/token) it gets access tokens that live\n"
            "for an hour; roster tenant set TENANT access-seconds=21600 makes it six.\n"
            "Where the tenant has basic=on, requests may carry id and secret themselves.\n"
            "With --json an object: secret, " CLIENT_JSON,
        .examples = "roster client add --tenant acme --label entra\n"
                    "roster client add --tenant acme --scope read,write:User --expires 365d",
        .options = add_options,
        .place = PLACE_STORE,
        .run = run_add,
    },
    {
        .name = "client list",
        .arguments = "",
        .help = "list OAuth clients, never their secrets",
        .about = "Lists clients and the state and last use of each of their secrets, dead ones\n"
                 "too.\n"
                 "With --json an array of objects: " CLIENT_JSON,
        .examples = "roster client list\nroster client list --tenant acme --json",
        .options = list_options,
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "client rotate",
        .arguments = "CLIENT",
        .argument_min = 1,
        .argument_max = 1,
        .help = "give a client a new secret and print it once",
        .about = "Makes a new secret, prints it as roster client add does, and revokes the one\n"
                 "before it: at once, after --overlap, or not at all with --keep. Two secrets are\n"
                 "alive at most: one that is older than both is revoked at once. Access tokens\n"
                 "end with the secret that they were given for.\n"
                 "With --json an object for the new one: secret, " CLIENT_JSON,
        .examples = "roster client rotate rci_5mX2pQ7vLw9sTzKd3RfB --overlap 24h\n"
                    "roster client rotate rci_5mX2pQ7vLw9sTzKd3RfB --keep",
        .options = rotate_options,
        .place = PLACE_STORE,
        .run = run_rotate,
    },
    {
        .name = "client revoke",
        .arguments = "CLIENT",
        .argument_min = 1,
        .argument_max = 1,
        .help = "make a client or one of its secrets useless, at once",
        .about = "Revokes all secrets of a client, or the one with the number --secret, and with\n"
                 "them the access tokens that they got: the next request is refused. Revoking\n"
                 "again changes nothing.\n"
                 "With --json an object: " CLIENT_JSON,
        .examples = "roster client revoke rci_5mX2pQ7vLw9sTzKd3RfB\n"
                    "roster client revoke rci_5mX2pQ7vLw9sTzKd3RfB --secret 7",
        .options = revoke_options,
        .place = PLACE_STORE,
        .run = run_revoke,
    },
    {0},
};
