// tokens.c: bearer tokens are given out, replaced and taken back; certificates are taken back.
// SPDX-License-Identifier: Apache-2.0
#include "core/credential.h"

bool tokens_add(const struct admin *admin, const struct token_request *request,
                struct secret *secret, struct token_row *out, struct roster_error *err)
{
    return credential_begin(admin, request, out, err) && credential_insert(admin, out, secret, err);
}

bool tokens_list(const struct admin *admin, str tenant, struct token_row **first,
                 struct roster_error *err)
{
    return credential_list(admin, tenant, token_list, first, err);
}

static bool load(const struct admin *admin, int64_t token, struct token_row *out,
                 struct roster_error *err)
{
    enum store_outcome got = token_load(admin->writer, token, admin->arena, out);
    if (got == STORE_NONE) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no token %lld", (long long)token);
    }
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    return out->client.len == 0 ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "%lld is a secret of the client %.*s: see roster help client", (long long)token,
                STR_ARGS(out->client));
}

static bool rotate(const struct admin *admin, int64_t token, int64_t overlap_ms,
                   struct token_row *row, struct roster_error *err)
{
    struct token_row old = {0};
    if (!load(admin, token, &old, err)) {
        return false;
    }
    if (old.revoked_ms != 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "token %lld is revoked: add a new one",
                    (long long)token);
    }
    if (old.thumbprint.len > 0 || old.authority.len > 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%lld is a certificate: add the new one beside it, and revoke this one when "
                    "the client shows the new one",
                    (long long)token);
    }
    if (old.issuer.len > 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%lld is trust in an issuer, which rotates its keys by itself",
                    (long long)token);
    }
    *row = credential_successor(&old, env_now_ms(admin->env));
    return credential_end(admin, &old, overlap_ms, err);
}

bool tokens_rotate(const struct admin *admin, int64_t token, int64_t overlap_ms,
                   struct secret *secret, struct token_row *out, struct roster_error *err)
{
    assert(overlap_ms >= 0);
    if (!admin_begin(admin, err)) {
        return false;
    }
    return rotate(admin, token, overlap_ms, out, err) ? credential_insert(admin, out, secret, err)
                                                      : admin_undo(admin, false);
}

bool tokens_revoke(const struct admin *admin, int64_t token, struct token_row *out,
                   struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    if (!load(admin, token, out, err)) {
        return admin_undo(admin, false);
    }
    if (out->revoked_ms != 0) {
        return admin_done(admin);
    }
    return credential_end(admin, out, 0, err) ? admin_commit(admin, err) : admin_undo(admin, false);
}
