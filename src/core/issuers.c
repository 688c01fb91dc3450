// issuers.c: trusting an issuer, and showing that.
// SPDX-License-Identifier: Apache-2.0
#include "core/issuers.h"

#include "auth/jwt.h"
#include "auth/keys.h"
#include "core/credential.h"

#include <string.h>

static bool check_line(const char *what, str text, size_t len_max, struct roster_error *err)
{
    return text.len > 0 ? admin_check_text(what, text, len_max, err)
                        : fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the %s is empty", what);
}

static bool check_source(str source, struct roster_error *err)
{
    struct jwks keys = {0};
    if (!keys_check_source(source, err)) {
        return false;
    }
    if (source.ptr[0] != '/') {
        return true;
    }
    bool readable = keys_read_file(source, &keys, err);
    jwks_release(&keys);
    return readable;
}

static bool check_request(const struct issuer_request *request, struct roster_error *err)
{
    return check_line("issuer", request->url, ISSUER_URL_MAX, err) &&
           check_line("audience", request->audience, ISSUER_TEXT_MAX, err) &&
           admin_check_text("subject", request->subject, ISSUER_TEXT_MAX, err) &&
           check_line("source of keys", request->source, ISSUER_URL_MAX, err) &&
           check_source(request->source, err);
}

static bool put_claim(const struct admin *admin, struct roster_json *claims, str text,
                      struct roster_error *err)
{
    static const str own[] = {STR_INIT("iss"), STR_INIT("aud"), STR_INIT("sub"), STR_INIT("exp"),
                              STR_INIT("nbf"), STR_INIT("iat"), STR_INIT("jti")};
    str name = {0};
    str value = {0};
    if (!str_cut(text, '=', &name, &value) || name.len == 0 || value.len == 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "a claim is written NAME=VALUE: tid=1f3a…");
    }
    for (size_t at = 0; at < COUNT_OF(own); at++) {
        if (str_equal(own[at], name)) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                        "%.*s is not for a claim: see --issuer, --audience and --subject",
                        STR_ARGS(name));
        }
    }
    if (json_find(claims, name) != NULL) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the claim %.*s is there twice",
                    STR_ARGS(name));
    }
    return admin_check_text("claim", name, ISSUER_TEXT_MAX, err) &&
           admin_check_text("claim", value, ISSUER_TEXT_MAX, err) &&
           (json_put_string(claims, admin->arena, name, value) || fail_memory(err));
}

static bool make_claims(const struct admin *admin, const struct issuer_request *request, str *out,
                        struct roster_error *err)
{
    *out = (str){0};
    if (request->claim_count == 0) {
        return true;
    }
    if (request->claim_count > ISSUER_CLAIMS_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "there are more than %d claims",
                    ISSUER_CLAIMS_MAX);
    }
    struct roster_json *claims = json_new(admin->arena, JSON_OBJECT);
    for (size_t at = 0; claims != NULL && at < request->claim_count; at++) {
        if (!put_claim(admin, claims, str_of(request->claims[at]), err)) {
            return false;
        }
    }
    return (claims != NULL && roster_json_print(claims, admin->arena, out)) || fail_memory(err);
}

static bool same_claims(const struct admin *admin, str a, str b)
{
    struct roster_json *left = NULL;
    struct roster_json *right = NULL;
    struct roster_error ignored = {0};
    if (a.len == 0 || b.len == 0) {
        return a.len == b.len;
    }
    return roster_json_read(a, admin->arena, &left, &ignored) &&
           roster_json_read(b, admin->arena, &right, &ignored) && json_equal(left, right);
}

// Two that meet the same tokens could not be told apart.
static bool check_new(const struct admin *admin, const struct token_row *row,
                      struct roster_error *err)
{
    struct token_row *other = NULL;
    int count = 0;
    enum store_outcome got =
        issuer_find(admin->writer, row->issuer, ISSUERS_MAX, admin->arena, &other);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; other != NULL; other = other->next, count++) {
        const struct issuer_trust *trust = other->trust;
        if (str_equal(audience_bare(trust->audience), audience_bare(row->trust->audience)) &&
            str_equal(trust->subject, row->trust->subject) &&
            same_claims(admin, trust->claims, row->trust->claims)) {
            return fail(err, ROSTER_ERR_UNIQUENESS, 0,
                        "tenant %.*s trusts the issuer for such tokens already, as %lld: remove "
                        "that first, or tell them apart by audience, subject or a claim",
                        STR_ARGS(other->tenant_name), (long long)other->token);
        }
    }
    return count < ISSUERS_MAX ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "the issuer is trusted %d times already: remove some", ISSUERS_MAX);
}

bool issuers_add(const struct admin *admin, const struct issuer_request *request,
                 struct token_row *out, struct roster_error *err)
{
    char client[CLIENT_ID_LEN + 1];
    struct issuer_trust *trust = arena_alloc(admin->arena, sizeof(*trust));
    if (trust == NULL) {
        return fail_memory(err);
    }
    *trust = (struct issuer_trust){
        .source = request->source,
        .audience = request->audience,
        .subject = request->subject,
        .plain = request->plain,
    };
    client_id_make(admin->env, client);
    if (!arena_copy(admin->arena, str_of(client), &trust->client)) {
        return fail_memory(err);
    }
    if (!check_request(request, err) || !make_claims(admin, request, &trust->claims, err) ||
        !credential_begin(admin, &request->token, out, err)) {
        return false;
    }
    out->issuer = request->url;
    out->trust = trust;
    // Nothing has this digest: the row is found by its issuer only.
    env_random(admin->env, out->digest, sizeof(out->digest));
    if (!check_new(admin, out, err) || !credential_record(admin, out, err)) {
        return admin_undo(admin, false);
    }
    return admin_commit(admin, err);
}

bool issuers_list(const struct admin *admin, str tenant, struct token_row **first,
                  struct roster_error *err)
{
    return credential_list(admin, tenant, issuer_list, first, err);
}

bool issuers_show(const struct admin *admin, int64_t token, struct token_row *out,
                  struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    enum store_outcome got = issuer_load(admin->writer, token, admin->arena, out);
    if (got == STORE_NONE) {
        return admin_undo(admin, fail(err, ROSTER_ERR_NOT_FOUND, 0,
                                      "there is no trusted issuer %lld: see roster issuer list",
                                      (long long)token));
    }
    return got == STORE_OK ? admin_done(admin) : admin_undo(admin, admin_refuse(got, err));
}
