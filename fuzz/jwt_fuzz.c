// jwt_fuzz.c: any bytes as a signed token, as header and claims of one, as changes of one that is
// genuine, and as a set of keys.
//
// Oracle: what is read has an issuer, an end and one spelling; of all changes of a genuine token
// only none at all leaves its signature good; a set that is read finds each of its keys by the
// key's own name and algorithm, and by no other.
// SPDX-License-Identifier: Apache-2.0
#include "auth/jwks.h"
#include "auth/jwt.h"
#include "base/base64.h"
#include "sys/sign.h"

#include <string.h>

#define HEADER "{\"alg\":\"EdDSA\",\"kid\":\"k\",\"typ\":\"at+jwt\"}"
#define CLAIMS "{\"iss\":\"https://i.example\",\"aud\":\"a\",\"sub\":\"s\",\"exp\":2000000000}"

struct world {
    struct roster_arena *lasting;
    struct roster_arena *arena;  // one input
    struct public_key *key;
    str genuine;
};

static void encode(struct text *out, const void *octets, size_t len)
{
    base64url_add(out, octets, len);
}

static void make_genuine(struct world *w)
{
    static const struct sign_key key = {{7, 5, 2, 0}};
    struct sign_public public;
    unsigned char signature[SIGNATURE_LEN];
    struct text out;
    text_init(&out, w->lasting, KIB(4));
    encode(&out, HEADER, strlen(HEADER));
    text_char(&out, '.');
    encode(&out, CLAIMS, strlen(CLAIMS));
    bool ok = sign_public_of(&key, &public) && sign_make(&key, text_str(&out), signature);
    assert(ok);
    text_char(&out, '.');
    encode(&out, signature, sizeof(signature));
    w->genuine = text_str(&out);
    w->key = public_key_ed25519((str){(const char *)public.bytes, sizeof(public.bytes)});
    assert(w->key != NULL && !out.full);
}

static struct world *world_open(void)
{
    static struct world world;
    if (world.lasting == NULL) {
        world.lasting = roster_arena_open(MIB(1));
        world.arena = roster_arena_open(MIB(8));
        assert(world.lasting != NULL && world.arena != NULL);
        make_genuine(&world);
    }
    roster_arena_reset(world.arena);
    return &world;
}

static bool is_read(struct world *w, str text, struct jwt *jwt)
{
    const char *why = NULL;
    if (!jwt_read(text, w->arena, jwt, &why)) {
        assert(why != NULL && strlen(why) > 0);
        return false;
    }
    struct text same;
    assert(text.len <= JWT_TEXT_MAX && jwt->issuer.len > 0 && jwt->expires_ms > 0);
    assert(jwt->kid.len <= KID_TEXT_MAX && json_is(jwt->claims, JSON_OBJECT));
    text_init(&same, w->arena, JWT_TEXT_MAX);
    text_add(&same, jwt->signed_text);
    text_char(&same, '.');
    encode(&same, jwt->signature.ptr, jwt->signature.len);
    assert(str_equal(text_str(&same), text));
    return true;
}

static void read_text(struct world *w, str input)
{
    struct jwt jwt;
    bool read = is_read(w, input, &jwt);
    assert(!read || !public_key_check(w->key, jwt.signed_text, jwt.signature) ||
           str_equal(input, w->genuine));
}

// Header and claims, with a line end in between.
static void read_parts(struct world *w, str input)
{
    struct jwt jwt;
    struct text out;
    str header = {0};
    str claims = {0};
    str_cut(input, '\n', &header, &claims);
    text_init(&out, w->arena, JWT_TEXT_MAX * 2);
    encode(&out, header.ptr, header.len);
    text_char(&out, '.');
    encode(&out, claims.ptr, claims.len);
    text_lit(&out, ".AAAA");
    if (is_read(w, text_str(&out), &jwt)) {
        assert(jwt_member(jwt.claims, STR("iss")) != NULL);
    }
}

// Pairs of a place and what is added to its byte.
static void change(struct world *w, str input)
{
    struct jwt jwt;
    char *text = arena_alloc(w->arena, w->genuine.len);
    assert(text != NULL);
    memcpy(text, w->genuine.ptr, w->genuine.len);
    for (size_t at = 0; at + 1 < input.len; at += 2) {
        text[(size_t)3 * (unsigned char)input.ptr[at] % w->genuine.len] ^= input.ptr[at + 1];
    }
    str changed = {text, w->genuine.len};
    bool good =
        is_read(w, changed, &jwt) && public_key_check(w->key, jwt.signed_text, jwt.signature);
    assert(good == str_equal(changed, w->genuine));
}

static void read_keys(struct world *w, str input)
{
    struct jwks jwks;
    struct roster_error err = {0};
    if (!jwks_read(input, w->arena, &jwks, &err)) {
        assert(err.code == ROSTER_ERR_INVALID_VALUE && jwks.count == 0);
        return;
    }
    assert(jwks.count > 0 && jwks.count <= JWKS_KEYS_MAX && jwks_same_keys(&jwks, &jwks));
    for (int at = 0; at < jwks.count; at++) {
        const struct jwk *jwk = &jwks.keys[at];
        enum key_alg alg = public_key_alg(jwk->key);
        const struct public_key *found = jwks_find(&jwks, str_of(jwk->kid), alg);
        assert(jwk->kid[0] == '\0' || (found != NULL && public_key_alg(found) == alg));
        assert(!public_key_check(jwk->key, STR("x"), STR("y")));
    }
    jwks_release(&jwks);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const ways[])(struct world * w, str input) = {read_text, read_parts, change,
                                                                read_keys};
    struct world *w = world_open();
    if (size > 0) {
        ways[data[0] % COUNT_OF(ways)](w, (str){(const char *)data + 1, size - 1});
    }
    return 0;
}
