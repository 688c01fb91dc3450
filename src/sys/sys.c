// sys.c: time, randomness, digests and ids over the C library and OpenSSL.
// SPDX-License-Identifier: Apache-2.0
#include "sys/sys.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int64_t system_now_ms(void *ctx)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// The kernel's randomness, fetched in pieces: a system call for each id costs six times as much.
static void system_random(void *ctx, void *out, size_t len)
{
    static _Thread_local unsigned char pool[512];
    static _Thread_local size_t left = 0;
    unsigned char *to = out;
    while (len > 0) {
        if (left == 0) {
            if (getentropy(pool, 256) != 0 || getentropy(pool + 256, 256) != 0) {
                abort();  // a server without randomness would hand out guessable secrets
            }
            left = sizeof(pool);
        }
        size_t piece = len < left ? len : left;
        unsigned char *from = pool + sizeof(pool) - left;
        memcpy(to, from, piece);
        OPENSSL_cleanse(from, piece);
        left -= piece;
        to += piece;
        len -= piece;
    }
}

const struct env env_system = {system_now_ms, system_random, NULL, NULL};

int64_t env_now_ms(const struct env *env)
{
    return env->now_ms(env->ctx);
}

void env_random(const struct env *env, void *out, size_t len)
{
    env->random(env->ctx, out, len);
}

int64_t env_monotonic_us(const struct env *env)
{
    return env->monotonic_us != NULL ? env->monotonic_us(env->ctx) : sys_monotonic_us();
}

int64_t sys_monotonic_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void sys_give_way(int nice)
{
    // Refused, it only competes as before.
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), nice);
}

struct digest {
    EVP_MD *algorithm;
    EVP_MD_CTX *ctx;
};

struct digest *digest_open(void)
{
    struct digest *digest = calloc(1, sizeof(*digest));
    if (digest == NULL) {
        return NULL;
    }
    // Fetched once: fetching it for each digest costs three times the digest.
    digest->algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
    digest->ctx = EVP_MD_CTX_new();
    if (digest->algorithm == NULL || digest->ctx == NULL) {
        digest_close(digest);
        return NULL;
    }
    return digest;
}

void digest_close(struct digest *digest)
{
    if (digest != NULL) {
        EVP_MD_CTX_free(digest->ctx);
        EVP_MD_free(digest->algorithm);
        free(digest);
    }
}

void digest_begin(struct digest *digest)
{
    if (EVP_DigestInit_ex2(digest->ctx, digest->algorithm, NULL) != 1) {
        abort();
    }
}

void digest_add(struct digest *digest, const void *data, size_t len)
{
    if (EVP_DigestUpdate(digest->ctx, data, len) != 1) {
        abort();
    }
}

void digest_end(struct digest *digest, unsigned char out[DIGEST_LEN])
{
    if (EVP_DigestFinal_ex(digest->ctx, out, NULL) != 1) {
        abort();
    }
}

static pthread_key_t thread_digest;
static pthread_once_t thread_digest_once = PTHREAD_ONCE_INIT;

static void thread_digest_close(void *digest)
{
    digest_close(digest);
}

static void thread_digest_init(void)
{
    pthread_key_create(&thread_digest, thread_digest_close);
}

struct digest *digest_of_thread(void)
{
    pthread_once(&thread_digest_once, thread_digest_init);
    struct digest *digest = pthread_getspecific(thread_digest);
    if (digest == NULL) {
        digest = digest_open();
        if (digest == NULL) {
            abort();
        }
        pthread_setspecific(thread_digest, digest);
    }
    return digest;
}

void digest_of(str data, unsigned char out[DIGEST_LEN])
{
    struct digest *digest = digest_of_thread();
    digest_begin(digest);
    digest_add(digest, data.ptr, data.len);
    digest_end(digest, out);
}

bool secret_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}

void secret_wipe(void *secret, size_t len)
{
    OPENSSL_cleanse(secret, len);
}

// Milliseconds and a counter of the thread in rand_a, so that ids of one thread grow (RFC 9562
// section 6.2, method 1).
void uuid_print(const struct env *env, char out[UUID_TEXT_LEN])
{
    static const char hex[] = "0123456789abcdef";
    static _Thread_local int64_t last_ms = 0;
    static _Thread_local unsigned counter = 0;
    unsigned char bytes[16];
    env_random(env, bytes, sizeof(bytes));
    int64_t ms = env_now_ms(env);
    counter = ms > last_ms ? (unsigned)(bytes[6] & 0x07) << 8 | bytes[7] : counter + 1;
    if (counter > 0xfff) {
        counter = 0;
        last_ms++;
    }
    last_ms = ms > last_ms ? ms : last_ms;
    for (int at = 0; at < 6; at++) {
        bytes[at] = (unsigned char)(last_ms >> (40 - 8 * at));
    }
    bytes[6] = (unsigned char)(0x70 | counter >> 8);
    bytes[7] = (unsigned char)counter;
    bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80);
    size_t to = 0;
    for (size_t at = 0; at < sizeof(bytes); at++) {
        if (at == 4 || at == 6 || at == 8 || at == 10) {
            out[to++] = '-';
        }
        out[to++] = hex[bytes[at] >> 4];
        out[to++] = hex[bytes[at] & 15];
    }
}
