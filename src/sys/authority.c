// authority.c: chains of certificates, checked by OpenSSL.
// SPDX-License-Identifier: Apache-2.0
#include "sys/authority.h"

#include "base/error.h"
#include "base/text.h"
#include "sys/certificate.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

enum { SECURITY_LEVEL = 2 };  // of OpenSSL: 112 bits, so no SHA-1 and no RSA below 2048

static bool add_pem(X509 *x509, struct text *out)
{
    BIO *pem = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    bool ok = pem != NULL && PEM_write_bio_X509(pem, x509) == 1;
    long len = ok ? BIO_get_mem_data(pem, &bytes) : 0;
    if (bytes != NULL) {
        text_add(out, (str){bytes, (size_t)len});
    }
    BIO_free(pem);
    return ok && !out->full;
}

static bool take_authority(X509 *x509, struct roster_arena *arena, struct text *pem,
                           struct authority *out, struct roster_error *err)
{
    struct certificate read;
    struct text one;
    text_init(&one, arena, AUTHORITY_BYTES_MAX);
    if (!add_pem(x509, &one) || !certificate_read(text_str(&one), &read, err)) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "a certificate in the file is too long");
    }
    if (X509_check_ca(x509) != 1) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "%.120s is not the certificate of an authority: give that of the one who "
                    "signs, or leave --ca and the name out to bind this one itself",
                    read.subject);
    }
    text_add(pem, text_str(&one));
    out->ends_ms = read.ends_ms > out->ends_ms ? read.ends_ms : out->ends_ms;
    return (out->subject.len > 0 || arena_copy(arena, str_of(read.subject), &out->subject)) ||
           fail_memory(err);
}

static bool read_all(BIO *from, struct roster_arena *arena, struct authority *out,
                     struct roster_error *err)
{
    struct text pem;
    int count = 0;
    bool ok = true;
    text_init(&pem, arena, AUTHORITY_BYTES_MAX);
    X509 *x509 = PEM_read_bio_X509(from, NULL, NULL, NULL);
    while (x509 != NULL && ok && count < AUTHORITY_CERTIFICATES_MAX) {
        ok = take_authority(x509, arena, &pem, out, err);
        X509_free(x509);
        x509 = PEM_read_bio_X509(from, NULL, NULL, NULL);
        count++;
    }
    bool more = x509 != NULL;
    X509_free(x509);
    if (!ok) {
        return false;
    }
    if (count == 0) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0, "there is no certificate in PEM in the file");
    }
    out->certificates = text_str(&pem);
    return (!more && !pem.full) || fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                                        "there are more than %d certificates in the file, or more "
                                        "than %zu bytes",
                                        AUTHORITY_CERTIFICATES_MAX, AUTHORITY_BYTES_MAX);
}

bool authority_read(str pem, struct roster_arena *arena, struct authority *out,
                    struct roster_error *err)
{
    *out = (struct authority){0};
    if (str_contains(pem, STR("PRIVATE KEY-----"))) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "there is a private key in the file: give the certificate of the authority "
                    "alone");
    }
    BIO *from = pem.len > INT_MAX ? NULL : BIO_new_mem_buf(pem.ptr, (int)pem.len);
    bool ok = from == NULL ? fail_memory(err) : read_all(from, arena, out, err);
    BIO_free(from);
    ERR_clear_error();
    return ok;
}

// What authority_read wrote is the same text for the same certificate.
bool authority_shares(str certificates, str others)
{
    static const str end = STR_INIT("-----END CERTIFICATE-----");
    size_t begins = 0;
    for (size_t at = 0; at + end.len <= certificates.len; at++) {
        if (str_equal(str_head(str_tail(certificates, at), end.len), end)) {
            str one = str_head(str_tail(certificates, begins), at - begins);
            if (str_contains(others, one)) {
                return true;
            }
            begins = at + end.len;
        }
    }
    return false;
}

// Checking

static bool fill_store(X509_STORE *store, str certificates)
{
    BIO *from = certificates.len > INT_MAX
                    ? NULL
                    : BIO_new_mem_buf(certificates.ptr, (int)certificates.len);
    X509 *x509 = from == NULL ? NULL : PEM_read_bio_X509(from, NULL, NULL, NULL);
    bool ok = x509 != NULL;
    while (x509 != NULL) {
        ok = ok && X509_STORE_add_cert(store, x509) == 1;
        X509_free(x509);
        x509 = PEM_read_bio_X509(from, NULL, NULL, NULL);
    }
    BIO_free(from);
    return ok;
}

// An authority that another one signed counts by itself: its own signer need not be known. Times
// are compared with the clock that everything else goes by.
static void ask_for(X509_STORE_CTX *check, int64_t now_ms)
{
    X509_VERIFY_PARAM *asked = X509_STORE_CTX_get0_param(check);
    X509_VERIFY_PARAM_set_flags(asked, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_purpose(asked, X509_PURPOSE_SSL_CLIENT);
    X509_VERIFY_PARAM_set_depth(asked, CLIENT_CHAIN_MAX - 1);
    X509_VERIFY_PARAM_set_auth_level(asked, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_time(asked, (time_t)(now_ms / 1000));
}

static bool end_of(STACK_OF(X509) * way, int64_t *ends_ms)
{
    *ends_ms = INT64_MAX;
    for (int at = 0; at < sk_X509_num(way); at++) {
        struct tm parts;
        if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(way, at)), &parts) != 1) {
            return false;
        }
        int64_t one_ms = (int64_t)timegm(&parts) * 1000;
        *ends_ms = one_ms < *ends_ms ? one_ms : *ends_ms;
    }
    return true;
}

static bool check(X509_STORE *store, STACK_OF(X509) * chain, int64_t now_ms, int64_t *ends_ms,
                  const char **reason)
{
    X509_STORE_CTX *check = X509_STORE_CTX_new();
    bool ok = check != NULL && X509_STORE_CTX_init(check, store, sk_X509_value(chain, 0), chain);
    if (ok) {
        ask_for(check, now_ms);
        ok = X509_verify_cert(check) == 1;
        *reason = ok ? NULL : X509_verify_cert_error_string(X509_STORE_CTX_get_error(check));
    }
    ok = ok && end_of(X509_STORE_CTX_get0_chain(check), ends_ms);
    X509_STORE_CTX_free(check);
    return ok;
}

static STACK_OF(X509) * read_chain(str chain)
{
    const unsigned char *place = (const unsigned char *)chain.ptr;
    const unsigned char *end = place + chain.len;
    STACK_OF(X509) *out = sk_X509_new_null();
    while (out != NULL && place < end && sk_X509_num(out) < CLIENT_CHAIN_MAX) {
        X509 *x509 = d2i_X509(NULL, &place, (long)(end - place));
        if (x509 == NULL || sk_X509_push(out, x509) == 0) {
            X509_free(x509);
            break;
        }
    }
    return out;
}

bool authority_check(str certificates, str chain, int64_t now_ms, int64_t *ends_ms,
                     const char **reason)
{
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *sent = read_chain(chain);
    *reason = "it cannot be read";
    bool ok = store != NULL && sk_X509_num(sent) > 0 && fill_store(store, certificates) &&
              check(store, sent, now_ms, ends_ms, reason);
    sk_X509_pop_free(sent, X509_free);
    X509_STORE_free(store);
    ERR_clear_error();
    return ok;
}
