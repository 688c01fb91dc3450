// cmd_cert.c: roster cert ...
// SPDX-License-Identifier: Apache-2.0
#include "cli/credential.h"
#include "core/certificates.h"

static int answer_added(struct call *call, const struct token_row *row)
{
    if (wants_json(call)) {
        return io_json(call->io, credential_json(call, row, NULL));
    }
    str until = print_minute(row->expires_ms, STR("-"), call->arena);
    text_format(&call->io->out, "%lld\n", (long long)row->token);
    io_note(call->io, "certificate %lld opens tenant %.*s for %.*s%s%.*s until %.*s",
            (long long)row->token, STR_ARGS(row->tenant_name), STR_ARGS(row->subject),
            row->authority.len > 0 ? ", signed by " : "", STR_ARGS(row->authority),
            STR_ARGS(until));
    return EX_OK;
}

// The one name that was given with --ca; none without it.
static bool take_name(const struct call *call, struct authority_request *out,
                      struct roster_error *err)
{
    int count = 0;
    for (int kind = 0; kind < NAME_KINDS; kind++) {
        if (options_has(call->options, name_kinds[kind])) {
            out->kind = (enum name_kind)kind;
            out->name = options_text(call->options, name_kinds[kind]);
            count++;
        }
    }
    if (options_has(call->options, "ca")) {
        return count == 1 ||
               fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                    "say with --ca which certificates of the authority: one of --subject, "
                    "--san-dns, --san-uri, --san-ip, --san-email");
    }
    return count == 0 || fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                              "--%s goes with --ca: a certificate that is bound itself has the "
                              "names that it has",
                              name_kinds[out->kind]);
}

static int run_add(struct call *call)
{
    struct authority_request request = {0};
    struct token_row row = {0};
    struct roster_error err = {0};
    bool ok = take_name(call, &request, &err) &&
              credential_take_request(call, &request.token, &err) &&
              (options_has(call->options, "ca")
                   ? authorities_add(call->admin, &request, call->input, &row, &err)
                   : certificates_add(call->admin, &request.token, call->input, &row, &err));
    return ok ? answer_added(call, &row) : io_refuse(call->io, &err);
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
    {"ca", NULL, "FILE is of an authority: bind what it signs for a name", false},
    {"subject", "NAME", "with --ca: its whole subject, as in RFC 4514: CN=hr,O=Acme", false},
    {"san-dns", "NAME", "with --ca: a host name in it, without wildcards", false},
    {"san-uri", "URI", "with --ca: a URI in it, as of SPIFFE", false},
    {"san-ip", "ADDRESS", "with --ca: an address in it", false},
    {"san-email", "ADDRESS", "with --ca: an e-mail address in it", false},
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
    "certificate (x5t#S256: base64url of its SHA-256), subject; or authority (who signs),\n"       \
    "kind (subject, san-dns, ...), name;\n" CREDENTIAL_JSON

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
            "With --ca FILE is the certificate of an authority (or up to 4), and binds each\n"
            "certificate for clients that it signs and that has the name, exactly as stated, so\n"
            "that renewals need nothing. Both are the tenant's alone. There are no revocation\n"
            "lists: to shut one certificate out, add it itself and revoke that.\n\n"
            "This is for roster serve with --tls-cert: a proxy that ends TLS keeps the\n"
            "certificate to itself, and headers about certificates are not believed.\n"
            "Connections that are open already are not asked for one.\n\n"
            "With --json an object: " CERT_JSON,
        .examples = "roster cert add --tenant acme client.pem --label entra\n"
                    "roster cert add --tenant acme client.pem --scope read\n"
                    "roster cert add --tenant acme --ca corp-ca.pem --san-dns hr.acme.example",
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
