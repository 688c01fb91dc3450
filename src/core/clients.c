// clients.c: clients are made, get another secret, and are taken back.
// SPDX-License-Identifier: Apache-2.0
#include "core/clients.h"

#include "core/credential.h"

bool clients_add(const struct admin *admin, const struct token_request *request,
                 struct secret *secret, struct token_row *out, struct roster_error *err)
{
    char id[CLIENT_ID_LEN + 1];
    client_id_make(admin->env, id);
    if (!credential_begin(admin, request, out, err)) {
        return false;
    }
    if (!arena_copy(admin->arena, str_of(id), &out->client)) {
        return admin_undo(admin, fail_memory(err));
    }
    return credential_insert(admin, out, secret, err);
}

bool clients_list(const struct admin *admin, str tenant, struct token_row **first,
                  struct roster_error *err)
{
    return credential_list(admin, tenant, client_list, first, err);
}

static bool find(const struct admin *admin, str client, struct token_row **first,
                 struct roster_error *err)
{
    enum store_outcome got = client_secrets(admin->writer, client, admin->arena, first);
    if (got != STORE_OK) {
        return admin_refuse(got, err);
    }
    return *first != NULL || fail(err, ROSTER_ERR_NOT_FOUND, 0, "there is no client \"%.*s\"",
                                  STR_ARGS(str_head(client, client.len < 100 ? client.len : 100)));
}

static bool is_alive(const struct token_row *row, int64_t now_ms)
{
    return row->revoked_ms == 0 && (row->expires_ms == 0 || row->expires_ms > now_ms);
}

static struct token_row *newest_alive(struct token_row *first, int64_t now_ms)
{
    struct token_row *newest = NULL;
    for (struct token_row *row = first; row != NULL; row = row->next) {
        newest = is_alive(row, now_ms) ? row : newest;
    }
    return newest;
}

static bool end_old_ones(const struct admin *admin, struct token_row *first,
                         const struct token_row *newest, int64_t overlap_ms,
                         struct roster_error *err)
{
    int64_t now_ms = env_now_ms(admin->env);
    for (struct token_row *row = first; row != NULL; row = row->next) {
        bool stays = row == newest && overlap_ms == CLIENT_KEEPS;
        if (is_alive(row, now_ms) && !stays &&
            !credential_end(admin, row, row == newest ? overlap_ms : 0, err)) {
            return false;
        }
    }
    return true;
}

static bool rotate(const struct admin *admin, str client, int64_t overlap_ms, struct token_row *out,
                   struct roster_error *err)
{
    struct token_row *first = NULL;
    int64_t now_ms = env_now_ms(admin->env);
    if (!find(admin, client, &first, err)) {
        return false;
    }
    struct token_row *newest = newest_alive(first, now_ms);
    if (newest == NULL) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the client %.*s has no secret that is alive: add a new client",
                    STR_ARGS(client));
    }
    *out = credential_successor(newest, now_ms);
    return end_old_ones(admin, first, newest, overlap_ms, err);
}

bool clients_rotate(const struct admin *admin, str client, int64_t overlap_ms,
                    struct secret *secret, struct token_row *out, struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    return rotate(admin, client, overlap_ms, out, err) ? credential_insert(admin, out, secret, err)
                                                       : admin_undo(admin, false);
}

static bool revoke(const struct admin *admin, str client, int64_t token, struct token_row **first,
                   struct roster_error *err)
{
    bool found = token == 0;
    if (!find(admin, client, first, err)) {
        return false;
    }
    for (struct token_row *row = *first; row != NULL; row = row->next) {
        bool meant = token == 0 || row->token == token;
        found |= meant;
        if (meant && row->revoked_ms == 0 && !credential_end(admin, row, 0, err)) {
            return false;
        }
    }
    return found || fail(err, ROSTER_ERR_NOT_FOUND, 0, "the client %.*s has no secret %lld",
                         STR_ARGS(client), (long long)token);
}

bool clients_revoke(const struct admin *admin, str client, int64_t token, struct token_row **first,
                    struct roster_error *err)
{
    if (!admin_begin(admin, err)) {
        return false;
    }
    return revoke(admin, client, token, first, err) ? admin_commit(admin, err)
                                                    : admin_undo(admin, false);
}
