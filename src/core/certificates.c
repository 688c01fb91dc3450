// certificates.c: binding client certificates to tenants.
// SPDX-License-Identifier: Apache-2.0
#include "core/certificates.h"

#include "base/base64.h"
#include "core/credential.h"
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
