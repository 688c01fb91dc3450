// public_key.c: keys and signatures are OpenSSL's; the shapes are those of JOSE.
// SPDX-License-Identifier: Apache-2.0
#include "sys/public_key.h"

#include "base/limits.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { RSA_BITS_MIN = 2048, FIELD_LEN = 32, SALT_LEN = 32 };

struct public_key {
    enum key_alg alg;
    EVP_PKEY *pkey;
    _Atomic int holders;
};

// Takes the key over, also when it fails.
static struct public_key *wrap(enum key_alg alg, EVP_PKEY *pkey)
{
    struct public_key *key = pkey == NULL ? NULL : calloc(1, sizeof(*key));
    ERR_clear_error();
    if (key == NULL) {
        EVP_PKEY_free(pkey);
        return NULL;
    }
    key->alg = alg;
    key->pkey = pkey;
    atomic_store(&key->holders, 1);
    return key;
}

// NULL unless `params` are a public key that OpenSSL finds sound.
static EVP_PKEY *from_params(const char *type, OSSL_PARAM *params)
{
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    bool made = ctx != NULL && params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
                EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_CTX *check = made ? EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL) : NULL;
    bool sound = check != NULL && EVP_PKEY_public_check(check) == 1;
    EVP_PKEY_CTX_free(check);
    if (!sound) {
        EVP_PKEY_free(pkey);
        return NULL;
    }
    return pkey;
}

static BIGNUM *number_of(str octets)
{
    return BN_bin2bn((const unsigned char *)octets.ptr, (int)octets.len, NULL);
}

struct public_key *public_key_rsa(enum key_alg alg, str n, str e)
{
    assert(alg == KEY_RS256 || alg == KEY_PS256);
    if (n.len < RSA_BITS_MIN / 8 || n.len > RSA_BITS_MAX / 8 || e.len == 0 || e.len > 8) {
        return NULL;
    }
    BIGNUM *modulus = number_of(n);
    BIGNUM *exponent = number_of(e);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    bool ok = modulus != NULL && exponent != NULL && build != NULL &&
              BN_num_bits(modulus) >= RSA_BITS_MIN &&
              OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
              OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1;
    OSSL_PARAM *params = ok ? OSSL_PARAM_BLD_to_param(build) : NULL;
    EVP_PKEY *pkey = from_params("RSA", params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BN_free(exponent);
    BN_free(modulus);
    return wrap(alg, pkey);
}

struct public_key *public_key_p256(str x, str y)
{
    unsigned char point[1 + 2 * FIELD_LEN] = {POINT_CONVERSION_UNCOMPRESSED};
    char group[] = "prime256v1";
    if (x.len != FIELD_LEN || y.len != FIELD_LEN) {
        return NULL;
    }
    memcpy(point + 1, x.ptr, FIELD_LEN);
    memcpy(point + 1 + FIELD_LEN, y.ptr, FIELD_LEN);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
        OSSL_PARAM_construct_end(),
    };
    return wrap(KEY_ES256, from_params("EC", params));
}

struct public_key *public_key_ed25519(str x)
{
    return x.len != FIELD_LEN
               ? NULL
               : wrap(KEY_EDDSA, EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL,
                                                             (const unsigned char *)x.ptr, x.len));
}

enum key_alg public_key_alg(const struct public_key *key)
{
    return key->alg;
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
    return a->alg == b->alg && EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}

struct public_key *public_key_take(struct public_key *key)
{
    atomic_fetch_add_explicit(&key->holders, 1, memory_order_relaxed);
    return key;
}

void public_key_give(struct public_key *key)
{
    if (key != NULL && atomic_fetch_sub_explicit(&key->holders, 1, memory_order_acq_rel) == 1) {
        EVP_PKEY_free(key->pkey);
        free(key);
    }
}

// JOSE writes r and s one behind the other, OpenSSL reads them as DER. *der is to be freed; 0: it
// cannot be.
static size_t der_of(str signature, unsigned char **der)
{
    if (signature.len != (size_t)2 * FIELD_LEN) {
        return 0;
    }
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = number_of(str_head(signature, FIELD_LEN));
    BIGNUM *s = number_of(str_tail(signature, FIELD_LEN));
    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(pair);
        return 0;
    }
    int len = i2d_ECDSA_SIG(pair, der);
    ECDSA_SIG_free(pair);
    return len > 0 ? (size_t)len : 0;
}

static bool set_padding(enum key_alg alg, EVP_PKEY_CTX *ctx)
{
    return alg != KEY_PS256 || (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
                                EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, SALT_LEN) == 1);
}

static bool verify(const struct public_key *key, str message, const unsigned char *signature,
                   size_t len)
{
    EVP_PKEY_CTX *parameters = NULL;  // owned by ctx
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    const EVP_MD *digest = key->alg == KEY_EDDSA ? NULL : EVP_sha256();
    bool good =
        ctx != NULL && EVP_DigestVerifyInit(ctx, &parameters, digest, NULL, key->pkey) == 1 &&
        set_padding(key->alg, parameters) &&
        EVP_DigestVerify(ctx, signature, len, (const unsigned char *)message.ptr, message.len) == 1;
    EVP_MD_CTX_free(ctx);
    ERR_clear_error();
    return good;
}

bool public_key_check(const struct public_key *key, str message, str signature)
{
    unsigned char *der = NULL;
    if (key->alg != KEY_ES256) {
        return verify(key, message, (const unsigned char *)signature.ptr, signature.len);
    }
    size_t len = der_of(signature, &der);
    bool good = len > 0 && verify(key, message, der, len);
    OPENSSL_free(der);
    return good;
}
