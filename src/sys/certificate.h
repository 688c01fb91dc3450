// sys/certificate.h: what an X.509 certificate says that credentials need to know.
// SPDX-License-Identifier: Apache-2.0
#ifndef SYS_CERTIFICATE_H
#define SYS_CERTIFICATE_H

#include "base/limits.h"
#include "sys/sys.h"

struct certificate {
    unsigned char thumbprint[DIGEST_LEN];  // x5t#S256: SHA-256 of its DER (RFC 8705 section 3.1)
    int64_t begins_ms;                     // since 1970, UTC
    int64_t ends_ms;
    char subject[CERTIFICATE_SUBJECT_MAX + 1];  // as RFC 4514 writes names; a long one is cut
};

// The first certificate in a text of PEM. Refused with INVALID_VALUE: there is none, or there is a
// private key, which is nobody's business here.
MUST_CHECK bool certificate_read(str pem, struct certificate *out, struct roster_error *err);
// The same of DER, without the subject. False: it is no certificate.
MUST_CHECK bool certificate_read_der(const void *der, size_t len, struct certificate *out);

#endif
