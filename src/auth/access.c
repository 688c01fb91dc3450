// access.c: access tokens to text and back.
// SPDX-License-Identifier: Apache-2.0
#include "auth/access.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/octets.h"

#include <string.h>

#define PREFIX STR("rat_")
#define PURPOSE "roster-access-1"

enum {
    VERSION = 1,
    HEAD_LEN = 1 + 4 + 8,  // version, key id, number of the secret
    END_LEN = 8,
    BODY_MAX = END_LEN + SCOPES_TEXT_MAX,
    OCTETS_MAX = ACCESS_TEXT_MAX / 4 * 3 + 3,
};

static_assert(HEAD_LEN + SEAL_MORE + BODY_MAX <= ACCESS_TEXT_MAX / 4 * 3 - 3, "the longest fits");

// What is sealed beside the body.
struct beside {
    unsigned char bytes[sizeof(PURPOSE) + HEAD_LEN + DIGEST_LEN];
};

static struct beside make_beside(const unsigned char head[HEAD_LEN],
                                 const unsigned char digest[DIGEST_LEN])
{
    struct beside beside;
    memcpy(beside.bytes, PURPOSE, sizeof(PURPOSE));
    memcpy(beside.bytes + sizeof(PURPOSE), head, HEAD_LEN);
    memcpy(beside.bytes + sizeof(PURPOSE) + HEAD_LEN, digest, DIGEST_LEN);
    return beside;
}

static str str_of_octets(const unsigned char *octets, size_t len)
{
    return (str){(const char *)octets, len};
}

bool access_print(struct keyring *keys, const struct env *env, const struct access *access,
                  const unsigned char digest[DIGEST_LEN], struct roster_arena *arena, str *out)
{
    unsigned char body[BODY_MAX];
    unsigned char octets[OCTETS_MAX];
    struct seal_key key;
    struct text text;
    uint32_t id = 0;
    assert(access->scopes.len <= SCOPES_TEXT_MAX);
    octets_put(body, (uint64_t)access->expires_ms, END_LEN);
    if (access->scopes.len > 0) {
        memcpy(body + END_LEN, access->scopes.ptr, access->scopes.len);
    }
    size_t len = END_LEN + access->scopes.len;
    keyring_current(keys, &id, &key);
    octets_put(octets_put(octets_put(octets, VERSION, 1), id, 4), (uint64_t)access->secret, 8);
    struct beside beside = make_beside(octets, digest);
    seal_make(env, &key, str_of_octets(beside.bytes, sizeof(beside.bytes)),
              str_of_octets(body, len), octets + HEAD_LEN);
    secret_wipe(&key, sizeof(key));
    text_init(&text, arena, ACCESS_TEXT_MAX);
    text_add(&text, PREFIX);
    base64url_add(&text, octets, HEAD_LEN + SEAL_MORE + len);
    *out = text_str(&text);
    return !text.full;
}

bool access_is_wellformed(str text)
{
    return text.len > PREFIX.len && text.len <= ACCESS_TEXT_MAX &&
           str_equal(str_head(text, PREFIX.len), PREFIX);
}

static bool read_octets(str text, struct roster_arena *arena, unsigned char octets[OCTETS_MAX],
                        size_t *len)
{
    return access_is_wellformed(text) &&
           base64url_read(str_tail(text, PREFIX.len), arena, octets, len) &&
           *len >= HEAD_LEN + SEAL_MORE + END_LEN && octets[0] == VERSION;
}

int64_t access_secret(str text, struct roster_arena *arena)
{
    unsigned char octets[OCTETS_MAX];
    const unsigned char *from = octets + 1 + 4;
    size_t len = 0;
    return read_octets(text, arena, octets, &len) ? (int64_t)octets_take(&from, 8) : 0;
}

bool access_open(struct keyring *keys, str text, const unsigned char digest[DIGEST_LEN],
                 struct roster_arena *arena, struct access *out)
{
    unsigned char octets[OCTETS_MAX];
    unsigned char body[OCTETS_MAX];
    struct seal_key key;
    size_t len = 0;
    const unsigned char *from = octets + 1;
    if (!read_octets(text, arena, octets, &len) ||
        !keyring_find(keys, (uint32_t)octets_take(&from, 4), &key)) {
        return false;
    }
    out->secret = (int64_t)octets_take(&from, 8);
    struct beside beside = make_beside(octets, digest);
    bool opened = seal_open(&key, str_of_octets(beside.bytes, sizeof(beside.bytes)),
                            str_of_octets(octets + HEAD_LEN, len - HEAD_LEN), body, &len);
    secret_wipe(&key, sizeof(key));
    from = body;
    if (!opened) {
        return false;
    }
    out->expires_ms = (int64_t)octets_take(&from, END_LEN);
    return arena_copy(arena, str_of_octets(from, len - END_LEN), &out->scopes);
}
