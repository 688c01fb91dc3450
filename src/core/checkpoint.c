// checkpoint.c: making and signing checkpoints, and their keys.
// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint.h"

#include "base/hex.h"
#include "base/limits.h"
#include "base/time.h"
#include "core/admin.h"
#include "core/checkpoint_text.h"

struct key_folder {
    str folder;
    str name;
};

static bool find_folder(const struct admin *admin, struct key_folder *out, struct roster_error *err)
{
    return store_keys_place(conn_store(admin->reader), "audit", admin->arena, &out->folder,
                            &out->name) ||
           fail_memory(err);
}

static bool list_keys(const struct admin *admin, const struct key_folder *place,
                      struct sign_name **keys, size_t *count, struct roster_error *err)
{
    *keys = arena_array(admin->arena, SIGN_KEYS_MAX, sizeof(**keys));
    if (*keys == NULL) {
        return fail_memory(err);
    }
    return sign_keys_list(place->folder.ptr, place->name.ptr, *keys, count) ||
           fail(err, ROSTER_ERR_UNAVAILABLE, 0, "a key in %.*s cannot be used",
                STR_ARGS(place->folder));
}

static bool make_key(const struct admin *admin, const struct key_folder *place,
                     struct sign_name *out, struct roster_error *err)
{
    return sign_keys_make(place->folder.ptr, place->name.ptr, admin->env, out) ||
           fail(err, ROSTER_ERR_UNAVAILABLE, 0, "a key cannot be written into %.*s",
                STR_ARGS(place->folder));
}

bool checkpoint_keys(const struct admin *admin, struct sign_name **keys, size_t *count,
                     struct roster_error *err)
{
    struct key_folder place = {0};
    return find_folder(admin, &place, err) && list_keys(admin, &place, keys, count, err);
}

bool checkpoint_key_add(const struct admin *admin, struct roster_error *err)
{
    struct key_folder place = {0};
    struct sign_name made;
    return find_folder(admin, &place, err) && make_key(admin, &place, &made, err);
}

static bool find_signer(const struct admin *admin, const struct key_folder *place, uint32_t *id,
                        struct roster_error *err)
{
    struct sign_name *keys = NULL;
    size_t count = 0;
    if (!list_keys(admin, place, &keys, &count, err)) {
        return false;
    }
    if (count == 0 && !make_key(admin, place, &keys[0], err)) {
        return false;
    }
    *id = keys[0].id;
    return true;
}

static bool find_store(const struct admin *admin, str *id, struct roster_error *err)
{
    enum store_outcome got = audit_store_id(admin->reader, admin->arena, id);
    return got == STORE_OK || admin_refuse(got, err);
}

static bool add_signature(const struct key_folder *place, struct text *text,
                          struct roster_error *err)
{
    unsigned char signature[SIGNATURE_LEN];
    if (text->full) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0,
                    "there are more tenants than a checkpoint of %zu bytes can hold",
                    CHECKPOINT_BYTES_MAX);
    }
    if (!sign_keys_sign(place->folder.ptr, place->name.ptr, text_str(text), signature)) {
        return fail(err, ROSTER_ERR_UNAVAILABLE, 0, "the key in %.*s cannot be used",
                    STR_ARGS(place->folder));
    }
    checkpoint_print_signature(text, signature);
    return !text->full || fail_memory(err);
}

// The names are for people; a tenant that is gone has none.
static bool print_marks(const struct admin *admin, const struct checkpoint *checkpoint,
                        struct text *text, struct roster_error *err)
{
    for (size_t at = 0; at < checkpoint->mark_count; at++) {
        const struct audit_mark *mark = &checkpoint->marks[at];
        struct tenant_row row = {0};
        struct arena_mark before = arena_mark(admin->arena);
        char name[TENANT_NAME_MAX];
        enum store_outcome got = tenant_load(admin->reader, mark->tenant, admin->arena, &row);
        if (got != STORE_OK && got != STORE_NONE) {
            return admin_refuse(got, err);
        }
        size_t len = row.name.len < sizeof(name) ? row.name.len : sizeof(name);
        memcpy(name, len > 0 ? row.name.ptr : "", len);
        arena_rewind(admin->arena, before);
        checkpoint_print_mark(text, mark, (str){name, len});
    }
    return true;
}

static bool read_marks(const struct admin *admin, struct checkpoint *out, struct roster_error *err)
{
    enum store_outcome got =
        audit_marks(admin->reader, admin->arena, &out->marks, &out->mark_count);
    return got == STORE_OK || admin_refuse(got, err);
}

bool checkpoint_make(const struct admin *admin, str *out, struct roster_error *err)
{
    struct checkpoint made = {.time_ms = env_now_ms(admin->env), .product = STR(ROSTER_VERSION)};
    struct key_folder place = {0};
    struct text text;
    if (!find_folder(admin, &place, err) || !find_signer(admin, &place, &made.key, err) ||
        !find_store(admin, &made.store, err) || !read_marks(admin, &made, err)) {
        return false;
    }
    text_init(&text, admin->arena, CHECKPOINT_BYTES_MAX);
    // Names are loaded into the arena and freed again, so the text must not grow meanwhile.
    text_reserve(&text, CHECKPOINT_BYTES_MAX);
    checkpoint_print_head(&text, &made);
    if (!print_marks(admin, &made, &text, err) || !add_signature(&place, &text, err)) {
        return false;
    }
    *out = text_str(&text);
    return true;
}

static bool find_public(const struct admin *admin, uint32_t id, struct sign_public *out,
                        struct roster_error *err)
{
    struct sign_name *keys = NULL;
    size_t count = 0;
    if (!checkpoint_keys(admin, &keys, &count, err)) {
        return false;
    }
    for (size_t at = 0; at < count; at++) {
        if (keys[at].id == id) {
            *out = keys[at].public;
            return true;
        }
    }
    return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "the checkpoint was signed with the key %08x, which this store does not have: give "
                "its public key with --key",
                id);
}

static bool choose_key(const struct admin *admin, str given, uint32_t id, struct sign_public *out,
                       struct roster_error *err)
{
    if (given.len == 0) {
        return find_public(admin, id, out, err);
    }
    return (given.len == 2 * sizeof(out->bytes) && hex_parse(given, out->bytes)) ||
           fail(err, ROSTER_ERR_BAD_REQUEST, 0,
                "--key is the %d digits that roster audit key prints", 2 * SIGN_KEY_LEN);
}

bool checkpoint_open(const struct admin *admin, str text, str key, struct checkpoint *out,
                     struct roster_error *err)
{
    struct sign_public public;
    struct checkpoint_parts parts;
    str store = {0};
    if (!checkpoint_split(text, &parts, err) ||
        !checkpoint_read_head(&parts, admin->arena, out, err) ||
        !choose_key(admin, key, out->key, &public, err)) {
        return false;
    }
    if (!sign_check(&public, parts.body, (str){(const char *)parts.signature, SIGNATURE_LEN})) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the signature of the checkpoint is wrong: it was changed, or signed with "
                    "another key");
    }
    if (!checkpoint_read_marks(&parts, admin->arena, out, err) || !find_store(admin, &store, err)) {
        return false;
    }
    return str_equal(store, out->store) ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "the checkpoint is of another store, %.*s; this one is %.*s", STR_ARGS(out->store),
                STR_ARGS(store));
}
