// certificates.c: binding client certificates to tenants.
// SPDX-License-Identifier: Apache-2.0
#include "core/certificates.h"

#include "base/base64.h"
#include "core/credential.h"
#include "store/authority.h"
#include "sys/authority.h"
#include "sys/certificate.h"

bool certificate_print(str thumbprint, struct roster_arena *arena, str *out)
{
    struct text text;
    text_init(&text, arena, KIB(1));
    base64url_add(&text, (const unsigned char *)thumbprint.ptr, thumbprint.len);
    *out = text_str(&text);
    return !text.full;
}

// One that was revoked gives its place up; one that was not keeps it.
static bool make_room(const struct admin *admin, const struct token_row *row,
                      struct roster_error *err)
{
    struct token_row other = {0};
    unsigned char random[DIGEST_LEN];
    enum store_outcome got = token_find(admin->writer, row->digest, admin->arena, &other);
    if (got == STORE_OK && other.revoked_ms == 0) {
        return fail(err, ROSTER_ERR_UNIQUENESS, 0,
                    "the certificate is bound already, as %lld of tenant %.*s: revoke that first",
                    (long long)other.token, STR_ARGS(other.tenant_name));
    }
    if (got == STORE_OK) {
        env_random(admin->env, random, sizeof(random));
        got = token_forget(admin->writer, other.token, random);
    }
    return got == STORE_OK || got == STORE_NONE || admin_refuse(got, err);
}

bool certificates_add(const struct admin *admin, const struct token_request *request, str pem,
                      struct token_row *out, struct roster_error *err)
{
    struct certificate certificate;
    struct token_request until = *request;
    struct token_row row = {0};
    if (!certificate_read(pem, &certificate, err)) {
        return false;
    }
    if (until.expires_ms == 0 || until.expires_ms > certificate.ends_ms) {
        until.expires_ms = certificate.ends_ms;
    }
    str subject = str_of(certificate.subject);
    str thumbprint = {(const char *)certificate.thumbprint, DIGEST_LEN};
    if (!credential_begin(admin, &until, &row, err)) {
        return false;
    }
    if (!arena_copy(admin->arena, subject, &row.subject) ||
        !arena_copy(admin->arena, thumbprint, &row.thumbprint)) {
        return admin_undo(admin, fail_memory(err));
    }
    auth_certificate_digest(certificate.thumbprint, row.digest);
    if (!make_room(admin, &row, err) || !credential_record(admin, &row, err)) {
        return admin_undo(admin, false);
    }
    *out = row;
    return admin_commit(admin, err);
}

// Two bindings that one certificate meets would both be useless.
static bool check_new(const struct admin *admin, const struct token_row *row,
                      struct roster_error *err)
{
    struct token_row *other = NULL;
    int count = 0;
    enum store_outcome got = authority_find(admin->writer, row->name_kind, row->subject,
                                            AUTHORITIES_MAX, admin->arena, &other);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    for (; other != NULL; other = other->next) {
        if (authority_shares(other->authorities, row->authorities)) {
            return fail(err, ROSTER_ERR_UNIQUENESS, 0,
                        "the name is bound already with that authority, as %lld of tenant %.*s: "
                        "revoke that first",
                        (long long)other->token, STR_ARGS(other->tenant_name));
        }
        count++;
    }
    return count < AUTHORITIES_MAX ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "the name is bound %d times already: revoke some, or take a name of its own",
                AUTHORITIES_MAX);
}

bool authorities_add(const struct admin *admin, const struct authority_request *request, str pem,
                     struct token_row *out, struct roster_error *err)
{
    struct authority authority;
    struct token_request until = request->token;
    struct token_row row = {0};
    str name = {0};
    if (!name_normal(request->kind, request->name, admin->arena, &name, err) ||
        !authority_read(pem, admin->arena, &authority, err)) {
        return false;
    }
    if (until.expires_ms == 0 || until.expires_ms > authority.ends_ms) {
        until.expires_ms = authority.ends_ms;
    }
    if (!credential_begin(admin, &until, &row, err)) {
        return false;
    }
    row.name_kind = str_of(name_kinds[request->kind]);
    row.subject = name;
    row.authority = authority.subject;
    row.authorities = authority.certificates;
    // Nothing has this digest: the row is found by the name only.
    env_random(admin->env, row.digest, sizeof(row.digest));
    if (!check_new(admin, &row, err) || !credential_record(admin, &row, err)) {
        return admin_undo(admin, false);
    }
    *out = row;
    return admin_commit(admin, err);
}
