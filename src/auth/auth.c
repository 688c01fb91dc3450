// auth.c: the table of methods.
// SPDX-License-Identifier: Apache-2.0
#include "auth/auth.h"

#include "auth/issued.h"
#include "auth/shown.h"
#include "base/base64.h"
#include "base/limits.h"

// token68 of RFC 9110 section 11.2, as b64token of RFC 6750 section 2.1: letters, digits,
// "-._~+/", and "=" at the end.
static bool is_token68(str text)
{
    while (text.len > 1 && text.ptr[text.len - 1] == '=') {
        text.len--;
    }
    for (size_t at = 0; at < text.len; at++) {
        char c = text.ptr[at];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              str_contains(STR("-._~+/"), (str){&c, 1}))) {
            return false;
        }
    }
    return text.len > 0;
}

enum auth_outcome auth_header_read(str value, struct credentials *out)
{
    str scheme = {0};
    str_cut(str_trim(value), ' ', &scheme, &out->text);
    out->text = str_trim(out->text);
    bool basic = str_equal_nocase(scheme, STR("Basic"));
    out->scheme = basic ? AUTH_BASIC : AUTH_BEARER;
    if (!basic && !str_equal_nocase(scheme, STR("Bearer"))) {
        return AUTH_MISSING;
    }
    return is_token68(out->text) ? AUTH_OK : AUTH_MALFORMED;
}

static enum auth_outcome find_secret(const struct auth_call *call, str secret,
                                     struct token_row *row)
{
    unsigned char digest[DIGEST_LEN];
    digest_of(secret, digest);
    return auth_token_find(call->conn, digest, call->now_ms, call->arena, row);
}

static bool is_token(str text)
{
    return secret_is_wellformed(SECRET_TOKEN, text);
}

static enum auth_outcome find_access(const struct auth_call *call, str text, struct token_row *row)
{
    struct access access = {0};
    int64_t secret = access_secret(text, call->arena);
    if (secret <= 0) {
        return AUTH_INVALID;
    }
    switch (token_load(call->conn, secret, call->arena, row)) {
    case STORE_OK:
        break;
    case STORE_NONE:
        return AUTH_INVALID;
    case STORE_TAKEN:
    case STORE_TIMEOUT:
    case STORE_LARGE:
    case STORE_FULL:
    case STORE_FAILED:
        return AUTH_FAILED;
    }
    if (!access_open(call->keys, text, row->digest, call->arena, &access) ||
        access.expires_ms <= call->now_ms) {
        return AUTH_INVALID;
    }
    enum auth_outcome state = auth_token_state(row, call->now_ms);
    if (row->expires_ms == 0 || access.expires_ms < row->expires_ms) {
        row->expires_ms = access.expires_ms;
    }
    row->scopes = access.scopes.len > 0 ? access.scopes : row->scopes;
    return state;
}

bool auth_basic_read(str text, struct roster_arena *arena, str *id, str *secret)
{
    unsigned char octets[BASIC_TEXT_MAX / 4 * 3 + 3];
    size_t len = 0;
    str both = {0};
    return text.len <= BASIC_TEXT_MAX && base64_decode(text, octets, &len) &&
           arena_copy(arena, (str){(const char *)octets, len}, &both) &&
           str_cut(both, ':', id, secret);
}

enum auth_outcome auth_client_find(const struct auth_call *call, str id, str secret,
                                   struct token_row *row)
{
    if (id.len != CLIENT_ID_LEN || !secret_is_wellformed(SECRET_CLIENT, secret)) {
        return AUTH_INVALID;
    }
    enum auth_outcome outcome = find_secret(call, secret, row);
    if (outcome == AUTH_OK &&
        (row->client.len != CLIENT_ID_LEN || !secret_equal(row->client.ptr, id.ptr, id.len))) {
        return AUTH_INVALID;
    }
    return outcome;
}

static bool is_anything(str text)
{
    return true;
}

static enum auth_outcome find_basic(const struct auth_call *call, str text, struct token_row *row)
{
    str id = {0};
    str secret = {0};
    return auth_basic_read(text, call->arena, &id, &secret)
               ? auth_client_find(call, id, secret, row)
               : AUTH_INVALID;
}

static enum auth_outcome find_issued(const struct auth_call *call, str text, struct token_row *row)
{
    struct jwt jwt;
    return issued_find(call, ISSUED_ACCESS, text, row, &jwt);
}

static const struct method {
    enum auth_scheme scheme;
    bool (*recognises)(str text);
    enum auth_outcome (*find)(const struct auth_call *call, str text, struct token_row *row);
} methods[] = {
    {AUTH_BEARER, is_token, find_secret},
    {AUTH_BEARER, access_is_wellformed, find_access},
    {AUTH_BEARER, jwt_is_wellformed, find_issued},
    {AUTH_BASIC, is_anything, find_basic},
};

enum auth_outcome auth_find(const struct auth_call *call, const struct credentials *credentials,
                            struct token_row *row)
{
    if (credentials->scheme == AUTH_CERTIFICATE) {
        return shown_find(call, credentials, row);
    }
    for (size_t at = 0; at < COUNT_OF(methods); at++) {
        if (methods[at].scheme == credentials->scheme &&
            methods[at].recognises(credentials->text)) {
            return methods[at].find(call, credentials->text, row);
        }
    }
    return AUTH_INVALID;
}
