// seal.c: AES-256-GCM over OpenSSL.
// SPDX-License-Identifier: Apache-2.0
#include "sys/seal.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static EVP_CIPHER *cipher;
static pthread_key_t thread_ctx;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void ctx_close(void *ctx)
{
    EVP_CIPHER_CTX_free(ctx);
}

static void init(void)
{
    cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    if (cipher == NULL || pthread_key_create(&thread_ctx, ctx_close) != 0) {
        abort();
    }
}

// One context for each thread: making one costs more than what is sealed with it.
static EVP_CIPHER_CTX *ctx_of_thread(void)
{
    pthread_once(&once, init);
    EVP_CIPHER_CTX *ctx = pthread_getspecific(thread_ctx);
    if (ctx == NULL) {
        ctx = EVP_CIPHER_CTX_new();
        if (ctx == NULL || pthread_setspecific(thread_ctx, ctx) != 0) {
            abort();
        }
    }
    return ctx;
}

// Nothing here can fail but by a broken library, and then nothing may go out.
static void must(int ok)
{
    if (ok != 1) {
        abort();
    }
}

static const unsigned char *bytes_of(str text)
{
    return (const unsigned char *)text.ptr;
}

void seal_make(const struct env *env, const struct seal_key *key, str beside, str text,
               unsigned char *out)
{
    EVP_CIPHER_CTX *ctx = ctx_of_thread();
    unsigned char *body = out + SEAL_NONCE_LEN;
    int len = 0;
    env_random(env, out, SEAL_NONCE_LEN);
    must(EVP_EncryptInit_ex2(ctx, cipher, key->bytes, out, NULL));
    must(EVP_EncryptUpdate(ctx, NULL, &len, bytes_of(beside), (int)beside.len));
    must(EVP_EncryptUpdate(ctx, body, &len, bytes_of(text), (int)text.len));
    must(EVP_EncryptFinal_ex(ctx, body + text.len, &len));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_LEN, body + text.len));
    must(EVP_CIPHER_CTX_reset(ctx));
}

bool seal_open(const struct seal_key *key, str beside, str sealed, unsigned char *out, size_t *len)
{
    EVP_CIPHER_CTX *ctx = ctx_of_thread();
    unsigned char tag[SEAL_TAG_LEN];
    int written = 0;
    if (sealed.len < SEAL_MORE) {
        return false;
    }
    size_t text_len = sealed.len - SEAL_MORE;
    str text = str_head(str_tail(sealed, SEAL_NONCE_LEN), text_len);
    memcpy(tag, sealed.ptr + sealed.len - SEAL_TAG_LEN, SEAL_TAG_LEN);
    must(EVP_DecryptInit_ex2(ctx, cipher, key->bytes, bytes_of(sealed), NULL));
    must(EVP_DecryptUpdate(ctx, NULL, &written, bytes_of(beside), (int)beside.len));
    must(EVP_DecryptUpdate(ctx, out, &written, bytes_of(text), (int)text.len));
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_LEN, tag));
    bool right = EVP_DecryptFinal_ex(ctx, out + text_len, &written) == 1;
    must(EVP_CIPHER_CTX_reset(ctx));
    if (!right) {
        secret_wipe(out, text_len);
    }
    *len = right ? text_len : 0;
    return right;
}
