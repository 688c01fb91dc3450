// cursor.c: cursors to text and back.
// SPDX-License-Identifier: Apache-2.0
#include "core/cursor.h"

#include "base/base64.h"
#include "base/octets.h"

#include <string.h>

enum {
    VERSION = 1,
    HEAD_LEN = 5,   // version, key id
    BODY_LEN = 23,  // without the key of the order
    FLAG_EDGE = 1,
    FLAG_BACKWARD = 2,
    FLAG_UNCOUNTED = 4,
    FLAG_ABSENT = 8,
    BODY_MAX = BODY_LEN + SORT_KEY_MAX,
    CURSOR_MAX = HEAD_LEN + SEAL_MORE + BODY_MAX,
};

static void add_number(struct digest *digest, int64_t number)
{
    digest_add(digest, &number, sizeof(number));
}

static void add_text(struct digest *digest, str text)
{
    add_number(digest, (int64_t)text.len);
    digest_add(digest, text.ptr, text.len);
}

struct cursor_binding cursor_bind(const struct cursor_scope *scope)
{
    const struct search_request *request = scope->request;
    const str texts[] = {request->filter, request->sort_by, request->sort_order,
                         request->attributes, request->excluded};
    struct cursor_binding binding = {{0}};
    struct digest *digest = digest_of_thread();
    digest_begin(digest);
    add_number(digest, scope->tenant);
    add_number(digest, scope->credential);
    add_number(digest, scope->type);
    add_number(digest, scope->in_body);
    add_number(digest, request->has_filter);
    for (size_t at = 0; at < COUNT_OF(texts); at++) {
        add_text(digest, texts[at]);
    }
    digest_end(digest, binding.bytes);
    return binding;
}

static size_t print_body(const struct cursor *cursor, unsigned char out[BODY_MAX])
{
    const struct place *place = &cursor->place;
    unsigned flags = (cursor->edge ? FLAG_EDGE : 0U) | (cursor->backward ? FLAG_BACKWARD : 0U) |
                     (cursor->uncounted ? FLAG_UNCOUNTED : 0U) | (place->absent ? FLAG_ABSENT : 0U);
    assert(place->key.len <= SORT_KEY_MAX && cursor->count <= UINT16_MAX);
    unsigned char *to = octets_put(out, flags, 1);
    to = octets_put(to, (uint64_t)place->type, 4);
    to = octets_put(to, (uint64_t)place->row, 8);
    to = octets_put(to, (uint64_t)cursor->issued_ms, 8);
    to = octets_put(to, cursor->count, 2);
    if (place->key.len > 0) {
        memcpy(to, place->key.ptr, place->key.len);
    }
    return BODY_LEN + place->key.len;
}

static bool parse_body(const unsigned char *body, size_t len, struct roster_arena *arena,
                       struct cursor *out)
{
    if (len < BODY_LEN) {
        return false;
    }
    const unsigned char *from = body;
    uint64_t flags = octets_take(&from, 1);
    *out = (struct cursor){
        .edge = (flags & FLAG_EDGE) != 0,
        .backward = (flags & FLAG_BACKWARD) != 0,
        .uncounted = (flags & FLAG_UNCOUNTED) != 0,
    };
    out->place.absent = (flags & FLAG_ABSENT) != 0;
    out->place.type = (int)octets_take(&from, 4);
    out->place.row = (int64_t)octets_take(&from, 8);
    out->issued_ms = (int64_t)octets_take(&from, 8);
    out->count = (size_t)octets_take(&from, 2);
    return arena_copy(arena, (str){(const char *)from, len - BODY_LEN}, &out->place.key);
}

// What is sealed beside the body.
struct beside {
    unsigned char bytes[HEAD_LEN + DIGEST_LEN];
};

static struct beside make_beside(const unsigned char head[HEAD_LEN],
                                 const struct cursor_binding *binding)
{
    struct beside beside;
    memcpy(beside.bytes, head, HEAD_LEN);
    memcpy(beside.bytes + HEAD_LEN, binding->bytes, DIGEST_LEN);
    return beside;
}

static str str_of_bytes(const unsigned char *bytes, size_t len)
{
    return (str){(const char *)bytes, len};
}

bool cursor_print(struct keyring *keys, const struct cursor_binding *binding,
                  const struct cursor *cursor, const struct env *env, struct roster_arena *arena,
                  str *out)
{
    unsigned char body[BODY_MAX];
    unsigned char bytes[CURSOR_MAX];
    struct seal_key key;
    struct text text;
    uint32_t id = 0;
    size_t len = print_body(cursor, body);
    keyring_current(keys, &id, &key);
    octets_put(octets_put(bytes, VERSION, 1), id, 4);
    struct beside beside = make_beside(bytes, binding);
    seal_make(env, &key, str_of_bytes(beside.bytes, sizeof(beside.bytes)), str_of_bytes(body, len),
              bytes + HEAD_LEN);
    secret_wipe(&key, sizeof(key));
    text_init(&text, arena, CURSOR_TEXT_MAX);
    base64url_add(&text, bytes, HEAD_LEN + SEAL_MORE + len);
    *out = text_str(&text);
    return !text.full;
}

static bool unseal(struct keyring *keys, const struct cursor_binding *binding, str text,
                   struct roster_arena *arena, struct cursor *out)
{
    unsigned char bytes[CURSOR_TEXT_MAX / 4 * 3 + 3];
    unsigned char body[sizeof(bytes)];
    struct seal_key key;
    size_t len = 0;
    const unsigned char *id = bytes + 1;
    if (text.len > CURSOR_TEXT_MAX || !base64url_read(text, arena, bytes, &len) || len < HEAD_LEN ||
        bytes[0] != VERSION || !keyring_find(keys, (uint32_t)octets_take(&id, 4), &key)) {
        return false;
    }
    struct beside beside = make_beside(bytes, binding);
    bool opened = seal_open(&key, str_of_bytes(beside.bytes, sizeof(beside.bytes)),
                            str_of_bytes(bytes + HEAD_LEN, len - HEAD_LEN), body, &len);
    secret_wipe(&key, sizeof(key));
    return opened && parse_body(body, len, arena, out);
}

bool cursor_parse(struct keyring *keys, const struct cursor_binding *binding,
                  const struct cursor_text *given, struct roster_arena *arena, struct cursor *out,
                  struct roster_error *err)
{
    if (!unseal(keys, binding, given->text, arena, out)) {
        return fail(err, ROSTER_ERR_INVALID_CURSOR, 0, NULL);
    }
    if (given->now_ms - out->issued_ms > CURSOR_TIMEOUT_S * INT64_C(1000)) {
        return fail(err, ROSTER_ERR_EXPIRED_CURSOR, 0, NULL);
    }
    return out->count == given->count || fail(err, ROSTER_ERR_INVALID_COUNT, 0, NULL);
}
