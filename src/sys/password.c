// password.c: the only face on libargon2.
// SPDX-License-Identifier: Apache-2.0
#include "sys/password.h"

#include "base/limits.h"

#include <argon2.h>
#include <string.h>

enum { SALT_LEN = 16, HASH_LEN = 32, TEXT_MAX = 256 };

bool password_hash(const struct env *env, str password, struct roster_arena *arena, str *hash)
{
    unsigned char salt[SALT_LEN];
    char text[TEXT_MAX];
    env_random(env, salt, sizeof(salt));
    int done =
        argon2id_hash_encoded(PASSWORD_PASSES, PASSWORD_MEMORY_KIB, PASSWORD_LANES, password.ptr,
                              password.len, salt, sizeof(salt), HASH_LEN, text, sizeof(text));
    bool copied = done == ARGON2_OK && arena_copy(arena, str_of(text), hash);
    secret_wipe(text, sizeof(text));
    return copied;
}

bool password_matches(str hash, str password)
{
    char text[TEXT_MAX];
    if (hash.len >= sizeof(text)) {
        return false;
    }
    memcpy(text, hash.ptr, hash.len);
    text[hash.len] = '\0';
    bool same = argon2id_verify(text, password.ptr, password.len) == ARGON2_OK;
    secret_wipe(text, sizeof(text));
    return same;
}
