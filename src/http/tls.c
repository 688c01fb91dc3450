// tls.c: reading a certificate and its key, and sharing them among loops.
// SPDX-License-Identifier: Apache-2.0
#include "http/tls_inner.h"

#include "base/error.h"
#include "base/limits.h"
#include "sys/sys.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Which file a path led to: a renewal makes another one, or writes into this one.
struct stamp {
    dev_t device;
    ino_t inode;
    struct timespec changed;
};

struct http_tls {
    const char *certificate_path;
    const char *key_path;
    struct stamp tried[2];  // certificate and key of the last attempt
    pthread_mutex_t lock;   // of `current`
    struct tls_identity *current;
    _Atomic bool asks;
    _Atomic int64_t expires_ms;
    _Atomic uint64_t reloads;
    _Atomic uint64_t refusals;
};

static struct stamp stamp_of(const char *path)
{
    struct stat status;
    struct stamp stamp = {0};
    if (stat(path, &status) == 0) {
        stamp.device = status.st_dev;
        stamp.inode = status.st_ino;
        stamp.changed = status.st_ctim;  // of its rights too, which may have been what was wrong
    }
    return stamp;
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
    return a->device == b->device && a->inode == b->inode &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

// Reading

// A file of the server's own user is for nobody else; one of root may be lent to a group, as
// service managers and distributions do with keys.
static bool check_key_file(const char *path, const struct stat *status, struct roster_error *err)
{
    bool own = status->st_uid == geteuid();
    if (!own && status->st_uid != 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the key %.100s belongs to another user: chown it to the user of the server",
                    path);
    }
    if ((status->st_mode & (own ? 077u : 037u)) != 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "others may read the key %.100s (mode %04o): chmod %s it", path,
                    (unsigned)status->st_mode & 07777u, own ? "600" : "640");
    }
    return true;
}

struct file {
    bool is_key;
    size_t len;
    unsigned char bytes[TLS_FILE_MAX + 1];
};

static bool read_open(FILE *stream, const char *path, struct file *file, struct roster_error *err)
{
    struct stat status;
    if (fstat(fileno(stream), &status) != 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.150s: %m", path);
    }
    if (file->is_key && !check_key_file(path, &status, err)) {
        return false;
    }
    file->len = fread(file->bytes, 1, sizeof(file->bytes), stream);
    if (ferror(stream) != 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.150s: %m", path);
    }
    return file->len <= TLS_FILE_MAX || fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                                             "%.150s is longer than %zu bytes", path, TLS_FILE_MAX);
}

// Unbuffered, so that no copy of a key is left behind.
static bool read_file(const char *path, struct file *file, struct roster_error *err)
{
    FILE *stream = fopen(path, "re");
    if (stream == NULL) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    errno == EACCES ? "%.150s: %m for the user of the server" : "%.150s: %m", path);
    }
    bool ok = setvbuf(stream, NULL, _IONBF, 0) == 0 && read_open(stream, path, file, err);
    fclose(stream);
    return ok;
}

static bool take_chain(const char *path, const gnutls_datum_t *pem, struct tls_identity *identity,
                       struct roster_error *err)
{
    gnutls_x509_crt_t first = NULL;
    unsigned count = COUNT_OF(identity->chain);
    int got = gnutls_pcert_list_import_x509_raw(identity->chain, &count, pem, GNUTLS_X509_FMT_PEM,
                                                GNUTLS_X509_CRT_LIST_IMPORT_FAIL_IF_EXCEED |
                                                    GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED);
    if (got == GNUTLS_E_CERTIFICATE_LIST_UNSORTED) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%.100s is not in order: the certificate of the server comes first, then the "
                    "one that signed it, and so on",
                    path);
    }
    if (got != GNUTLS_E_SUCCESS) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%.100s is no chain of up to %d certificates in PEM: %.80s", path,
                    TLS_CHAIN_MAX, gnutls_strerror(got));
    }
    identity->chain_count = count;
    if (gnutls_pcert_export_x509(&identity->chain[0], &first) != GNUTLS_E_SUCCESS) {
        return fail_memory(err);
    }
    identity->expires_ms = (int64_t)gnutls_x509_crt_get_expiration_time(first) * 1000;
    gnutls_x509_crt_deinit(first);
    return true;
}

static bool take_key(const char *path, const gnutls_datum_t *pem, struct tls_identity *identity,
                     struct roster_error *err)
{
    gnutls_x509_privkey_t key = NULL;
    int got = gnutls_x509_privkey_init(&key);
    if (got == GNUTLS_E_SUCCESS) {
        got = gnutls_x509_privkey_import2(key, pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    }
    if (got == GNUTLS_E_SUCCESS) {
        got = gnutls_privkey_init(&identity->key);
    }
    if (got == GNUTLS_E_SUCCESS) {
        got = gnutls_privkey_import_x509(identity->key, key, GNUTLS_PRIVKEY_IMPORT_COPY);
    }
    gnutls_x509_privkey_deinit(key);
    if (got == GNUTLS_E_DECRYPTION_FAILED) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "the key %.100s is encrypted: give one without a passphrase", path);
    }
    return got == GNUTLS_E_SUCCESS ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "%.100s is no private key in PEM: %.80s", path,
                gnutls_strerror(got));
}

// Two public keys are one when their digests are.
static bool is_pair(const struct tls_identity *identity)
{
    gnutls_pubkey_t key = NULL;
    unsigned char ids[2][DIGEST_LEN];
    size_t lens[2] = {sizeof(ids[0]), sizeof(ids[1])};
    bool same = gnutls_pubkey_init(&key) == GNUTLS_E_SUCCESS &&
                gnutls_pubkey_import_privkey(key, identity->key, 0, 0) == GNUTLS_E_SUCCESS &&
                gnutls_pubkey_get_key_id(key, GNUTLS_KEYID_USE_SHA256, ids[0], &lens[0]) ==
                    GNUTLS_E_SUCCESS &&
                gnutls_pubkey_get_key_id(identity->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, ids[1],
                                         &lens[1]) == GNUTLS_E_SUCCESS &&
                memcmp(ids[0], ids[1], sizeof(ids[0])) == 0;
    gnutls_pubkey_deinit(key);
    return same;
}

static bool read_part(const char *path, struct file *file, bool is_key,
                      struct tls_identity *identity, struct roster_error *err)
{
    file->is_key = is_key;
    if (!read_file(path, file, err)) {
        return false;
    }
    const gnutls_datum_t pem = {file->bytes, (unsigned)file->len};
    return is_key ? take_key(path, &pem, identity, err) : take_chain(path, &pem, identity, err);
}

static bool read_parts(const struct http_tls *tls, struct tls_identity *identity,
                       struct roster_error *err)
{
    struct file *file = calloc(1, sizeof(*file));
    if (file == NULL) {
        return fail_memory(err);
    }
    bool ok = read_part(tls->certificate_path, file, false, identity, err) &&
              read_part(tls->key_path, file, true, identity, err);
    secret_wipe(file, sizeof(*file));
    free(file);
    return ok &&
           (is_pair(identity) || fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                                      "the key %.80s is not that of the first certificate in %.80s",
                                      tls->key_path, tls->certificate_path));
}

static void identity_close(struct tls_identity *identity)
{
    for (unsigned at = 0; at < identity->chain_count; at++) {
        gnutls_pcert_deinit(&identity->chain[at]);
    }
    gnutls_privkey_deinit(identity->key);
    free(identity);
}

// With one holder.
static struct tls_identity *identity_read(const struct http_tls *tls, struct roster_error *err)
{
    struct tls_identity *identity = calloc(1, sizeof(*identity));
    if (identity == NULL) {
        fail_memory(err);
        return NULL;
    }
    identity->holders = 1;
    if (!read_parts(tls, identity, err)) {
        identity_close(identity);
        return NULL;
    }
    return identity;
}

// Sharing

struct tls_identity *tls_identity_take(struct http_tls *tls)
{
    pthread_mutex_lock(&tls->lock);
    struct tls_identity *identity = tls->current;
    atomic_fetch_add_explicit(&identity->holders, 1, memory_order_relaxed);
    pthread_mutex_unlock(&tls->lock);
    return identity;
}

void tls_identity_give(struct tls_identity *identity)
{
    if (identity != NULL &&
        atomic_fetch_sub_explicit(&identity->holders, 1, memory_order_acq_rel) == 1) {
        identity_close(identity);
    }
}

static void put_current(struct http_tls *tls, struct tls_identity *fresh)
{
    atomic_store(&tls->expires_ms, fresh->expires_ms);
    pthread_mutex_lock(&tls->lock);
    struct tls_identity *old = tls->current;
    tls->current = fresh;
    pthread_mutex_unlock(&tls->lock);
    tls_identity_give(old);
}

// What changes while it is read differs from its stamp, and is read again.
static struct tls_identity *try_files(struct http_tls *tls, struct roster_error *err)
{
    tls->tried[0] = stamp_of(tls->certificate_path);
    tls->tried[1] = stamp_of(tls->key_path);
    return identity_read(tls, err);
}

struct http_tls *http_tls_open(const char *certificate_path, const char *key_path,
                               struct roster_error *err)
{
    if (MHD_is_feature_supported(MHD_FEATURE_HTTPS_CERT_CALLBACK) != MHD_YES) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0,
             "the libmicrohttpd of this machine is built without TLS");
        return NULL;
    }
    struct http_tls *tls = calloc(1, sizeof(*tls));
    if (tls == NULL) {
        fail_memory(err);
        return NULL;
    }
    pthread_mutex_init(&tls->lock, NULL);
    tls->certificate_path = certificate_path;
    tls->key_path = key_path;
    struct tls_identity *first = try_files(tls, err);
    if (first == NULL) {
        http_tls_close(tls);
        return NULL;
    }
    put_current(tls, first);
    return tls;
}

void http_tls_close(struct http_tls *tls)
{
    if (tls != NULL) {
        tls_identity_give(tls->current);
        pthread_mutex_destroy(&tls->lock);
        free(tls);
    }
}

static bool is_worse(const struct http_tls *tls, const struct tls_identity *fresh, int64_t now_ms)
{
    return fresh->expires_ms <= now_ms && tls->expires_ms > now_ms;
}

bool http_tls_reload(struct http_tls *tls, int64_t now_ms, struct roster_error *err)
{
    struct tls_identity *fresh = try_files(tls, err);
    if (fresh != NULL && is_worse(tls, fresh, now_ms)) {
        fail(err, ROSTER_ERR_INVALID_VALUE, 0, "the certificate in %.150s has expired",
             tls->certificate_path);
        identity_close(fresh);
        fresh = NULL;
    }
    if (fresh == NULL) {
        atomic_fetch_add(&tls->refusals, 1);
        return false;
    }
    put_current(tls, fresh);
    atomic_fetch_add(&tls->reloads, 1);
    return true;
}

bool http_tls_has_changed(const struct http_tls *tls)
{
    const struct stamp certificate = stamp_of(tls->certificate_path);
    const struct stamp key = stamp_of(tls->key_path);
    return !is_same(&certificate, &tls->tried[0]) || !is_same(&key, &tls->tried[1]);
}

void http_tls_ask(struct http_tls *tls, bool ask)
{
    atomic_store(&tls->asks, ask);
}

bool tls_asks(const struct http_tls *tls)
{
    return atomic_load(&tls->asks);
}

struct http_tls_state http_tls_state(const struct http_tls *tls)
{
    return (struct http_tls_state){
        .expires_ms = atomic_load(&tls->expires_ms),
        .reloads = atomic_load(&tls->reloads),
        .refusals = atomic_load(&tls->refusals),
    };
}
