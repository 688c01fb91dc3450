// sign.c: Ed25519 over OpenSSL.
// SPDX-License-Identifier: Apache-2.0
#include "sys/sign.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

static bool sign(EVP_PKEY *key, str message, unsigned char signature[SIGNATURE_LEN])
{
    size_t len = SIGNATURE_LEN;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool signed_it = ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
                     EVP_DigestSign(ctx, signature, &len, (const unsigned char *)message.ptr,
                                    message.len) == 1 &&
                     len == SIGNATURE_LEN;
    EVP_MD_CTX_free(ctx);
    return signed_it;
}

bool sign_make(const struct sign_key *key, str message, unsigned char signature[SIGNATURE_LEN])
{
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->bytes, sizeof(key->bytes));
    bool signed_it = pkey != NULL && sign(pkey, message, signature);
    EVP_PKEY_free(pkey);
    return signed_it;
}

bool sign_public_of(const struct sign_key *key, struct sign_public *out)
{
    size_t len = sizeof(out->bytes);
    EVP_PKEY *pkey =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, key->bytes, sizeof(key->bytes));
    bool found = pkey != NULL && EVP_PKEY_get_raw_public_key(pkey, out->bytes, &len) == 1 &&
                 len == sizeof(out->bytes);
    EVP_PKEY_free(pkey);
    return found;
}

static EVP_PKEY *open_public(const struct sign_public *key)
{
    return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->bytes, sizeof(key->bytes));
}

bool sign_check(const struct sign_public *key, str message, str signature)
{
    EVP_PKEY *pkey = open_public(key);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = pkey != NULL && ctx != NULL && signature.len == SIGNATURE_LEN &&
                EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
                EVP_DigestVerify(ctx, (const unsigned char *)signature.ptr, signature.len,
                                 (const unsigned char *)message.ptr, message.len) == 1;
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return good;
}

bool sign_print_pem(const struct sign_public *key, char out[SIGN_PEM_MAX])
{
    EVP_PKEY *pkey = open_public(key);
    BIO *bio = BIO_new(BIO_s_mem());
    int len = 0;
    if (pkey != NULL && bio != NULL && PEM_write_bio_PUBKEY(bio, pkey) == 1) {
        len = BIO_read(bio, out, SIGN_PEM_MAX);
    }
    BIO_free(bio);
    EVP_PKEY_free(pkey);
    if (len <= 0 || len >= SIGN_PEM_MAX) {
        return false;
    }
    out[len] = '\0';
    return true;
}
