// cmd_cert.c: roster cert ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/credential.h"
#include "core/certificates.h"

static int run_add(struct call *call)
{
    struct token_request request = {0};
    struct token_row row = {0};
    struct roster_error err = {0};
    if (!credential_take_request(call, &request, &err) ||
        !certificates_add(call->admin, &request, call->input, &row, &err)) {
        return io_refuse(call->io, &err);
    }
    if (wants_json(call)) {
        return io_json(call->io, credential_json(call, &row, NULL));
    }
    str until = print_minute(row.expires_ms, STR("-"), call->arena);
    text_format(&call->io->out, "%lld\n", (long long)row.token);
    io_note(call->io, "certificate %lld opens tenant %.*s for %.*s until %.*s",
            (long long)row.token, STR_ARGS(row.tenant_name), STR_ARGS(row.subject),
            STR_ARGS(until));
    return EX_OK;
}

static int run_list(struct call *call)
{
    return credentials_list(call, true,
                            "there are no certificates; next: roster cert add --tenant NAME FILE");
}

static int run_revoke(struct call *call)
{
    return credential_revoke(call, "certificate");
}

static const struct cli_option add_options[] = {
    CREDENTIAL_TENANT,
    CREDENTIAL_LABEL,
    CREDENTIAL_SOURCE,
    CREDENTIAL_USER,
    {"expires", "WHEN", "90d, 2030-01-31T00:00:00Z (default: when the certificate does)", false},
    CREDENTIAL_SCOPE,
    {0},
};

static const struct cli_option list_options[] = {
    {"tenant", "NAME", "only those of this tenant (default: all)", false},
    {0},
};

#define CERT_JSON                                                                                  \
    "id, tenant, label,\n"                                                                         \
    "certificate (x5t#S256: base64url of its SHA-256), subject,\n" CREDENTIAL_JSON

const struct command cert_commands[] = {
    {
        .name = "cert add",
        .arguments = "FILE",
        .argument_min = 1,
        .argument_max = 1,
        .help = "let a client certificate open a tenant",
        .about =
            "Reads the first certificate in FILE (-: standard input), in PEM and without its\n"
            "key, and binds it to a tenant: who shows it in a TLS handshake, and proves there to\n"
            "have its key, needs no token. Prints its number. It need not be signed by anybody,\n"
            "for it is known by its SHA-256; it opens the tenant until it ends itself, or\n"
            "until --expires. A token sent beside it must be of the same tenant.\n\n"
            "This is for roster serve with --tls-cert: a proxy that ends TLS keeps the\n"
            "certificate to itself, and headers about certificates are not believed.\n"
            "Connections that are open already are not asked for one.\n\n"
            "With --json an object: " CERT_JSON,
        .examples = "roster cert add --tenant acme client.pem --label entra\n"
                    "roster cert add --tenant acme client.pem --scope read",
        .options = add_options,
        .place = PLACE_STORE,
        .takes_input = true,
        .run = run_add,
    },
    {
        .name = "cert list",
        .arguments = "",
        .help = "list client certificates",
        .about = "Lists client certificates with their state and last use, dead ones too.\n"
                 "With --json an array of objects: " CERT_JSON,
        .examples = "roster cert list\nroster cert list --tenant acme --json",
        .options = list_options,
        .place = PLACE_STORE,
        .run = run_list,
    },
    {
        .name = "cert revoke",
        .arguments = "ID",
        .argument_min = 1,
        .argument_max = 1,
        .help = "make a client certificate useless, at once",
        .about = "Revokes a certificate: the next request of its client is refused, on open\n"
                 "connections too. Its row stays in the list. It may be added again.\n"
                 "With --json an object: " CERT_JSON,
        .examples = "roster cert revoke 7",
        .place = PLACE_STORE,
        .run = run_revoke,
    },
    {0},
};
