// jwks.c: from a document to keys.
// SPDX-License-Identifier: Apache-2.0
#include "auth/jwks.h"

#include "auth/jwt.h"

static str text_of(const struct roster_json *jwk, str name)
{
    const struct roster_json *member = jwt_member(jwk, name);
    return json_is(member, JSON_STRING) ? member->text : (str){0};
}

static bool octets_of(const struct roster_json *jwk, str name, struct roster_arena *arena, str *out)
{
    str text = text_of(jwk, name);
    return text.len > 0 && text.len <= JWK_MEMBER_MAX && jwt_octets(text, arena, out);
}

static struct public_key *read_rsa(const struct roster_json *jwk, enum key_alg alg,
                                   struct roster_arena *arena)
{
    str n = {0};
    str e = {0};
    if ((alg != KEY_RS256 && alg != KEY_PS256) || !octets_of(jwk, STR("n"), arena, &n) ||
        !octets_of(jwk, STR("e"), arena, &e)) {
        return NULL;
    }
    return public_key_rsa(alg, n, e);
}

static struct public_key *read_ec(const struct roster_json *jwk, enum key_alg alg,
                                  struct roster_arena *arena)
{
    str x = {0};
    str y = {0};
    if (alg != KEY_ES256 || !str_equal(text_of(jwk, STR("crv")), STR("P-256")) ||
        !octets_of(jwk, STR("x"), arena, &x) || !octets_of(jwk, STR("y"), arena, &y)) {
        return NULL;
    }
    return public_key_p256(x, y);
}

static struct public_key *read_okp(const struct roster_json *jwk, enum key_alg alg,
                                   struct roster_arena *arena)
{
    str x = {0};
    if (alg != KEY_EDDSA || !str_equal(text_of(jwk, STR("crv")), STR("Ed25519")) ||
        !octets_of(jwk, STR("x"), arena, &x)) {
        return NULL;
    }
    return public_key_ed25519(x);
}

static const struct kind {
    str kty;
    enum key_alg alg;  // where the key does not say
    struct public_key *(*read)(const struct roster_json *jwk, enum key_alg alg,
                               struct roster_arena *arena);
} kinds[] = {
    {STR_INIT("RSA"), KEY_RS256, read_rsa},
    {STR_INIT("EC"), KEY_ES256, read_ec},
    {STR_INIT("OKP"), KEY_EDDSA, read_okp},
};

static const struct kind *kind_of(str kty)
{
    for (size_t at = 0; at < COUNT_OF(kinds); at++) {
        if (str_equal(kinds[at].kty, kty)) {
            return &kinds[at];
        }
    }
    return NULL;
}

// RFC 7517 sections 4.2 and 4.3: what is not said is allowed.
static bool is_for_checking(const struct roster_json *jwk)
{
    const struct roster_json *use = jwt_member(jwk, STR("use"));
    const struct roster_json *ops = jwt_member(jwk, STR("key_ops"));
    if (use != NULL && !str_equal(text_of(jwk, STR("use")), STR("sig"))) {
        return false;
    }
    const struct roster_json *op = json_is(ops, JSON_ARRAY) ? ops->first : NULL;
    while (op != NULL && !(json_is(op, JSON_STRING) && str_equal(op->text, STR("verify")))) {
        op = op->next;
    }
    return ops == NULL || op != NULL;
}

// NULL: not one that is of use here.
static struct public_key *read_key(const struct roster_json *jwk, struct roster_arena *arena)
{
    const struct kind *kind = kind_of(text_of(jwk, STR("kty")));
    if (kind == NULL || !is_for_checking(jwk)) {
        return NULL;
    }
    enum key_alg alg = kind->alg;
    if (jwt_member(jwk, STR("alg")) != NULL && !jwt_alg_of(text_of(jwk, STR("alg")), &alg)) {
        return NULL;
    }
    return kind->read(jwk, alg, arena);
}

static void add(struct jwks *jwks, const struct roster_json *jwk, struct roster_arena *arena)
{
    str kid = text_of(jwk, STR("kid"));
    struct public_key *key = kid.len > KID_TEXT_MAX ? NULL : read_key(jwk, arena);
    if (key == NULL) {
        return;
    }
    struct jwk *place = &jwks->keys[jwks->count++];
    if (kid.len > 0) {
        memcpy(place->kid, kid.ptr, kid.len);
    }
    place->kid[kid.len] = '\0';
    place->key = key;
}

static bool check_document(const struct roster_json *keys, struct roster_error *err)
{
    if (keys == NULL || keys->kind != JSON_ARRAY) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "it is no JWKS: a JSON object with a list \"keys\"");
    }
    if (keys->count > JWKS_KEYS_MAX) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the JWKS has more than %d keys",
                    JWKS_KEYS_MAX);
    }
    for (const struct roster_json *jwk = keys->first; jwk != NULL; jwk = jwk->next) {
        if (json_find(jwk, STR("d")) != NULL) {
            return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                        "the JWKS has a private key in it: publish only the public part");
        }
    }
    return true;
}

bool jwks_read(str text, struct roster_arena *arena, struct jwks *out, struct roster_error *err)
{
    struct roster_json *document = NULL;
    *out = (struct jwks){0};
    if (!roster_json_read(text, arena, &document, err)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "it is no JWKS: it is not JSON");
    }
    const struct roster_json *keys =
        json_is(document, JSON_OBJECT) ? jwt_member(document, STR("keys")) : NULL;
    if (!check_document(keys, err)) {
        return false;
    }
    assert(keys != NULL);
    for (const struct roster_json *jwk = keys->first; jwk != NULL; jwk = jwk->next) {
        add(out, jwk, arena);
    }
    return out->count > 0 ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                "the JWKS has no key for RS256, PS256, ES256 or EdDSA that may check signatures");
}

void jwks_release(struct jwks *jwks)
{
    for (int at = 0; at < jwks->count; at++) {
        public_key_give(jwks->keys[at].key);
    }
    jwks->count = 0;
}

struct public_key *jwks_find(const struct jwks *jwks, str kid, enum key_alg alg)
{
    struct public_key *found = NULL;
    for (int at = 0; at < jwks->count; at++) {
        const struct jwk *jwk = &jwks->keys[at];
        if (public_key_alg(jwk->key) != alg || (kid.len > 0 && !str_equal(str_of(jwk->kid), kid))) {
            continue;
        }
        if (kid.len > 0) {
            return jwk->key;
        }
        if (found != NULL) {
            return NULL;
        }
        found = jwk->key;
    }
    return found;
}

bool jwks_same_keys(const struct jwks *a, const struct jwks *b)
{
    bool same = a->count == b->count;
    for (int at = 0; same && at < a->count; at++) {
        same = str_equal(str_of(a->keys[at].kid), str_of(b->keys[at].kid)) &&
               public_key_equal(a->keys[at].key, b->keys[at].key);
    }
    return same;
}
