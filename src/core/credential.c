// credential.c: rows of tokens and of clients' secrets are made, recorded and ended.
//
// The store sees the digest only, the audit not even that. A secret leaves through one out
// parameter, once.
// SPDX-License-Identifier: Apache-2.0
#include "core/credential.h"

#include "base/limits.h"
#include "base/time.h"
#include "core/certificates.h"
#include "core/scopes.h"
#include "scim/schema.h"
#include "store/issuer.h"
#include "store/resource.h"

#include <string.h>

static bool put_time(struct roster_json *json, struct roster_arena *arena, str key, int64_t ms)
{
    char text[TIME_TEXT_LEN];
    str copy = {0};
    if (ms == 0) {
        return true;
    }
    time_print(ms, text);
    return arena_copy(arena, (str){text, sizeof(text)}, &copy) &&
           json_put_string(json, arena, key, copy);
}

static bool put_nonempty(struct roster_json *json, struct roster_arena *arena, str key, str text)
{
    return text.len == 0 || json_put_string(json, arena, key, text);
}

static bool put_certificate(struct roster_json *json, struct roster_arena *arena,
                            const struct token_row *row)
{
    str text = {0};
    return row->thumbprint.len == 0 || (certificate_print(row->thumbprint, arena, &text) &&
                                        json_put_string(json, arena, STR("certificate"), text) &&
                                        json_put_string(json, arena, STR("subject"), row->subject));
}

static bool put_authority(struct roster_json *json, struct roster_arena *arena,
                          const struct token_row *row)
{
    return row->authority.len == 0 ||
           (json_put_string(json, arena, STR("authority"), row->authority) &&
            json_put_string(json, arena, row->name_kind, row->subject));
}

static bool put_issuer(struct roster_json *json, struct roster_arena *arena,
                       const struct token_row *row)
{
    const struct issuer_trust *trust = row->trust;
    return put_nonempty(json, arena, STR("issuer"), row->issuer) &&
           (trust == NULL || (json_put_string(json, arena, STR("keys"), trust->source) &&
                              json_put_string(json, arena, STR("audience"), trust->audience) &&
                              put_nonempty(json, arena, STR("subject"), trust->subject) &&
                              put_nonempty(json, arena, STR("claims"), trust->claims) &&
                              json_put_bool(json, arena, STR("plainType"), trust->plain)));
}

// What the audit says of a token. Never the secret, never the digest.
static bool describe(const struct admin *admin, const struct token_row *row, str *out,
                     struct roster_error *err)
{
    struct roster_arena *arena = admin->arena;
    struct roster_json *json = json_new(arena, JSON_OBJECT);
    bool ok = json != NULL && put_nonempty(json, arena, STR("client"), row->client) &&
              put_nonempty(json, arena, STR("label"), row->label) &&
              put_certificate(json, arena, row) && put_authority(json, arena, row) &&
              put_issuer(json, arena, row) &&
              json_put_string(json, arena, STR("source"), row->source_name) &&
              put_nonempty(json, arena, STR("user"), row->user_id) &&
              json_put_string(json, arena, STR("scope"), row->scopes) &&
              put_time(json, arena, STR("expires"), row->expires_ms) &&
              put_time(json, arena, STR("revoked"), row->revoked_ms) &&
              roster_json_print(json, arena, out);
    return ok || fail_memory(err);
}

static bool change_of(const struct admin *admin, const struct token_row *row, str before,
                      struct change *out, struct roster_error *err)
{
    *out = (struct change){.kind = CHANGE_TOKEN, .row = row->token, .before = before};
    return (arena_format(admin->arena, &out->id, "%lld", (long long)row->token) ||
            fail_memory(err)) &&
           describe(admin, row, &out->after, err);
}

static bool check_request(const struct admin *admin, const struct token_request *request,
                          struct roster_error *err)
{
    if (request->expires_ms != 0 && request->expires_ms <= env_now_ms(admin->env)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it would have expired already");
    }
    return admin_check_text("label", request->label, LABEL_MAX, err) &&
           (request->source.len == 0 || admin_check_name("source", request->source, err));
}

static bool check_user(const struct admin *admin, int64_t tenant, str user_id,
                       struct roster_error *err)
{
    struct resource_row row = {0};
    if (user_id.len == 0) {
        return true;
    }
    enum store_outcome got = user_id.len > ID_BYTES_MAX
                                 ? STORE_NONE
                                 : resource_find_head(admin->writer, tenant, TYPE_NUMBER_USER,
                                                      user_id, admin->arena, &row);
    if (got == STORE_NONE) {
        return fail(err, ROSTER_ERR_NOT_FOUND, 0, "the tenant has no user with the id \"%.*s\"",
                    STR_ARGS(str_head(user_id, user_id.len < 100 ? user_id.len : 100)));
    }
    return got == STORE_OK || admin_refuse(got, err);
}

static void make_secret(const struct admin *admin, struct secret *secret, struct token_row *row)
{
    secret_make(admin->env, row->client.len > 0 ? SECRET_CLIENT : SECRET_TOKEN, secret);
    digest_of((str){secret->text, TOKEN_TEXT_LEN}, row->digest);
}

// Inserts the row and records it. The transaction stays open.
static bool insert(const struct admin *admin, struct token_row *row, struct roster_error *err)
{
    enum store_outcome got =
        source_ensure(admin->writer, row->tenant, row->source_name, &row->source);
    if (got == STORE_OK) {
        got = token_insert(admin->writer, row);
    }
    return got == STORE_OK || admin_refuse(got, err);
}

bool credential_record(const struct admin *admin, struct token_row *row, struct roster_error *err)
{
    struct change change;
    return insert(admin, row, err) && change_of(admin, row, (str){0}, &change, err) &&
           admin_record(admin, row->tenant, &change, err);
}

bool credential_insert(const struct admin *admin, struct token_row *row, struct secret *secret,
                       struct roster_error *err)
{
    struct secret made;
    make_secret(admin, &made, row);
    // The secret is given away only when its digest is durable.
    bool ok =
        credential_record(admin, row, err) ? admin_commit(admin, err) : admin_undo(admin, false);
    if (ok) {
        memcpy(secret, &made, sizeof(*secret));
    }
    secret_wipe(&made, sizeof(made));
    return ok;
}

bool credential_begin(const struct admin *admin, const struct token_request *request,
                      struct token_row *row, struct roster_error *err)
{
    struct tenant_row tenant = {0};
    if (!check_request(admin, request, err) || !admin_begin(admin, err)) {
        return false;
    }
    str scopes = request->scopes.len > 0 ? request->scopes : STR("write");
    if (!admin_tenant_to_change(admin, request->tenant, &tenant, err) ||
        !scopes_check(admin, tenant.tenant, scopes, &scopes, err) ||
        !check_user(admin, tenant.tenant, request->user_id, err)) {
        return admin_undo(admin, false);
    }
    *row = (struct token_row){
        .tenant = tenant.tenant,
        .source_name = request->source.len > 0 ? request->source : SOURCE_DEFAULT,
        .label = request->label,
        .user_id = request->user_id,
        .scopes = scopes,
        .created_ms = env_now_ms(admin->env),
        .expires_ms = request->expires_ms,
        .tenant_suspended = tenant.suspended,
        .tenant_name = tenant.name,
        .tenant_settings = tenant.settings,
    };
    return true;
}

struct token_row credential_successor(const struct token_row *old, int64_t now_ms)
{
    struct token_row row = *old;
    row.token = 0;
    row.next = NULL;
    row.used_ms = 0;
    row.used_address = (str){0};
    row.created_ms = now_ms;
    row.expires_ms = old->expires_ms == 0 ? 0 : now_ms + (old->expires_ms - old->created_ms);
    return row;
}

static enum store_outcome end_row(const struct admin *admin, struct token_row *row, int64_t now_ms,
                                  int64_t overlap_ms)
{
    if (overlap_ms == 0) {
        row->revoked_ms = now_ms;
        return token_revoke(admin->writer, row->token, now_ms);
    }
    if (row->expires_ms != 0 && row->expires_ms <= now_ms + overlap_ms) {
        return STORE_OK;
    }
    row->expires_ms = now_ms + overlap_ms;
    return token_expire(admin->writer, row->token, row->expires_ms);
}

bool credential_end(const struct admin *admin, struct token_row *row, int64_t overlap_ms,
                    struct roster_error *err)
{
    struct change change;
    str before = {0};
    if (!describe(admin, row, &before, err)) {
        return false;
    }
    enum store_outcome got = end_row(admin, row, env_now_ms(admin->env), overlap_ms);
    return got == STORE_OK ? change_of(admin, row, before, &change, err) &&
                                 admin_record(admin, row->tenant, &change, err)
                           : admin_refuse(got, err);
}

bool credential_list(const struct admin *admin, str tenant, credential_reader read,
                     struct token_row **first, struct roster_error *err)
{
    struct tenant_row row = {0};
    if (!admin_begin(admin, err)) {
        return false;
    }
    if (tenant.len > 0 && !admin_tenant(admin, tenant, &row, err)) {
        return admin_undo(admin, false);
    }
    enum store_outcome got = read(admin->writer, row.tenant, admin->arena, first);
    return got == STORE_OK ? admin_done(admin) : admin_undo(admin, admin_refuse(got, err));
}
