// certificate.c: certificates, read by OpenSSL.
// SPDX-License-Identifier: Apache-2.0
#include "sys/certificate.h"

#include "base/error.h"

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <time.h>

// Certificates say whole seconds of years up to 9999.
static bool read_time(const ASN1_TIME *from, int64_t *ms)
{
    struct tm parts;
    if (ASN1_TIME_to_tm(from, &parts) != 1) {
        return false;
    }
    *ms = (int64_t)timegm(&parts) * 1000;
    return true;
}

static bool read_subject(X509 *x509, char out[CERTIFICATE_SUBJECT_MAX + 1])
{
    BIO *text = BIO_new(BIO_s_mem());
    char *bytes = NULL;
    if (text == NULL ||
        X509_NAME_print_ex(text, X509_get_subject_name(x509), 0, XN_FLAG_RFC2253) < 0) {
        BIO_free(text);
        return false;
    }
    long len = BIO_get_mem_data(text, &bytes);
    size_t kept = len > CERTIFICATE_SUBJECT_MAX ? CERTIFICATE_SUBJECT_MAX : (size_t)len;
    if (kept > 0) {
        memcpy(out, bytes, kept);
    }
    out[kept] = '\0';
    BIO_free(text);
    return true;
}

static bool read_validity(X509 *x509, struct certificate *out)
{
    return read_time(X509_get0_notBefore(x509), &out->begins_ms) &&
           read_time(X509_get0_notAfter(x509), &out->ends_ms);
}

bool certificate_read_der(const void *der, size_t len, struct certificate *out)
{
    const unsigned char *place = der;
    X509 *x509 = len > LONG_MAX ? NULL : d2i_X509(NULL, &place, (long)len);
    *out = (struct certificate){0};
    bool ok = x509 != NULL && read_validity(x509, out);
    X509_free(x509);
    ERR_clear_error();
    digest_of((str){der, len}, out->thumbprint);
    return ok;
}

static bool read_x509(X509 *x509, struct certificate *out)
{
    unsigned char *der = NULL;
    int len = i2d_X509(x509, &der);
    if (len <= 0) {
        return false;
    }
    digest_of((str){(const char *)der, (size_t)len}, out->thumbprint);
    OPENSSL_free(der);
    return read_validity(x509, out) && read_subject(x509, out->subject);
}

bool certificate_read(str pem, struct certificate *out, struct roster_error *err)
{
    *out = (struct certificate){0};
    if (str_contains(pem, STR("PRIVATE KEY-----"))) {
        return fail(err, ROSTER_ERR_INVALID_VALUE, 0,
                    "there is a private key in the file: give the certificate alone, the key stays "
                    "with the client");
    }
    BIO *text = pem.len > INT_MAX ? NULL : BIO_new_mem_buf(pem.ptr, (int)pem.len);
    X509 *x509 = text == NULL ? NULL : PEM_read_bio_X509(text, NULL, NULL, NULL);
    bool ok = x509 != NULL && read_x509(x509, out);
    X509_free(x509);
    BIO_free(text);
    ERR_clear_error();
    return ok ||
           fail(err, ROSTER_ERR_INVALID_VALUE, 0, "there is no certificate in PEM in the file");
}
