// token.c: making, recognising and looking up secrets.
// SPDX-License-Identifier: Apache-2.0
#include "auth/token.h"

#include <string.h>

enum { PREFIX_LEN = 4, RANDOM_LEN = 32, CHECK_LEN = 6 };

static const char *const prefixes[] = {[SECRET_TOKEN] = "rst_", [SECRET_CLIENT] = "rsc_"};
static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

// CRC-32 (IEEE), bit by bit: 36 bytes are not worth a table.
static uint32_t crc32_of(const char *data, size_t len)
{
    uint32_t crc = 0xffffffffu;
    for (size_t at = 0; at < len; at++) {
        crc ^= (unsigned char)data[at];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
        }
    }
    return ~crc;
}

static void put_check(const char *text, char out[CHECK_LEN])
{
    uint32_t crc = crc32_of(text, PREFIX_LEN + RANDOM_LEN);
    for (int at = CHECK_LEN - 1; at >= 0; at--) {
        out[at] = base62[crc % 62];
        crc /= 62;
    }
}

static char random_digit(const struct env *env)
{
    unsigned char byte = 0;
    do {
        env_random(env, &byte, 1);
    } while (byte >= 62 * 4);  // what is left over would make some characters more likely
    return base62[byte % 62];
}

static void put_random(const struct env *env, char *out, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        out[at] = random_digit(env);
    }
}

void secret_make(const struct env *env, enum secret_kind kind, struct secret *out)
{
    memcpy(out->text, prefixes[kind], PREFIX_LEN);
    put_random(env, out->text + PREFIX_LEN, RANDOM_LEN);
    put_check(out->text, out->text + PREFIX_LEN + RANDOM_LEN);
    out->text[TOKEN_TEXT_LEN] = '\0';
}

bool secret_is_wellformed(enum secret_kind kind, str text)
{
    if (text.len != TOKEN_TEXT_LEN || memcmp(text.ptr, prefixes[kind], PREFIX_LEN) != 0) {
        return false;
    }
    char check[CHECK_LEN];
    put_check(text.ptr, check);
    return memcmp(check, text.ptr + PREFIX_LEN + RANDOM_LEN, CHECK_LEN) == 0;
}

void client_id_make(const struct env *env, char out[CLIENT_ID_LEN + 1])
{
    memcpy(out, "rci_", PREFIX_LEN);
    put_random(env, out + PREFIX_LEN, CLIENT_ID_LEN - PREFIX_LEN);
    out[CLIENT_ID_LEN] = '\0';
}

void auth_certificate_digest(const unsigned char thumbprint[DIGEST_LEN],
                             unsigned char digest[DIGEST_LEN])
{
    static const char purpose[] = "roster client certificate";
    struct digest *of = digest_of_thread();
    digest_begin(of);
    digest_add(of, purpose, sizeof(purpose));
    digest_add(of, thumbprint, DIGEST_LEN);
    digest_end(of, digest);
}

enum auth_outcome auth_token_state(const struct token_row *row, int64_t now_ms)
{
    if (row->revoked_ms == 0 && (row->expires_ms == 0 || row->expires_ms > now_ms)) {
        return row->tenant_suspended ? AUTH_SUSPENDED : AUTH_OK;
    }
    return AUTH_INVALID;
}

enum auth_outcome auth_token_find(struct conn *conn, const unsigned char digest[DIGEST_LEN],
                                  int64_t now_ms, struct roster_arena *arena, struct token_row *row)
{
    switch (token_find(conn, digest, arena, row)) {
    case STORE_OK:
        return auth_token_state(row, now_ms);
    case STORE_NONE:
        return AUTH_INVALID;
    case STORE_TAKEN:
    case STORE_TIMEOUT:
    case STORE_LARGE:
    case STORE_FULL:
    case STORE_FAILED:
        break;
    }
    return AUTH_FAILED;
}
