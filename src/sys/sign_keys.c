// sign_keys.c: which keys sign, over the files of key_file.c.
// SPDX-License-Identifier: Apache-2.0
#include "sys/sign.h"

#include "base/limits.h"
#include "sys/key_file.h"

#include <string.h>

static_assert((int)SIGN_KEY_LEN == (int)SEAL_KEY_LEN, "both kinds of keys have one form on disk");

// Keys as they are read, the youngest first; older ones than SIGN_KEYS_MAX fall off the end.
struct gathering {
    struct key_file files[SIGN_KEYS_MAX + 1];
    size_t count;
};

// Two keys of one millisecond have an order too.
static bool is_younger(const struct key_file *a, const struct key_file *b)
{
    return a->created_ms != b->created_ms ? a->created_ms > b->created_ms : a->id > b->id;
}

static void gather(void *ctx, const struct key_file *file)
{
    struct gathering *found = ctx;
    size_t at = found->count;
    while (at > 0 && is_younger(file, &found->files[at - 1])) {
        found->files[at] = found->files[at - 1];
        at--;
    }
    found->files[at] = *file;
    found->count += found->count < SIGN_KEYS_MAX;
}

static bool gather_all(const char *folder, const char *name, struct gathering *found)
{
    struct key_place place = {0};
    *found = (struct gathering){0};
    bool placed = key_place_init(&place, folder, name);
    if (placed) {
        key_files_each(&place, gather, found);
    }
    key_place_release(&place);
    return placed;
}

static struct sign_key key_of(const struct key_file *file)
{
    struct sign_key key;
    memcpy(key.bytes, file->key.bytes, sizeof(key.bytes));
    return key;
}

static bool name_of(const struct key_file *file, struct sign_name *out)
{
    struct sign_key key = key_of(file);
    *out = (struct sign_name){.id = file->id, .created_ms = file->created_ms};
    bool found = sign_public_of(&key, &out->public);
    secret_wipe(&key, sizeof(key));
    return found;
}

bool sign_keys_list(const char *folder, const char *name, struct sign_name *out, size_t *count)
{
    struct gathering found;
    bool good = gather_all(folder, name, &found);
    for (size_t at = 0; good && at < found.count; at++) {
        good = name_of(&found.files[at], &out[at]);
    }
    *count = good ? found.count : 0;
    secret_wipe(&found, sizeof(found));
    return good;
}

bool sign_keys_make(const char *folder, const char *name, const struct env *env,
                    struct sign_name *out)
{
    struct key_place place = {0};
    struct gathering found;
    struct key_file file = {.created_ms = env_now_ms(env)};
    bool gathered = gather_all(folder, name, &found);
    // The new key is the youngest, whatever the clock says.
    if (found.count > 0 && found.files[0].created_ms >= file.created_ms) {
        file.created_ms = found.files[0].created_ms + 1;
    }
    secret_wipe(&found, sizeof(found));
    env_random(env, &file.id, sizeof(file.id));
    env_random(env, file.key.bytes, sizeof(file.key.bytes));
    bool made = gathered && key_place_init(&place, folder, name) && name_of(&file, out) &&
                key_file_write(&place, &file);
    key_place_release(&place);
    secret_wipe(&file, sizeof(file));
    return made;
}

bool sign_keys_sign(const char *folder, const char *name, str message,
                    unsigned char signature[SIGNATURE_LEN])
{
    struct gathering found;
    bool good = gather_all(folder, name, &found) && found.count > 0;
    if (good) {
        struct sign_key key = key_of(&found.files[0]);
        good = sign_make(&key, message, signature);
        secret_wipe(&key, sizeof(key));
    }
    secret_wipe(&found, sizeof(found));
    return good;
}
